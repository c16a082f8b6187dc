"""docs/cost.md counts what the stack has in CloudWatch."""

import re

from maintenance.reporting import telemetry

from tests.contract.template import ROOT, load_template

# Dollars a month, as the page's own price list says.
PAGE = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")


def price(what: str) -> float:
    """Return a price from the page's list."""
    return float(PAGE.partition(f"| CloudWatch, {what} a month | ")[2].partition(" ")[0])


def test_the_page_counts_metrics_alarms_and_dashboards() -> None:
    """And multiplies them by its own prices."""
    kinds = [
        each["Type"]
        for each in load_template()["Resources"].values()
        if each.get("Condition") != "IsStandby"
    ]
    kept = {
        "metric": len(telemetry.UNITS),
        "alarm": kinds.count("AWS::CloudWatch::Alarm"),
        "dashboard": kinds.count("AWS::CloudWatch::Dashboard"),
    }
    rows = re.findall(r"^\| (\d+) (\w+?)s? \| \d+ \| ([\d.]+) \|$", PAGE, re.MULTILINE)

    assert kept == {what: int(count) for count, what, _ in rows}
    assert [f"{kept[what] * price(f'a{"n" * (what == "alarm")} {what}'):.2f}" for what in kept] == [
        dollars for _, _, dollars in rows
    ]


def test_the_page_counts_the_alarms_of_the_standby_engine() -> None:
    """They come on top."""
    count = sum(
        (each["Type"], each.get("Condition")) == ("AWS::CloudWatch::Alarm", "IsStandby")
        for each in load_template()["Resources"].values()
    )

    sentence = (
        f"`Engine=standby` has {count} alarms more, {count * price('an alarm'):.2f} US dollars"
    )
    assert sentence in PAGE

"""What docs/cost.md says by hand about CloudWatch is what the stack has there."""

import re

from maintenance.reporting import telemetry

from tests.contract.template import ROOT, load_template

# Dollars a month, as the page's own price list says.
PAGE = (ROOT / "docs" / "cost.md").read_text(encoding="utf-8")


def price(what: str) -> float:
    """Return a price of the page."""
    return float(PAGE.partition(f"| CloudWatch, {what} a month | ")[2].partition(" ")[0])


def test_the_page_counts_what_cloudwatch_keeps() -> None:
    """All metrics that are ever written, each alarm and dashboard, at the page's prices."""
    kinds = [each["Type"] for each in load_template()["Resources"].values()]
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


def test_figures_stand_on_one_page() -> None:
    """So that no other contradicts it."""
    others = [ROOT / "README.md", ROOT / "docs" / "deploy.md", ROOT / "docs" / "alternatives.md"]
    dollars = re.compile(r"(?<![\w.])0\.\d\d+(?![\w.])|\$\d")

    assert [] == [page.name for page in others if dollars.search(page.read_text("utf-8"))]

"""The command of a stack with the standby engine, each case in its own process."""

from pathlib import Path

import pytest

from tests.cli.deployed import Deployed, stack_of, words
from tests.cli.test_page import names, run_while
from tests.sandbox.builders import a_behavior, ordered
from tests.stories.site import BUCKET
from tests.stories.standby.site import StandbySite

_PAGE = "<!doctype html><title>{{title}}</title><h1>Our shop</h1><p>{{message}}</p>"


@pytest.fixture
def deployed(standby: StandbySite, distribution_id: str) -> Deployed:
    """Give the stack of the site with its distribution."""
    return stack_of(standby.site, distribution_id, **standby.environment())


@pytest.mark.promise
def test_status_and_plan_of_a_site_on_standby(standby: StandbySite, deployed: Deployed) -> None:
    """As with the other engine, by the store in place of what is attached."""
    opened = words(deployed.types("status").stdout)
    plan = words(deployed.types("plan", "on").stdout)
    standby.site.becomes("on: Upgrade")
    closing = words(deployed.types("status").stdout)

    assert opened.startswith("OPEN Visitors get the site.")
    assert "default close it has the standby function" in plan
    assert "This would close 1 behavior of 1 distribution." in plan
    assert closing.startswith("CLOSING Some visitors get the site, others the maintenance page.")
    assert "1 closed" in closing


def test_a_behavior_without_the_function_is_part_of_the_plan(standby: StandbySite) -> None:
    """The others close even so."""
    bare = ordered(a_behavior(PathPattern="/api/*"))
    made = standby.a_distribution("partly", CacheBehaviors=bare)
    ran = stack_of(standby.site, made, **standby.environment()).types("plan", "on")

    plan = words(ran.stdout)
    assert 1 == ran.returncode
    assert "/api/* refuse lacks the standby function: viewer-request is free" in plan
    assert "all of it stays as it is" not in plan
    assert "This would close 1 behavior of 1 distribution." in plan


def test_status_of_more_distributions_than_may_be_closed(standby: StandbySite) -> None:
    """What visitors get is shown even so."""
    both = f"{standby.a_distribution('one')},{standby.a_distribution('two')}"
    settings = {"MAX_DISTRIBUTIONS": "1", **standby.environment()}
    standby.site.says("on")
    ran = stack_of(standby.site, both, **settings).types("status")

    assert "2 distributions would be closed" in words(ran.stdout)
    assert words(ran.stdout).startswith("OPEN")


def test_restore_has_nothing_to_do(deployed: Deployed, distribution_id: str) -> None:
    """Nothing is ever displaced."""
    ran = deployed.types("restore", distribution_id, "--yes")

    assert 0 != ran.returncode
    assert "has the standby engine, which attaches and displaces no function" in words(ran.stderr)


def test_an_uploaded_page_is_waited_for(deployed: Deployed, tmp_path: Path) -> None:
    """Until the store has it; then visitors get it within half a minute."""
    deployed.site.becomes("on")
    (tmp_path / "page.html").write_text(_PAGE)

    code, said = run_while(
        deployed, "page", "put", str(tmp_path), "--yes", wake_when=lambda: bool(names(deployed))
    )

    expected = "published it; CloudFront then needs about half a minute"
    assert (0, True) == (code, expected in said), said


def test_a_page_of_too_many_parts_is_not_uploaded(deployed: Deployed, tmp_path: Path) -> None:
    """The same rule as the controller's."""
    noise = "".join(f"<p>{each * 7919 % 10007} {each * 104729 % 10009}" for each in range(3_000))
    (tmp_path / "page.html").write_text(_PAGE + noise[:35_000])

    ran = deployed.types("page", "put", str(tmp_path), "--yes")

    assert 0 != ran.returncode
    assert "the standby engine serves" in words(ran.stderr)
    assert not names(deployed)


def test_a_token_is_waited_for_until_the_store_has_it(
    standby: StandbySite, deployed: Deployed
) -> None:
    """Only then does the link work."""
    deployed.site.becomes("on")

    code, said = run_while(
        deployed,
        *("bypass", "create", "--name", "ana", "--wait"),
        wake_when=lambda: "page-bypass.json" in _objects(deployed),
    )

    assert (0, True) == (code, "The link works." in said), said
    keys = standby.keys()
    assert [key for key in keys if key.startswith("t.")]


def _objects(deployed: Deployed) -> set[str]:
    listed = deployed.site.cloud.s3.list_objects_v2(Bucket=BUCKET)
    return {each["Key"] for each in listed.get("Contents", [])}

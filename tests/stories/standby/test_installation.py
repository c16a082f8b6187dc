"""The custom resource of a stack with the standby engine, and of one that changes its engine."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from maintenance.standby.publishing import read_code
from maintenance.standby.state import Period, State

from tests.sandbox.builders import change_default, functions
from tests.stories.conftest import Answers
from tests.stories.site import SWITCH
from tests.stories.standby.site import StandbySite
from tests.stories.test_installation import request

type LooksAfter = Callable[..., None]


def _properties(standby: StandbySite, engine: str = "standby") -> dict[str, str]:
    is_standby = engine == "standby"
    return {
        "SwitchParameter": SWITCH,
        "Engine": engine,
        "StandbyFunctionArn": standby.function if is_standby else "",
        "StandbyStoreArn": standby.store if is_standby else "",
    }


def _published(standby: StandbySite) -> State | None:
    """Return the state in the published code, None if that is not the program."""
    code = read_code(standby.live_code().encode())
    return code.state if code else None


def _published_periods(standby: StandbySite) -> tuple[Period, ...] | None:
    """Return when the published code closes the site; only generations may differ then."""
    state = _published(standby)
    return state.periods if state else None


def test_create_fills_the_store_and_publishes_the_program(
    standby: StandbySite, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """At once: the code of the template lets every request through."""
    url, put = answers
    looks_after(standby.a_distribution(), **standby.environment())

    standby.site.receives(request("Create", url, ResourceProperties=_properties(standby)))

    assert "SUCCESS" == put[0]["Status"], put[0].get("Reason")
    assert {"state", "settings"} <= standby.keys().keys()
    assert () == standby.state().periods
    assert standby.state() == _published(standby)


def test_create_follows_a_switch_that_says_on(
    standby: StandbySite, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """Although no cache behavior can have the new function yet."""
    url, put = answers
    made = standby.a_distribution()
    change_default(standby.site.cloud, made, FunctionAssociations=functions())
    looks_after(made, **standby.environment())
    standby.site.says("on")

    standby.site.receives(request("Create", url, ResourceProperties=_properties(standby)))

    assert "SUCCESS" == put[0]["Status"], put[0].get("Reason")
    assert [0] == [each.ends for each in standby.state().periods]


def test_create_fails_if_the_function_cannot_be_published(
    standby: StandbySite, looks_after: LooksAfter, answers: tuple[str, Answers]
) -> None:
    """A deployment is a better moment to learn it than the first maintenance."""
    url, put = answers
    looks_after(standby.a_distribution(), **standby.environment())
    denied = {"code": "AccessDenied", "status": 403, "times": 99}
    standby.site.cloud.sandbox.inject_fault("refuse", "cloudfront:PublishFunction", **denied)

    standby.site.receives(request("Create", url, ResourceProperties=_properties(standby)))

    assert "FAILED" == put[0]["Status"]
    assert "give the controller's role that permission" in put[0]["Reason"]


def test_an_update_publishes_the_program_of_the_new_version_in_maintenance_too(
    standby: StandbySite, distribution_id: str, answers: tuple[str, Answers]
) -> None:
    """With the state that the store has, so that no visitor gets past."""
    url, put = answers
    standby.site.becomes("on")
    # A sweep would take the store for what this run has found from now on.
    standby.site.runs_at(datetime.now(UTC) + timedelta(minutes=20))
    standby.site.cloud.sandbox.finish_deployments()
    cloudfront, name = standby.site.cloud.cloudfront, standby.function.rpartition("/")[2]
    described = cloudfront.describe_function(Name=name, Stage="DEVELOPMENT")
    updated = cloudfront.update_function(
        Name=name,
        IfMatch=described["ETag"],
        FunctionConfig=described["FunctionSummary"]["FunctionConfig"],
        FunctionCode=b"function handler(event) { return event.request; }",
    )
    cloudfront.publish_function(Name=name, IfMatch=updated["ETag"])
    properties = _properties(standby)

    standby.site.receives(
        request("Update", url, ResourceProperties=properties, OldResourceProperties=properties)
    )
    standby.site.cloud.sandbox.finish_deployments()

    assert "SUCCESS" == put[0]["Status"], put[0].get("Reason")
    assert standby.state() == _published(standby)
    assert 503 == standby.visit(distribution_id).status_code


@pytest.mark.promise
def test_a_switch_to_attach_leaves_no_state_that_would_close_the_site(
    standby: StandbySite,
    distribution_id: str,
    looks_after: LooksAfter,
    answers: tuple[str, Answers],
) -> None:
    """Also not at the next window: an edge may still have the function for some minutes."""
    url, put = answers
    begins = datetime.now(UTC) + timedelta(hours=1)
    standby.site.schedules("soon", f"at({begins:%Y-%m-%dT%H:%M:%S}) for 2h")
    standby.site.receives({"sweep": True})
    before = standby.state().periods
    change_default(standby.site.cloud, distribution_id, FunctionAssociations=functions())
    looks_after(distribution_id, ENGINE="attach")

    standby.site.receives(
        request(
            "Update",
            url,
            ResourceProperties=_properties(standby, "attach"),
            OldResourceProperties=_properties(standby),
        )
    )

    assert "SUCCESS" == put[0]["Status"], put[0].get("Reason")
    assert [Period] == [type(each) for each in before]
    assert () == standby.state().periods
    assert () == _published_periods(standby)


def test_a_switch_to_attach_is_refused_in_maintenance(
    standby: StandbySite,
    distribution_id: str,
    looks_after: LooksAfter,
    answers: tuple[str, Answers],
) -> None:
    """In one sentence; visitors get the page before and after."""
    url, put = answers
    standby.site.becomes("on")
    before = standby.state()
    looks_after(distribution_id, ENGINE="attach")

    standby.site.receives(
        request(
            "Update",
            url,
            ResourceProperties=_properties(standby, "attach"),
            OldResourceProperties=_properties(standby),
        )
    )

    assert "FAILED" == put[0]["Status"]
    assert put[0]["Reason"].startswith("the site is in maintenance, and")
    assert (
        "write off, wait until the site is open, then deploy again. Maintenance" in put[0]["Reason"]
    )
    assert before == standby.state()
    standby.site.cloud.sandbox.finish_deployments()
    assert 503 == standby.visit(distribution_id).status_code


def test_delete_opens_and_fails_while_a_behavior_has_the_function(
    standby: StandbySite, distribution_id: str, answers: tuple[str, Answers]
) -> None:
    """CloudFormation could not delete the function, and would have deleted the controller."""
    url, put = answers
    standby.site.becomes("on")
    properties = _properties(standby)

    standby.site.receives(request("Delete", url, ResourceProperties=properties))
    change_default(standby.site.cloud, distribution_id, FunctionAssociations=functions())
    standby.site.receives(request("Delete", url, ResourceProperties=properties))

    assert ["FAILED", "SUCCESS"] == [each["Status"] for each in put]
    assert "detach first: the standby function is still attached to" in put[0]["Reason"]
    assert () == standby.state().periods
    assert () == _published_periods(standby)

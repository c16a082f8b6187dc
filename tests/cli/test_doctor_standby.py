"""The command doctor, and what status says, of a stack with the standby engine."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from maintenance.cli.doctor.examination import Examination
from maintenance.cli.doctor.finding import Verdict
from maintenance.cli.doctor.standby import check_quotas, check_store
from maintenance.cli.terminal import Clock
from maintenance.standby.function import StandbyFunction
from maintenance.standby.program import bake
from maintenance.standby.publishing import read_code
from maintenance.standby.state import Period, State, encode_state

from sandbox.process import Sandbox
from tests import builders
from tests.cli.deployed import deploy, words
from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_store,
    a_version,
    edge,
    functions,
    ordered,
    put,
)
from tests.stories.site import BUCKET

NAME = "site-standby"
OURS = f"arn:aws:cloudfront::000000000000:function/{NAME}"
ZONE = builders.SITE.zone
_OPEN = "function handler(event) { return event.request; }"
_PROGRAM = "standby/program.js"


class _Stage:
    """A stack for one distribution, whose default behavior has the function."""

    def __init__(self, cloud: Cloud) -> None:
        cloud.sandbox.set(store_seconds=0.0)
        self.cloud = cloud
        self.store = a_store(cloud)
        function = a_function(cloud, NAME, code=_OPEN, store=self.store)
        attached = a_behavior(FunctionAssociations=functions(viewer_request=function))
        self.whole = a_distribution(cloud, "whole", DefaultCacheBehavior=attached)
        sign = a_version(cloud, "sign")
        self.part = a_distribution(
            cloud,
            "part",
            DefaultCacheBehavior=attached,
            CacheBehaviors=ordered(
                a_behavior(PathPattern="/api/*"),
                a_behavior(
                    PathPattern="/img/*", LambdaFunctionAssociations=edge(viewer_request=sign)
                ),
            ),
        )
        self.deployed = deploy(cloud, self.whole, **self.variables())

    def variables(self, **settings: str) -> dict[str, str]:
        """Return the settings of this engine, and more."""
        return {
            "ENGINE": "standby",
            "STANDBY_FUNCTION": NAME,
            "STANDBY_STORE_ARN": self.store,
            **settings,
        }

    def configure(self, distributions: str, **settings: str) -> None:
        """Deploy other settings."""
        variables = self.variables(**settings)
        environment = self.deployed.site.environment(distributions, **variables)
        self.deployed.configure(**environment)

    def live(self) -> bytes:
        """Return the published code."""
        return self.cloud.cloudfront.get_function(Name=NAME, Stage="LIVE")["FunctionCode"].read()

    def publish(self, code: bytes, *, store: str | None = None) -> None:
        """Publish the function with this code and this store, if any."""
        config: Any = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        if store:
            items = [{"KeyValueStoreARN": store}]
            config["KeyValueStoreAssociations"] = {"Quantity": 1, "Items": items}
        cloudfront = self.cloud.cloudfront
        etag = cloudfront.describe_function(Name=NAME, Stage="DEVELOPMENT")["ETag"]
        updated = cloudfront.update_function(
            Name=NAME, IfMatch=etag, FunctionConfig=config, FunctionCode=code
        )
        cloudfront.publish_function(Name=NAME, IfMatch=updated["ETag"])

    def finds(self) -> dict[str, tuple[str, str]]:
        """Return the verdict and the text of each check, with the remedy."""
        checks = json.loads(self.deployed.types("doctor", "--json").stdout)["checks"]
        return {
            name: (each["verdict"], f"{each['text']} → {each['remedy']}")
            for name, each in checks.items()
        }


@pytest.fixture(scope="module")
def _made(sandbox: Sandbox) -> Iterator[_Stage]:
    sandbox.reset()
    yield _Stage(Cloud(sandbox))
    sandbox.reset()


@pytest.fixture
def stage(_made: _Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Stage]:
    """Give the stack, and its controller's environment in this process."""
    site = _made.deployed.site
    environment = site.environment(_made.whole, **_made.variables())
    for name, value in (site.cloud.sandbox.environment() | environment).items():
        monkeypatch.setenv(name, value)
    yield _made
    _made.configure(_made.whole)


def test_before_the_first_run_nothing_would_close(stage: _Stage) -> None:
    """The template's own code lets every request through, and the store is empty."""
    found = stage.finds()

    assert "failed" == found["function"][0]
    assert f"{NAME} has code that is not ours, which never closes the site" in found["function"][1]
    assert ("failed", True) == (found["store"][0], "no state, so the" in found["store"][1])
    assert ("warning", True) == (found["page"][0], "does not have it yet" in found["page"][1])
    # The role has no policy at all.
    assert "failed" == found["controller role"][0]
    assert "the controller may not: cloudfront:ListDistributions" in found["controller role"][1]


def test_after_a_run_all_is_well(stage: _Stage) -> None:
    """With the figures of the store."""
    stage.deployed.site.becomes("off")

    found = stage.finds()

    assert ("ok", f"{NAME} is published, with the state of the store → ") == found["function"]
    assert "ok" == found["store"][0]
    assert " keys, " in found["store"][1]
    assert "kB of 5000; written just now" in found["store"][1]
    assert ("ok", "`on` closes all 1 → ") == found["behaviors"]
    assert ("ok", True) == (
        found["concurrency"][0],
        "no Lambda function" in found["concurrency"][1],
    )
    assert ("ok", "2 of 100 distributions have the standby function → ") == found["quotas"]
    assert ("ok", True) == (found["records"][0], "displaces no function" in found["records"][1])
    assert ("ok", "the store has your page, or the default one → ") == found["page"]
    assert ("ok", True) == (found["permissions"][0], "root user" in found["permissions"][1])


def test_behaviors_without_the_function_are_named(stage: _Stage) -> None:
    """By doctor, and by status: before a maintenance, and in one."""
    stage.configure(f"{stage.whole},{stage.part}")
    verdict, text = stage.finds()["behaviors"]
    status = words(stage.deployed.types("status").stdout)
    stage.deployed.site.says("on")
    closing = stage.deployed.types("status", "--json")
    shown = words(stage.deployed.types("status").stdout)
    stage.deployed.site.says("off")

    assert "failed" == verdict
    assert f"{stage.part} /api/*: viewer-request is free" in text
    assert f"{stage.part} /img/*: it has Lambda@Edge function " in text
    assert "→ site-maintenance standby attach" in text
    attach = "Run `site-maintenance standby attach`: it attaches it, or says what prevents that."
    assert f"warning {attach} {stage.part}: a maintenance leaves /api/*, /img/*" in status
    assert "see docs/standby-attach.md" in status
    problems = json.loads(closing.stdout)["problems"]
    assert [attach] == [each["action"] for each in problems if each["severity"] == "error"]
    assert f"error {attach} {stage.part}: a maintenance leaves /api/*, /img/*" in shown


def test_behaviors_that_may_stay_open_are_a_warning(stage: _Stage) -> None:
    """The owner has named them."""
    stage.configure(stage.part, EXCEPT_PATHS="/api/*,/img/*")

    verdict, text = stage.finds()["behaviors"]

    assert "warning" == verdict
    assert f"`on` leaves these open: {stage.part} /api/*: it is excepted" in text


def test_a_function_without_the_store_is_found(stage: _Stage) -> None:
    """An update of the function that leaves the association out removes it."""
    code = stage.live()
    stage.publish(code)

    found = stage.finds()["function"]

    stage.publish(code, store=stage.store)
    assert "failed" == found[0]
    assert f"{NAME} is not associated with the stack's key-value store" in found[1]


def test_a_function_that_does_not_exist_is_found(stage: _Stage) -> None:
    """Someone has deleted it."""
    stage.configure(stage.whole, STANDBY_FUNCTION="site-deleted")

    found = stage.finds()["function"]

    assert "failed" == found[0]
    assert "site-deleted does not exist, or was never published → deploy the stack" in found[1]


def test_a_state_in_the_code_that_is_behind_is_a_warning(stage: _Stage) -> None:
    """A quarter of an hour after the store was written, it should have been published."""
    code = read_code(stage.live())
    assert code is not None
    now = datetime.now(UTC).timestamp()
    closed = State(
        int((now - 1200) * 1_000), ("en",), code.state.default, (Period(int(now - 1200), 0, "0"),)
    )
    before = stage.cloud.key_values.get_key(KvsARN=stage.store, Key="state")["Value"]
    program = "__BAKED__".join(code.program)
    stage.publish(bake(program, State(7, ("en",), "0", ()), ()), store=stage.store)
    put(stage.cloud, stage.store, {"state": encode_state(closed)})

    verdict, text = stage.finds()["function"]

    put(stage.cloud, stage.store, {"state": before})
    stage.publish(bake(program, code.state, code.paths), store=stage.store)
    assert "warning" == verdict
    assert "the state in the published code is older than the store's" in text


def test_a_composed_function_is_compared_with_what_visitors_get(stage: _Stage) -> None:
    """It may not be published yet, or be of another version of ours."""
    s3 = stage.cloud.s3
    stage.deployed.types("standby", "compose", "tests/standby/functions/spa.js", "--put", "--yes")
    waiting = stage.finds()["function"]
    stage.deployed.site.receives({"sweep": True})
    stored = s3.get_object(Bucket=BUCKET, Key=_PROGRAM)["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=_PROGRAM, Body=stored.replace(b"statusDescription:e", b"a:e"))
    older = stage.finds()["function"]

    s3.delete_object(Bucket=BUCKET, Key=_PROGRAM)
    assert ("warning", True) == (waiting[0], "do not get the composed function" in waiting[1])
    assert ("warning", True) == (older[0], "is of another version of ours" in older[1])


# What takes too much to make in the sandbox.


def _examination(**session: Any) -> Examination:  # noqa: ANN401 - parts of a session
    clock = Clock(datetime(2026, 12, 1, 2, tzinfo=UTC), ZONE)
    watch = SimpleNamespace(stack="site-maintenance")
    asked = SimpleNamespace(clock=clock, watch=watch, **session)
    health = SimpleNamespace(identity=None, stack=None)
    return Examination(cast("Any", health), lambda: cast("Any", asked))


def test_a_store_that_is_nearly_full_is_a_warning() -> None:
    """Others may write into it, and a write that does not fit closes nothing."""
    description = SimpleNamespace(keys=4_000, size_bytes=4_600_000)
    written = datetime(2026, 12, 1, tzinfo=UTC) - timedelta(hours=1)
    state = State(int(written.timestamp() * 1_000), ("en",), "0", ())
    store = SimpleNamespace(store=SimpleNamespace(describe=lambda: description), read=lambda: state)

    found = check_store(_examination(standby_engine=SimpleNamespace(store=store)))

    assert Verdict.WARNING is found.verdict
    assert "4000 keys, 4600 kB of 5000; written 3h ago" == found.text


def test_a_function_at_too_many_distributions_is_a_warning() -> None:
    """CloudFront does not raise this quota."""
    function = builders.a_function(name=NAME)
    listing = tuple(
        builders.a_distribution(f"E{number}", behaviors=(builders.a_behavior(None, function),))
        for number in range(101)
    )
    distributions = SimpleNamespace(list_distributions=lambda: listing)
    engine = SimpleNamespace(function=StandbyFunction(function.arn, "site"))
    app = SimpleNamespace(controller=SimpleNamespace(distributions=distributions))

    found = check_quotas(_examination(standby_engine=engine, app=app))

    assert Verdict.WARNING is found.verdict
    assert "101 of 100 distributions have the standby function" == found.text

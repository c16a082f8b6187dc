"""The command standby: attach the standby function, take it off, and compose it with another."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from maintenance.standby.program import bake
from maintenance.standby.state import State

from sandbox.process import Sandbox
from tests.cli.asking import asked
from tests.cli.deployed import STACK, deploy, words
from tests.cli.program import ROOT
from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_store,
    a_user,
    a_version,
    allow,
    edge,
    functions,
    ordered,
)
from tests.stories.site import BUCKET, SWITCH

NAME = "site-maintenance-0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f"
ARN = f"arn:aws:cloudfront::000000000000:function/{NAME}"
OURS = f"viewer-request {ARN}"
_HERE = "us-east-1:000000000000"
_SPA = "tests/standby/functions/spa.js"
_PROGRAM = "standby/program.js"
_READS = "cloudfront:GetDistributionConfig"
_UPDATES = "cloudfront:UpdateDistribution"


class _Stage:
    """A stack with three distributions: `shop` and `docs` are its targets, `other` is not."""

    def __init__(self, cloud: Cloud) -> None:
        spa = (ROOT / _SPA).read_text()
        rewrite, sign = a_function(cloud, "rewrite", code=spa), a_version(cloud, "sign")
        self.store = a_store(cloud)
        a_function(cloud, NAME, store=self.store)
        self.shop = a_distribution(
            cloud,
            "shop",
            DefaultCacheBehavior=a_behavior(FunctionAssociations=functions(viewer_request=rewrite)),
            CacheBehaviors=ordered(
                a_behavior(
                    PathPattern="/api/*", LambdaFunctionAssociations=edge(viewer_response=sign)
                ),
                a_behavior(
                    PathPattern="/img/*", FunctionAssociations=functions(viewer_response=rewrite)
                ),
                a_behavior(PathPattern="/open/*"),
            ),
        )
        self.docs = a_distribution(cloud, "docs")
        self.other = a_distribution(cloud, "other")
        self.deployed = deploy(
            cloud,
            f"{self.shop},{self.docs}",
            ENGINE="standby",
            STANDBY_FUNCTION=NAME,
            STANDBY_STORE_ARN=self.store,
        )
        self.sandbox = cloud.sandbox

    def publish(self, code: bytes) -> None:
        """Publish the function with this code, as the controller does."""
        cloudfront = self.deployed.site.cloud.cloudfront
        found = cloudfront.describe_function(Name=NAME, Stage="DEVELOPMENT")
        updated = cloudfront.update_function(
            Name=NAME,
            IfMatch=found["ETag"],
            FunctionConfig=found["FunctionSummary"]["FunctionConfig"],
            FunctionCode=code,
        )
        cloudfront.publish_function(Name=NAME, IfMatch=updated["ETag"])

    def configs(self) -> list[bytes]:
        """Return the configurations of all distributions."""
        return [self.deployed.site.config(each) for each in (self.shop, self.docs, self.other)]

    def attached(self) -> list[dict[str, set[str]]]:
        """Return the functions at each behavior of all distributions."""
        return [self.deployed.site.attached(each) for each in (self.shop, self.docs, self.other)]

    def having(self, distribution_id: str) -> set[str]:
        """Return the behaviors that have the standby function."""
        attached = self.deployed.site.attached(distribution_id)
        return {path for path, each in attached.items() if OURS in each}

    def types(self, *typed: str) -> tuple[int, str, str]:
        """Return the exit code and what both streams say, each on one line."""
        ran = self.deployed.types("standby", *typed)
        return ran.returncode, words(ran.stdout), words(ran.stderr)


@pytest.fixture(scope="module")
def _made(sandbox: Sandbox) -> Iterator[_Stage]:
    sandbox.reset()
    yield _Stage(Cloud(sandbox))
    sandbox.reset()


@pytest.fixture
def stage(_made: _Stage) -> Iterator[_Stage]:
    """Give the stack without its function at any distribution, and with its site open."""
    before = _made.attached()
    yield _made
    _made.sandbox.clear_faults()
    _made.deployed.site.says("off")
    if before != _made.attached():
        _made.types("detach", "--yes")
    assert before == _made.attached()


def test_it_is_attached_to_free_places_and_detached_without_a_trace(stage: _Stage) -> None:
    """What is in the way is named and stays; a second time there is nothing to do."""
    before = stage.configs()

    code, shown, _ = stage.types("attach", "--yes")

    assert {"/img/*", "/open/*"} == stage.having(stage.shop)
    assert {"default"} == stage.having(stage.docs)
    assert before[2] == stage.configs()[2]
    assert 1 == code
    assert "default left it has CloudFront Function rewrite at viewer-request: make one" in shown
    assert "/api/* left it has Lambda@Edge function sign:1 at viewer-response, and Cloud" in shown
    assert "/img/* attached viewer-request is free" in shown
    assert "CloudFront needs minutes to deploy 2 distributions to every edge." in shown

    attached = stage.configs()
    again = stage.types("attach", "--except-paths", "default", "/api/*", "--yes")

    assert (0, attached) == (again[0], stage.configs())
    assert "There is nothing to change." in again[1]

    detached = stage.types("detach", "--yes")

    assert (0, before) == (detached[0], stage.configs())
    assert "/img/* detached it has the standby function" in detached[1]
    last = stage.types("detach")
    assert (0, True) == (last[0], "There is nothing to change." in last[1])


def test_it_asks_first(stage: _Stage) -> None:
    """With the plan, and without --yes nothing happens where there is no terminal."""
    before = stage.configs()

    code, shown = asked(stage.deployed, "standby", "attach", answer="n")
    refused = stage.types("attach")

    assert (1, before) == (code, stage.configs())
    assert "/open/* attach viewer-request is free" in shown
    assert "Update 3 cache behaviors of 2 distributions?" in shown
    assert "Nothing was written." in shown
    assert (1, "") == refused[:2]
    assert "not a terminal, cannot ask: add --yes" in refused[2]


def test_only_the_typed_distributions_and_paths_are_changed(stage: _Stage) -> None:
    """By id or alias; paths of the stack's ExceptPaths count too."""
    stage.deployed.configure(EXCEPT_PATHS="/open/*")
    typed = ("--distribution", stage.shop, "--except-paths", "default", "/api/*", "--yes")

    code, shown, _ = stage.types("attach", *typed)

    stage.deployed.configure(EXCEPT_PATHS="")
    assert (0, {"/img/*"}, set()) == (code, stage.having(stage.shop), stage.having(stage.docs))
    assert "/open/* skip it is excepted, and stays open" in shown
    stage.types("attach", "--distribution", stage.docs, "--yes")
    detached = stage.types("detach", "--distribution", stage.docs, "--yes")
    assert (0, {"/img/*"}, set()) == (
        detached[0],
        stage.having(stage.shop),
        stage.having(stage.docs),
    )


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (["--distribution", "E0"], "this account has no distribution E0"),
        (
            ["--except-paths", "/nowhere/*"],
            "names /nowhere/*, which no behavior has: write",
        ),
        (["--distribution", "other"], "is not of this stack, so that neither status nor doctor"),
        (["--in-place-of", "rewrite"], "nothing is composed with the standby function: run"),
    ],
)
def test_what_cannot_be_meant_is_refused(stage: _Stage, typed: list[str], error: str) -> None:
    """Before anything is read or written at a distribution."""
    before = len(stage.sandbox.calls(_READS))

    code, _, shown = stage.types(
        "attach", *(stage.other if each == "other" else each for each in typed)
    )

    assert (1, before) == (code, len(stage.sandbox.calls(_READS)))
    assert error in shown


def test_it_starts_over_if_another_tool_writes_at_the_same_time(stage: _Stage) -> None:
    """Its write is conditional on what was read."""
    before = len(stage.sandbox.calls(_UPDATES))
    stage.sandbox.inject_fault("refuse", _UPDATES, code="PreconditionFailed", status=412, times=2)

    code, _, _ = stage.types("attach", "--distribution", stage.docs, "--yes")

    assert (0, {"default"}) == (code, stage.having(stage.docs))
    assert 3 == len(stage.sandbox.calls(_UPDATES)) - before


def test_an_update_whose_answer_is_lost_was_made(stage: _Stage) -> None:
    """The next reading shows it, and the command says that it changed something."""
    stage.sandbox.inject_fault("lose", _UPDATES, times=1)

    code, shown, _ = stage.types("attach", "--distribution", stage.docs, "--yes")

    assert (0, {"default"}) == (code, stage.having(stage.docs))
    assert "needs minutes to deploy 1 distribution to every edge" in shown


def test_other_writers_that_always_come_first_are_an_error(stage: _Stage) -> None:
    """Instead of trying for ever."""
    stage.sandbox.inject_fault("refuse", _UPDATES, code="PreconditionFailed", status=412, times=9)

    code, shown, _ = stage.types("attach", "--distribution", stage.docs, "--yes")

    assert (1, set()) == (code, stage.having(stage.docs))
    assert f"error the update of {stage.docs} failed" in shown
    assert "Nothing was changed." in shown


def test_what_cloudfront_refuses_does_not_stop_the_others(stage: _Stage) -> None:
    """The error stands with its distribution, and the exit code says so."""
    stage.sandbox.inject_fault("refuse", _UPDATES, code="IllegalUpdate", status=400, times=1)

    ran = stage.deployed.types("standby", "attach", "--json", "--yes")

    answer = json.loads(ran.stdout)
    shop, docs = sorted(
        answer["distributions"], key=lambda each: each["distribution_id"] == stage.docs
    )
    assert (1, ARN, False) == (ran.returncode, answer["function"], answer["complete"])
    assert [1, 0] == sorted([len(shop["errors"]), len(docs["errors"])], reverse=True)
    assert {True, False} == {shop["changed"], docs["changed"]}
    (error,) = shop["errors"] + docs["errors"]
    assert "IllegalUpdate" in error
    assert {"path_pattern": "default", "action": "attach", "reason": "viewer-request is free"} in (
        docs["behaviors"]
    )


def test_a_site_in_maintenance_is_not_opened_by_accident(stage: _Stage) -> None:
    """Detaching opens it, so that takes a word which says it."""
    stage.types("attach", "--distribution", stage.docs, "--yes")
    stage.deployed.site.says("on")

    code, _, shown = stage.types("detach", "--yes")

    assert (1, {"default"}) == (code, stage.having(stage.docs))
    assert "detaching opens it: run site-maintenance off first, or add --open-site" in shown
    assert 0 == stage.types("detach", "--open-site", "--yes")[0]
    assert set() == stage.having(stage.docs)


def test_a_site_that_may_be_in_maintenance_is_not_opened_either(stage: _Stage) -> None:
    """Parameter Store may be down."""
    stage.types("attach", "--distribution", stage.docs, "--yes")
    stage.sandbox.inject_fault(
        "refuse", "ssm:GetParameter", code="AccessDeniedException", status=400, times=99
    )

    code, _, shown = stage.types("detach", "--yes")

    assert (1, {"default"}) == (code, stage.having(stage.docs))
    assert "cannot read whether the site should be in maintenance" in shown


def test_a_site_without_a_switch_is_not_opened_either(stage: _Stage) -> None:
    """The store keeps it as it was, closed perhaps."""
    stage.types("attach", "--distribution", stage.docs, "--yes")
    stage.deployed.site.cloud.ssm.delete_parameter(Name=SWITCH)

    code, _, shown = stage.types("detach", "--yes")

    assert (1, {"default"}) == (code, stage.having(stage.docs))
    assert "neither the switch nor a window says whether the site is closed" in shown


def test_a_stack_without_the_function_says_what_to_deploy(stage: _Stage) -> None:
    """The other engine attaches nothing before a maintenance."""
    stage.deployed.configure(ENGINE="attach")

    refused = [
        stage.types(*typed) for typed in (["attach"], ["detach"], ["compose", _SPA, "--put"])
    ]

    stage.deployed.configure(ENGINE="standby")
    assert [1, 1, 1] == [code for code, _, _ in refused]
    assert all("has no standby function: deploy it with Engine=standby" in e for _, _, e in refused)


def test_the_permissions_of_the_page_suffice(stage: _Stage) -> None:
    """docs/iam.md lists them."""
    site = stage.deployed.site
    switch = f"arn:aws:ssm:{_HERE}:parameter{SWITCH}"
    caller = a_user(
        site.cloud,
        allow("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/*"),
        allow(
            "lambda:GetFunctionConfiguration", f"arn:aws:lambda:{_HERE}:function:site-Controller"
        ),
        allow("ssm:GetParameter", switch, f"{switch}/status"),
        allow("ssm:GetParametersByPath", f"{switch}/windows"),
        allow("ssm:GetParameterHistory", switch, f"{switch}/windows/*"),
        allow("cloudfront:ListDistributions", "*"),
        allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/standby/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        *(
            allow(each, f"arn:aws:cloudfront::000000000000:distribution/{stage.docs}")
            for each in (_READS, _UPDATES)
        ),
    )
    environment = stage.deployed.as_caller(caller)

    for typed in ("attach", "detach"):
        ran = stage.deployed.types(
            "standby", typed, "--distribution", stage.docs, "--yes", environment=environment
        )

        assert (0, "") == (ran.returncode, ran.stderr.partition("error")[2])


def test_a_composed_function_takes_the_place_of_theirs_and_gives_it_back(stage: _Stage) -> None:
    """In one update each, so that theirs runs all the time; first it has to be published."""
    site, before = stage.deployed.site, stage.attached()
    typed = ("attach", "--distribution", stage.shop, "--in-place-of", "rewrite", "--yes")
    stage.types("compose", "tests/standby/functions/auth.js", "--put", "--yes")
    other = stage.types(*typed)
    unknown = stage.types(*("rewrit" if each == "rewrite" else each for each in typed))
    stage.types("compose", _SPA, "--put", "--yes")
    early = stage.types(*typed)
    program = site.cloud.s3.get_object(Bucket=BUCKET, Key=_PROGRAM)["Body"].read().decode()
    code = bake(program, State(7, ("en",), "0a1b2c3d", ()), ())
    stage.publish(code)

    attached = stage.types(*typed)

    assert (1, True) == (other[0], "does not have the code that rewrite has now" in other[2])
    assert (1, True) == (unknown[0], "no published CloudFront Function rewrit:" in unknown[2])
    assert (1, True) == (early[0], "the composed function is not published yet" in early[2])
    assert {"default", "/img/*", "/open/*"} == stage.having(stage.shop)
    assert "default replaced in place of CloudFront Function rewrite at viewer-req" in attached[1]
    assert "/open/* attached viewer-request is free" in attached[1]
    kept = stage.types("detach")
    assert (1, True) == (kept[0], "composed with it no longer runs there; --put-back" in kept[2])
    paths = ("--except-paths", "/img/*", "/open/*")
    arn = ARN.replace(NAME, "rewrite")
    missing = [stage.types("detach", "--put-back", each, "--yes") for each in ("rewrit", arn)]
    for name, each in zip(("rewrit", arn), missing, strict=True):
        assert (1, True) == (each[0], f"no published CloudFront Function {name}: give" in each[2])
    assert {"default", "/img/*", "/open/*"} == stage.having(stage.shop)
    detached = stage.types("detach", "--put-back", "rewrite", *paths, "--yes")
    assert (0, before) == (detached[0], stage.attached())
    assert "default replaced CloudFront Function rewrite at viewer-request takes its" in detached[1]
    assert "no longer runs there" not in detached[1]
    stage.types("compose", "--remove", "--yes")


def test_it_says_where_a_composed_function_would_run(stage: _Stage) -> None:
    """Ours is attached to more behaviors than theirs was; S3 may also be down."""
    stage.types("compose", _SPA, "--put", "--yes")

    composed = stage.types("attach", "--distribution", stage.docs)
    stage.sandbox.inject_fault("refuse", "s3:GetObject", code="AccessDenied", status=403, times=9)
    unknown = stage.types("attach", "--distribution", stage.docs)

    stage.sandbox.clear_faults()
    stage.types("compose", "--remove", "--yes")
    assert "your function that is composed with it runs there too, unless" in composed[2]
    assert "cannot read whether another function is composed with it" in unknown[2]


# compose


def test_a_composed_function_is_printed(stage: _Stage) -> None:
    """As it would be published, whatever the width of the terminal; it needs no AWS."""
    ran = stage.deployed.types("standby", "compose", _SPA, environment={"COLUMNS": "20"})
    as_json = stage.deployed.types("standby", "compose", _SPA, "--json")

    answer = json.loads(as_json.stdout)
    assert (0, False) == (ran.returncode, answer["stored"])
    assert ran.stdout == answer["program"]
    assert f"{answer['bytes_left']} bytes are left for more code of yours." in ran.stderr
    assert "request.uri += '/index.html';" in ran.stdout


def test_what_cannot_be_composed_is_refused_with_its_line(tmp_path: Path, stage: _Stage) -> None:
    """And with the name of the file."""
    file = tmp_path / "theirs.js"
    file.write_text("import cf from 'cloudfront';\nconst store = cf.kvs('routes');\n")
    picture = tmp_path / "picture.js"
    picture.write_bytes(b"\xff\xd8")

    code, shown, error = stage.types("compose", str(file))
    other = stage.types("compose", str(picture))

    assert (1, "", 1, "") == (code, shown, *other[:2])
    assert f"{file}: cannot be composed: line 1: it has no function handler" in error
    assert "line 2: a key-value store of its own" in error
    assert "picture.js is no text in UTF-8" in other[2]


def test_a_composed_function_is_published_and_removed_again(stage: _Stage) -> None:
    """The controller publishes what lies in the bucket."""
    s3 = stage.deployed.site.cloud.s3

    code, shown, explained = stage.types(
        "compose", _SPA, "--except-paths", "/api/*", "--put", "--yes"
    )

    stored = s3.get_object(Bucket=BUCKET, Key=_PROGRAM)["Body"].read().decode()
    assert (0, 1) == (code, stored.count("__BAKED__"))
    assert r"\/api\/" in stored
    assert "It replaces the packaged function, and runs at each cache behavior" in explained
    assert "in its next sweep, which site-maintenance sweep starts now" in shown
    again = stage.types("compose", _SPA, "--except-paths", "/api/*", "--put")
    assert (0, True) == (again[0], "is this program already; nothing was written" in again[1])
    other = stage.types("compose", _SPA, "--put")
    assert (1, True) == (other[0], "It replaces the program there" in other[2])
    kept = stage.types("compose", "--remove")
    assert (1, True) == (kept[0], "Your function then no longer runs" in kept[2])
    removed = stage.types("compose", "--remove", "--yes")
    assert (0, True) == (removed[0], "Deleted; the bucket keeps the old version." in removed[1])
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=_PROGRAM)
    last = stage.types("compose", "--remove")
    assert (0, True) == (last[0], "nothing was deleted" in last[1])


def test_a_file_that_does_not_exist_is_named(stage: _Stage) -> None:
    """Without Python's words for it."""
    code, _, error = stage.types("compose", "nowhere.js")

    assert (1, True) == (code, "nowhere.js cannot be used: No such file or directory" in error)

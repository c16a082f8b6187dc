"""The command restore: the way to open a site when the controller cannot."""

import json
from collections.abc import Callable, Iterator

import pytest

from sandbox.process import Sandbox
from tests.cli.deployed import STACK, Deployed, deploy, words
from tests.cloud import Cloud
from tests.sandbox.builders import (
    a_behavior,
    a_distribution,
    a_function,
    a_user,
    a_version,
    allow,
    edge,
    functions,
    ordered,
)
from tests.stories.site import BUCKET, EDGE_NAME, PAGE_NAME, SWITCH

_HERE = "us-east-1:000000000000"


@pytest.fixture(scope="module")
def _stack(sandbox: Sandbox) -> Iterator[tuple[Deployed, str]]:
    """Give a stack for one distribution, with a displaced function of each kind."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    rewrite, auth = a_function(cloud, "rewrite"), a_version(cloud, "auth")
    distribution_id = a_distribution(
        cloud,
        DefaultCacheBehavior=a_behavior(FunctionAssociations=functions(viewer_request=rewrite)),
        CacheBehaviors=ordered(
            a_behavior(PathPattern="/api/*", LambdaFunctionAssociations=edge(viewer_request=auth)),
            a_behavior(PathPattern="/assets/*"),
        ),
    )
    yield deploy(cloud, distribution_id), distribution_id
    sandbox.reset()


@pytest.fixture
def distribution_id(_stack: tuple[Deployed, str]) -> str:
    """Give the distribution's id."""
    return _stack[1]


@pytest.fixture
def deployed(_stack: tuple[Deployed, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Give the stack with its site open, and its controller's environment in this process."""
    stack, made = _stack
    environment = stack.site.cloud.sandbox.environment() | stack.site.environment(made)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stack.site.becomes("off")
    return stack


@pytest.mark.parametrize("alias", [False, True])
def test_restore_opens_the_distribution_byte_for_byte(
    deployed: Deployed, distribution_id: str, *, alias: bool
) -> None:
    """The controller has not run since the off, and need not run."""
    site = deployed.site
    before = site.config(distribution_id)
    site.becomes("on")
    site.says("off")
    listed = site.cloud.cloudfront.get_distribution(Id=distribution_id)["Distribution"]
    typed = listed["DomainName"] if alias else distribution_id

    ran = deployed.types("restore", typed, "--yes")

    shown = words(ran.stderr)
    assert (0, before) == (ran.returncode, site.config(distribution_id))
    assert "default detach" in shown
    assert "restore CloudFront Function rewrite at viewer-request" in shown
    assert "restore Lambda@Edge function auth:1 at viewer-request" in shown
    assert "warning" not in shown
    assert "is updated; CloudFront needs minutes" in words(ran.stdout)


def test_restore_warns_if_the_controller_would_close_the_site_again(
    deployed: Deployed, distribution_id: str
) -> None:
    """An off must come first."""
    deployed.site.becomes("on")

    ran = deployed.types("restore", distribution_id)

    assert 1 == ran.returncode
    assert "so the next run closes it again: run `site-maintenance off` first" in words(ran.stderr)
    assert "not a terminal, cannot ask: add --yes" in words(ran.stderr)
    assert "default" in deployed.site.attached(distribution_id)
    assert EDGE_NAME in str(deployed.site.attached(distribution_id)["default"])


def test_restore_of_an_open_distribution_changes_nothing(
    deployed: Deployed, distribution_id: str
) -> None:
    """And says so, without asking."""
    before = len(deployed.site.cloud.sandbox.calls("cloudfront:UpdateDistribution"))

    ran = deployed.types("restore", distribution_id, "--json")

    assert (0, "") == (ran.returncode, ran.stderr)
    assert not json.loads(ran.stdout)["changed"]
    assert before == len(deployed.site.cloud.sandbox.calls("cloudfront:UpdateDistribution"))


def test_restore_refuses_what_the_controller_would_refuse(
    deployed: Deployed, distribution_id: str
) -> None:
    """Here the record is gone, so nothing says what belongs there; the site stays closed."""
    site = deployed.site
    site.becomes("on")
    site.says("off")
    key = f"displaced/{distribution_id}.json"
    record = site.cloud.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    site.cloud.s3.delete_object(Bucket=BUCKET, Key=key)

    ran = deployed.types("restore", distribution_id, "--yes")

    site.cloud.s3.put_object(Bucket=BUCKET, Key=key, Body=record)
    assert 1 == ran.returncode
    assert "is left as it is" in words(ran.stdout)
    assert "does not say what was there before" in words(ran.stdout)


def test_restore_reads_whether_the_site_should_be_open_as_far_as_it_can(
    deployed: Deployed, distribution_id: str
) -> None:
    """Parameter Store may be down, too."""
    site = deployed.site
    site.becomes("on")
    site.says("off")
    site.cloud.sandbox.inject_fault(
        "refuse", "ssm:GetParameter", code="AccessDeniedException", status=400, times=99
    )

    ran = deployed.types("restore", distribution_id, "--yes")

    site.cloud.sandbox.clear_faults()
    assert 0 == ran.returncode
    assert "cannot read whether the site should be open" in words(ran.stderr)


@pytest.mark.parametrize(
    ("change", "hint"),
    [(lambda known: f"{known[:-1]}", "did you mean"), (lambda _: "?", "status lists them")],
)
def test_an_unknown_distribution_is_an_error(
    deployed: Deployed,
    distribution_id: str,
    change: Callable[[str], str],
    hint: str,
) -> None:
    """With the one that may be meant."""
    ran = deployed.types("restore", change(distribution_id), "--yes")

    assert 1 == ran.returncode
    assert "this account has no distribution" in words(ran.stderr)
    assert hint in words(ran.stderr)


def test_the_permissions_of_the_page_suffice(deployed: Deployed, distribution_id: str) -> None:
    """docs/iam.md lists them."""
    site = deployed.site
    before = site.config(distribution_id)
    site.becomes("on")
    site.says("off")
    switch = f"arn:aws:ssm:{_HERE}:parameter{SWITCH}"
    function = f"arn:aws:lambda:{_HERE}:function"
    pages = f"{function}:{PAGE_NAME}:*"
    caller = a_user(
        site.cloud,
        allow("cloudformation:DescribeStacks", f"arn:aws:cloudformation:{_HERE}:stack/{STACK}/*"),
        allow("lambda:GetFunctionConfiguration", f"{function}:site-Controller"),
        allow("ssm:GetParameter", switch, f"{switch}/status"),
        allow("ssm:GetParametersByPath", f"{switch}/windows"),
        allow("ssm:GetParameterHistory", switch, f"{switch}/windows/*"),
        allow("cloudfront:ListDistributions", "*"),
        *(
            allow(each, f"arn:aws:cloudfront::000000000000:distribution/{distribution_id}")
            for each in ("cloudfront:GetDistributionConfig", "cloudfront:UpdateDistribution")
        ),
        allow("s3:GetObject", f"arn:aws:s3:::{BUCKET}/displaced/*"),
        allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/displaced/*"),
        allow("s3:ListBucket", f"arn:aws:s3:::{BUCKET}"),
        *(
            allow(f"lambda:{each}", f"{function}:auth:*", f"{function}:{EDGE_NAME}:*", pages)
            for each in ("GetFunction", "EnableReplication*", "DisableReplication*")
        ),
    )

    ran = deployed.types(
        "restore", distribution_id, "--yes", environment=deployed.as_caller(caller)
    )

    assert (0, before) == (ran.returncode, site.config(distribution_id)), ran.stderr

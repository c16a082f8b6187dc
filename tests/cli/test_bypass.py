"""The command bypass, each in its own process against the sandbox, with its deployed controller."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from maintenance.cli.bypass import _link
from maintenance.lambda_edge.bypass import LINK_PARAMETER
from maintenance_edge.bypass import PARAMETER

from sandbox.process import Sandbox
from tests.cli.asking import asked
from tests.cli.deployed import Deployed, deploy, words
from tests.cloud import Cloud, eventually
from tests.edge.builders import sha256
from tests.sandbox.builders import a_distribution, a_user, allow
from tests.stories.site import BUCKET
from tests.timing import PATIENCE

KEY = "page-bypass.json"
HOST = "shop.example.com"


@pytest.fixture(scope="module")
def _stack(sandbox: Sandbox) -> Iterator[tuple[Deployed, str]]:
    """Give a stack for one distribution; its controller runs when a test wakes it."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    aliases = {"Quantity": 2, "Items": ["*.example.com", HOST]}
    distribution_id = a_distribution(cloud, Aliases=aliases)
    yield deploy(cloud, distribution_id), distribution_id
    sandbox.reset()


@pytest.fixture
def deployed(_stack: tuple[Deployed, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Give the stack without tokens and with its site open, and its environment in this process."""
    stack, distribution_id = _stack
    cloud = stack.site.cloud
    environment = cloud.sandbox.environment() | stack.site.environment(distribution_id)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cloud.sandbox.set(deploy_seconds=0.5)
    cloud.s3.delete_object(Bucket=BUCKET, Key=KEY)
    stack.site.becomes("off")
    cloud.sandbox.finish_deployments()
    return stack


def stored(deployed: Deployed) -> str:
    """Return the stored tokens as text, a document without any if there is no object."""
    s3 = deployed.site.cloud.s3
    if not s3.list_objects_v2(Bucket=BUCKET, Prefix=KEY)["KeyCount"]:
        return '{"tokens": []}'
    return s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read().decode()


def names(deployed: Deployed) -> list[str]:
    """Return the names of the stored tokens."""
    return [each["name"] for each in json.loads(stored(deployed))["tokens"]]


def token_of(link: str) -> str:
    """Return the token in a link."""
    return link.strip().partition(f"{PARAMETER}=")[2]


def test_create_prints_the_link_and_stores_its_digest(deployed: Deployed) -> None:
    """Nothing but the link is on standard output; the token itself is nowhere else."""
    ran = deployed.types("bypass", "create", "--for", "2h", "--name", "ana")

    assert 0 == ran.returncode, ran.stderr
    assert re.fullmatch(rf"https://{HOST}/\?{PARAMETER}=[\w-]{{43}}\n", ran.stdout)
    token = token_of(ran.stdout)
    assert (True, False) == (sha256(token) in stored(deployed), token in stored(deployed))
    assert "The token ana is valid until" in words(ran.stderr)
    assert "in 2h. Its link is not shown again." in words(ran.stderr)
    assert "The site is open: the link works from the next maintenance on" in words(ran.stderr)


def test_create_waits_until_the_link_works(deployed: Deployed) -> None:
    """Until the controller has published the token and CloudFront has deployed that."""
    site = deployed.site
    site.becomes("on")
    site.cloud.sandbox.finish_deployments()

    running = deployed.starts("bypass", "create", "--name", "ana", "--wait")
    eventually(lambda: ["ana"] == names(deployed))
    site.notices_the_page()
    link, err = running.communicate(timeout=PATIENCE)
    opened = httpx.get(
        f"{site.cloud.sandbox.endpoint_url}/?{PARAMETER}={token_of(link)}",
        headers={"Host": HOST},
        timeout=PATIENCE,
    )

    assert (0, 303) == (running.returncode, opened.status_code)
    assert err.endswith("The link works.\n")


def test_create_for_a_closed_site_says_what_the_link_shows_first(deployed: Deployed) -> None:
    """It works minutes later; a tester who opens it now would think it is broken."""
    deployed.site.becomes("on")

    ran = deployed.types("bypass", "create")

    assert 0 == ran.returncode
    assert (
        "The site is closed: until CloudFront has deployed the token, usually within minutes, the "
        "link shows the maintenance page."
    ) in words(ran.stderr)


def test_waiting_ends_with_its_time(deployed: Deployed) -> None:
    """The controller does not run here; exit code 4, and the token stays."""
    deployed.site.becomes("on")
    deployed.site.cloud.sandbox.finish_deployments()

    ran = deployed.types("bypass", "create", "--name", "ana", "--wait", "--timeout", "1s")

    assert (4, ["ana"]) == (ran.returncode, names(deployed))
    assert "Still rolling out" in ran.stderr


def test_list_shows_names_and_expiry(deployed: Deployed) -> None:
    """For people and for scripts; without a name the token has one of its own."""
    deployed.types("bypass", "create", "--for", "2h", "--name", "ana")
    unnamed = deployed.types("bypass", "create", "--json")
    name = json.loads(unnamed.stdout)["name"]

    screen = deployed.types("bypass", "list").stdout
    document = json.loads(deployed.types("bypass", "list", "--json").stdout)

    assert re.fullmatch(r"[0-9a-f]{8}", name)
    assert ["name", "ana", name] == [line.split()[0] for line in screen.splitlines()]
    assert [("ana", True), (name, True)] == [
        (each["name"], each["valid"]) for each in document["tokens"]
    ]


def test_without_tokens_list_says_so(deployed: Deployed) -> None:
    """The object need not exist."""
    ran = deployed.types("bypass", "list")

    assert (0, "No bypass tokens.\n") == (ran.returncode, ran.stdout)


def test_revoke_takes_out_one_token(deployed: Deployed) -> None:
    """And says until when it can still be used."""
    for name in ("ana", "bob"):
        deployed.types("bypass", "create", "--name", name)
    deployed.site.becomes("on")

    ran = deployed.types("bypass", "revoke", "ana", "--yes")

    assert (0, ["bob"]) == (ran.returncode, names(deployed))
    assert (
        "Revoked ana. The site is closed: until CloudFront has deployed this, usually within "
        "minutes, ana can pass."
    ) in words(ran.stderr)


@pytest.mark.parametrize(
    ("answer", "code", "left", "said"),
    [("y", 0, [], "Revoked ana."), ("n", 1, ["ana"], "Nothing was written.")],
)
def test_revoke_asks_before_it_ends_a_link(
    deployed: Deployed, answer: str, code: int, left: list[str], said: str
) -> None:
    """As every command that takes something away."""
    deployed.types("bypass", "create", "--name", "ana")

    ended, shown = asked(deployed, "bypass", "revoke", "ana", answer=answer)

    assert (code, left) == (ended, names(deployed))
    assert "End the links and cookies of ana? [y/n] (n):" in shown
    assert said in shown


def test_a_script_must_confirm_a_revocation(deployed: Deployed) -> None:
    """Where it cannot be asked, the command says how."""
    deployed.types("bypass", "create", "--name", "ana")

    ran = deployed.types("bypass", "revoke", "ana")

    assert (1, ["ana"]) == (ran.returncode, names(deployed))
    assert "not a terminal, cannot ask: add --yes\n" == ran.stderr


def test_an_unknown_name_is_an_error(deployed: Deployed) -> None:
    """Nothing is changed, also for the names beside it."""
    deployed.types("bypass", "create", "--name", "ana")

    ran = deployed.types("bypass", "revoke", "ana", "eve")

    assert (1, ["ana"]) == (ran.returncode, names(deployed))
    assert "no token is named eve: there are ana\n" == ran.stderr


def test_two_operators_do_not_lose_each_others_token(deployed: Deployed) -> None:
    """The write of the first comes after that of the second; it is made again."""
    deployed.types("bypass", "create", "--name", "eve")
    sandbox = deployed.site.cloud.sandbox
    sandbox.inject_fault("hold", "s3:PutObject")
    first = deployed.starts("bypass", "create", "--name", "ana")
    eventually(lambda: len(sandbox.held()) == 1)
    second = deployed.types("bypass", "create", "--name", "bob")
    sandbox.release()
    first.communicate(timeout=PATIENCE)

    assert (0, 0, ["eve", "bob", "ana"]) == (
        first.returncode,
        second.returncode,
        names(deployed),
    )


@pytest.mark.parametrize("kind", ["lose", "cut-after"])
def test_a_lost_answer_loses_no_link(deployed: Deployed, kind: str) -> None:
    """S3 has stored the token, and the repeated write finds it there."""
    deployed.types("bypass", "create", "--name", "eve")
    deployed.site.cloud.sandbox.inject_fault(kind, "s3:PutObject")
    created = deployed.types("bypass", "create", "--name", "ana", "--yes")
    deployed.site.cloud.sandbox.inject_fault(kind, "s3:PutObject")
    revoked = deployed.types("bypass", "revoke", "eve", "--yes")

    assert (0, 0, ["ana"]) == (created.returncode, revoked.returncode, names(deployed))
    assert sha256(token_of(created.stdout)) in stored(deployed)


@pytest.mark.parametrize(
    ("code", "error", "options"),
    [
        (2, "'http://shop.example.com/' is not an https address", ["--url", f"http://{HOST}/"]),
        (2, "'shop.example.com' is not an https address", ["--url", HOST]),
        (2, "'7' is not", ["--for", "7"]),
        (1, "'a b' cannot name a token: use up to 64 letters", ["--name", "a b"]),
        (1, "a token lasts 365 days at most", ["--for", "366d"]),
    ],
)
def test_what_cannot_be_is_refused(
    deployed: Deployed, code: int, error: str, options: list[str]
) -> None:
    """With a sentence, and nothing is stored."""
    ran = deployed.types("bypass", "create", *options)

    assert (code, "") == (ran.returncode, ran.stdout)
    assert error.replace("'7' is not", "'7': unit missing") in words(ran.stderr)
    assert [] == names(deployed)


def test_an_operator_without_permission_learns_it(deployed: Deployed) -> None:
    """Who may read the stack may not let browsers in."""
    reader = a_user(
        deployed.site.cloud,
        allow("cloudformation:DescribeStacks", "*"),
        allow("lambda:GetFunctionConfiguration", "*"),
        allow("s3:ListBucket", "*"),
        allow("s3:GetObject", "*"),
    )
    ran = deployed.types(
        "bypass", "create", "--url", f"https://{HOST}/", environment=deployed.as_caller(reader)
    )

    assert (1, "") == (ran.returncode, ran.stdout)
    assert f"the bypass tokens s3://{BUCKET}/{KEY} were not written" in words(ran.stderr)


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f"https://www.example.com/?{PARAMETER}=x", "https://www.example.com"),
        (f"https://a.example/b?c=d&{PARAMETER}=x", "https://a.example/b?c=d#e"),
        (f"https://a.example/?c=d&{PARAMETER}=x", f"https://a.example/?{PARAMETER}=old&c=d"),
    ],
)
def test_the_link_is_the_address_with_the_token(link: str, url: str) -> None:
    """The rest of the address stays, but for the token of an old link."""
    assert link == _link(url, "x")


def test_the_link_has_the_parameter_that_the_edge_reads() -> None:
    """The command does not carry the edge function."""
    assert PARAMETER == LINK_PARAMETER

"""The command page, each in its own process; put and remove against the sandbox."""

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import httpx
import pytest

from sandbox.process import Sandbox
from tests.cli.deployed import Deployed, deploy, words
from tests.cli.program import ROOT, command, forked
from tests.cli.test_show import READER
from tests.cloud import Cloud, eventually
from tests.sandbox.builders import a_distribution, a_user, allow
from tests.stories.site import BUCKET
from tests.timing import PATIENCE

PAGE = "<!doctype html><p>{{message}}</p><script>{{script}}</script>"


@pytest.fixture(scope="module")
def _stack(sandbox: Sandbox) -> Iterator[tuple[Deployed, str]]:
    """Give a stack for one distribution; its controller runs when a test wakes it."""
    sandbox.reset()
    cloud = Cloud(sandbox)
    distribution_id = a_distribution(cloud)
    yield deploy(cloud, distribution_id), distribution_id
    sandbox.reset()


@pytest.fixture
def deployed(_stack: tuple[Deployed, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Give the stack with its site open and no page, and its controller's environment here."""
    stack, distribution_id = _stack
    cloud = stack.site.cloud
    environment = cloud.sandbox.environment() | stack.site.environment(distribution_id)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in names(stack):
        cloud.s3.delete_object(Bucket=BUCKET, Key=f"page/{name}")
    stack.site.becomes("off")
    return stack


def names(deployed: Deployed) -> set[str]:
    """Return the names of the files under page/."""
    listed = deployed.site.cloud.s3.list_objects_v2(Bucket=BUCKET, Prefix="page/")
    return {each["Key"].removeprefix("page/") for each in listed.get("Contents", [])}


def uploaded(deployed: Deployed) -> dict[str, bytes]:
    """Return the files under page/ by name."""
    s3 = deployed.site.cloud.s3
    return {
        name: s3.get_object(Bucket=BUCKET, Key=f"page/{name}")["Body"].read()
        for name in names(deployed)
    }


def run_while(
    deployed: Deployed,
    *typed: str,
    wake_when: Callable[[], bool],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> tuple[int, str]:
    """Run a command, wake the controller as S3 does once the bucket changed; return its end."""
    running = subprocess.Popen(  # noqa: S603 - our own program
        forked(*typed),
        cwd=ROOT,
        env=deployed.environment() | dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert eventually(wake_when)
    deployed.site.notices_the_page()
    out, err = running.communicate(timeout=PATIENCE)
    return running.returncode, words(f"{err} {out}")


def alone(*typed: str) -> "subprocess.CompletedProcess[str]":
    """Run a command without an AWS account, a Region or credentials."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return subprocess.run(  # noqa: S603 - our own program
        command(*typed), env=environment, capture_output=True, text=True, check=False
    )


def test_check_needs_no_account(tmp_path: Path) -> None:
    """It says what put does to the page, and that it is usable then."""
    (tmp_path / "503.html").write_text("<link rel=icon href=/favicon.ico><p>Closed")

    done = alone("page", "check", str(tmp_path / "503.html"))

    assert (0, "") == (done.returncode, done.stderr)
    assert (
        "Notice: page.html does not show the message of `on`: write {{message}} where it belongs. "
        "Notice: page.html does not return to the site by itself: add "
        "<script>{{script}}</script> before </body>. "
        "`page put` does this: page.html: made of 503.html "
        '`page put` does this: page.html: left out <link rel="icon"> (/favicon.ico): '
        "there is no file favicon.ico in the folder "
        "Usable as put uploads it, after these steps."
    ) == words(done.stdout)


def test_check_answers_scripts_with_json(tmp_path: Path) -> None:
    """A pipeline fails on its exit code."""
    (tmp_path / "page.html").write_text(f"{PAGE}<img src=logo.png>")

    done = alone("page", "check", str(tmp_path), "--json")

    document = json.loads(done.stdout)
    (error,) = document.pop("errors")
    step = "page.html: left logo.png as it is: there is no file logo.png in the folder"
    assert (1, {"usable": False, "notices": [], "steps": [step]}) == (done.returncode, document)
    assert error.startswith("page/page.html, line 1: <img src> loads logo.png")


def test_check_names_what_is_no_page(tmp_path: Path) -> None:
    """In one sentence."""
    done = alone("page", "check", str(tmp_path / "none"))

    assert (1, True) == (done.returncode, "cannot be read: No such file" in done.stderr)


def test_preview_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    """On loopback, with the message of an `on`; it needs no account either."""
    (tmp_path / "page.html").write_text(PAGE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    running = subprocess.Popen(  # noqa: S603 - our own program
        command(
            "page", "preview", str(tmp_path), "--port", port, "--message", "Disks", "--for", "2h"
        ),
        env={"PATH": os.defpath, "PYTHONPATH": f"{ROOT / 'controller'}:{ROOT / 'edge_handler'}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    try:
        said = running.stderr.readline()
        page = httpx.get(
            f"http://127.0.0.1:{port}/shop", headers={"Accept": "text/html"}, timeout=PATIENCE
        )
    finally:
        running.send_signal(2)
        ended = running.wait(timeout=PATIENCE)
        running.stderr.close()

    assert (503, True, "on", 0) == (
        page.status_code,
        "<p>Disks</p>" in page.text,
        page.headers["x-maintenance"],
        ended,
    )
    assert f"http://127.0.0.1:{port}/ shows the page; Ctrl+C ends it." == words(said)


def test_put_uploads_a_checked_page_and_waits_until_it_is_published(
    deployed: Deployed, tmp_path: Path
) -> None:
    """With what lies beside it put into it; the next `on` attaches that version."""
    (tmp_path / "page.html").write_text(f"{PAGE}<img alt='' src=logo.png>")
    (tmp_path / "logo.png").write_bytes(b"PNG")

    code, said = run_while(
        deployed, "page", "put", str(tmp_path), "--yes", wake_when=lambda: bool(names(deployed))
    )

    assert (0, [b"data:image/png;base64,UE5H"]) == (
        code,
        [each[-28:-2] for each in uploaded(deployed).values()],
    ), said
    assert "page.html: put logo.png into it (3 bytes)" in said
    assert f"adds s3://{BUCKET}/page/page.html" in said
    assert said.endswith("visitors get it with the next maintenance.")


def test_the_documented_permissions_suffice_to_put(deployed: Deployed, tmp_path: Path) -> None:
    """Those of docs/iam.md: of a reader, and to write page/*; they change nothing else."""
    objects = allow("s3:PutObject", f"arn:aws:s3:::{BUCKET}/page/*")
    owner = deployed.as_caller(a_user(deployed.site.cloud, *READER, objects))
    (tmp_path / "page.html").write_text(PAGE)

    code, said = run_while(
        deployed,
        *("page", "put", str(tmp_path), "--yes"),
        wake_when=lambda: bool(names(deployed)),
        environment=owner,
    )

    assert (0, False) == (code, "AccessDenied" in said), said


def test_put_writes_nothing_if_the_page_is_unusable(deployed: Deployed, tmp_path: Path) -> None:
    """The controller's own check judges it, with the deployed function."""
    (tmp_path / "page.html").write_text("<iframe>")

    done = deployed.types("page", "put", str(tmp_path), "--yes")

    assert (1, {}) == (done.returncode, uploaded(deployed))
    assert "page/page.html, line 1: <iframe> shows another document" in words(done.stderr)


def test_put_asks_first(deployed: Deployed, tmp_path: Path) -> None:
    """Without a terminal it cannot, and writes nothing."""
    (tmp_path / "page.html").write_text(PAGE)

    done = deployed.types("page", "put", str(tmp_path))

    assert (1, {}) == (done.returncode, uploaded(deployed))
    assert done.stderr.endswith("not a terminal, cannot ask: add --yes\n")


def test_put_of_what_is_there_writes_nothing(deployed: Deployed, tmp_path: Path) -> None:
    """A pipeline may run it each time."""
    (tmp_path / "page.html").write_text(PAGE)
    deployed.site.puts("page.html", PAGE)

    done = deployed.types("page", "put", str(tmp_path), "--yes")

    assert (0, "The bucket has these files already; nothing was written.") == (
        done.returncode,
        words(done.stdout),
    )


def test_put_judges_a_page_with_the_settings_that_are_there(
    deployed: Deployed, tmp_path: Path
) -> None:
    """A file alone may need what an earlier upload allowed."""
    deployed.site.puts("settings.json", '{"allowed_paths": ["/assets/*"]}')
    (tmp_path / "maintenance.html").write_text(f"{PAGE}<img src=/assets/logo.png>")

    code, said = run_while(
        deployed,
        "page",
        "put",
        str(tmp_path / "maintenance.html"),
        "--yes",
        wake_when=lambda: "page.html" in names(deployed),
    )

    assert (0, True) == (code, "page.html: made of maintenance.html" in said), said


def test_put_says_what_comes_next_during_a_maintenance(deployed: Deployed, tmp_path: Path) -> None:
    """CloudFront then needs minutes."""
    deployed.site.becomes("on: New disks")
    (tmp_path / "page.html").write_text(f"{PAGE}<p>during")

    code, said = run_while(
        deployed, "page", "put", str(tmp_path), "--yes", wake_when=lambda: bool(names(deployed))
    )

    assert (0, True) == (code, "published it; CloudFront then needs minutes" in said), said


def test_put_answers_scripts_with_json(deployed: Deployed, tmp_path: Path) -> None:
    """What was written, and whether it is published."""
    (tmp_path / "page.html").write_text(f"{PAGE}<link rel=manifest href=/a><p>json")

    code, said = run_while(
        deployed,
        *("page", "put", str(tmp_path), "--yes", "--json"),
        wake_when=lambda: bool(names(deployed)),
    )

    assert 0 == code, said
    assert {
        "changed": ["page.html"],
        "published": True,
        "errors": [],
        "steps": ['page.html: left out <link rel="manifest"> (/a)'],
    } == json.loads(said[said.index("{") :])


def test_remove_brings_back_the_packaged_page(deployed: Deployed) -> None:
    """The bucket keeps the old versions."""
    deployed.site.puts("page.html", PAGE)
    deployed.site.puts("page.de.html", PAGE)
    deployed.site.notices_the_page()

    code, said = run_while(
        deployed, "page", "remove", "all", "--yes", wake_when=lambda: not names(deployed)
    )

    assert (0, True) == (code, "Deleted; the bucket keeps the old versions." in said), said


def test_remove_refuses_what_would_make_the_rest_unusable(deployed: Deployed) -> None:
    """Nothing is deleted then."""
    deployed.site.puts("page.html", PAGE)
    deployed.site.puts("page.de.html", PAGE)

    done = deployed.types("page", "remove", "page.html", "--yes")

    assert (1, {"page.html", "page.de.html"}) == (done.returncode, names(deployed))
    assert "page/page.html is missing: add the page in 'en'" in words(done.stderr)


def test_remove_takes_away_what_the_controller_refuses(deployed: Deployed) -> None:
    """A file that was copied there by another tool."""
    deployed.site.puts("page.html", PAGE)
    deployed.site.puts("logo.png", "PNG")

    code, said = run_while(
        deployed,
        "page",
        "remove",
        "logo.png",
        "--yes",
        wake_when=lambda: "logo.png" not in names(deployed),
    )

    assert (0, {"page.html"}) == (code, names(deployed)), said


def test_remove_of_nothing_names_what_is_there(deployed: Deployed) -> None:
    """A misspelt name deletes nothing."""
    deployed.site.puts("page.html", PAGE)

    done = deployed.types("page", "remove", "page.fr.html", "--yes")

    assert (1, "there is no page.fr.html under page/, but page.html") == (
        done.returncode,
        words(done.stderr),
    )

"""
The commands of README.md and docs/*.md, as bash understands them.

The sh blocks of a page run in order in one shell, where nothing that is unset may be used. What
would leave this machine or write to it is a function that notes its arguments in place of doing
anything, and answers `recorded`; cat, date, grep and sed are real, so pipes, quotes, here
documents and the runbook's own functions are. A command that is none of these is refused.
"""

import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.contract.template import ROOT

RECORDED = "recorded"
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_REAL = ("cat", "date", "grep", "sed")
_NOTED = (
    "aws",
    "cp",
    "curl",
    "git",
    "make",
    "mkdir",
    "python3",
    "python3.13",
    "sam",
    "sleep",
    "vi",
)
_READS = "/dev/stdin"

# A fence, also in a list; or, where a page has none, lines that are indented by four.
_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}\S.*\n)+", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")

_PREAMBLE = f"""
set -u
noted() {{ printf '%s\\0' "$#" "$@" >>"$CALLS"; }}
{"\n".join(f'{name}() {{ noted {name} "$@"; answered "$@"; }}' for name in _NOTED)}
answered() {{
  case "$*" in (*{_READS}*|-) noted stdin "$(cat)" ;; esac
  echo {RECORDED}
}}
command_not_found_handle() {{ noted unknown "$@"; }}
"""
_NOTING_FILE = """#!{bash}
printf '%s\\0' "$(($# + 1))" "${{0##*/}}" "$@" >>"$CALLS"
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One command with its arguments, and what it was given on standard input."""

    words: tuple[str, ...]
    stdin: str | None = None


def blocks(page: Path) -> list[str]:
    """Return the sh blocks of a page."""
    text = page.read_text(encoding="utf-8")
    fences = _FENCED.findall(text)
    if any(kind != "mermaid" for _, kind, _ in fences):
        return [textwrap.dedent(body) for _, kind, body in fences if kind == "sh"]
    return [textwrap.dedent(found) for found in _INDENTED.findall(text)]


def inline(page: Path, program: str) -> list[str]:
    """Return what a page shows between single backticks that begins with the program's name."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    return [code for code in _INLINE.findall(text) if code.startswith(f"{program} ")]


def calls(page: Path, folder: Path) -> list[Call]:
    """Run a page's blocks in an empty folder and return what was noted; fail if bash does."""
    runbook = ROOT / "docs" / "operations.md"
    first = "" if page == runbook else blocks(runbook)[0]
    script = "\n".join([_PREAMBLE, first, ': >"$CALLS"', *blocks(page), "true"])
    ran = subprocess.run(  # noqa: S603 - our own pages
        [_found("bash"), "-c", script],
        cwd=folder,
        env={"PATH": str(_path(folder)), "CALLS": str(folder / "calls")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (0, "") == (ran.returncode, "\n".join(_complaints(ran.stderr))), page.name
    return list(_noted((folder / "calls").read_text(encoding="utf-8")))


def _complaints(stderr: str) -> Iterator[str]:
    """Yield what bash says of the script itself; commands may say what they like."""
    yield from (line for line in stderr.splitlines() if re.match(r"\S*bash: line \d+: ", line))


def _path(folder: Path) -> Path:
    """Make the folder of the real commands, and what the pages call by its path."""
    path = folder / "bin"
    path.mkdir()
    for name in _REAL:
        (path / name).symlink_to(_found(name))
    made = folder / ".venv" / "dev" / "bin"
    made.mkdir(parents=True)
    for name in ("python", "sam"):
        (made / name).write_text(_NOTING_FILE.format(bash=_found("bash")), encoding="utf-8")
        (made / name).chmod(0o755)
    # What the runbook's `ask` shows after each event.
    (folder / "report.json").write_text(RECORDED, encoding="utf-8")
    return path


def _found(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is needed on PATH"
    return found


def _noted(text: str) -> Iterator[Call]:
    words = iter(text.split("\0")[:-1])
    call: Call | None = None
    for count in words:
        noted = tuple(next(words) for _ in range(int(count)))
        if call and noted[0] == "stdin":
            call = Call(call.words, noted[1])
            continue
        if call:
            yield call
        call = Call(noted)
    if call:
        yield call

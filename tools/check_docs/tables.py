"""
The tables of docs/configuration.md, made from template.yaml; `make docs` writes them.

Everything in them is the template's: names, defaults, what CloudFormation lets through, and the
descriptions that `sam deploy --guided` and the console show.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.results.table import between_markers
from tests.contract.template import ROOT, load_template

PAGE = ROOT / "docs" / "configuration.md"


def with_tables(page: str, template: Mapping[str, Any]) -> str:
    """Return the page with the parameters and outputs of the template between its markers."""
    parameters = _table(
        ("parameter", "default", "allowed", "meaning"),
        (
            (f"`{name}`", _default(given), _allowed(given), given["Description"])
            for name, given in template["Parameters"].items()
        ),
    )
    outputs = _table(
        ("output", "value"),
        ((f"`{name}`", given["Description"]) for name, given in template["Outputs"].items()),
    )
    return between_markers(between_markers(page, "parameters", parameters), "outputs", outputs)


def _default(parameter: Mapping[str, Any]) -> str:
    if "Default" not in parameter:
        return "required"
    return f"`{parameter['Default']}`" if parameter["Default"] != "" else "empty"


def _allowed(parameter: Mapping[str, Any]) -> str:
    return "; ".join(_limits(parameter)) or "any text"


def _limits(parameter: Mapping[str, Any]) -> Iterator[str]:
    match parameter:
        case {"AllowedValues": values}:
            yield ", ".join(f"`{value}`" for value in values)
        case {"MinValue": least, "MaxValue": most}:
            yield f"{least:,} to {most:,}"
        case {"ConstraintDescription": sentence}:
            yield str(sentence).removeprefix("must be ")
        case {"Type": "CommaDelimitedList"}:
            yield "a list, comma separated"
    if "MaxLength" in parameter and "characters" not in parameter.get("ConstraintDescription", ""):
        yield f"at most {parameter['MaxLength']:,} characters"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '\\|') for cell in row)} |" for row in lines)


if __name__ == "__main__":
    PAGE.write_text(
        with_tables(PAGE.read_text(encoding="utf-8"), load_template()), encoding="utf-8"
    )

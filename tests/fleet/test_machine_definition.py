"""The state machine's definition, as judges of the language and we read it."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.hub import FLEET, machine_definition
from tests.needs import need

_VALIDATOR = Path(__file__).parent / "node_modules" / ".bin" / "asl-validator"
_DEFINITION = FLEET / "machine.asl.json"
# Step Functions' own, and those of JSONata, which are called.
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)\b(?!\()")


def _validate(path: Path) -> subprocess.CompletedProcess[str]:
    machine = {"npm": _VALIDATOR.exists()}
    need(machine, "apt-get install npm, and tools/state_machine_validator")
    return subprocess.run(  # noqa: S603 - our own program
        [_VALIDATOR, "--json-path", path], capture_output=True, text=True, check=False
    )


def test_the_definition_is_valid() -> None:
    """By asl-validator, which knows the language's schema and paths."""
    judged = _validate(_DEFINITION)

    assert 0 == judged.returncode, judged.stdout + judged.stderr


def test_an_invalid_definition_is_found(tmp_path: Path) -> None:
    """So the test above can fail."""
    path = tmp_path / "invalid.json"
    path.write_text(_DEFINITION.read_text("utf-8").replace('"Next": "Check"', '"Next": "Czech"'))

    assert 0 != _validate(path).returncode


def _texts(part: object) -> Iterator[str]:
    match part:
        case str():
            yield part
        case dict():
            for each in part.values():
                yield from _texts(each)
        case list():
            for each in part:
                yield from _texts(each)


def _outside(states: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the states of a scope, with those of inline maps but not of distributed ones."""
    for name, state in states.items():
        own = dict(state)
        processor = own.pop("ItemProcessor", {})
        yield name, own
        if processor.get("ProcessorConfig", {}).get("Mode") == "INLINE":
            yield from _outside(processor["States"])


def _scopes(states: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield states
    for state in states.values():
        processor = state.get("ItemProcessor", {})
        if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
            yield from _scopes(processor["States"])


def _unknown(states: Mapping[str, Any]) -> set[str]:
    """Return the variables that a scope uses and nothing in it assigns, with their states."""
    assigned = {"states"}
    used: set[tuple[str, str]] = set()
    for name, state in _outside(states):
        for place in (state, *state.get("Catch", [])):
            assigned |= place.get("Assign", {}).keys()
        expressions = (text for text in _texts(state) if text.startswith("{%"))
        used |= {(name, each) for text in expressions for each in _VARIABLE.findall(text)}
    return {f"{name}: ${variable}" for name, variable in used if variable not in assigned}


def test_every_variable_is_in_scope() -> None:
    """A child of a Distributed Map sees no variable of its parent (doc: workflow-variables)."""
    scopes = list(_scopes(machine_definition()["States"]))

    assert 2 == len(scopes)
    assert [set(), set()] == [_unknown(each) for each in scopes]


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [("Wave", "$waves", "Wave: $wavez"), ("Check", "$endless", "Check: $wavez")],
)
def test_a_variable_out_of_scope_is_found(state: str, text: str, expected: str) -> None:
    """So the test above can fail."""
    states = machine_definition()["States"]
    found = str(states[state]).replace(text, "$wavez")

    assert expected in _unknown({**states, state: {"Comment": "{% " + found + " %}"}})


def test_an_outer_variable_in_a_child_is_found() -> None:
    """No judge of the language notices one."""
    child = machine_definition()["States"]["Wave"]["ItemProcessor"]["States"]
    report = {"Type": "Pass", "Output": "{% $order %}", "End": True}

    assert {"Report: $order"} == _unknown({**child, "Report": report})

"""JSON as log filters and people read it."""

import pytest
from maintenance.text import to_json

from tests.builders import NOW


@pytest.mark.parametrize(
    ("value", "indent", "text"),
    [
        ({"a": [1, 2], "b": "č: \x1b"}, None, r'{"a":[1,2],"b":"č: \u001b"}'),
        ({"a": [1], "b": "č: \x9b"}, 1, '{\n "a": [\n  1\n ],\n "b": "č: \\u009b"\n}'),
    ],
)
def test_json_is_one_line_without_blanks_or_indented(
    value: object, indent: int | None, text: str
) -> None:
    """Log filters look for the first form; the status has the second."""
    assert text == to_json(value, indent=indent)


def test_a_value_that_json_does_not_know_is_written_by_the_callers_function() -> None:
    """An instant in a line of the log, say."""
    assert '{"at":"2026-12-01 02:00:00+00:00"}' == to_json({"at": NOW}, default=str)

"""What programs get, as the owner of the site wants it; what they rely on is always there."""

import json

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.problem import parse_problem, problem_body
from maintenance_edge.settings import Text

TEXT = Text("Soon", 'Moving "again" {{until}}')
UNTIL = 1_796_097_600.0


def sent(members: dict[str, object], until: float | None = UNTIL) -> dict[str, object]:
    """Return the members that programs get with these in page/problem.json."""
    replaced = parse_problem(json.dumps(members))
    body: dict[str, object] = json.loads(problem_body(TEXT, until, replaced))
    return body


def test_members_of_the_owner_are_sent_as_they_are() -> None:
    """Extension members too (RFC 9457, section 3.2); the missing ones are ours."""
    members: dict[str, object] = {"type": "https://example.com/problems/closed", "code": ["E", 7]}

    assert {
        "type": "https://example.com/problems/closed",
        "title": "Service Unavailable",
        "status": 503,
        "detail": TEXT.message,
        "until": "2026-12-01T04:00:00Z",
        "code": ["E", 7],
    } == sent(members)


def test_what_is_known_is_filled_into_texts_wherever_they_are() -> None:
    """As JSON has it, so that quotes in a message do no harm, and once."""
    members: dict[str, object] = {
        "title": "{{title}}!",
        "errors": [{"text": "{{message}} ({{until}})", "n": 1}],
    }
    filled = sent(members)

    assert ("Soon!", [{"text": f"{TEXT.message} (2026-12-01T04:00:00Z)", "n": 1}]) == (
        filled["title"],
        filled["errors"],
    )


def test_an_unknown_end_is_filled_in_as_nothing() -> None:
    """The member `until` is null, as in ours."""
    filled = sent({"title": "[{{until}}]"}, until=None)

    assert ("[]", None) == (filled["title"], filled["until"])


@pytest.mark.parametrize("text", ["{{", "}}", '{{"}}', "{ {title} }", '{{"a": 1}}'])
def test_braces_that_are_no_placeholder_stay(text: str) -> None:
    """JSON within texts of JSON is ordinary."""
    assert text == sent({"detail": text, "object": {"object": {}}})["detail"]


@pytest.mark.parametrize(
    ("error", "members"),
    [
        (": 'status' must be 503 or left out, not 500.", '{"status": 500}'),
        (": 'status' must be 503 or left out, not 503.0.", '{"status": 503.0}'),
        (": 'title' must be text, not null.", '{"title": null}'),
        (
            ": unknown placeholder {{name}} (use only {{title}}, {{message}}, {{until}}).",
            '{"detail": "{{name}}"}',
        ),
        (" must be one JSON object: put its keys between { and }.", "[]"),
    ],
)
def test_an_unusable_problem_is_named_with_its_remedy(error: str, members: str) -> None:
    """503 is the status of the answer, and what RFC 9457 calls text is text."""
    with pytest.raises(PackageError) as refused:
        parse_problem(members)

    assert f"page/problem.json{error}" == str(refused.value)


def test_all_faults_are_named_together() -> None:
    """Nobody uploads twice to learn of the second mistake."""
    with pytest.raises(PackageError, match=r"'detail' must be text.*'status' must be 503"):
        parse_problem('{"status": 200, "detail": 1}')


@pytest.mark.parametrize(
    "text",
    ["{'a': 1}", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 100_000, "9" * 5_000],
)
def test_what_no_program_could_read_is_refused(text: str) -> None:
    """Also where Python's reader is more lenient than JSON, or gives up."""
    with pytest.raises(
        PackageError, match=r"page/problem\.json is not valid JSON .*: correct it there"
    ):
        parse_problem(text)

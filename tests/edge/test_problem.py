"""What programs get, as the site's owner wants it, with the members that they rely on."""

import json

import pytest
from maintenance_edge.files import PackageError
from maintenance_edge.negotiation import PROBLEM
from maintenance_edge.page import Page
from maintenance_edge.problem import parse_problem, problem_body
from maintenance_edge.responses import prepare_responses
from maintenance_edge.texts import Text

from tests.edge.builders import PARTS, some_settings, value_of

TEXT = Text({"title": "Soon", "message": 'Moving "again" {{until}}'})
UNTIL = 1_796_097_600.0
UNLESS = "unless '$media_type' says that this is no problem+json"
MEDIA_TYPE = "'$media_type' must be a JSON type such as \"application/json\""


def sent(members: dict[str, object], until: float | None = UNTIL) -> dict[str, object]:
    """Return the members that programs get with these in page/problem.json."""
    replaced = parse_problem(json.dumps(members))
    body: dict[str, object] = json.loads(problem_body(TEXT, until, replaced))
    return body


def test_the_sites_members_are_sent_unchanged() -> None:
    """Extension members too (RFC 9457, section 3.2); missing ones have our values."""
    members: dict[str, object] = {"type": "https://example.com/problems/closed", "code": ["E", 7]}

    assert {
        "type": "https://example.com/problems/closed",
        "title": "Service Unavailable",
        "status": 503,
        "detail": TEXT.message,
        "until": "2026-12-01T04:00:00Z",
        "code": ["E", 7],
    } == sent(members)


def test_placeholders_are_filled_in_nested_texts_too() -> None:
    """Quotes in a message are escaped, and placeholders in it stay text."""
    members: dict[str, object] = {
        "title": "{{title}}!",
        "errors": [{"text": "{{message}} ({{until}})", "n": 1}],
    }
    filled = sent(members)

    assert ("Soon!", [{"text": f"{TEXT.message} (2026-12-01T04:00:00Z)", "n": 1}]) == (
        filled["title"],
        filled["errors"],
    )


def test_an_unknown_end_is_empty_in_texts() -> None:
    """The member `until` is null."""
    filled = sent({"title": "[{{until}}]"}, until=None)

    assert ("[]", None) == (filled["title"], filled["until"])


@pytest.mark.parametrize("media_type", ["application/json", "application/vnd.api+json"])
def test_an_api_keeps_the_shape_of_its_own_errors(media_type: str) -> None:
    """Its media type, a status that is text, a title that is an object, and no members of ours."""
    members: dict[str, object] = {
        "status": "UNAVAILABLE",
        "title": {"en": "{{message}}"},
        "type": None,
    }
    problem = parse_problem(json.dumps({"$media_type": media_type, **members}))
    page = Page("page.html", "<p>")
    responses = prepare_responses({"en": page}, PARTS, some_settings(), problem)
    response = responses["en", PROBLEM]

    filled = {**members, "title": {"en": "We are moving house."}}
    assert (media_type, filled) == (
        value_of(response, "content-type"),
        json.loads(response["body"]),
    )


def test_its_own_media_type_needs_no_mention() -> None:
    """Then our members stay."""
    members: dict[str, object] = {"$media_type": "application/problem+json", "code": 1}

    assert {**sent({}), "code": 1} == sent(members)


@pytest.mark.parametrize("text", ["{{", "}}", '{{"}}', "{ {title} }", '{{"a": 1}}'])
def test_other_braces_stay(text: str) -> None:
    """JSON in a text of JSON is ordinary."""
    assert text == sent({"detail": text, "object": {"object": {}}})["detail"]


@pytest.mark.parametrize(
    ("error", "members"),
    [
        (f": 'status' must be 503 or left out, not 500, {UNLESS}.", '{"status": 500}'),
        (f": 'status' must be 503 or left out, not 503.0, {UNLESS}.", '{"status": 503.0}'),
        (f": 'status' must be 503 or left out, not \"error\", {UNLESS}.", '{"status": "error"}'),
        (f': {MEDIA_TYPE}, not "text/plain".', '{"$media_type": "text/plain"}'),
        (
            f': {MEDIA_TYPE}, not "application/json; a=b".',
            '{"$media_type": "application/json; a=b"}',
        ),
        (
            f': {MEDIA_TYPE}, not "application/json\\r\\nx: y".',
            '{"$media_type": "application/json\\r\\nx: y"}',
        ),
        (f": {MEDIA_TYPE}, not 7.", '{"$media_type": 7}'),
        (": 'title' must be text, not null.", '{"title": null}'),
        (
            ": unknown placeholder {{name}} (use only {{title}}, {{message}}, {{until}}).",
            '{"detail": "{{name}}"}',
        ),
        (" must be one JSON object: put its keys between { and }.", "[]"),
    ],
)
def test_the_error_of_an_unusable_problem_has_the_remedy(error: str, members: str) -> None:
    """The response has status 503, and RFC 9457 says which members are text."""
    with pytest.raises(PackageError) as refused:
        parse_problem(members)

    assert f"page/problem.json{error}" == str(refused.value)


def test_all_errors_are_reported_together() -> None:
    """So that one upload corrects them all."""
    with pytest.raises(PackageError, match=r"'detail' must be text.*'status' must be 503"):
        parse_problem('{"status": 200, "detail": 1}')


@pytest.mark.parametrize(
    "text",
    ["{'a': 1}", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}', "[" * 100_000, "9" * 5_000],
)
def test_invalid_json_is_refused(text: str) -> None:
    """Also if Python's parser accepts it or gives up."""
    with pytest.raises(
        PackageError, match=r"page/problem\.json is not valid JSON .*: correct it there"
    ):
        parse_problem(text)

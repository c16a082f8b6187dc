"""What the edge function's package prints is checked before anything is written."""

import json

import pytest
from maintenance.errors import ObservationError
from maintenance.standby.rendering import Answer, Answers, decode_rendering

ANSWER = {"headers": {"vary": "Accept"}, "body": "x"}
DOCUMENT = {
    "languages": ["en"],
    "answers": {"en": {"page": ANSWER, "problem": ANSWER, "text": ANSWER}},
    "overdue": None,
    "until": None,
    "settings": {
        "allowed_paths": [],
        "rewrite": None,
        "rewrite_except_paths": [],
        "allowed_ranges": [["00", "01"]],
        "named_origins": "",
        "all_origins": True,
        "retry_after_seconds": 300,
        "retry_after_max_seconds": 3600,
    },
}


def test_the_document_is_read() -> None:
    """Ranges are pairs."""
    rendering = decode_rendering(json.dumps(DOCUMENT).encode())

    answer = Answer({"vary": "Accept"}, "x")
    assert {"en": Answers(answer, answer, answer)} == rendering.answers
    assert (("00", "01"),) == rendering.settings.allowed_ranges


@pytest.mark.parametrize("printed", [b"", b"{}", b"Traceback", b'{"languages": "en"}'])
def test_anything_else_is_an_error(printed: bytes) -> None:
    """A package of another release does not know what the standby engine needs."""
    with pytest.raises(ObservationError, match="deploy the stack again"):
        decode_rendering(printed)

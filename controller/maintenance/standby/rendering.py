"""
What a package of the edge function answers, as its program maintenance_edge.export prints it. Pure.

The package has the owner's page, the announcement and the settings in it, so this is the whole of
one maintenance: what visitors get, and who may pass.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from maintenance.errors import ObservationError


class Answer(Struct, frozen=True):
    """The headers by lowercase name, and the body, of a 503 in one language and media type."""

    headers: Mapping[str, str]
    body: str


class Answers(Struct, frozen=True):
    """The three answers of a language."""

    page: Answer
    problem: Answer
    text: Answer


type AnswersByLanguage = Mapping[str, Answers]


class EdgeSettings(Struct, frozen=True):
    """
    Who may pass, and what is added to an answer for a request.

    `allowed_ranges` are the first and the last address of each, as 32 hexadecimal digits of IPv6,
    ascending and disjoint. `named_origins` is a regular expression, "" for none.
    """

    allowed_paths: tuple[str, ...]
    rewrite: str | None
    rewrite_except_paths: tuple[str, ...]
    allowed_ranges: tuple[tuple[str, str], ...]
    named_origins: str
    all_origins: bool
    retry_after_seconds: int
    retry_after_max_seconds: int


class Rendering(Struct, frozen=True):
    """
    All answers of a package; the first of `languages` is the default one.

    `overdue` take the place of `answers` from `until` (Unix time) on, if an end is known.
    """

    languages: tuple[str, ...]
    answers: AnswersByLanguage
    overdue: AnswersByLanguage | None
    until: float | None
    settings: EdgeSettings


def decode_rendering(printed: bytes) -> Rendering:
    """Return what the program printed; raise ObservationError if that is not its document."""
    try:
        return msgspec.json.decode(printed, type=Rendering)
    except msgspec.MsgspecError as error:
        raise ObservationError(
            f"the edge function's package does not say what it answers ({error}): deploy the stack "
            "again"
        ) from error

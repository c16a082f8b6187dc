"""Text that others wrote cannot control a terminal: from logs, the status or the command line."""

import io
import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st
from maintenance.cli.show.history_view import Page, history_document, render_history
from maintenance.cli.terminal import Clock, Terminal, console
from maintenance.errors import MaintenanceError
from maintenance.schedule.history import HistoryEntry, Version
from maintenance.schedule.switch import parse_switch
from maintenance.schedule.window import parse_window
from maintenance.text import replace_control_characters, to_json
from maintenance.wakeup import parse_wakeup

from tests.hypothesis_profiles import examples

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
# Controls, line ends other than LF, bidirectional controls, and surrogates.
CONTROL_CHARACTERS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
ESCAPES = ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\r", "\x08" * 9, "\u202e", "\u2028", "\x00"]
HOSTILE = st.lists(
    st.sampled_from([*ESCAPES, "on", "off", " for ", " until ", ": ", "cron(", "at(", ")", "\n"])
    | st.text(max_size=8),
    max_size=8,
).map("".join)


@examples(30)
@given(HOSTILE)
def test_a_refused_text_is_quoted_in_one_line_without_control_characters(text: str) -> None:
    """The error about an invalid switch, window or event never holds them as they came."""
    messages = []
    for read in (
        lambda: parse_switch(text, written=NOW, zone=ZONE),
        lambda: parse_window("night", text, zone=ZONE),
        lambda: parse_wakeup({"maintenance": text, "at": text}),
        lambda: parse_wakeup({text: text}),
    ):
        try:
            read()
        except MaintenanceError as error:
            messages.append(str(error))

    assert [] == [each for each in messages if CONTROL_CHARACTERS.search(each) or "\n" in each]


@examples(30)
@given(st.recursive(HOSTILE | st.integers(), lambda of: st.dictionaries(HOSTILE, of, max_size=3)))
def test_json_holds_the_same_value_without_control_characters(value: object) -> None:
    """A program reads from it exactly what was written."""
    text = to_json(value)

    assert (value, None) == (json.loads(text), CONTROL_CHARACTERS.search(text))


@examples(30)
@given(HOSTILE)
def test_each_control_character_of_a_text_is_replaced_by_a_mark(text: str) -> None:
    """All other text stays, also line ends; a mark takes one cell."""
    assert CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text) == replace_control_characters(
        text
    )


@examples(30)
@given(HOSTILE, st.booleans())
@example("on: \x1b]52;c;cm0gLXJmIH4=\x07", False)  # noqa: FBT003 - the second of the law's two
def test_an_answer_on_the_terminal_holds_no_control_characters(value: str, as_json: bool) -> None:  # noqa: FBT001 - the law's
    """The writer of a parameter cannot move the cursor of the person who reads its history."""
    terminal = Terminal(as_json, console(), console())
    out, err = io.StringIO(), io.StringIO()
    terminal.out.file, terminal.err.file = out, err
    version = Version(value, NOW, 1, user=f"arn:aws:iam::1:{value}")
    entry = HistoryEntry("/site/maintenance", None, version)
    page = Page([entry], 1, ZONE)

    terminal.answer(history_document(page), render_history(page, Clock(NOW, ZONE)), value)
    terminal.info(value)

    assert [None, None] == [CONTROL_CHARACTERS.search(each.getvalue()) for each in (out, err)]

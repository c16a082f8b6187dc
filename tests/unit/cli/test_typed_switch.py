"""The value of the switch that the words after a command mean."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from maintenance.cli.switch.typed_switch import (
    TypedWords,
    read_command,
    split_message,
    switch_value,
)
from maintenance.errors import UnreadableValue

NOW = datetime(2026, 11, 30, 21, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "option", "expected"),
    [
        ([], None, "on"),
        (["for", "45", "minutes"], None, "on for 45m"),
        (["for 45 minutes"], None, "on for 45m"),
        (
            ["until", "04:00:", "Back", "at", "four"],
            None,
            "on until 2026-12-01T04:00Z: Back at four",
        ),
        (["for 1h: see https://a.example: soon"], None, "on for 1h: see https://a.example: soon"),
        ([":", "Upgrade"], None, "on: Upgrade"),
        (["for 1h"], " Upgrade ", "on for 1h: Upgrade"),
        (["for 1h"], "  ", "on for 1h"),
    ],
)
def test_words_and_message_become_a_value(
    words: list[str], option: str | None, expected: str
) -> None:
    """The message is behind a colon or an option."""
    typed = split_message(words, option)
    value = switch_value("on", typed, now=NOW, zone=ZoneInfo("UTC"))
    assert expected.replace("Z", "+00:00") == value


def test_two_messages_are_refused() -> None:
    """Either may be the one that is meant."""
    with pytest.raises(UnreadableValue, match=r"^The message is there twice: write it after"):
        split_message(["for 1h: A"], "B")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("", TypedWords("", "m"))),
        ("on", ("on", TypedWords("", "m"))),
        ("OFF until Sunday 04:00", ("off", TypedWords("until Sunday 04:00", "m"))),
    ],
)
def test_plan_takes_the_command_among_its_words(
    text: str, expected: tuple[str, TypedWords]
) -> None:
    """Without any it plans for the switch as it is."""
    assert expected == read_command(TypedWords(text, "m"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("onn for 2h", "'onn' is no value of the switch: did you mean 'on'?"),
        ("for 2h", "'for' is no value of the switch: write on or off, then until when"),
    ],
)
def test_plan_refuses_other_words(text: str, expected: str) -> None:
    """With what to write."""
    with pytest.raises(UnreadableValue) as refused:
        read_command(TypedWords(text, ""))

    assert expected == str(refused.value)

"""What the switch and the windows share: words, a message, and the form of an error."""

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.grammar import parse_value


def error(text: str, *, at: int) -> str:
    """Return the error about word `at` of `text`."""
    return str(parse_value(text, grammar="on | off").error(at, "unknown word"))


def test_an_error_quotes_the_value_points_at_a_word_and_shows_the_syntax() -> None:
    """The whole sentence, because operators act on it."""
    expected = "Invalid value 'on of', at 'of': unknown word. Syntax: on | off."

    assert expected == error("on of", at=1)


def test_a_missing_word_is_missing_at_the_end() -> None:
    """There is no word to point at."""
    assert "Invalid value 'on for', at the end: unknown word." in error("on for", at=2)


@pytest.mark.parametrize(("length", "quoted"), [(160, "x" * 160), (161, "x" * 159 + "…")])
def test_a_long_value_is_shortened(length: int, quoted: str) -> None:
    """To 160 characters, of which the last is an ellipsis."""
    text = "x" * length

    expected = f"Invalid value '{quoted}', at '{quoted}': unknown word. Syntax: on | off."
    assert expected == error(text, at=0)


def test_half_a_character_is_refused() -> None:
    """Parameter Store keeps none, so a message would arrive as something else."""
    with pytest.raises(
        UnreadableValue, match=r"'on: \\udcff': it has characters that are not UTF-8"
    ):
        parse_value("on: \udcff", grammar="on | off")


def test_only_ascii_white_space_is_stripped() -> None:
    """AllowedPattern takes a no-break space for a letter, so the parser does, too."""
    assert "\u00a0on" == parse_value(" \t\u00a0on\n", grammar="").text


@pytest.mark.parametrize(
    ("text", "words", "message"),
    [
        ("on", ("on",), None),
        ("on:", ("on",), None),
        ("on: \n", ("on",), None),
        ("on: back at 10:30: sorry", ("on",), "back at 10:30: sorry"),
        ("at(2026-12-01T02:00) for 1h", ("at(2026-12-01T02:00)", "for", "1h"), None),
        ("cron(0 2 ? * SUN *) for 2h", ("cron(0 2 ? * SUN *)", "for", "2h"), None),
    ],
)
def test_a_value_is_split_into_words_and_a_message(
    text: str, words: tuple[str, ...], message: str | None
) -> None:
    """Parentheses keep a word together; a message follows the first colon before white space."""
    value = parse_value(text, grammar="")

    assert (words, message) == (value.words, value.message)


def test_the_error_of_a_word_gets_the_full_form() -> None:
    """The reader of a word says only what is wrong with it."""

    def refuse(word: str) -> None:
        raise UnreadableValue(f"{word} is not a time")

    with pytest.raises(UnreadableValue) as caught:
        parse_value("on until soon", grammar="on | off").read(2, refuse)

    expected = "Invalid value 'on until soon', at 'soon': soon is not a time. Syntax: on | off."
    assert expected == str(caught.value)

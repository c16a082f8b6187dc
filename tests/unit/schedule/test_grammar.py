"""What the switch and the windows share: words, a message, and how a refusal quotes them."""

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.grammar import parse_value


def refusal(text: str, *, at: int) -> str:
    """Return the sentence that refuses word `at` of `text`."""
    return str(parse_value(text, grammar="on | off").error(at, "it is no word"))


def test_a_refusal_quotes_points_and_shows_the_grammar() -> None:
    """The whole of it, because operators act on it."""
    expected = "The value 'on of' is not understood at 'of': it is no word. It reads: on | off."

    assert expected == refusal("on of", at=1)


def test_what_is_missing_is_missing_at_the_end() -> None:
    """Behind the last word there is none to point at."""
    assert "is not understood at its end: it is no word." in refusal("on for", at=2)


@pytest.mark.parametrize(("length", "quoted"), [(160, "x" * 160), (161, "x" * 159 + "…")])
def test_a_long_value_is_quoted_as_far_as_it_goes_into_a_line(length: int, quoted: str) -> None:
    """160 characters and no more, of which the last says that there were others."""
    text = "x" * length

    assert (
        f"The value '{quoted}' is not understood at '{quoted}': it is no word."
        == refusal(text, at=0).partition(" It reads")[0]
    )


def test_only_the_white_space_of_ascii_is_no_part_of_a_value() -> None:
    """For AllowedPattern a no-break space is a letter, so it is one here."""
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
def test_a_value_is_words_and_a_message(
    text: str, words: tuple[str, ...], message: str | None
) -> None:
    """A bracket is part of one word; a message follows the first colon before white space."""
    sentence = parse_value(text, grammar="")

    assert (words, message) == (sentence.words, sentence.message)


def test_a_reader_of_a_word_says_only_what_is_wrong_with_it() -> None:
    """The sentence quotes the rest."""

    def refuse(word: str) -> None:
        raise UnreadableValue(f"{word} is no time")

    with pytest.raises(UnreadableValue) as caught:
        parse_value("on until soon", grammar="on | off").read(2, refuse)

    expected = "is not understood at 'soon': soon is no time. It reads: on | off."
    assert f"The value 'on until soon' {expected}" == str(caught.value)

"""The cron dialect compared with two libraries, and with its definition day by day."""

from calendar import SATURDAY, Calendar
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from aws_croniter import AwsCroniter  # type: ignore[import-untyped] # carries no types
from croniter import croniter  # type: ignore[import-untyped] # carries no types
from hypothesis import assume, given
from hypothesis import strategies as st
from maintenance.errors import UnreadableValue
from maintenance.schedule.cron import (
    DAY_OF_MONTH,
    DAY_OF_WEEK,
    HOUR,
    MINUTE,
    MONTH,
    YEAR,
    Field,
    parse_cron,
)

from tests.hypothesis_profiles import examples

MANY = examples(500)
# croniter looks 50 years ahead and back at most; the instants lie between 2020 and 2040.
FIRST_YEAR, LAST_YEAR = 1995, 2060
STEPS = {MINUTE: 59, HOUR: 23, DAY_OF_MONTH: 31, MONTH: 12, YEAR: 50}
BASE = datetime.fromisoformat("2020-01-01")
INSTANTS = st.integers(0, 20 * 366 * 24 * 60).map(lambda count: BASE + timedelta(minutes=count))


@dataclass(frozen=True)
class Fields:
    """The six fields of an expression."""

    minute: str
    hour: str
    day_of_month: str
    month: str
    day_of_week: str
    year: str

    def __str__(self) -> str:
        """Return them as the dialect writes them."""
        days = f"{self.day_of_month} {self.month} {self.day_of_week}"
        return f"{self.minute} {self.hour} {days} {self.year}"


def numbers(field: Field) -> st.SearchStrategy[int]:
    """Return numbers of `field`; only near years."""
    return st.integers(2019, 2060) if field is YEAR else st.integers(field.low, field.high)


def written(field: Field, number: int) -> st.SearchStrategy[str]:
    """Return the ways to write `number`."""
    names = [field.names[number - field.low]] if field.names else []
    return st.sampled_from([str(number), *names])


@st.composite
def items(draw: st.DrawFn, field: Field) -> str:
    """Return a value, a range, or a step; ranges run past the end only without a step."""
    low, high = draw(numbers(field)), draw(numbers(field))
    first, last = draw(written(field, low)), draw(written(field, high))
    ranges = [f"{first}-{last}"] if low < high or (low > high and field.wraps) else []
    if field.takes_steps:
        step = draw(st.integers(1, STEPS[field]))
        ranges += [f"*/{step}", f"{first}/{step}"]
        ranges += [f"{first}-{last}/{step}"] if low < high else []
    return draw(st.sampled_from([first, *ranges]))


def lists(field: Field) -> st.SearchStrategy[str]:
    """Return `*` or a list of items."""
    listed = st.lists(items(field), min_size=1, max_size=3).map(",".join)
    return st.just("*") | listed


def expressions(
    *, by_month: st.SearchStrategy[str], by_week: st.SearchStrategy[str]
) -> st.SearchStrategy[Fields]:
    """Return expressions with one of these days."""
    days = st.tuples(by_month, st.just("?")) | st.tuples(st.just("?"), by_week)
    rest = st.tuples(lists(MINUTE), lists(HOUR), lists(MONTH), lists(YEAR))
    return st.tuples(days, rest).map(
        lambda drawn: Fields(
            minute=drawn[1][0],
            hour=drawn[1][1],
            day_of_month=drawn[0][0],
            month=drawn[1][2],
            day_of_week=drawn[0][1],
            year=drawn[1][3],
        )
    )


WEEKDAYS = st.integers(1, 7).flatmap(lambda number: written(DAY_OF_WEEK, number))
NTH = st.tuples(WEEKDAYS, st.integers(1, 5)).map(lambda drawn: f"{drawn[0]}#{drawn[1]}")
LAST_WEEKDAY = WEEKDAYS.map(lambda weekday: f"{weekday}L")
BEFORE_LAST = st.integers(1, 30).map(lambda days: f"L-{days}")


def nearest_weekday(last: int) -> st.SearchStrategy[str]:
    """Return the weekday nearest to a day up to `last`."""
    return st.integers(1, last).map(lambda day: f"{day}W")


def readable(fields: Fields) -> bool:
    """Return whether the date that `fields` names ever comes."""
    try:
        return bool(parse_cron(str(fields)))
    except UnreadableValue as error:
        if "this date never comes" not in str(error):
            raise
        return False


@MANY
@given(
    fields=expressions(
        by_month=lists(DAY_OF_MONTH) | st.just("L") | BEFORE_LAST | nearest_weekday(31),
        by_week=lists(DAY_OF_WEEK) | NTH | LAST_WEEKDAY,
    ),
    at=INSTANTS,
)
def test_aws_croniter_agrees(fields: Fields, at: datetime) -> None:
    """
    For `next`, without steps of years, LW and the bare L in the day of week.

    It does not understand those, and looking back it skips whole months of 30 days.
    """
    assume("/" not in fields.year and readable(fields))
    (following,) = AwsCroniter(str(fields)).get_next(at.replace(tzinfo=UTC))
    assume(following)  # it gives up after ten steps, which says nothing
    assert following.replace(tzinfo=None) == parse_cron(str(fields)).next(at)


def translated(fields: Fields) -> str:
    """Return the expression in croniter's form: Sunday is 0, seconds and years come last."""
    week = fields.day_of_week
    for number in range(1, 8):
        week = week.replace(DAY_OF_WEEK.names[number - 1], str(number))
    if week.endswith("L"):
        week = f"L{int(week[:-1]) - 1}"
    else:
        day, hash_sign, nth = week.partition("#")
        week = "".join(str(int(c) - 1) if c.isdigit() else c for c in day) + hash_sign + nth
    return (
        f"{fields.minute} {fields.hour} {fields.day_of_month} {fields.month} {week} 0 {fields.year}"
    )


@MANY
@given(
    fields=expressions(
        by_month=lists(DAY_OF_MONTH) | st.just("L") | nearest_weekday(28),
        by_week=lists(DAY_OF_WEEK) | NTH | LAST_WEEKDAY,
    ),
    at=INSTANTS,
)
def test_croniter_agrees(fields: Fields, at: datetime) -> None:
    """Without LW and L-3, which it does not know, and 31W, which it moves in shorter months."""
    assume(readable(fields))
    cron, reference = parse_cron(str(fields)), croniter(translated(fields), at)
    following = cron.next(at)
    assume(following and following.year <= LAST_YEAR)
    assert reference.get_next(datetime) == following


@MANY
@given(
    fields=expressions(
        by_month=lists(DAY_OF_MONTH) | st.just("L") | nearest_weekday(28),
        by_week=lists(DAY_OF_WEEK) | NTH | LAST_WEEKDAY,
    ),
    at=INSTANTS,
)
def test_croniter_agrees_looking_back(fields: Fields, at: datetime) -> None:
    """For `last`, from just before an instant."""
    assume(readable(fields))
    last = parse_cron(str(fields)).last(at - datetime.resolution)
    assume(last and last.year >= FIRST_YEAR)
    assert croniter(translated(fields), at).get_prev(datetime) == last


def holds(field: Field, text: str, number: int) -> bool:
    """Return whether `number` is in the list `text`, item by item, by the definition."""
    for name in field.names:
        text = text.replace(name, str(field.names.index(name) + field.low))
    return any(_item_holds(field, item, number) for item in text.split(","))


def _item_holds(field: Field, item: str, number: int) -> bool:
    span, _, step = item.partition("/")
    low, dash, high = span.replace("*", f"{field.low}-{field.high}").partition("-")
    if not dash:
        high = str(field.high) if step else low
    first, last = int(low), int(high)
    if first > last:
        return number >= first or number <= last
    return first <= number <= last and (number - first) % int(step or 1) == 0


def day_matches(fields: Fields, day: datetime) -> bool:
    """Return whether `day` is one that the two day fields mean, looking at its whole month."""
    month = Calendar().itermonthdays2(day.year, day.month)
    weekday_of = {number: weekday for number, weekday in month if number}
    if fields.day_of_month == "?":
        return _week_matches(fields.day_of_week, day.day, weekday_of)
    return _month_matches(fields.day_of_month, day.day, weekday_of)


def _week_matches(text: str, number: int, weekday_of: dict[int, int]) -> bool:
    same = [one for one in weekday_of if weekday_of[one] == weekday_of[number]]
    counted = (weekday_of[number] + 1) % 7 + 1
    if "#" in text:
        day, _, nth = text.partition("#")
        return holds(DAY_OF_WEEK, day, counted) and number in same[int(nth) - 1 : int(nth)]
    if text == "L":
        return weekday_of[number] == SATURDAY
    if text.endswith("L"):
        return holds(DAY_OF_WEEK, text[:-1], counted) and number == same[-1]
    return holds(DAY_OF_WEEK, text, counted)


def _month_matches(text: str, number: int, weekday_of: dict[int, int]) -> bool:
    last, workdays = max(weekday_of), [one for one in weekday_of if weekday_of[one] < SATURDAY]
    if text == "LW":
        return number == workdays[-1]
    if text.startswith("L"):
        return number == last - int(text[2:] or 0)
    if text.endswith("W"):
        wanted = int(text[:-1])
        return wanted <= last and number == min(workdays, key=lambda one: abs(one - wanted))
    return holds(DAY_OF_MONTH, text, number)


@examples(300)
@given(
    fields=expressions(
        by_month=lists(DAY_OF_MONTH)
        | st.sampled_from(["L", "LW"])
        | BEFORE_LAST
        | nearest_weekday(31),
        by_week=lists(DAY_OF_WEEK) | NTH | LAST_WEEKDAY | st.just("L"),
    ),
    at=INSTANTS,
)
def test_the_definition_agrees_day_by_day(fields: Fields, at: datetime) -> None:
    """The whole dialect, over the days around an instant."""
    assume(readable(fields))
    cron, midnight = parse_cron(str(fields)), datetime.combine(at, time())
    for offset in range(-40, 40):
        day = midnight + timedelta(days=offset)
        expected = (
            holds(YEAR, fields.year, day.year)
            and holds(MONTH, fields.month, day.month)
            and day_matches(fields, day)
        )
        first = cron.next(day - timedelta(minutes=1))
        assert expected == (first is not None and first.date() == day.date())


@examples(100)
@given(minute=lists(MINUTE), hour=lists(HOUR))
def test_the_definition_agrees_minute_by_minute(minute: str, hour: str) -> None:
    """Over one day."""
    cron, midnight = parse_cron(f"{minute} {hour} * * ? *"), BASE
    minutes = (midnight + timedelta(minutes=count) for count in range(24 * 60))
    expected = [
        at for at in minutes if holds(MINUTE, minute, at.minute) and holds(HOUR, hour, at.hour)
    ]
    assert expected == [datetime.combine(midnight, at) for at in cron.times]

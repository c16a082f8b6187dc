"""EventBridge Scheduler's cron dialect, wildcard by wildcard, and the errors of invalid fields."""

from datetime import datetime

import pytest
from maintenance.errors import UnreadableValue
from maintenance.schedule.cron import parse_cron

# 2026-12-01 is a Tuesday; 2027-05-01 a Saturday; 2027-08-01 and 2027-10-31 are Sundays.
NOON = datetime.fromisoformat("2026-12-01T12:00")

NEXT = {
    # values, lists, ranges, steps
    "30 2 * * ? *": ["2026-12-02T02:30", "2026-12-03T02:30"],
    "0 13,15 1 * ? *": ["2026-12-01T13:00", "2026-12-01T15:00", "2027-01-01T13:00"],
    "0-2 12 * * ? *": ["2026-12-01T12:01", "2026-12-01T12:02", "2026-12-02T12:00"],
    "*/20 12 * * ? *": ["2026-12-01T12:20", "2026-12-01T12:40", "2026-12-02T12:00"],
    "5/25 12 * * ? *": ["2026-12-01T12:05", "2026-12-01T12:30", "2026-12-01T12:55"],
    "10-30/15,50 12 1 * ? *": ["2026-12-01T12:10", "2026-12-01T12:25", "2026-12-01T12:50"],
    "0 22-2/2 * * ? *": ["2026-12-01T22:00", "2026-12-02T00:00", "2026-12-02T02:00"],
    "00 02 01 01 ? *": ["2027-01-01T02:00", "2028-01-01T02:00"],
    "0  2\t1 * ? *": ["2027-01-01T02:00"],
    # names, in any case
    "0 2 1 FEB,apr-JUN ? *": ["2027-02-01T02:00", "2027-04-01T02:00", "2027-05-01T02:00"],
    "0 2 1 NOV-FEB ? *": ["2027-01-01T02:00", "2027-02-01T02:00", "2027-11-01T02:00"],
    "0 2 1 JAN/6 ? *": ["2027-01-01T02:00", "2027-07-01T02:00"],
    "0 2 ? * MON-WED *": ["2026-12-02T02:00", "2026-12-07T02:00", "2026-12-08T02:00"],
    "0 2 ? * FRI-MON *": ["2026-12-04T02:00", "2026-12-05T02:00", "2026-12-06T02:00"],
    "0 2 ? * 1,SAT *": ["2026-12-05T02:00", "2026-12-06T02:00"],
    "0 2 ? * * *": ["2026-12-02T02:00"],
    # L, L-n, W, LW in the day of month
    "0 2 L * ? *": ["2026-12-31T02:00", "2027-01-31T02:00", "2027-02-28T02:00"],
    "0 2 l-3 * ? *": ["2026-12-28T02:00", "2027-01-28T02:00", "2027-02-25T02:00"],
    "0 2 L-29 2,4 ? *": ["2027-04-01T02:00", "2028-04-01T02:00"],
    "0 2 1W 5 ? 2027": ["2027-05-03T02:00"],
    "0 2 1W 8 ? 2027": ["2027-08-02T02:00"],
    "0 2 2W 1 ? 2027": ["2027-01-01T02:00"],
    "0 2 31W 10 ? 2027": ["2027-10-29T02:00"],
    "0 2 30W 10 ? 2027": ["2027-10-29T02:00"],
    "0 2 15w * ? *": ["2026-12-15T02:00", "2027-01-15T02:00", "2027-02-15T02:00"],
    "0 2 31W 2,3 ? *": ["2027-03-31T02:00"],
    "0 2 LW * ? *": ["2026-12-31T02:00", "2027-01-29T02:00", "2027-02-26T02:00"],
    # L and # in the day of week
    "0 2 ? * L *": ["2026-12-05T02:00", "2026-12-12T02:00"],
    "0 2 ? * 6L *": ["2026-12-25T02:00", "2027-01-29T02:00"],
    "0 2 ? * friL *": ["2026-12-25T02:00", "2027-01-29T02:00"],
    "0 2 ? * TUE#2 *": ["2026-12-08T02:00", "2027-01-12T02:00"],
    "0 2 ? * 3#5 *": ["2026-12-29T02:00", "2027-03-30T02:00"],
    # years, and days that are years away
    "0 2 1 1 ? 2029": ["2029-01-01T02:00"],
    "0 2 1 1 ? 2029/2": ["2029-01-01T02:00", "2031-01-01T02:00"],
    "0 2 1 1 ? 2027-2028,2199": ["2027-01-01T02:00", "2028-01-01T02:00", "2199-01-01T02:00"],
    "0 2 1 1 ? */10": ["2030-01-01T02:00", "2040-01-01T02:00"],
    "0 2 29 2 ? *": ["2028-02-29T02:00", "2032-02-29T02:00"],
    "0 2 ? 2 SUN#5 *": ["2032-02-29T02:00", "2060-02-29T02:00"],
}

SIX = "cron needs six fields (minute, hour, day of month, month, day of week, year)"
REFUSED = {
    "": f"{SIX}, this has 0",
    "0 2 * * ?": (
        f"{SIX}, this has 5: add the year, and ? as one of the two days, such as 15 12 ? * SUN *"
    ),
    "0 0 2 * * ? *": f"{SIX}, this has 7: leave out the seconds in front",
    "0 * * ?": f"{SIX}, this has 4",
    "0 2 * * * *": "exactly one of day of month and day of week must be ?",
    "0 2 ? * ? *": "exactly one of day of month and day of week must be ?",
    "60 2 * * ? *": "minute must be 0-59, not '60'",
    "0 24 * * ? *": "hour must be 0-23, not '24'",
    "0 2 0 * ? *": "day of month must be 1-31, not '0'",
    "0 2 1 13 ? *": "month must be 1-12 or JAN-DEC, not '13'",
    "0 2 1 JANUARY ? *": "month must be 1-12 or JAN-DEC, not 'JANUARY'",
    "0 2 ? * 0 *": "day of week must be 1-7 or SUN-SAT, not '0'",
    "0 2 1 1 ? 2200": "year must be 1970-2199, not '2200'",
    "0 2 1 1 ? 2030-2026": "year range 2030-2026 ends before it begins",
    "0 2 1,L * ? *": "L cannot be in a list: write a window for each such day",
    "0 2 L-3,1 * ? *": "L-3 cannot be in a list: write a window for each such day",
    "0 2 1,15W * ? *": "15W cannot be in a list: write a window for each such day",
    "0 2 ? * MON,FRIL *": "FRIL cannot be in a list: write a window for each such day",
    "0 2 1-5W * ? *": "day of month must be 1-31, not '1-5'",
    "0 2 L-31 2 ? *": "this date never comes",
    "0 2 L-0 * ? *": "day of month must be 1-31, not '0'",
    "0 2 31 4,6,9,11 ? *": "this date never comes",
    "0 2 29 2 ? 2027": "this date never comes",
    "0 2 ? * 2/2 *": "day of week cannot have a step",
    "0 2 ? * MON#6 *": "the number after # must be 1-5, not '6'",
    "0 2 ? * MON#X *": "the number after # must be 1-5, not 'X'",
    "0 2 ? * MON#1,FRI#1 *": "MON#1 cannot be in a list: write a window for each such day",
    "0 2 ? * -1 *": "day of week must be 1-7 or SUN-SAT, not '-1'",
    "0 2 ? * MONDAY *": "day of week must be 1-7 or SUN-SAT, not 'MONDAY'",
    "*/0 2 * * ? *": "step of minute must be 1-59, not '0'",
    "*/90 2 * * ? *": "step of minute must be 1-59, not '90'",
    "*/x 2 * * ? *": "step of minute must be 1-59, not 'X'",
    "1,,2 2 * * ? *": "minute must be 0-59, not ''",
    "1-2-3 2 * * ? *": "minute must be 0-59, not '2-3'",
    "-1 2 * * ? *": "minute must be 0-59, not '-1'",
    "? 2 * * ? *": "minute must be 0-59, not '?'",
    "٣ 2 * * ? *": "minute must be 0-59, not '٣'",
}


@pytest.mark.parametrize("text", NEXT)
def test_next_follows_the_dialect(text: str) -> None:
    """Each wildcard in the table of the module's docstring, alone and combined."""
    cron, found, after = parse_cron(text), [], NOON
    for _ in NEXT[text]:
        after = cron.next(after) or NOON
        found.append(after.isoformat(timespec="minutes"))

    assert NEXT[text] == found


@pytest.mark.parametrize("text", NEXT)
def test_last_finds_the_time_that_came_before(text: str) -> None:
    """From the time itself, and from just before the next one."""
    cron = parse_cron(text)
    first = cron.next(NOON)
    assert first is not None

    second = cron.next(first)
    back_from = second - datetime.resolution if second else first
    assert [first, first] == [cron.last(first), cron.last(back_from)]


@pytest.mark.parametrize("text", REFUSED)
def test_an_invalid_expression_is_refused_with_the_field_that_is_wrong(text: str) -> None:
    """A window that would never run, or far too often, fails when it is read."""
    with pytest.raises(UnreadableValue) as refusal:
        parse_cron(text)

    assert REFUSED[text] == str(refusal.value)


def test_there_is_no_time_after_the_last_year_or_before_the_first() -> None:
    """An expression that names years begins and ends with them."""
    cron = parse_cron("0 2 1 1 ? 2026")
    assert [None, None] == [cron.next(NOON), cron.last(datetime.fromisoformat("2026-01-01T01:59"))]

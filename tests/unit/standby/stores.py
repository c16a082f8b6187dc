"""Renderings and periods of a small site, to plan with."""

from maintenance.standby.access import settings_keys
from maintenance.standby.layout import RenderedKeys, render_keys
from maintenance.standby.plan import DesiredPeriod, DesiredStore
from maintenance.standby.rendering import Answer, Answers, EdgeSettings

NOW = 1_796_000_000.5
T = int(NOW)
HOUR = 3_600
LANGUAGES = ("en", "de")
SETTINGS = EdgeSettings(
    allowed_paths=("/robots.txt",),
    rewrite=None,
    rewrite_except_paths=(),
    allowed_ranges=(),
    named_origins="",
    all_origins=False,
    retry_after_seconds=300,
    retry_after_max_seconds=3_600,
)
ACCESS = settings_keys(SETTINGS)


def rendered(text: str = "", languages: tuple[str, ...] = LANGUAGES) -> RenderedKeys:
    """Return a rendering with this text."""
    answer = Answer({"vary": "Accept"}, f"{text}\n")
    return render_keys(dict.fromkeys(languages, Answers(answer, answer, answer)))


DEFAULT = rendered()


def period(
    begins: int = T - 60, ends: int = 0, message: str = "", *, is_rendered: bool = True
) -> DesiredPeriod:
    """Return a period whose page has its message and end; the default one if it has neither."""
    if not is_rendered:
        return DesiredPeriod(begins, ends, message)
    answers = rendered(f"{message} {ends}") if message or ends else DEFAULT
    return DesiredPeriod(begins, ends, message, answers)


def desired(*periods: DesiredPeriod, default: RenderedKeys = DEFAULT) -> DesiredStore:
    """Return what the store of the site is to have."""
    return DesiredStore(LANGUAGES, default, periods, ACCESS)

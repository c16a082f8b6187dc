"""Pages rendered for the store, with the edge function's package in memory."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from maintenance.deadline import Deadline
from maintenance.errors import ConfigurationError, MaintenanceError, ObservationError, PageRefused
from maintenance.lambda_edge.bypass import Token
from maintenance.lambda_edge.page_files import PageState
from maintenance.lambda_edge.stored_files import StoredFiles
from maintenance.lambda_edge.version import Configuration, FunctionPackage
from maintenance.reconcile.standby.pages import PageRenderer, StandbyPages
from maintenance.schedule.announcement import NO_ANNOUNCEMENT, Announcement
from maintenance.standby.access import token_keys
from maintenance.standby.closures import Closure
from maintenance.standby.desired import RenderedPages
from maintenance.standby.state import State
from msgspec.structs import replace

NOW = datetime(2026, 12, 1, tzinfo=UTC)
_SETTINGS: dict[str, object] = {
    "allowed_paths": [],
    "rewrite": None,
    "rewrite_except_paths": [],
    "allowed_ranges": [],
    "named_origins": "",
    "all_origins": False,
    "retry_after_seconds": 300,
    "retry_after_max_seconds": 3600,
}
_CONFIGURATION = Configuration("python3.13", "handler", "role", 128, 5, ("x86_64",))


def _base() -> bytes:
    base = io.BytesIO()
    with zipfile.ZipFile(base, "w") as archive:
        archive.writestr("base.py", "")
    return base.getvalue()


class _World:
    """
    What a renderer needs: a page whose text is what the package has under overrides/.

    A page file that says `refused` is refused, one that says `long` has settings that are too
    large.
    """

    def __init__(self, stored: StoredFiles, *, has_base: bool = True, code: str = "1") -> None:
        self._stored = stored
        self._code = code
        self._has_base = has_base
        self.exports = 0

    def renderer(self) -> PageRenderer:
        deadline = Deadline(lambda: 0.0)
        return PageRenderer(
            "arn", lambda: self._code, self, self, _Check(), self, deadline, lambda: NOW
        )

    def read(self) -> StoredFiles:
        return self._stored

    def read_package(self, _arn: str) -> FunctionPackage:
        if not self._has_base:
            raise ObservationError("arn cannot be read")
        return FunctionPackage(_base(), _CONFIGURATION)

    def run(self, _program: str, package: bytes) -> bytes:
        self.exports += 1
        text = _overrides(package)
        if "Unshowable" in text:
            raise PageRefused("the message is unusable")
        answer = {"headers": {"vary": "Accept"}, "body": text}
        answers = {"en": {"page": answer, "problem": answer, "text": answer}}
        paths = ["/" + "a" * 2_000] if "long" in text else []
        document = {
            "languages": ["en"],
            "answers": answers,
            "overdue": None,
            "until": None,
            "settings": {**_SETTINGS, "allowed_paths": paths},
        }
        return json.dumps(document).encode()


class _Check:
    def run(self, package: bytes) -> tuple[str, ...]:
        if "refused" in _overrides(package):
            raise PageRefused("page/page.html is refused")
        return ("the accent is pale",)


def _overrides(package: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        files = [each for each in archive.namelist() if each.startswith("overrides/")]
        return " ".join(archive.read(each).decode() for each in files)


def _stored(page: str | MaintenanceError = "", *tokens: Token) -> StoredFiles:
    files: Mapping[str, bytes] = {"page.html": str(page).encode()} if page else {}
    return StoredFiles(page if isinstance(page, MaintenanceError) else files, tokens)


def _closure(message: str | None = "Upgrade", *, days: int = 0) -> Closure:
    announcement = Announcement(message) if message else NO_ANNOUNCEMENT
    return Closure(NOW + timedelta(days=days) if days else None, None, announcement)


def _rendered(world: _World, closures: Sequence[Closure]) -> RenderedPages:
    renderer = world.renderer()
    return renderer.render(renderer.read(closures))


def test_each_closure_of_the_next_days_has_its_page() -> None:
    """One without a message has the default page; one that is far has it until it is nearer."""
    near, plain, far = _closure(), _closure(None), _closure(days=4)

    pages = _rendered(_World(_stored("<p>ours")), (near, plain, far))

    assert pages.site is not None
    announced, default, later = (each.answers for each in pages.periods)
    assert pages.site.default == default
    assert later is None
    assert announced is not None
    assert announced != default
    assert ("the accent is pale",) == pages.notices


def test_a_source_has_the_name_of_all_that_its_pages_depend_on() -> None:
    """The same content has the same name; without a file that cannot be read it has none."""

    def name(
        *tokens: Token,
        page: str | MaintenanceError = "<p>ours",
        code: str = "1",
        closures: Sequence[Closure] | None = (_closure(),),
    ) -> str:
        return _World(_stored(page, *tokens), code=code).renderer().read(closures).name

    token = Token("qa", "ab" * 32, NOW, NOW + timedelta(hours=1))
    later = Token("qa", "ab" * 32, NOW, NOW + timedelta(hours=2))
    names = [
        name(),
        name(token),
        name(later),
        name(page="<p>other"),
        name(code="2"),
        name(closures=()),
        name(closures=None),
        name(closures=(_closure("Other"),)),
        name(closures=(_closure(days=2),)),
        name(closures=(_closure(days=4),)),
        name(closures=(_closure(), _closure(days=2))),
    ]

    assert len({*names, ""}) == len(names) + 1
    assert name() == names[0]
    assert "" == name(page=ObservationError("S3 does not answer"))


def test_a_closure_that_comes_near_gets_another_name() -> None:
    """Its page is rendered then."""
    world, far = _World(_stored()), _closure(days=4)
    day_later = replace(world.renderer(), clock=lambda: NOW + timedelta(days=1))

    assert world.renderer().read((far,)).name != day_later.read((far,)).name


@pytest.mark.parametrize(
    ("page", "error"),
    [
        ("refused", "page/page.html is refused"),
        ("long", "page/: the settings take"),
        (ObservationError("S3 does not answer"), "S3 does not answer"),
    ],
)
def test_a_page_that_cannot_be_had_leaves_the_packaged_one_as_a_fallback(
    page: str | MaintenanceError, error: str
) -> None:
    """Each closure has no page of its own then, but the packaged one has its message."""
    pages = _rendered(_World(_stored(page)), (_closure(), _closure("Unshowable")))

    assert pages.site is None
    assert pages.fallback is not None
    assert [None, None] == [each.answers for each in pages.periods]
    announced, unshowable = (each.answers for each in pages.fallback_periods)
    assert announced not in (None, pages.fallback.default)
    assert unshowable is None
    assert pages.errors[0].startswith(error)
    assert pages.errors[1:] == (
        "the message is unusable; visitors get the page without message and end",
    )


def test_without_the_base_there_is_no_page_at_all() -> None:
    """One error says so."""
    pages = _rendered(_World(_stored(), has_base=False), ())

    assert (None, None, ("arn cannot be read",)) == (pages.site, pages.fallback, pages.errors)


def test_a_message_that_cannot_be_shown_leaves_the_default_page() -> None:
    """And an error."""
    pages = _rendered(_World(_stored()), (_closure("Unshowable"),))

    assert pages.site is not None
    assert [None] == [each.answers for each in pages.periods]
    assert pages.errors == (
        "the message is unusable; visitors get the page without message and end",
    )


def test_tokens_are_keys_of_their_own() -> None:
    """If they cannot be read, their error is one that S3 may share with the page."""
    token = Token("ana", "ab" * 32, NOW, NOW + timedelta(hours=1))
    error = ObservationError("S3 does not answer")

    read = _rendered(_World(_stored("", token)), ())
    unread = _rendered(_World(StoredFiles(error, error)), ())

    assert [str(int((NOW + timedelta(hours=1)).timestamp()))] == [*(read.tokens or {}).values()]
    assert (None, ("S3 does not answer",)) == (unread.tokens, unread.errors)


@pytest.mark.parametrize("page", ["refused", "long"])
def test_a_page_is_refused_before_it_is_uploaded(page: str) -> None:
    """By the same rules."""
    renderer = _World(_stored()).renderer()
    renderer.check({"page.html": b"<p>fine"}, Announcement("Upgrade", begins=NOW))

    with pytest.raises(PageRefused):
        renderer.check({"page.html": page.encode()}, NO_ANNOUNCEMENT)


def test_a_message_is_refused_before_a_page_is_uploaded() -> None:
    """The program's own sentence."""
    with pytest.raises(PageRefused, match="the message is unusable"):
        _World(_stored()).renderer().check({}, Announcement("Unshowable"))
    assert issubclass(PageRefused, ConfigurationError)


class _Store:
    """The store as the command reads it."""

    def __init__(self, state: State | None, settings: str | None) -> None:
        self.store: Any = self
        self._state = state
        self._settings = settings

    def read(self) -> State | None:
        return self._state

    def read_key(self, _key: str) -> str | None:
        return self._settings

    def read_keys(self) -> dict[str, str]:
        return {"state": "?", **token_keys({"ab" * 32: int(NOW.timestamp())})}


def test_a_page_is_published_once_the_store_has_it_and_its_settings() -> None:
    """A page that is refused never will be."""
    world = _World(_stored("<p>ours"))
    site = _rendered(world, ()).site
    assert site is not None
    state = State(1, ("en",), site.default.rendering, ())
    settings = site.settings["settings"]

    def page_state(store: _Store, page: str = "<p>ours") -> PageState:
        any_store: Any = store
        return StandbyPages(_World(_stored(page)).renderer(), any_store).page_state(NO_ANNOUNCEMENT)

    assert page_state(_Store(state, settings)).is_published
    assert not page_state(_Store(state, "{}")).is_published
    assert not page_state(_Store(None, settings)).is_published
    assert ("page/page.html is refused",) == page_state(_Store(state, settings), "refused").errors


def test_the_store_has_the_tokens_if_it_has_no_others() -> None:
    """A revoked one is gone."""
    any_store: Any = _Store(None, None)
    pages = StandbyPages(_World(_stored()).renderer(), any_store)

    assert pages.has_tokens((Token("ana", "ab" * 32, NOW, NOW),))
    assert not pages.has_tokens(())


def test_the_command_refuses_a_page_as_the_controller_does() -> None:
    """Before it is uploaded."""
    any_store: Any = _Store(None, None)
    pages = StandbyPages(_World(_stored()).renderer(), any_store)

    with pytest.raises(PageRefused):
        pages.check({"page.html": b"refused"}, NO_ANNOUNCEMENT)

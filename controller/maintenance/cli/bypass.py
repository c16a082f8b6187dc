"""
`bypass`: let browsers past maintenance by a link, list the tokens of the links, and revoke them.

A token is shown once, in its link. The state bucket holds its SHA-256, and the controller publishes
that with the page, so no deployment of the stack is needed.
"""

import argparse
import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct
from rich.table import Table

from maintenance.aws.bypass_tokens import BypassTokens
from maintenance.aws.clients import CLIENT, lazy
from maintenance.cli.argument_types import duration
from maintenance.cli.arguments import Commands
from maintenance.cli.bypass_wait import await_tokens
from maintenance.cli.confirm import confirm
from maintenance.cli.context import Context
from maintenance.cli.documents import (
    BypassLinkDocument,
    BypassRevocationDocument,
    BypassTokenDocument,
    BypassTokensDocument,
)
from maintenance.cli.exit_code import ExitCode
from maintenance.cli.own_command import own_command
from maintenance.cli.session import Session
from maintenance.cli.terminal import Clock
from maintenance.cli.watch import UNTIL_DEPLOYED, watch_command
from maintenance.cloudfront.targets import resolve_targets
from maintenance.errors import ConfigurationError, MaintenanceError, StaleObservation
from maintenance.lambda_edge.bypass import LINK_PARAMETER, Token, add, check_names, remove
from maintenance.model import Distribution, Mode
from maintenance.reporting.progress import SETTLED, has_reached

_TRIES = 5
_DIGITS_OF_A_NAME = 8
_EXAMPLES = """\
examples:
  site-maintenance bypass create --for 7d --name ana
  site-maintenance bypass list
  site-maintenance bypass revoke ana
"""
_CREATE_EXAMPLES = """\
examples:
  site-maintenance bypass create --for 7d --name ana
  site-maintenance bypass create --for 2h --wait
  site-maintenance bypass create --url https://api.example.com/

A browser that opens the link can pass until the token expires, on that host
name. A closed site accepts it once CloudFront has deployed it, usually within
minutes.
"""
_LIST_EXAMPLES = """\
examples:
  site-maintenance bypass list
  site-maintenance bypass list --json
"""
_REVOKE_EXAMPLES = """\
examples:
  site-maintenance bypass revoke ana
  site-maintenance bypass revoke ana bob --wait --yes

Their links and cookies end once CloudFront has deployed that, usually within
minutes.
"""


def add_arguments(commands: Commands, shared: argparse.ArgumentParser) -> None:
    """Add the command `bypass` and its actions."""
    bypass = commands.add_parser(
        "bypass",
        help="let testers past maintenance by a link: create, list, revoke",
        description="Links that let a browser past maintenance until they expire.",
        epilog=_EXAMPLES,
    )
    actions = bypass.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser(
        "create", parents=[shared], help="make a link and show it, once", epilog=_CREATE_EXAMPLES
    )
    create.add_argument(
        "--for", dest="lifetime", type=duration, default=timedelta(days=7), metavar="DURATION",
        help="how long it works: 2h, 7d (7d), at most 365d",
    )  # fmt: skip
    create.add_argument("--name", help="whose it is, to list and to revoke it by")
    create.add_argument(
        "--url", type=_https_url, help="address to open (the first alias of each distribution)"
    )
    listing = actions.add_parser(
        "list", parents=[shared], help="names and expiry of all tokens", epilog=_LIST_EXAMPLES
    )
    revoke = actions.add_parser(
        "revoke", parents=[shared], help="end links and their cookies", epilog=_REVOKE_EXAMPLES
    )
    revoke.add_argument("names", nargs="+", metavar="NAME", help="as `bypass list` shows them")
    for action, act in ((create, _create), (listing, _list), (revoke, _revoke)):
        action.set_defaults(run=run, act=act)
    # A new link closes and opens nothing, so only `revoke` asks.
    create.add_argument("--yes", action="store_true", help="changes nothing: create never asks")
    revoke.add_argument("--yes", action="store_true", help="do not ask")
    for action in (create, revoke):
        _add_waiting(action)


def _add_waiting(action: argparse.ArgumentParser) -> None:
    action.add_argument(
        "--wait", action="store_true", help="wait until every distribution is Deployed"
    )
    action.add_argument(
        "--timeout", type=duration, default=UNTIL_DEPLOYED, help="how long to wait (35m)"
    )


def run(arguments: argparse.Namespace, context: Context) -> ExitCode:
    """Create, list or revoke; raise MaintenanceError if that fails."""
    session = context.connect()
    client = lazy(lambda: context.aws().client("s3", config=CLIENT))
    tokens = BypassTokens(client, bucket=session.app.settings.state_bucket)
    act: Callable[[argparse.Namespace, Session, BypassTokens], ExitCode] = arguments.act
    return act(arguments, session, tokens)


def _create(arguments: argparse.Namespace, session: Session, tokens: BypassTokens) -> ExitCode:
    urls = [arguments.url] if arguments.url else _site_urls(session)
    secret = secrets.token_urlsafe(32)
    now = session.app.clock().replace(microsecond=0)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    name = arguments.name or digest[:_DIGITS_OF_A_NAME]
    token = Token(name, digest, created=now, expires=now + arguments.lifetime)
    _change(tokens, lambda stored: add(stored, token))
    terminal = session.terminal
    links = [_link(url, secret) for url in urls]
    if terminal.as_json:
        terminal.answer(BypassLinkDocument(name, token.expires, links))
    else:
        terminal.out.out("\n".join(links))
    until = session.clock.time_and_distance(token.expires)
    terminal.info(f"The token {name} is valid until {until}. Its link is not shown again.")
    effect = _Effect(
        is_open="the link works from the next maintenance on. Do not open it before: that would "
        "put its token into the origin's logs.",
        pending="until CloudFront has deployed the token, usually within "
        f"{session.app.settings.rollout}, the link shows the maintenance page.",
        done="The link works.",
    )
    return _follow(arguments, session, tokens, effect, since=now)


def _list(_: argparse.Namespace, session: Session, tokens: BypassTokens) -> ExitCode:
    stored = tokens.read().tokens
    clock = session.clock
    document = BypassTokensDocument(
        [
            BypassTokenDocument(each.name, each.created, each.expires, each.expires > clock.now)
            for each in stored
        ]
    )
    session.terminal.answer(document, _table(stored, clock) if stored else "No bypass tokens.")
    return ExitCode.DONE


def _revoke(arguments: argparse.Namespace, session: Session, tokens: BypassTokens) -> ExitCode:
    now, names = session.app.clock(), arguments.names
    check_names(tokens.read().tokens, names)
    text = ", ".join(names)
    question = f"End the links and cookies of {text}?"
    if not confirm(session.terminal, question, is_confirmed=arguments.yes):
        return ExitCode.FAILED
    _change(tokens, lambda stored: remove(stored, names, now))
    if session.terminal.as_json:
        session.terminal.answer(BypassRevocationDocument(names))
    session.terminal.info(f"Revoked {text}.")
    effect = _Effect(
        is_open="the next maintenance begins without that.",
        pending="until CloudFront has deployed this, usually within "
        f"{session.app.settings.rollout}, {text} can pass.",
        done=f"{text} cannot pass any more.",
    )
    return _follow(arguments, session, tokens, effect, since=now)


def _change(tokens: BypassTokens, edit: Callable[[tuple[Token, ...]], tuple[Token, ...]]) -> None:
    """Edit the stored tokens, again if another operator writes at the same time."""
    for tried in range(_TRIES):
        stored = tokens.read()
        try:
            tokens.write(edit(stored.tokens), over=stored)
        except StaleObservation:
            if tried == _TRIES - 1:
                raise
        else:
            return


class _Effect(Struct, frozen=True):
    """What to say about a change: while the site is open, and before and after it is deployed."""

    is_open: str
    pending: str
    done: str


def _follow(
    arguments: argparse.Namespace,
    session: Session,
    tokens: BypassTokens,
    effect: _Effect,
    *,
    since: datetime,
) -> ExitCode:
    """Say what visitors get; with --wait, watch until every distribution is Deployed."""
    terminal = session.terminal
    try:
        view = session.read_status()
    except MaintenanceError as error:
        terminal.error(f"Cannot determine whether the site is closed ({error}).")
        terminal.info(f"If it is: {effect.pending}")
        return ExitCode.FAILED if arguments.wait else ExitCode.DONE
    if view.report.decision.mode is not Mode.MAINTENANCE:
        terminal.info(f"The site is open: {effect.is_open}")
        return ExitCode.DONE
    if not arguments.wait:
        terminal.info(f"The site is closed: {effect.pending}")
        return ExitCode.DONE
    is_written = await_tokens(tokens, session, arguments.timeout)
    view = session.watch.wait(
        session.read_status,
        until=SETTLED,
        timeout=arguments.timeout,
        has_failed=lambda: session.has_failed_since(since),
    )
    if session.has_failed_since(since):
        command = own_command("status", session.watch.stack)
        terminal.error(f"The controller's run has failed: {command} says why.")
        return ExitCode.FAILED
    if not (is_written and has_reached(view.report, SETTLED)):
        terminal.error(f"Still rolling out: {watch_command(session.watch.stack)} waits longer.")
        return ExitCode.NOT_YET
    terminal.info(effect.done)
    return ExitCode.DONE


def _site_urls(session: Session) -> list[str]:
    """Return the address of each target; raise ConfigurationError if there is none."""
    listing = session.app.controller.distributions.list_distributions()
    found = resolve_targets(session.app.settings.distributions, listing).distribution_ids
    hosts = [_host(each) for each in listing if each.distribution_id in found]
    urls = [f"https://{host}/" for host in hosts if host]
    if not urls:
        raise ConfigurationError(
            "no distribution of the stack has a host name to open: name the address with --url"
        )
    return urls


def _host(distribution: Distribution) -> str:
    """Return a host name that it serves, "" if only its tenants have one."""
    names = [each for each in distribution.aliases if not each.startswith("*")]
    return names[0] if names else distribution.domain_name.strip("-")


def _link(url: str, token: str) -> str:
    parts = urlsplit(url)
    # Of several tokens, as in an old link, the edge reads the first.
    others = [each for each in parts.query.split("&") if each.partition("=")[0] != LINK_PARAMETER]
    query = "&".join((*filter(None, others), f"{LINK_PARAMETER}={token}"))
    parts = parts._replace(path=parts.path or "/", query=query)
    return parts._replace(fragment="").geturl()


def _https_url(text: str) -> str:
    """Return an address; over http the token would be readable, and no browser keep the cookie."""
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.netloc or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an https address such as https://www.example.com/"
        )
    return text


def _table(tokens: Iterable[Token], clock: Clock) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for column in ("name", "expires", "created"):
        table.add_column(column, overflow="fold")
    for each in tokens:
        is_valid = each.expires > clock.now
        expires = clock.time_and_distance(each.expires)
        table.add_row(
            each.name,
            expires if is_valid else f"expired {clock.time(each.expires)}",
            clock.time(each.created),
        )
    return table

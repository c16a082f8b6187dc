"""Wait until the store of the standby engine has the bypass tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maintenance.wiring.attach import AttachEngine

if TYPE_CHECKING:
    from datetime import timedelta

    from maintenance.aws.bypass_tokens import BypassTokens
    from maintenance.cli.session import Session

_PAUSE_SECONDS = 2.0


def await_tokens(tokens: BypassTokens, session: Session, timeout: timedelta) -> bool:
    """Return whether the store has the tokens in time; what is attached shows it by itself."""
    engine = session.app.engine
    if isinstance(engine, AttachEngine):
        return True
    deadline = session.watch.clock() + timeout
    while not engine.pages.has_tokens(tokens.read().tokens):
        if session.watch.clock() >= deadline:
            return False
        session.watch.pause(_PAUSE_SECONDS)
    return True

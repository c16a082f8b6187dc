"""Reads what the state bucket holds for a version: page and bypass tokens, at the same time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from maintenance.errors import MaintenanceError, ObservationError
from maintenance.lambda_edge.bypass import TOKENS_KEY
from maintenance.lambda_edge.page_files import page_sizes
from maintenance.lambda_edge.stored_files import StoredFiles

if TYPE_CHECKING:
    from maintenance.aws.bucket import PageFiles
    from maintenance.aws.bypass_tokens import BypassTokens
    from maintenance.lambda_edge.bypass import Token


class BucketFiles:
    """Reads both. Closing waits for the slower one only, and no longer if there are no tokens."""

    def __init__(self, page_files: PageFiles, bypass_tokens: BypassTokens) -> None:
        self._page_files = page_files
        self._bypass_tokens = bypass_tokens

    def read(self) -> StoredFiles:
        """Return both, or the error of each; nothing is raised."""
        try:
            objects = self._page_files.list_with_tokens()
        except ObservationError as error:
            return StoredFiles(error, error)
        with ThreadPoolExecutor(max_workers=1) as worker:
            tokens = worker.submit(_attempt, self._read_tokens) if TOKENS_KEY in objects else None
            page = _attempt(lambda: self._page_files.read_listed(page_sizes(objects)))
            return StoredFiles(page, tokens.result() if tokens else ())

    def _read_tokens(self) -> tuple[Token, ...]:
        return self._bypass_tokens.read().tokens


def _attempt[Read](read: Callable[[], Read]) -> Read | MaintenanceError:
    try:
        return read()
    except MaintenanceError as error:
        return error

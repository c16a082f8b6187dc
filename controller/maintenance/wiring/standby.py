"""The engine whose function stays attached and reads a key-value store."""

from __future__ import annotations

import functools
import hashlib
import random
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from maintenance.aws.clients import CLIENT, PAGE_CLIENT, PAGE_FILES_CLIENT, lazy
from maintenance.aws.function_code import FunctionCode
from maintenance.aws.standby.key_value_store import STORE_CLIENT, KeyValueStore, sign_calls
from maintenance.aws.standby.program import StandbyProgram
from maintenance.aws.time_limit import limited
from maintenance.lambda_edge.check import PackageCheck
from maintenance.lambda_edge.package_programs import PackagePrograms
from maintenance.reconcile.standby.pages import PageRenderer, StandbyPages
from maintenance.reconcile.standby.site import StandbySite
from maintenance.reconcile.standby.store import StandbyStore
from maintenance.reconcile.standby.upkeep import StandbyHousekeeping, StandbyUpkeep
from maintenance.reconcile.still_wanted import StillWanted
from maintenance.standby.function import StandbyFunction

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_cloudfront_keyvaluestore import CloudFrontKeyValueStoreClient
    from mypy_boto3_s3 import S3Client

    from maintenance.aws.stored_files import BucketFiles
    from maintenance.reporting.status import StoreNote
    from maintenance.settings import StandbySettings
    from maintenance.wiring.clients import Clients


class StandbyEngine(Struct, frozen=True):
    """What a run needs of the engine, and what the command asks of it."""

    site: StandbySite
    housekeeping: StandbyHousekeeping
    stored_files: BucketFiles
    pages: StandbyPages
    throttling: StillWanted
    function: StandbyFunction
    store: StandbyStore


def standby_engine(
    clients: Clients,
    standby: StandbySettings,
    *,
    remembered: Callable[[], StoreNote | None],
) -> StandbyEngine:
    """Return the engine of this stack, whose function is in the account of its store."""
    # Not in that of the controller's own ARN, which sam local invoke makes up.
    account = standby.store_arn.split(":")[4]
    arn = f"arn:aws:cloudfront::{account}:function/{standby.function}"
    function = StandbyFunction(arn, clients.settings.stack_name)
    store = standby_store(clients, standby)
    stored_files = clients.stored_files(clients.run_time.version)
    renderer = _renderer(clients, stored_files)
    still_wanted = StillWanted()
    settings = clients.settings
    upkeep = StandbyUpkeep(
        store, renderer, clients.desired_state, clients.clock, settings.max_distributions
    )
    site = StandbySite(settings, function, store, upkeep, still_wanted, clients.clock)
    housekeeping = StandbyHousekeeping(upkeep, remembered)
    return StandbyEngine(
        site,
        housekeeping,
        stored_files,
        StandbyPages(renderer, store),
        still_wanted,
        function,
        store,
    )


def standby_store(clients: Clients, standby: StandbySettings) -> StandbyStore:
    """Return the store and the code of this function."""
    session, deadline = clients.session, clients.run_time.calls
    code = FunctionCode(
        lazy(lambda: limited(session.client("cloudfront", config=CLIENT), deadline)),
        name=standby.function,
        store_arn=standby.store_arn,
    )
    store = KeyValueStore(
        lazy(lambda: _store_client(clients)),
        arn=standby.store_arn,
        sleep=clients.timer.sleep,
        jitter=random.random,
    )

    def files() -> S3Client:
        return limited(session.client("s3", config=PAGE_FILES_CLIENT), deadline)

    composed = StandbyProgram(lazy(files), bucket=clients.settings.state_bucket)
    program = functools.partial(_program, composed)
    return StandbyStore(store, code, program, clients.clock)


def _store_client(clients: Clients) -> CloudFrontKeyValueStoreClient:
    session = clients.session
    client = session.client("cloudfront-keyvaluestore", config=STORE_CLIENT)
    signed = sign_calls(client, session.get_credentials, clients.clock)
    return limited(signed, clients.run_time.calls)


def _program(composed: StandbyProgram) -> str:
    """Return the program to publish: the owner's, or the one of this package."""
    own = composed.read()
    if own is not None:
        return own
    packaged = resources.files("maintenance.standby") / "function.js"
    return packaged.read_text(encoding="utf-8")


def _renderer(clients: Clients, stored_files: BucketFiles) -> PageRenderer:
    deadline = clients.run_time.version
    programs = PackagePrograms(clients.python_path, deadline)
    return PageRenderer(
        base_arn=clients.settings.edge.base_arn,
        own_code=_own_code,
        stored_files=stored_files,
        packages=clients.edge_versions(PAGE_CLIENT, deadline),
        check_package=PackageCheck(programs),
        programs=programs,
        deadline=deadline,
        clock=clients.clock,
    )


@functools.cache
def _own_code() -> str:
    """
    Return a digest of this package and its Python, which lay pages out for the store.

    A version would not do: someone may deploy a checkout.
    """
    code = hashlib.sha256(sys.version.encode())
    for file in sorted(Path(__file__).parents[1].rglob("*.py")):
        code.update(file.read_bytes())
    return code.hexdigest()

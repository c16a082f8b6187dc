"""
Composition: ministack with every remedy, the edge and the control endpoint, served on one port.

Import it only in a process whose environment is the sandbox's own (`python -m sandbox`).
"""

# ruff: noqa: SLF001 - what a reset forgets has no public name in ministack

import asyncio
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

import ministack.app

# The ASGI server that ministack is made for; like it, in the sandbox's own environment only.
from hypercorn.asyncio import serve as serve_asgi  # type: ignore[import-not-found]  # as said above
from hypercorn.config import Config  # type: ignore[import-not-found]  # as said above
from hypercorn.protocol.events import StreamClosed  # type: ignore[import-not-found]  # as said above

from sandbox.api import asgi
from sandbox.api.call_log import CallLog
from sandbox.api.control import Control
from sandbox.api.faults import Faults
from sandbox.api.layer import Layer
from sandbox.api.throttling import Throttle
from sandbox.cloudfront.propagation import Propagation
from sandbox.edge.app import Edge
from sandbox.patches import (
    cloudwatch_metrics,
    deliveries,
    iam,
    lambda_environments,
    lambda_functions,
    s3,
    ssm,
)
from sandbox.patches.cloudformation import StackDistributions
from sandbox.patches.cloudfront import Distributions, function_code
from sandbox.patches.cloudwatch_alarms import Alarms
from sandbox.patches.lambda_functions import Replicas
from sandbox.patches.lambda_versions import Versions
from sandbox.patches.scheduler import Ticker
from sandbox.settings import CurrentSettings, Settings

_DOMAIN = ".cloudfront.net"


@dataclass(frozen=True, slots=True)
class Binding:
    """Where to listen, and whether to end when standard input does."""

    host: str
    port: int
    until_stdin_closes: bool


class _RenewableEdge:
    """The edge, which a reset replaces by one whose cache is empty."""

    def __init__(self, propagation: Propagation) -> None:
        self._propagation = propagation
        self.renew()

    def renew(self) -> None:
        self._edge = Edge(
            deployed=self._propagation.deployed,
            invoke=lambda_functions.invoke,
            function_code=function_code,
        )

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        await self._edge(scope, receive, send)


def compose(settings: Settings) -> Layer:
    """Return the whole sandbox as one ASGI application."""
    current = CurrentSettings(settings)
    propagation = Propagation(time.monotonic)
    faults = Faults()
    calls = CallLog(time.monotonic)
    throttle = Throttle(current, time.monotonic)
    replicas = Replicas(propagation.configurations, current)
    s3.install()
    ssm.install()
    iam.install()
    Versions(current).install()
    deliveries.install()
    lambda_environments.install()
    cloudwatch_metrics.install()
    alarms = Alarms(time.time)
    alarms.install()
    replicas.install()
    Ticker(lambda: datetime.now(UTC)).install()
    distributions = Distributions(propagation, current, replicas.note)
    distributions.install()
    StackDistributions(distributions).install()

    edge = _RenewableEdge(propagation)

    def advance(minutes: int) -> None:
        distributions.advance(minutes)
        alarms.advance(minutes)

    async def forget() -> None:
        await asyncio.to_thread(ministack.app._reset_all_state)
        propagation.clear()
        replicas.clear()
        alarms.clear()
        throttle.clear()
        edge.renew()

    return Layer(
        emulator=ministack.app.app,
        edge=edge,
        is_served=lambda host: host.endswith(_DOMAIN) or propagation.deployed(host) is not None,
        control=Control(
            current=current,
            faults=faults,
            calls=calls,
            forget=forget,
            finish_deployments=propagation.finish,
            advance=advance,
        ),
        faults=faults,
        calls=calls,
        current=current,
        throttle=throttle,
        hang_up=_hang_up,
    )


async def _hang_up(send: asgi.Send) -> None:
    """Close the connection; ASGI has no message for it, so hypercorn's own stream is told."""
    stream = send.__self__  # type: ignore[attr-defined]  # hypercorn sends by a method of it
    await stream.send(StreamClosed(stream_id=stream.stream_id))


async def serve(binding: Binding, settings: Settings) -> None:
    """Serve until SIGTERM, SIGINT or, where asked for, the end of standard input."""
    config = Config()
    config.bind = [f"{binding.host}:{binding.port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.loglevel = "WARNING"
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if binding.until_stdin_closes:
        loop.add_reader(sys.stdin, stop.set)
    try:
        await serve_asgi(compose(settings), config, shutdown_trigger=stop.wait)
    finally:
        # Ends the processes that run functions.
        await asyncio.to_thread(ministack.app._reset_all_state)

"""
Compose the sandbox and serve it on one port: ministack with its patches, the edge, the controls.

Import this module only in a process whose environment is the sandbox's own (`python -m sandbox`).
"""

# ruff: noqa: SLF001 - ministack has no public name for the reset of its state

import asyncio
import os
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
from sandbox.cloudfront.function_propagation import FunctionPropagation
from sandbox.cloudfront.propagation import Propagation
from sandbox.cloudfront.store_propagation import StorePropagation
from sandbox.edge.app import Edge
from sandbox.edge.interface import EdgeFunctions
from sandbox.patches import s3, ssm
from sandbox.patches.aws_lambda import environments, logs
from sandbox.patches.aws_lambda.invocations import AsynchronousInvocations, invoke
from sandbox.patches.aws_lambda.replicas import Replicas
from sandbox.patches.aws_lambda.running_environments import RunningEnvironments
from sandbox.patches.aws_lambda.versions import Versions
from sandbox.patches.cloudformation import StackDistributions
from sandbox.patches.cloudfront import key_value_store
from sandbox.patches.cloudfront.distributions import Distributions
from sandbox.patches.cloudfront.functions import Functions
from sandbox.patches.cloudfront.stack_functions import StackFunctions
from sandbox.patches.cloudwatch import metrics
from sandbox.patches.cloudwatch.alarms import Alarms
from sandbox.patches.events import deliveries
from sandbox.patches.events.scheduler import Ticker
from sandbox.patches.iam import authorization
from sandbox.patches.step_functions import distributed_map, executions, rights
from sandbox.settings import CurrentSettings, Settings

_DOMAIN = ".cloudfront.net"
_CHUNK_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Binding:
    """Where to listen, and whether to end when standard input closes."""

    host: str
    port: int
    until_stdin_closes: bool


@dataclass(frozen=True, slots=True)
class _Patches:
    """The patches that a reset empties or the controls advance; all others only install."""

    replicas: Replicas
    invocations: AsynchronousInvocations
    alarms: Alarms
    distributions: Distributions
    functions: Functions


@dataclass(frozen=True, slots=True)
class _Propagations:
    """What is on its way to the edge."""

    distributions: Propagation
    functions: FunctionPropagation
    stores: StorePropagation

    def finish(self) -> None:
        """Let everything arrive now."""
        for each in (self.distributions, self.functions, self.stores):
            each.finish()

    def clear(self) -> None:
        """Remove everything, also what has arrived."""
        for each in (self.distributions, self.functions, self.stores):
            each.clear()


def compose(settings: Settings) -> Layer:
    """Return the whole sandbox as one ASGI application."""
    current = CurrentSettings(settings)
    propagations = _Propagations(
        Propagation(time.monotonic),
        FunctionPropagation(time.monotonic),
        StorePropagation(time.monotonic),
    )
    throttle = Throttle(current, time.monotonic)
    patches = _install_patches(current, propagations)
    deployed = propagations.distributions.deployed
    edge = Edge(
        deployed=deployed,
        invoke=invoke,
        functions=EdgeFunctions(
            patches.functions.live, metrics.count_function, patches.functions.throttle.start
        ),
        locations=lambda: current.now.edge_locations,
    )
    faults, calls = Faults(), CallLog(time.monotonic)

    def advance(minutes: int) -> None:
        patches.distributions.advance(minutes)
        patches.functions.advance(minutes)
        propagations.stores.advance(60.0 * minutes)
        patches.alarms.advance(minutes)

    async def reset() -> None:
        await asyncio.to_thread(ministack.app._reset_all_state)
        propagations.clear()
        patches.functions.throttle.clear()
        patches.replicas.clear()
        patches.invocations.clear()
        patches.alarms.clear()
        throttle.clear()
        edge.clear()

    return Layer(
        emulator=ministack.app.app,
        edge=edge,
        is_edge_host=lambda host: host.endswith(_DOMAIN) or deployed(host) is not None,
        control=Control(
            current=current,
            faults=faults,
            calls=calls,
            reset=reset,
            finish_deployments=propagations.finish,
            advance=advance,
        ),
        faults=faults,
        calls=calls,
        current=current,
        throttle=throttle,
        close_connection=_close_connection,
    )


def _install_patches(current: CurrentSettings, propagations: _Propagations) -> _Patches:
    # The patch that is installed last sees a call first.
    replicas = Replicas(propagations.distributions.configurations, current)
    invocations = AsynchronousInvocations()
    alarms = Alarms(time.time)
    distributions = Distributions(propagations.distributions, current, replicas.refresh)
    functions = Functions(propagations.functions, propagations.stores, current)
    s3.install()
    ssm.install()
    authorization.install()
    key_value_store.install(propagations.stores, current)
    Versions(current).install()
    deliveries.install()
    environments.install()
    logs.install()
    RunningEnvironments().install()
    rights.install()
    executions.install()
    distributed_map.install()
    metrics.install()
    alarms.install()
    replicas.install()
    invocations.install()
    Ticker(lambda: datetime.now(UTC)).install()
    distributions.install()
    functions.install()
    StackDistributions(distributions).install()
    StackFunctions(functions, propagations.stores).install()
    return _Patches(replicas, invocations, alarms, distributions, functions)


async def _close_connection(send: asgi.Send) -> None:
    """Close the connection of a `send`; ASGI has no message for it, but hypercorn's stream has."""
    stream = send.__self__  # type: ignore[attr-defined]  # hypercorn sends by a method of it
    await stream.send(StreamClosed(stream_id=stream.stream_id))


async def serve(binding: Binding, settings: Settings) -> None:
    """Serve until SIGTERM, SIGINT or, if the binding says so, the end of standard input."""
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
        loop.add_reader(sys.stdin, _stop_at_end_of_stdin, stop)
    try:
        await serve_asgi(compose(settings), config, shutdown_trigger=stop.wait)
    finally:
        # Ends the processes that run functions.
        await asyncio.to_thread(ministack.app._reset_all_state)


def _stop_at_end_of_stdin(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), _CHUNK_BYTES):
        stop.set()

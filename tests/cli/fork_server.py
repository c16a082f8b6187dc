"""
Fork a process for each command that fork_client.py asks for: fork_server.py SOCKET.

It ends when its standard input closes, and with it all commands that still run.
"""

import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import time

import boto3  # noqa: F401 - for the commands
import botocore.loaders
import botocore.session
import maintenance
from maintenance.__main__ import main

_REQUEST_BYTES = 2**17
# Their models take longest to read.
_SERVICES = ("cloudformation", "cloudfront", "lambda", "logs", "s3", "scheduler", "ssm")


def serve(listener: socket.socket) -> None:
    """Fork a command for each connection, and say its exit code there."""
    running: dict[int, socket.socket] = {}  # by the file that shows that a command has ended
    while True:
        ready, _, _ = select.select([0, listener.fileno(), *running], [], [])
        if 0 in ready:
            os.killpg(0, signal.SIGKILL)
        for ended in running.keys() & {*ready}:
            with running.pop(ended) as connection:
                connection.send(b"%d" % _exit_code(ended))
        if listener.fileno() in ready:
            connection, _ = listener.accept()
            process = os.fork()
            if not process:
                run(connection)
            running[os.pidfd_open(process)] = connection


def run(connection: socket.socket) -> None:
    """Be the command that the client asks for; SystemExit at its end."""
    content, streams, _, _ = socket.recv_fds(connection, _REQUEST_BYTES, 3)
    request = json.loads(content)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    _open_streams()
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv[1:] = request["words"]
    sys.exit(main())


def _open_streams() -> None:
    """Open the standard streams as Python does when it starts."""
    text = functools.partial(os.fdopen, encoding="utf-8", closefd=False)
    sys.stdin, sys.stdout = text(0), text(1, "w")
    sys.stderr = text(2, "w", buffering=1, errors="backslashreplace")


def _exit_code(process: int) -> int:
    """Return the exit code of a process that has ended; a shell's, if a signal ended it."""
    ended = os.waitid(os.P_PIDFD, process, os.WEXITED)
    os.close(process)
    assert ended
    return ended.si_status if ended.si_code == os.CLD_EXITED else 128 + ended.si_status


def _prepare() -> None:
    """Import all that a command may import, and read the models of AWS's services."""
    for module in pkgutil.walk_packages(maintenance.__path__, "maintenance."):
        # Importing the entry of Lambda changes how this process collects garbage.
        if module.name != "maintenance.handler":
            importlib.import_module(module.name)
    botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)
    session = botocore.session.Session()
    session.set_credentials("unused", "unused")
    for service in _SERVICES:
        session.create_client(service, region_name="us-east-1")


if __name__ == "__main__":
    _prepare()
    # A fork copies the pages that the garbage collector touches.
    gc.freeze()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(sys.argv[1])
        listener.listen()
        print("ready", flush=True)  # noqa: T201 - what the starter waits for
        serve(listener)

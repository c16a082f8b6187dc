"""
Start the sandbox: `python -m sandbox --port 4566 --state-dir DIR`, in its own environment.

ministack passes its whole process environment to the functions it runs. So this process empties its
own first: no variable of the machine, and no secret in one, reaches a function or a child process.
"""

import argparse
import asyncio
import errno
import os
import stat
import sys
from pathlib import Path

from sandbox.settings import FIELD_DELAYS, Settings

HOST = "127.0.0.1"
_SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    initial = Settings()
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="AWS on a laptop.")
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--state-dir", type=Path, required=True, help="where state and code go")
    parser.add_argument("--deploy-seconds", type=float, default=initial.deploy_seconds)
    parser.add_argument(
        "--field-delays",
        action="store_true",
        help="let changes take as long as others measured on AWS: minutes",
    )
    parser.add_argument("--association-seed", type=int, default=initial.association_seed)
    parser.add_argument("--log-level", default="WARNING", help="INFO shows what ministack does")
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="end when the process that holds the other end of standard input ends",
    )
    parsed = parser.parse_args(arguments)
    # A terminal belongs to the shell: a background job that watched it would end with what is typed
    # for another program.
    if parsed.until_stdin_closes and not stat.S_ISFIFO(os.fstat(0).st_mode):
        parser.error("--until-stdin-closes needs a pipe as standard input")
    return parsed


def initial_settings(arguments: argparse.Namespace) -> Settings:
    """Return the settings that the options name; those of AWS count more than one of them."""
    settings = Settings(
        deploy_seconds=arguments.deploy_seconds, association_seed=arguments.association_seed
    )
    return settings.with_changes(FIELD_DELAYS) if arguments.field_delays else settings


def environment(arguments: argparse.Namespace, search_path: str) -> dict[str, str]:
    """Return the whole environment of the sandbox: ministack's settings and nothing else."""
    state_dir = str(arguments.state_dir.resolve())
    return {
        "PATH": search_path,
        "HOME": state_dir,
        "TMPDIR": state_dir,
        "STATE_DIR": state_dir,
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "GATEWAY_PORT": str(arguments.port),
        "AUTH": "true",
        "LOG_LEVEL": arguments.log_level,
        # Both listeners are unused, and each costs start-up time and a port.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        # The sandbox must not reach the containers of this machine.
        "DOCKER_HOST": f"unix://{state_dir}/no-docker.sock",
    }


def main() -> None:
    """Run until a signal or, with --until-stdin-closes, the end of standard input."""
    arguments = parse_arguments()
    arguments.state_dir.mkdir(parents=True, exist_ok=True)
    search_path = os.environ.get("PATH", _SEARCH_PATH)
    os.environ.clear()
    os.environ.update(environment(arguments, search_path))

    from sandbox import server  # noqa: PLC0415 - ministack reads the environment when imported

    # Functions inherit the environment, and some loggers take their level from this very name.
    del os.environ["LOG_LEVEL"]
    settings = initial_settings(arguments)
    binding = server.Binding(HOST, arguments.port, arguments.until_stdin_closes)
    try:
        asyncio.run(server.serve(binding, settings))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        sys.exit(f"Port {arguments.port} is in use: choose another one with --port.")


if __name__ == "__main__":
    main()

"""
Ask the server of `program.py` for a command: fork_client.py SOCKET [WORD ...].

It gives its environment, folder and open files to the command, and ends with its exit code.
"""

import array
import json
import os
import socket
import sys
from pathlib import Path

_STREAMS = array.array("i", [0, 1, 2])


def main(address: str, words: list[str]) -> int:
    """Return the exit code of the command."""
    request = {"words": words, "environment": dict(os.environ), "folder": str(Path.cwd())}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as server:
        server.connect(address)
        server.sendmsg(
            [json.dumps(request).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, _STREAMS)]
        )
        return int(server.recv(16))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))

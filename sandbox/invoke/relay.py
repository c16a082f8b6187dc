"""
Pass connections on from one address to another: `python relay.py LISTEN TO`. Standard library only.

An address is `/path` of a Unix socket or `host:port`. It says `listening` when it does, and ends
when its standard input does, that is, with whoever started it. One runs on this machine, from a
Unix socket to the sandbox; one runs in a container, from the network of the functions to that
socket, which is mounted there: neither opens a port of this machine.
"""

import asyncio
import functools
import sys

_CHUNK_BYTES = 65536

type _Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def relay(listen: str, to: str) -> None:
    """Pass on every connection until standard input ends."""
    answer = functools.partial(_pass_on, to)
    if listen.startswith("/"):
        server = await asyncio.start_unix_server(answer, listen)
    else:
        host, _, port = listen.rpartition(":")
        server = await asyncio.start_server(answer, host, int(port))
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


async def _pass_on(to: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        far_reader, far_writer = await _connect(to)
        try:
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        finally:
            far_writer.close()
    finally:
        writer.close()


async def _connect(to: str) -> _Streams:
    if to.startswith("/"):
        return await asyncio.open_unix_connection(to)
    host, _, port = to.rpartition(":")
    return await asyncio.open_connection(host, int(port))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()
    # The other direction may still have something to say.
    writer.write_eof()


if __name__ == "__main__":
    asyncio.run(relay(*sys.argv[1:]))

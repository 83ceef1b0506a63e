"""Do our WebSockets and Python's websockets understand each other, on both sides?

    websocket.py PEER

PEER is websocket_peer.  Exit status 77: no Python here can import websockets.
"""
import asyncio, os, sys

try:
    import websockets
except ImportError:
    SYSTEM = "/usr/bin/python3"
    if os.path.exists(SYSTEM) and os.environ.get("CAMBIST_SYSTEM_PYTHON") is None:
        os.execve(SYSTEM, [SYSTEM] + sys.argv, {**os.environ, "CAMBIST_SYSTEM_PYTHON": "1"})
    print("skipped: no Python here can import websockets")
    sys.exit(77)

SIZES = [0, 1, 125, 126, 65535, 65536, 1 << 20]
failures = 0


def make_pattern(size):
    """What all messages begin with; it shrinks under compression, but within our ceilings."""
    pattern, state = bytearray(size), 1
    for i in range(size):
        state = (state * 1103515245 + 12345) & 0xffffffff
        pattern[i] = 97 + (state >> 16 & 15)
    return bytes(pattern)


PATTERN = make_pattern(1 << 20)


def check(is_right, what):
    global failures
    if not is_right:
        failures += 1
        print("wrong: " + what)


# ---- websockets is the server ----

async def fragments(socket, size, count):
    part = size // count
    for i in range(count):
        if i:
            await socket.ping(b"between %d" % i)
        yield PATTERN[i * part:size if i == count - 1 else (i + 1) * part].decode()


async def obey(socket, command):
    words = command[1:].split(":")
    if words[0] == "binary":
        await socket.send(PATTERN[:int(words[1])])
    elif words[0] == "fragments":
        await socket.send(fragments(socket, int(words[1]), int(words[2])))
    elif words[0] == "close":
        await socket.close(int(words[1]), words[2])
    elif words[0] == "vanish":
        socket.transport.abort()


async def on_connection(socket, *_):
    try:
        async for message in socket:
            if isinstance(message, str) and message.startswith("!"):
                await obey(socket, message)
            else:
                await socket.send(message)
    except websockets.ConnectionClosed:
        pass


async def serve_client(peer, compression):
    async with websockets.serve(on_connection, "127.0.0.1", 0, compression=compression,
                                max_size=None) as server:
        port = server.sockets[0].getsockname()[1]
        words = ["client", "ws://127.0.0.1:%d" % port] + (["deflate"] if compression else [])
        client = await asyncio.create_subprocess_exec(peer, *words)
        check(await client.wait() == 0, "our client, compression %s" % compression)


# ---- websockets is the client ----

async def echo(socket, parts):
    async def one_by_one():
        for i, part in enumerate(parts):
            if i:
                await (await socket.ping(b"ping %d" % i))
            yield part

    await socket.send(parts[0] if len(parts) == 1 else one_by_one())
    whole = parts[0][:0].join(parts)
    check(await socket.recv() == whole, "echo of %d in %d parts" % (len(whole), len(parts)))


async def be_client(port, compression):
    url = "ws://127.0.0.1:%d/any" % port
    async with websockets.connect(url, compression=compression, max_size=None) as socket:
        names = [extension.name for extension in socket.extensions]
        check(names == (["permessage-deflate"] if compression else []), "the extension")
        for size in SIZES:
            part = PATTERN[:size]
            await echo(socket, [part.decode()])
            await echo(socket, [part])
            await echo(socket, [part.decode(), "b", part.decode().replace("a", "\u20ac")])
        await echo(socket, [bytes((i * i * 31) >> 3 & 255 for i in range(100000))])
    for code in (1000, 1001, 3000, 4999):
        socket = await websockets.connect(url, compression=compression)
        await socket.close(code, "enough")
        check(socket.close_code == code, "close %d answered with %s" % (code, socket.close_code))


async def serve(peer):
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(peer, "server", stdin=pipe, stdout=pipe)
    port = int(await server.stdout.readline())
    for compression in (None, "deflate"):
        await be_client(port, compression)
    server.stdin.close()
    check(await server.wait() == 0, "our server ended badly")


async def main(peer):
    for compression in (None, "deflate"):
        await serve_client(peer, compression)
    await serve(peer)
    print("%d failures" % failures)
    return 1 if failures else 0


sys.exit(asyncio.run(main(sys.argv[1])))

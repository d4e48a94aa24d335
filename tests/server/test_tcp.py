"""`einsight lsp --tcp`: one client, on this machine, that shows the token; to everything else not a byte."""

import json
import queue
import socket
import subprocess
import threading
import time
from contextlib import suppress

import pytest
from session import COMMAND

from einsight import memory
from einsight.cli.main import main
from einsight.server import tcp
from einsight.server.main import make_server

INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}
STATUS = {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand"}


@pytest.fixture(autouse=True)
def unlimited(monkeypatch):
    """The process that serves here runs the other tests too."""
    monkeypatch.setattr(memory, "limit_memory", lambda: None)


class Door:
    """A server that waits for its client, in a thread of this process."""

    def __init__(self):
        self.server, told = make_server(), queue.SimpleQueue()
        self.thread = threading.Thread(target=tcp.over_socket, args=(self.server, "127.0.0.1", 0, told.put), daemon=True)
        self.thread.start()
        first, second = told.get(timeout=60).splitlines()
        self.port, self.token = int(first.rpartition(":")[2]), second.removeprefix("token: ")
        self.open: list[socket.socket] = []

    def connect(self):
        self.open.append(socket.create_connection(("127.0.0.1", self.port), timeout=60))
        return self.open[-1]

    def close(self):
        for connection in self.open:
            connection.close()
        if self.thread.is_alive() and not self.server.turns.closed:
            try:
                greet(self.connect(), self.token)
                self.open.pop().close()
            except OSError:
                pass
        self.thread.join(60)
        assert not self.thread.is_alive()


@pytest.fixture
def door():
    made = Door()
    yield made
    made.close()


def framed(message):
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def greet(connection, token, method="initialize"):
    options = {} if token is None else {"token": token}
    params = {**INITIALIZE, "initializationOptions": options}
    connection.sendall(framed({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))


def answer(connection):
    """The next message; None where the other end is closed."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        try:
            got = connection.recv(1)
        except ConnectionError:
            return None
        if not got:
            return None
        head += got
    left = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    body = b""
    while len(body) < left:
        body += connection.recv(left - len(body))
    return json.loads(body)


def everything(connection):
    """All bytes up to the end."""
    got = b""
    try:
        while more := connection.recv(65536):
            got += more
    except ConnectionError:
        pass
    return got


def test_who_shows_the_token_is_served_and_nobody_after_it(door):
    slow = door.connect()  # it says nothing, and keeps nobody out
    first = door.connect()
    greet(first, door.token)
    assert "hoverProvider" in answer(first)["result"]["capabilities"]
    assert everything(slow) == b""
    with pytest.raises(OSError):  # nobody listens any more
        greet(late := door.connect(), door.token)
        assert answer(late) is None
        raise ConnectionResetError
    first.sendall(framed({**STATUS, "params": {"command": "einsight.explain", "arguments": ["EIN402"]}}))
    assert "transpose" in answer(first)["result"]
    assert "token" not in door.server.options


BODY = {**STATUS, "params": {"command": "einsight.createPlugin", "arguments": ["evil", "file:///tmp"]}}
POST = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\nContent-Type: text/plain\r\n"
STRANGERS = {
    "a POST": POST + framed(BODY),
    "a POST without a blank": POST.replace(b"\r\n", b"\n") + framed(BODY),
    "a POST whose body is all of it": POST + b"Content-Length: 500\r\n\r\n" + framed(BODY),
    "a GET": b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\r\n",
    "garbage": bytes(range(256)) * 40,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00",
    "no end of a line": b"Content-Length: " + b"9" * 100_000,
    "too long": b"Content-Length: 99999999999\r\n\r\n{",
    "too long to be a greeting": b"Content-Length: 2000000\r\n\r\n{",
    "negative": b"Content-Length: -5\r\n\r\n{}",
    "no JSON": b"Content-Length: 2\r\n\r\n{]",
    "nested": b"Content-Length: 200000\r\n\r\n" + b"[" * 200_000,
}


@pytest.mark.parametrize("what", STRANGERS)
def test_to_what_is_no_client_not_a_byte_is_said(door, what):
    stranger = door.connect()
    with suppress(ConnectionError):  # it may be closed before all has been sent
        stranger.sendall(STRANGERS[what] + b"\r\n")
    assert everything(stranger) == b"" and not door.server.protocol.writer


@pytest.mark.parametrize("token", [None, "", "wrong", 3, ["x"], {"a": 1}, "\ud800", "é" * 43])
def test_a_client_without_the_token_is_told_and_closed(door, token):
    client = door.connect()
    greet(client, token)
    error = answer(client)
    assert error["id"] == 1 and "initializationOptions.token" in error["error"]["message"] and answer(client) is None
    client = door.connect()
    greet(client, door.token, method="shutdown")
    assert "error" in answer(client) and answer(client) is None
    for message in ([], None, "initialize", {"method": "initialize"}, {"params": [1]}):
        client = door.connect()
        client.sendall(framed(message))
        assert answer(client)["error"] and answer(client) is None


def test_a_slow_client_is_not_waited_for(door, monkeypatch):
    monkeypatch.setattr(tcp, "PATIENCE", 0.2)
    slow = door.connect()
    for byte in framed({"jsonrpc": "2.0"})[:20]:
        try:
            slow.sendall(bytes([byte]))
        except ConnectionError:
            break
        time.sleep(0.02)
    assert everything(slow) == b""  # it would wait for the rest of the message otherwise


def test_only_so_many_wait_at_the_door(door):
    waiting = [door.connect() for _ in range(tcp.MOST_WAITING)]
    time.sleep(0.1)
    assert everything(door.connect()) == b""
    waiting[3].close()
    for _ in range(100):  # until its end has been noticed
        client = door.connect()
        greet(client, door.token)
        found = answer(client)
        if found is not None:
            break
    assert "result" in found


@pytest.mark.parametrize("address", ["0.0.0.0:0", "::1", "192.0.2.1:80", "[::]:0", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:-1",
                                     "no such host.invalid:1", "127.0.0.1", ":80", "127.0.0.1:" + "9" * 5000])  # fmt: skip
def test_an_address_that_is_not_served(address, capsys):
    assert main(["lsp", "--tcp", address]) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("einsight: ") and err.count("\n") == 1 and "internal" not in err


def test_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["lsp", "--tcp", f"127.0.0.1:{taken.getsockname()[1]}"]) == 2
    assert "cannot be had" in capsys.readouterr().err


def test_the_command(tmp_path):
    """A page in a browser, then the client that was meant."""
    server = subprocess.Popen([*COMMAND, "--tcp", "localhost:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        host, _, port = server.stdout.readline().decode().split()[-1].rpartition(":")
        token = server.stdout.readline().decode().split()[-1]
        place = (host.strip("[]"), int(port))
        body = {**STATUS, "params": {"command": "einsight.createPlugin", "arguments": ["evil", tmp_path.as_uri()]}}
        with socket.create_connection(place, timeout=60) as page:
            page.sendall(POST + framed(body))
            assert everything(page) == b""
        with socket.create_connection(place, timeout=60) as client:
            greet(client, token)
            assert "result" in answer(client)
            client.sendall(framed({"jsonrpc": "2.0", "id": 2, "method": "shutdown"}))
            assert answer(client)["id"] == 2
            client.sendall(framed({"jsonrpc": "2.0", "method": "exit"}))
            assert answer(client) is None
        out, err = server.communicate(timeout=60)
        assert (server.returncode, out) == (0, b"") and b"Traceback" not in err and not list(tmp_path.iterdir())
    finally:
        server.kill()
        server.wait()


def test_help_says_how_to_show_the_token(capsys):
    with pytest.raises(SystemExit):
        main(["lsp", "--help"])
    assert "initializationOptions.token" in " ".join(capsys.readouterr().out.split()).replace("- ", "-")

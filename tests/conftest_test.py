"""The guards of conftest.py guard."""

from __future__ import annotations

import os
import socket
import urllib.request

import pytest

from tests.conftest import NetworkBlockedError, is_local


def test_network_outside_the_machine_is_blocked() -> None:
    with pytest.raises(NetworkBlockedError, match=r"192\.0\.2\.1"), socket.socket() as sock:
        sock.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkBlockedError, match="example"):
        urllib.request.urlopen("http://example.com")


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
    assert is_local("/run/some.sock")


def test_git_identity_is_pinned() -> None:
    assert os.environ["GIT_AUTHOR_EMAIL"] == "ada@example.com"
    assert "GIT_DIR" not in os.environ

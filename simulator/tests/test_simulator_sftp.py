"""The stand-in for a folder over SFTP."""

import socket
import struct

import pytest

paramiko = pytest.importorskip("paramiko")

LOGIN = ("shop", "secret")
AT_ONCE = struct.pack("ii", 1, 0)  # close without a word: the other side gets a reset


def test_a_client_that_hangs_up_does_not_end_the_server(tmp_path):
    from simulator.acommerce.sftp_server import SftpServer

    with SftpServer(tmp_path, *LOGIN) as server:
        for _time in range(20):
            line = socket.create_connection(("127.0.0.1", server.port))
            line.settimeout(10)
            line.sendall(b"SSH-2.0-nobody\r\n")
            line.recv(1)  # it has begun to talk
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            line.close()
        transport = paramiko.Transport(("127.0.0.1", server.port))
        transport.banner_timeout = 10
        try:
            transport.connect(None, *LOGIN)
            assert transport.is_authenticated()
        finally:
            transport.close()

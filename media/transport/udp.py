"""The worker's UDP sockets: one port, IPv4 and where possible IPv6."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable

from media.transport.socket_filter import attach_filter

log = logging.getLogger(__name__)

Address = tuple[str, int] | tuple[str, int, int, int]
"""As the socket module gives it for IPv4 and IPv6."""

BUFFER_BYTES = 4 << 20
"""Asked for in both directions: 208 KiB, the usual default, loses a third of a burst
of 150 packets while the worker is busy with the one before."""

DRAIN_DATAGRAMS = 512
"""Most datagrams read before the batch is forwarded, about 4 ms of work."""

SOCKADDR_BYTES = {socket.AF_INET: 16, socket.AF_INET6: 28}

_READ_BYTES = 2048
_SO_RCVBUFFORCE = 33
_SO_SNDBUFFORCE = 32


class UdpSocket:
    """One bound, non-blocking socket."""

    __slots__ = ("family", "fileno", "name_bytes", "port", "sendto", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.family = sock.family
        self.port: int = sock.getsockname()[1]
        self.sendto = sock.sendto
        self.fileno = sock.fileno()
        self.name_bytes = SOCKADDR_BYTES[sock.family]

    def drain(self, handle: Callable[[UdpSocket, bytes, Address], None]) -> int:
        """Hand over what has arrived, at most DRAIN_DATAGRAMS; returns how many."""
        recvfrom = self.sock.recvfrom
        count = 0
        while count < DRAIN_DATAGRAMS:
            try:
                data, address = recvfrom(_READ_BYTES)
            except BlockingIOError:
                break
            except OSError:
                # An ICMP error of an earlier send is reported here; it names nobody.
                continue
            finally:
                count += 1
            handle(self, data, address)
        return count

    def send(self, data: bytes, address: Address) -> bool:
        """Send one datagram; False when it had to be dropped."""
        try:
            self.sendto(data, address)
        except OSError:
            return False
        return True

    def close(self) -> None:
        self.sock.close()


def open_sockets(host: str, port: int) -> list[UdpSocket]:
    """Bind the media port; port 0 takes a free one.

    On the IPv4 wildcard the same port is opened for IPv6 as well when the machine has
    it. Raises OSError when the main socket can not be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    first = _open(family, host, port)
    sockets = [first]
    if host == "0.0.0.0":  # noqa: S104 - the operator's choice
        try:
            sockets.append(_open(socket.AF_INET6, "::", first.port))
        except OSError as error:
            log.info("no IPv6 media socket: %s", error.strerror)
    return sockets


def _open(family: socket.AddressFamily, host: str, port: int) -> UdpSocket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        _enlarge(sock, socket.SO_RCVBUF, _SO_RCVBUFFORCE, "net.core.rmem_max")
        _enlarge(sock, socket.SO_SNDBUF, _SO_SNDBUFFORCE, "net.core.wmem_max")
        _filter(sock)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return UdpSocket(sock)


def _filter(sock: socket.socket) -> None:
    try:
        attach_filter(sock)
    except OSError as error:
        log.info("no filter in the kernel: %s", error.strerror)


def _enlarge(sock: socket.socket, option: int, force: int, limit_name: str) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, force, BUFFER_BYTES)
    except OSError as error:
        if error.errno != errno.EPERM:
            raise
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
    # Linux reports twice what it grants, the other half being its own book-keeping.
    granted = sock.getsockopt(socket.SOL_SOCKET, option) // 2
    if granted < BUFFER_BYTES:
        log.warning(
            "the UDP buffer is only %d KiB and bursts will lose packets; "
            "set sysctl %s=%d",
            granted >> 10,
            limit_name,
            BUFFER_BYTES,
        )

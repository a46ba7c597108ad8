"""Connections that go to a checked address, and end in time."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2 as httpcore

from corpus.fetching.addresses import addresses_of
from corpus.fetching.errors import CertificateError


class Deadline(threading.local):
    """When the request of this thread has to be over, in seconds of the monotonic clock."""

    at: float = float("inf")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Set it for the requests inside."""
        self.at = time.monotonic() + seconds
        try:
            yield
        finally:
            self.at = float("inf")

    def left(self, timeout_s: float | None, error: type[Exception]) -> float:
        """The shorter of a timeout and the time that is left.

        :raises error: none is left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise error("the time for the whole request is over")
        return left if timeout_s is None else min(timeout_s, left)


class CheckedBackend(httpcore.NetworkBackend):
    """Looks a host up, checks its addresses and connects to one of these: what was checked is what is reached."""

    def __init__(self, deadline: Deadline, allow_private: bool):
        self._deadline = deadline
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers.

        :raises PrivateAddressError, SilentError: as `addresses_of` does.
        """
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        addresses = addresses_of(host, port, left, self._allow_private)
        for address in addresses[:-1]:
            left = self._deadline.left(timeout, httpcore.ConnectTimeout)
            try:
                return self._connected(address, port, left / len(addresses))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connected(addresses[-1], port, self._deadline.left(timeout, httpcore.ConnectTimeout))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        """Never: nothing on this machine is a web page."""
        raise httpcore.UnsupportedProtocol("no socket of this machine is connected to")

    def _connected(self, address: str, port: int, timeout_s: float) -> httpcore.NetworkStream:
        return TimedStream(self._sockets.connect_tcp(address, port, timeout_s), self._deadline)


class TimedStream(httpcore.NetworkStream):
    """A stream whose every step ends when the request has to be over: drips do not make it longer."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline):
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the stream's."""
        return self._stream.read(max_bytes, self._deadline.left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the stream's."""
        self._stream.write(buffer, self._deadline.left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """As the stream's."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """As the stream's; the certificate is checked for the host's name, not for the address.

        :raises CertificateError: it is another's, out of date, or of nobody who is trusted here.
        """
        left = self._deadline.left(timeout, httpcore.ConnectTimeout)
        try:
            return TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)
        except httpcore.ConnectError as error:
            refused = error.__cause__
            if not isinstance(refused, ssl.SSLCertVerificationError):
                raise httpcore.ConnectError(f"it does not agree on TLS: {refused or error}") from error
            raise CertificateError(
                f"its certificate is not to be trusted ({refused.verify_message}); check the URL, or name an authority"
                " of your own network by SSL_CERT_FILE"
            ) from error

    def get_extra_info(self, info: str) -> Any:
        """As the stream's."""
        return self._stream.get_extra_info(info)

"""One request and its answer, unpacked, within limits of time and size; redirects are the caller's."""

from __future__ import annotations

import os
import re
import ssl
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpcore2 as httpcore

from corpus.fetching.addresses import WebUrl
from corpus.fetching.config import FetchConfig
from corpus.fetching.errors import (
    BadUrlError,
    CertificateError,
    FetchError,
    PrivateAddressError,
    SilentError,
    TransferError,
)
from corpus.fetching.network import CheckedBackend, Deadline
from corpus.sources.errors import SourceTooLargeError

OK = 200
_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, application/pdf;q=0.9, text/plain;q=0.8, */*;q=0.5"
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_AT_ONCE = 1 << 16
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names in lower case. Only an answer with status 200 has a body."""

    url: WebUrl
    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Keeps connections open between requests; may be used by several threads."""

    def __init__(self, config: FetchConfig, allow_private: bool = False):
        self._config = config
        self._deadline = Deadline()
        self._backend = CheckedBackend(self._deadline, allow_private)
        self._plain = self._pool(None)
        self._secure: httpcore.ConnectionPool | None = None
        self._making = threading.Lock()

    def close(self) -> None:
        """Let go of all connections."""
        self._plain.close()
        if self._secure:
            self._secure.close()

    def _pool(self, tls: ssl.SSLContext | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=2 * self._config.n_hosts,
            keepalive_expiry=max(5.0, 2 * self._config.delay_s),
            network_backend=self._backend,
        )

    def _pool_for(self, url: WebUrl) -> httpcore.ConnectionPool:
        """Whom to trust is read with the first https URL: others do without it."""
        if url.scheme != "https":
            return self._plain
        with self._making:
            self._secure = self._secure or self._pool(_authorities())
            return self._secure

    def get(self, url: WebUrl, headers: Mapping[str, str] = _NONE, max_bytes: int | None = None) -> Answer:
        """The answer to one GET.

        :param max_bytes: of the body, packed and unpacked; the configured limit where left out.
        :raises PrivateAddressError: the host is at an address that is not public.
        :raises CertificateError: the server cannot prove that it is that host, or whom to trust cannot be read.
        :raises SilentError: no connection, or no whole answer in time.
        :raises TransferError: the answer is cut short, or breaks the rules of HTTP.
        :raises SourceTooLargeError: the body is over the limit; it was not read further.
        """
        c = self._config
        timeouts = {"connect": c.connect_s, "read": c.read_s, "write": c.read_s, "pool": c.total_s}
        sent = {"Host": _host_header(url), "User-Agent": c.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip"}
        asked = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        try:
            with (
                self._deadline.within(c.total_s),
                self._pool_for(url).stream(
                    "GET", asked, headers=list({**sent, **headers}.items()), extensions={"timeout": timeouts}
                ) as response,
            ):
                got = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                body = b""
                if response.status == OK:
                    body = _body(response.iter_stream(), got, c.max_bytes if max_bytes is None else max_bytes, url)
                return Answer(url, response.status, got, body)
        except httpcore.TimeoutException as error:
            raise SilentError(
                f"{url}: no whole answer within {c.total_s:g} s, or {c.read_s:g} s of silence ({_reason(error)});"
                " try again later, or raise the times of [fetch]"
            ) from error
        except httpcore.ConnectError as error:
            raise SilentError(
                f"{url}: no connection to its server ({_reason(error)}); check the URL, or try again later"
            ) from error
        except httpcore.NetworkError as error:
            raise SilentError(f"{url}: the connection was lost ({_reason(error)}); try again later") from error
        except httpcore.ProtocolError as error:
            raise TransferError(
                f"{url}: expected an answer in HTTP, found another ({error}); try again later"
            ) from error
        except (PrivateAddressError, SilentError, CertificateError) as error:
            raise type(error)(f"{url}: {error}") from error
        except FetchError:
            raise
        except ValueError as error:
            raise BadUrlError(f"{url}: cannot be asked for ({error}); correct the URL") from error


def _authorities() -> ssl.SSLContext:
    """:raises CertificateError: what the environment names cannot be read, or is no certificate."""
    try:
        return httpcore.default_ssl_context()
    except OSError as error:  # those of OpenSSL too
        named = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), None)
        where = f"{named}={os.environ[named]}" if named else "the authorities of this machine"
        raise CertificateError(
            f"expected certificates of authorities to trust in {where}, found none ({_reason(error)});"
            f" {'correct the variable or unset it' if named else 'install them, or name a file by SSL_CERT_FILE'}"
        ) from error


def _reason(error: Exception) -> str:
    return _ERRNO.sub("", str(error)) or type(error).__name__


def _host_header(url: WebUrl) -> str:
    return url.origin.split("//")[1]


def _body(chunks: Iterable[bytes], headers: Mapping[str, str], limit: int, url: WebUrl) -> bytes:
    claimed = headers.get("content-length", "")
    if claimed.isdecimal() and int(claimed) > limit:
        raise too_large(str(url), f"{int(claimed):,}", limit)
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip"):
        raise TransferError(f"{url}: expected text as it is or packed with gzip, found {packing[:40]!r}")
    within = _limited(chunks, limit, url)
    return b"".join(within) if packing in ("identity", "") else unpacked(within, limit, str(url))


def _limited(chunks: Iterable[bytes], limit: int, url: WebUrl) -> Iterator[bytes]:
    n_bytes = 0
    for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > limit:
            raise too_large(str(url), f"more than {limit:,}", limit)
        yield chunk


def unpacked(chunks: Iterable[bytes], limit: int, shown: str) -> bytes:
    """What was packed with gzip; never more than `limit` bytes of it are made.

    :raises SourceTooLargeError: it is more.
    :raises TransferError: it is not gzip, or cut short.
    """
    parts: list[bytes] = []
    n_bytes = 0
    unpacker, has_begun = zlib.decompressobj(_GZIP_OR_ZLIB), False
    try:
        for chunk in chunks:
            rest, has_begun = chunk, has_begun or bool(chunk)
            while rest:
                if unpacker.eof:  # several files in a row are one
                    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
                part = unpacker.decompress(rest, _AT_ONCE)
                rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
                n_bytes += len(part)
                if n_bytes > limit:
                    raise too_large(shown, f"more than {limit:,}", limit)
                parts.append(part)
        parts.append(unpacker.flush())
    except zlib.error as error:
        raise TransferError(f"{shown}: expected what is packed with gzip, found damage ({error})") from error
    if has_begun and not unpacker.eof:
        raise TransferError(f"{shown}: is cut short: the end of what is packed with gzip is missing; try again later")
    return b"".join(parts)


def too_large(shown: str, n_bytes: str, limit: int) -> SourceTooLargeError:
    """The error for an answer over the limit."""
    return SourceTooLargeError(f"{shown}: has {n_bytes} bytes, the limit is {limit:,}; raise fetch.max_bytes")

"""Which URLs may be fetched, and which addresses may be connected to."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from corpus.fetching.errors import BadUrlError, PrivateAddressError, SilentError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = {"http": 80, "https": 443}
FIRST_FREE_PORT = 1024  # below it are mail, name and file services, to which a request can be made to look like theirs
MAX_URL_CHARS = 8000

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?|\[[0-9a-f:.]+\]")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")
# What the special-purpose registries of IANA do not call globally reachable, and Python 3.11 calls global.
_NOT_REACHABLE = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # RFC 6890 and 7600: for protocols; two of it are reachable, and no web server
            "192.88.99.0/24",  # RFC 7526: relays of 6to4, given up
            "100:0:0:1::/64",  # RFC 9780: a dummy prefix
            "2001::/23",  # RFC 2928: for protocols; Teredo is unpacked before
            "3fff::/20",  # RFC 9637: for documentation
            "5f00::/16",  # RFC 9602: segment routing
        ),
    )
)
_SAFE_IN_PATH = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """A URL taken apart. `host` is in ASCII and lower case, an IPv6 address without its brackets."""

    scheme: str
    host: str
    port: int
    target: str  # path and query

    @property
    def origin(self) -> str:
        """Scheme, host and port: what one robots.txt is for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == PORTS[self.scheme] else f":{self.port}")

    def __str__(self) -> str:
        return self.origin + self.target


def parse_url(url: str, base: WebUrl | None = None) -> WebUrl:
    """The URL in the one form in which it is asked for; without its fragment.

    :param base: where a URL without scheme or host was found.
    :raises BadUrlError: another scheme than http and https, no host, a user name, or a form that parsers disagree on.
    """
    shown = url[:200]
    try:
        parts = urlsplit(urljoin(str(base), url) if base else url)
        port = parts.port
        host = parts.hostname or ""
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError as error:
        raise BadUrlError(f"{shown}: is no URL ({error}); correct it") from error
    if parts.scheme not in PORTS:
        raise BadUrlError(
            f"{shown}: expected http or https, found {parts.scheme or 'no scheme'}; nothing else is fetched"
        )
    if "@" in parts.netloc:
        raise BadUrlError(f"{shown}: has a user name before the host; leave it out")
    bracketed = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(bracketed) or "\\" in parts.netloc:
        raise BadUrlError(f"{shown}: expected a host, found {host[:60]!r}; correct the URL")
    if len(url) > MAX_URL_CHARS:
        raise BadUrlError(f"{shown}: has {len(url):,} characters, the limit is {MAX_URL_CHARS:,}")
    path = quote(parts.path or "/", safe=_SAFE_IN_PATH, errors="replace")
    query = f"?{quote(parts.query, safe=_SAFE_IN_PATH + '?', errors='replace')}" if parts.query else ""
    return WebUrl(parts.scheme, bracketed.strip("[]"), PORTS[parts.scheme] if port is None else port, path + query)


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet at large, also after what carries IPv4 in IPv6 is unpacked."""
    if isinstance(address, ipaddress.IPv6Address):
        if inner := _carried(address):
            return all(is_public(one) for one in inner)
        if address.is_reserved or address.is_site_local:
            return False
    if any(address in network for network in _NOT_REACHABLE):
        return False
    return address.is_global and not (address.is_multicast or address.is_unspecified or address.is_reserved)


def _carried(address: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that packets to an IPv6 address may end up at."""
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _NAT64 or address in _COMPATIBLE:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def addresses_of(host: str, port: int, timeout_s: float, allow_private: bool) -> list[str]:
    """The addresses that a host stands for, all of which may be connected to.

    Looked up as a connection would: `2130706433`, `0x7f.1` and `0177.0.0.1` are 127.0.0.1 here too.

    :raises PrivateAddressError: one of them is not public, or the port is one of other services.
    :raises SilentError: there is no such host, or the lookup takes too long.
    """
    if not allow_private and port not in PORTS.values() and port < FIRST_FREE_PORT:
        raise PrivateAddressError(f"{host}: expected port 80, 443, or 1024 and above, found {port}")
    found = list(dict.fromkeys(_lookup(host, port, timeout_s)))
    for text in found:
        if not allow_private and not is_public(ipaddress.ip_address(text)):
            raise PrivateAddressError(
                f"{host}: is at {text}, which is no public address; give --allow-private if you trust all your sources"
            )
    return found


def _lookup(host: str, port: int, timeout_s: float) -> list[str]:
    """In a thread of its own: the system's lookup knows no timeout."""
    answers: list[list[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.append([str(row[4][0]).split("%")[0] for row in rows])
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True, name="lookup")
    thread.start()
    thread.join(timeout_s)
    answer = answers[0] if answers else TimeoutError(f"no answer within {timeout_s:g} s")
    if isinstance(answer, Exception) or not answer:
        reason = getattr(answer, "strerror", None) or answer or "no address"
        raise SilentError(f"{host}: cannot be looked up ({reason}); check the name and the network")
    return answer

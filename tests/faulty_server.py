"""A web server on loopback that does what servers do at their worst: `with FaultyServer() as site: site.url("/hang")`.

Good pages are put on it with `put`; each fault has a path. What was asked of it stands in `requests`.
"""

from __future__ import annotations

import gzip
import http.server
import itertools
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Self

HANG_S = 30.0  # longer than any timeout of a test; ends early when the server is closed
DRIP_S = 0.05
ENDLESS_BYTES = 2_000_000_000
ARTICLE = """<!doctype html><html><head><title>{title}</title></head>
<body><article><h1>{title}</h1><p>{text}</p></article></body></html>"""

BOMB = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">{entities}]>
<rss version="2.0"><channel><title>&{last};</title><item><link>http://127.0.0.1/a</link></item></channel></rss>"""


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for, with header names in lower case, and when by the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    at: float


@dataclass(slots=True)
class Reply:
    """What is answered at a path. With an ETag, a request that names it is answered by 304."""

    body: bytes
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def article(title: str, text: str) -> bytes:
    """A page with one paragraph."""
    return ARTICLE.format(title=title, text=text).encode()


def feed(*links: str) -> bytes:
    """RSS with an item for each link."""
    items = "".join(
        f"<item><title>Item {n}</title><link>{link}</link><description>Only a summary.</description>"
        f"<pubDate>Tue, 0{n % 9 + 1} Nov 2022 06:00:00 GMT</pubDate></item>"
        for n, link in enumerate(links)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()


def sitemap(*links: str, index: bool = False, month: str = "2022-11") -> bytes:
    """A sitemap, or an index of sitemaps; each link changed a day later than the one before, or never (no month)."""
    outer, inner = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    days = [f"<lastmod>{month}-0{n % 9 + 1}</lastmod>" if month else "" for n in range(len(links))]
    items = "".join(f"<{inner}><loc>{link}</loc>{day}</{inner}>" for link, day in zip(links, days, strict=True))
    return f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</{outer}>'.encode()


def billion_laughs() -> bytes:
    """Ten entities, each ten times the one before: 20 GB where they are unfolded."""
    names = "abcdefghij"
    entities = "".join(f'<!ENTITY {n} "{f"&{b};" * 10}">' for b, n in itertools.pairwise(names))
    return BOMB.format(entities=entities, last="j").encode()


def quadratic() -> bytes:
    """One long entity, named ten thousand times."""
    return BOMB.format(entities=f'<!ENTITY b "{"b" * 100_000}">', last="b;" + "&b;" * 10_000 + "&b").encode()


def external_entity() -> bytes:
    """An entity that is a file of this machine."""
    return BOMB.format(entities='<!ENTITY x SYSTEM "file:///etc/passwd">', last="x").encode()


@cache
def gzip_bomb(n_bytes: int = 20_000_000) -> bytes:
    """That many zeros, packed to less than a hundredth."""
    return gzip.compress(bytes(n_bytes), 1)


class FaultyServer:
    """Serves on 127.0.0.1, a thread for each connection, until it is closed; over TLS where a context is given."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        gzip_bomb()  # takes a moment, once
        self.faults: dict[str, Callable[[_Handler], None]] = dict(_FAULTS)
        self._replies: dict[str, list[Reply]] = {}
        self._closing = threading.Event()
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = _QuietServer(("127.0.0.1", 0), handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"{self._scheme}://{host}:{self.port}{path}"

    def put(self, path: str, *bodies: bytes | Reply, **changes: object) -> str:
        """Answer a path by these, one after the other and the last from then on; gives its address."""
        replies = [body if isinstance(body, Reply) else Reply(body, **changes) for body in bodies]  # type: ignore[arg-type]
        self._replies[path] = replies
        return self.url(path)

    def fault(self, path: str, like: str) -> str:
        """Answer a path by the fault of another; gives its address."""
        self.faults[path] = _FAULTS[like]
        return self.url(path)

    def asked(self, path: str) -> list[Request]:
        """The requests for a path."""
        return [request for request in self.requests if request.path == path]

    def next_reply(self, path: str) -> Reply | None:
        """The next of those that were put there."""
        replies = self._replies.get(path, [])
        return replies.pop(0) if len(replies) > 1 else replies[0] if replies else None

    def wait(self, seconds: float) -> bool:
        """Wait so long; whether to go on, which is not where the server is closed."""
        return not self._closing.wait(seconds)


class _QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever asked hung up: that is what is tested."""


class _Handler(http.server.BaseHTTPRequestHandler):
    site: FaultyServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Nothing on standard error."""

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.requests.append(Request(self.path, headers, time.monotonic()))
        reply = self.site.next_reply(self.path)
        try:
            if reply:
                self._answer(reply, headers)
            elif fault := self.site.faults.get(self.path):
                fault(self)
            else:
                self._answer(Reply(b"nothing here", "text/plain", 404), headers)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # whoever asked has had enough

    def _answer(self, reply: Reply, headers: Mapping[str, str]) -> None:
        etag = reply.headers.get("ETag")
        if etag and headers.get("if-none-match") == etag:
            reply = Reply(b"", "", 304, {"ETag": etag})
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def begin(self, content_type: str = "text/html", **headers: str) -> None:
        """The head of an answer whose body ends with the connection."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def _hang(handler: _Handler) -> None:
    handler.site.wait(HANG_S)
    handler.close_connection = True


def _hang_in_body(handler: _Handler) -> None:
    handler.begin(Content_Length="1000")
    handler.wfile.write(b"<html>")
    handler.site.wait(HANG_S)


def _drip(handler: _Handler) -> None:
    handler.begin()
    while handler.site.wait(DRIP_S):
        handler.wfile.write(b".")
        handler.wfile.flush()


def _drip_headers(handler: _Handler) -> None:
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while handler.site.wait(DRIP_S):
        handler.wfile.write(b".")
        handler.wfile.flush()


def _claims_2_gb(handler: _Handler) -> None:
    handler.begin(Content_Length=str(ENDLESS_BYTES))
    handler.wfile.write(b"<html>")


def _endless(handler: _Handler) -> None:
    handler.begin()
    part = b"<p>More. </p>" * 5_000
    for _ in range(ENDLESS_BYTES // len(part)):
        handler.wfile.write(part)


def _cut_short(handler: _Handler) -> None:
    handler.begin(Content_Length="1000")
    handler.wfile.write(article("Half", "It began well."))


def _reset(handler: _Handler) -> None:
    handler.close_connection = True


def _no_http(handler: _Handler) -> None:
    handler.close_connection = True
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def _to(location: str) -> Callable[[_Handler], None]:
    def redirect(handler: _Handler) -> None:
        handler._answer(Reply(b"", "text/plain", 302, {"Location": location} if location else {}), {})

    return redirect


def _packed(body: Callable[[], bytes], encoding: str = "gzip") -> Callable[[_Handler], None]:
    def send(handler: _Handler) -> None:
        handler._answer(Reply(body(), "text/html", 200, {"Content-Encoding": encoding}), {})

    return send


def _xml(body: Callable[[], bytes]) -> Callable[[_Handler], None]:
    return lambda handler: handler._answer(Reply(body(), "application/rss+xml"), {})


_FAULTS: dict[str, Callable[[_Handler], None]] = {
    "/hang": _hang,
    "/hang-in-body": _hang_in_body,
    "/drip": _drip,
    "/drip-headers": _drip_headers,
    "/claims-2-gb": _claims_2_gb,
    "/endless": _endless,
    "/cut-short": _cut_short,
    "/reset": _reset,
    "/no-http": _no_http,
    "/loop": _to("/loop-back"),
    "/loop-back": _to("/loop"),
    **{f"/chain-{n}": _to(f"/chain-{n + 1}") for n in range(20)},
    "/to-nowhere": _to(""),
    "/to-file": _to("file:///etc/passwd"),
    "/to-ftp": _to("ftp://example.org/a"),
    "/to-javascript": _to("javascript:alert(1)"),
    "/to-metadata": _to("http://169.254.169.254/latest/meta-data/"),
    "/to-private": _to("http://10.0.0.1/"),
    "/to-user": _to("http://user:word@example.org/"),
    "/gzip-bomb": _packed(gzip_bomb),
    "/gzip-of-gzip": _packed(lambda: gzip.compress(gzip_bomb()), "gzip, gzip"),
    "/gzip-cut": _packed(lambda: gzip.compress(article("A", "B." * 500))[:-20]),
    "/gzip-none": _packed(lambda: b"this is not packed"),
    "/brotli": _packed(lambda: b"\x0b\x02\x80", "br"),
    "/billion-laughs": _xml(billion_laughs),
    "/quadratic": _xml(quadratic),
    "/external-entity": _xml(external_entity),
    "/broken-xml": _xml(lambda: feed("http://127.0.0.1/a")[:150]),
    "/not-xml": _xml(lambda: b"<rss <<<>>> & nothing"),
    "/empty": lambda handler: handler._answer(Reply(b""), {}),
    "/image": lambda handler: handler._answer(Reply(b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png"), {}),
    "/503": lambda handler: handler._answer(Reply(b"", status=503), {}),
    "/429-long": lambda handler: handler._answer(Reply(b"", status=429, headers={"Retry-After": "86400"}), {}),
}
FAULTS = tuple(_FAULTS)
"""The paths of all faults."""

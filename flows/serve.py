"""The report served to this machine's own browser, so that a review can be given on the page.

Only the loopback interface is listened on, and that keeps out other machines, but neither other pages in the same
browser nor other people on the same machine. So the address holds a secret, a request has to name this host and this
port (a foreign name that was made to point here is refused), and a review has to come from the page itself: same
origin, JSON, and a second secret that only the page holds. Whatever lacks the first secret gets an empty 404.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import threading
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.terminal import say
from verifier.report import NoSuchCardError, render_claim_html, render_html
from verifier.report.access import CSRF_HEADER, ReviewAccess
from verifier.report.html import content_policy
from verifier.report.words import review_words
from verifier.rows import RunReport
from verifier.store import (
    AmbiguousClaimError,
    NotEvidenceError,
    ReviewError,
    Store,
    StoreBusyError,
    StoreError,
    UnjudgedClaimError,
    UnknownClaimError,
    UnknownRunError,
    open_published,
    refresh,
    snapshot_path,
)
from verifier.types import Label, Review

LOOPBACK = "127.0.0.1"
MAX_BODY_BYTES = 65_536
_MAX_READ_BYTES = 16 * MAX_BODY_BYTES
_TOKEN_BYTES = 32
_FIELDS = ("claim_id", "label", "comment", "passage_id", "by")
_OPTIONAL = ("label", "passage_id")

_UNFIT = (AmbiguousClaimError, NotEvidenceError, ReviewError, UnjudgedClaimError)  # what was said cannot be stored

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class ServeError(Exception):
    """The port cannot be listened on."""


class RefusedRequestError(Exception):
    """A request to store a review that is not the page's, or not what it should be; `status` is HTTP's."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Said:
    """What the page posts: a review that is not stored yet."""

    claim_id: str
    label: Label | None
    comment: str
    passage_id: str | None
    by: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page that was rendered; `stamp` is of the copy that it shows, None where that is not known."""

    stamp: tuple[int, int] | None
    rows: RunReport
    page: str


class ServedReport:
    """The page as it is now, and the reviews that are given on it; one thread at a time reaches the database.

    A process that closes any handle on a file gives up its locks on it, also those that its other threads rely on.
    """

    def __init__(self, database: Path, run: str | None, access: ReviewAccess):
        self._database = database
        self._copy = snapshot_path(database)
        self._run = run
        self._access = access
        self._reaching = threading.Lock()
        self._rendering = threading.Lock()
        self._shown: _Shown | None = None

    def page(self) -> str:
        """The report; rendered anew only where what is stored has changed.

        :raises StoreError: there is no such run, or the database cannot be read.
        """
        return self._current().page

    def claim_page(self, claim_id: str) -> str:
        """The page of one claim.

        :raises NoSuchCardError: the run has no checkable claim with that id.
        :raises StoreError: as in `page`.
        """
        return render_claim_html(self._current().rows, claim_id, review=self._access)

    def _current(self) -> _Shown:
        with self._rendering:
            with self._reaching:
                before = self._stamp()
                with open_published(self._database)[0] as store:
                    # Swapped meanwhile, or no copy at all: then it is not known which moment is read.
                    is_known = Path(store.path) == self._copy and self._stamp() == before
                    if is_known and self._shown and self._shown.stamp == before:
                        return self._shown
                    rows = store.report_rows(self._run)
            self._shown = _Shown(before if is_known else None, rows, render_html(rows, self._access))
            return self._shown

    def _stamp(self) -> tuple[int, int] | None:
        """By which one copy is told from the next; None where there is none."""
        try:
            stat = self._copy.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size

    def review(self, said: Said) -> tuple[Review, str]:
        """Store a review as `verifier review` does, waiting for a run that writes; given again, it is stored once.

        :return: the review, and its words as the page would show them.
        :raises StoreError: it cannot be stored, or what is stored cannot be read.
        """
        with self._reaching:
            with Store.open(self._database, create=False) as store:
                made = store.add_review(said.claim_id, said.label, said.by, said.comment, said.passage_id)
                passages = store.judged_claim(made.claim_id).passages
            refresh(self._database)
        title = next((p.title for p in passages if p.passage_id == made.passage_id), "")
        run_id = self._shown.rows.run.id if self._shown else made.run_id
        return made, review_words(made, run_id, title)


def application(database: Path, token: str, port: int, run: str | None = None, csrf: str | None = None) -> Starlette:
    """The server of one report.

    :param token: the secret first part of every path.
    :param port: that it is reached by; a request has to name it.
    :param run: the run's id; the newest at each request where left out.
    :param csrf: the secret that a review has to carry; made up where left out.
    """
    csrf = csrf or secrets.token_urlsafe(_TOKEN_BYTES)
    report = ServedReport(database, run, ReviewAccess(f"/{token}/reviews", csrf))
    page_headers = {"Content-Security-Policy": f"{content_policy(is_served=True)}; frame-ancestors 'none'"}

    def show_report(request: Request) -> Response:
        try:
            return HTMLResponse(report.page(), headers=page_headers)
        except StoreError as error:
            return PlainTextResponse(str(error), _status_of(error))

    def show_claim(request: Request) -> Response:
        try:
            return HTMLResponse(report.claim_page(request.path_params["claim_id"]), headers=page_headers)
        except NoSuchCardError as error:
            return PlainTextResponse(str(error), 404)
        except StoreError as error:
            return PlainTextResponse(str(error), _status_of(error))

    async def add_review(request: Request) -> Response:
        try:
            _require_own_page(request.headers, csrf)
            said = said_of(await _body(request))
            made, words = await run_in_threadpool(report.review, said)
        except RefusedRequestError as error:
            # Closed, so that the rest of what is too long is not read either.
            return JSONResponse({"error": str(error)}, error.status, headers={"Connection": "close"})
        except StoreError as error:
            return JSONResponse({"error": str(error)}, _status_of(error))
        return JSONResponse({"review": _row(made), "words": words}, 201)

    served = Starlette(
        routes=[
            Route("/", show_report),
            Route("/claim-{claim_id}.html", show_claim),
            Route("/reviews", add_review, methods=["POST"]),
        ],
        middleware=[Middleware(_Door, token=token, port=port)],
        exception_handlers={Exception: _unexpected},
    )
    served.state.report = report
    return served


class _Door:
    """Lets in only who names this host and port and knows the secret, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, token: str, port: int):
        self._app = app
        self._token = token.encode()
        self._hosts = {f"{LOOPBACK}:{port}", f"localhost:{port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        send = _with_headers(send)
        hosts = Headers(scope=scope).getlist("host")
        given, slash, rest = scope["path"].removeprefix("/").partition("/")
        # Both are looked at whatever the other says, and the secret in a time that does not tell how much of it fits.
        is_known = hmac.compare_digest(given.encode(errors="replace"), self._token)
        if not (is_known and slash and len(hosts) == 1 and hosts[0] in self._hosts):
            await Response(status_code=404)(scope, receive, send)
            return
        await self._app({**scope, "path": f"/{rest}"}, receive, send)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            own = [(k.lower().encode(), v.encode()) for k, v in _HEADERS.items() if k.lower().encode() not in present]
            message = {**message, "headers": [*message["headers"], *own]}
        await send(message)

    return sending


def _require_own_page(headers: Headers, csrf: str) -> None:
    """:raises RefusedRequestError: when another page, or something that is no page, sends it."""
    # Host was held against this server's own names before.
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    is_own = origin == f"http://{headers['host']}" and site == "same-origin"
    if not is_own or not hmac.compare_digest(headers.get(CSRF_HEADER, "").encode(), csrf.encode()):
        raise RefusedRequestError(
            403, "expected a review from the report's own page, found another sender; open the report and review there"
        )
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedRequestError(415, f"expected a review as application/json, found {kind or 'no type'}")


async def _body(request: Request) -> bytes:
    """:raises RefusedRequestError: when it is longer than a review can be, or breaks off."""
    body, n_bytes = b"", 0
    try:
        async for part in request.stream():
            n_bytes += len(part)
            # What is somewhat too long is read to its end, or the sender would find the line cut and no answer.
            body = body + part if n_bytes <= MAX_BODY_BYTES else b""
            if n_bytes > _MAX_READ_BYTES:
                break
    except ClientDisconnect as error:
        raise RefusedRequestError(400, "expected a review, found a part of one") from error
    if n_bytes > MAX_BODY_BYTES:
        raise RefusedRequestError(413, f"expected at most {MAX_BODY_BYTES:,} bytes, found more; write less")
    return body


def said_of(body: bytes) -> Said:
    """What was posted.

    :raises RefusedRequestError: when it is not JSON, or has other fields or values than the page sends.
    """
    try:
        fields = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RefusedRequestError(400, "expected a review in JSON, found something else") from error
    if not isinstance(fields, dict) or set(fields) != set(_FIELDS):
        raise RefusedRequestError(400, f"expected the fields {', '.join(_FIELDS)}, found others")
    for name, value in fields.items():
        _require_text(name, value)
    return Said(**{**fields, "label": _label_of(fields["label"])})


def _require_text(name: str, value: object) -> None:
    if value is None and name in _OPTIONAL:
        return
    if not isinstance(value, str):
        raise RefusedRequestError(400, f"{name}: expected text, found {type(value).__name__}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise RefusedRequestError(400, f"{name}: expected text, found half a character") from error


def _label_of(given: str | None) -> Label | None:
    if given is None:
        return None
    try:
        return Label(given)
    except ValueError as error:
        raise RefusedRequestError(400, f"label: expected one of {', '.join(Label)}, found {given!r}") from error


def _row(made: Review) -> Mapping[str, Any]:
    """As the columns of the table are called."""
    fields = asdict(made)
    return {"review_id": fields.pop("id"), **fields, "reviewed_at": made.reviewed_at.isoformat()}


def _status_of(error: StoreError) -> int:
    if isinstance(error, StoreBusyError):
        return 503
    if isinstance(error, UnknownClaimError | UnknownRunError):
        return 404
    return 422 if isinstance(error, _UNFIT) else 500


async def _unexpected(request: Request, error: Exception) -> Response:
    """An error of the program."""
    found = f"unexpected {type(error).__name__}: {' '.join(str(error).split())}; please report this"
    say(f"verifier: {found}")
    return JSONResponse({"error": found}, 500, headers=_HEADERS)


def serve_report(database: Path, run: str | None = None, port: int = 0, open_browser: bool = False) -> None:
    """Print the report's address on standard output and serve it until a signal comes.

    :param port: 0 for any that is free.
    :raises ServeError: the port cannot be listened on.
    :raises StoreError: there is no such run, or the database cannot be read.
    """
    with _listening(port) as listener:
        number = listener.getsockname()[1]
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        served = application(database, token, number, run)
        served.state.report.page()  # what is wrong with the database is said now, and the first visit is quick
        address = f"http://{LOOPBACK}:{number}/{token}/"
        print(address, flush=True)
        say("open this address in a browser on this machine; whoever has it can read and review; Ctrl-C ends it")
        config = uvicorn.Config(
            served,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
        )
        with _opened(address) if open_browser else nullcontext():
            uvicorn.Server(config).run(sockets=[listener])


def _listening(port: int) -> socket.socket:
    """:raises ServeError:"""
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        raise ServeError(
            f"port {port}: expected one that can be listened on, found: {error.strerror or error};"
            " give another --port, or leave it out"
        ) from error


@contextmanager
def _opened(address: str) -> Iterator[None]:
    """Show it in the browser by way of a file: in a command line everybody on the machine could read the secret."""
    with TemporaryDirectory(prefix="verifier-") as folder:
        way = Path(folder) / "report.html"
        way.write_text(f'<!doctype html><meta http-equiv="refresh" content="0; url={address}">', encoding="utf-8")
        if not webbrowser.open(way.as_uri()):
            say("no browser was found to open it in")
        yield

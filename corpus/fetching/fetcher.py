"""Pages of the web, asked for as a good guest does: seldom, slowly, and only if they changed."""

from __future__ import annotations

import math
import queue
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

from corpus.fetching.addresses import WebUrl, parse_url
from corpus.fetching.client import OK, Answer, Client
from corpus.fetching.config import FetchConfig
from corpus.fetching.errors import (
    FetchError,
    HostGivenUpError,
    HttpStatusError,
    RedirectError,
    SilentError,
    TimeIsUpError,
    TransferError,
)
from corpus.fetching.pages import Page, Pages
from corpus.fetching.robots import MAX_BYTES, Robots
from corpus.sources.errors import SourceError

NOT_MODIFIED = 304
_REDIRECTS = (301, 302, 303, 307, 308)
_TOKEN, _TOKENS = re.compile(r"[\w.:+-]{1,60}", re.ASCII), re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
_NEVER = datetime.min.replace(tzinfo=UTC)
_BUSY = (429, 500, 502, 503, 504)


@dataclass(slots=True)
class _Host:
    """When a host may be asked next, and how it has answered. One request at a time holds `turn`."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    next_at: float = 0.0  # of the monotonic clock
    delay_s: float = 0.0
    n_silent: int = 0  # requests in a row
    n_busy: int = 0  # pages in a row, each after all its tries
    was: str = ""  # how it answered the last of these


class Fetcher:
    """Fetches pages and keeps copies of them. Good for one run: what robots.txt says is asked once."""

    def __init__(self, pages: Pages, config: FetchConfig | None = None, allow_private: bool = False):
        """:param allow_private: fetch from addresses of this machine and its networks too."""
        self._config = config or FetchConfig()
        self.pages = pages
        self._client = Client(self._config, allow_private)
        self._robots = Robots(lambda url: self._followed(url, MAX_BYTES, asks_robots=False), self._config.agent)
        self._hosts: dict[str, _Host] = {}
        self._adding = threading.Lock()
        self._left_s = self._config.max_minutes * 60
        self._until = math.inf  # of the monotonic clock

    @classmethod
    def open(cls, folder: Path, config: FetchConfig | None = None, allow_private: bool = False) -> Fetcher:
        """With the copies in a folder, which is made with the first of them."""
        return cls(Pages(folder), config, allow_private)

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()

    def body(self, page: Page) -> bytes:
        """The bytes of a page that was fetched.

        :raises PagesError: as `Pages.body`.
        """
        return self.pages.body(page)

    def fetch(self, url: str) -> Page:
        """The page at a URL, as it is now.

        :raises FetchError: one of its kinds; the message begins with the URL.
        :raises SourceTooLargeError: over the limit.
        :raises PagesError: the copy cannot be stored.
        """
        asked = parse_url(url)
        known = self.pages.find(str(asked))
        answer = self._followed(asked, self._config.max_bytes, known)
        if answer.status == NOT_MODIFIED and known:
            page = replace(known, status=NOT_MODIFIED, fetched_at=datetime.now(UTC))
            self.pages.note(page)
            return page
        if answer.status != OK:
            raise HttpStatusError(f"{answer.url}: expected a page, answered {_told(answer.status)}; check the URL")
        return self.pages.keep(_page_of(asked, answer), answer.body)

    def fetch_all(self, urls: Sequence[str]) -> Iterator[tuple[str, Page | SourceError]]:
        """Each URL with its page, or why there is none, in order; some hosts at the same time, each once at a time.

        Of each host, the URLs that never gave a page are asked for first, then those that were asked for longest ago:
        where the time of a run is not enough for all, the next one gets to the rest.

        :raises PagesError: a copy cannot be stored.
        """
        waiting = _by_host(sorted(dict.fromkeys(urls), key=self._last_asked))
        until = self._until = time.monotonic() + self._left_s
        hosts = iter(list(waiting))
        answers: queue.SimpleQueue[tuple[str, Page | Exception]] = queue.SimpleQueue()
        choosing, stopped = threading.Lock(), threading.Event()

        def work() -> None:
            while not stopped.is_set():
                with choosing:
                    host = next(hosts, None)
                if host is None:
                    return
                for url in waiting[host]:
                    if not stopped.is_set():
                        answer = self._tried(url)
                        self._left_s = min(self._left_s, until - time.monotonic())
                        answers.put((url, answer))

        for _ in range(min(self._config.n_hosts, len(waiting))):
            # Daemons: whoever interrupts a run does not wait for a slow server.
            threading.Thread(target=work, daemon=True, name="fetch").start()
        found: dict[str, Page | Exception] = {}
        try:
            for url in dict.fromkeys(urls):
                while url not in found:
                    key, answer = answers.get()
                    found[key] = answer
                result = found.pop(url)
                if isinstance(result, Exception) and not isinstance(result, SourceError):
                    raise result
                yield url, result
        finally:
            stopped.set()

    def _last_asked(self, url: str) -> datetime:
        with suppress(FetchError):
            return self.pages.fetched_at(str(parse_url(url))) or _NEVER
        return _NEVER

    def _tried(self, url: str) -> Page | Exception:
        try:
            return self.fetch(url)
        except Exception as error:  # raised again where it is waited for
            return error

    def _followed(self, url: WebUrl, max_bytes: int, known: Page | None = None, *, asks_robots: bool = True) -> Answer:
        """The first answer that sends nowhere else. Every hop is checked as the first was."""
        at, seen = url, {str(url)}
        for _ in range(self._config.max_redirects + 1):
            if asks_robots:
                self._host_of(at).delay_s = self._delay_for(at)
            answer = self._asked(at, _conditions(known, at), max_bytes)
            if answer.status not in _REDIRECTS:
                return answer
            to = answer.headers.get("location", "")
            if not to:
                raise RedirectError(f"{url}: is sent on to nowhere by {at}; check the URL")
            try:
                at = parse_url(to, base=at)
            except FetchError as error:
                raise RedirectError(f"{url}: is sent on to what is not fetched ({error})") from error
            if str(at) in seen:
                raise RedirectError(f"{url}: is sent on in a circle, back to {at}; check the URL")
            seen.add(str(at))
        raise RedirectError(f"{url}: is sent on more than {self._config.max_redirects} times; check the URL")

    def _delay_for(self, url: WebUrl) -> float:
        return max(self._config.delay_s, min(self._robots.delay_for(url), self._config.max_wait_s))

    def _asked(self, url: WebUrl, headers: Mapping[str, str], max_bytes: int) -> Answer:
        """The answer, asked for again where the server is busy or silent."""
        host, c = self._host_of(url), self._config
        for n in range(1, c.n_tries + 1):
            wait_s = c.backoff_s * 2 ** (n - 1)
            problem: FetchError
            try:
                answer = self._in_turn(host, url, headers, max_bytes)
                if answer.status not in _BUSY:
                    host.n_busy = 0
                    return answer
                wait_s, was = max(wait_s, _retry_after(answer.headers)), _told(answer.status)
                problem = HttpStatusError(f"{url}: answered {was} at try {n} of {c.n_tries}; try again later")
            except (SilentError, TransferError) as error:
                problem, was = error, "an answer that is cut short or no HTTP"
            if n == c.n_tries or wait_s > c.max_wait_s:
                if not isinstance(problem, SilentError):
                    host.n_busy, host.was = host.n_busy + 1, was
                raise problem
            host.next_at = max(host.next_at, time.monotonic() + wait_s)
        raise AssertionError("n_tries is at least 1")

    def _in_turn(self, host: _Host, url: WebUrl, headers: Mapping[str, str], max_bytes: int) -> Answer:
        with host.turn:
            if host.n_silent >= self._config.max_silent:
                raise HostGivenUpError(
                    f"{url}: not asked for, since {url.host} left {host.n_silent} requests unanswered; try again later"
                )
            if host.n_busy >= self._config.max_busy:
                raise HostGivenUpError(
                    f"{url}: not asked for, since {url.host} was busy or broken for {host.n_busy} pages in a row (the"
                    f" last: {host.was}); try again later"
                )
            if max(host.next_at, time.monotonic()) > self._until:
                raise TimeIsUpError(
                    f"{url}: not asked for, since this run would fetch for longer than {self._config.max_minutes:g}"
                    " minutes; run again for the rest, or raise fetch.max_minutes"
                )
            time.sleep(max(0.0, host.next_at - time.monotonic()))
            try:
                answer = self._client.get(url, headers, max_bytes)
            except SilentError:
                host.n_silent += 1
                raise
            finally:
                host.next_at = time.monotonic() + max(self._config.delay_s, host.delay_s)
            host.n_silent = 0
            return answer

    def _host_of(self, url: WebUrl) -> _Host:
        with self._adding:
            return self._hosts.setdefault(url.host, _Host())


def _by_host(urls: Sequence[str]) -> dict[str, list[str]]:
    waiting: dict[str, list[str]] = {}
    for url in dict.fromkeys(urls):
        host = ""  # what is no URL needs no host to be refused
        with suppress(FetchError):
            host = parse_url(url).host
        waiting.setdefault(host, []).append(url)
    return waiting


def _conditions(known: Page | None, at: WebUrl) -> dict[str, str]:
    if known is None or known.final_url != str(at):
        return {}
    named = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in named.items() if value}


def _page_of(asked: WebUrl, answer: Answer) -> Page:
    kind, charset = _kind_of(answer.headers.get("content-type", ""))
    return Page(
        url=str(asked),
        final_url=str(answer.url),
        fetched_at=datetime.now(UTC),
        status=answer.status,
        content_type=kind,
        charset=charset,
        etag=_header_value(answer, "etag"),
        last_modified=_header_value(answer, "last-modified"),
        sha256="",
        n_bytes=0,
    )


def _kind_of(content_type: str) -> tuple[str, str | None]:
    """`text/html; charset="UTF-8"` in its parts, in lower case; nothing of what is not so."""
    kind, *rest = content_type.lower().split(";")
    named = [part.split("=", 1)[1].strip(" \t\"'") for part in rest if part.strip().startswith("charset=")]
    return kind.strip() if _TOKENS.fullmatch(kind.strip()) else "", next(filter(_TOKEN.fullmatch, named), None)


def _header_value(answer: Answer, name: str) -> str | None:
    """What can be sent back as it came; a value that is too long or odd is left out."""
    value = answer.headers.get(name, "").strip()
    return value if value and len(value) <= 500 and value.isascii() and value.isprintable() else None


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds; 0 where the server names none."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _told(status: int) -> str:
    with suppress(ValueError):
        return f"{status} {HTTPStatus(status).phrase}"
    return str(status)

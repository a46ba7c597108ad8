"""The copies of what was fetched: so that a page that did not change need not be sent again, and none is lost."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import threading
import zlib
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path


class PagesError(Exception):
    """The folder of copies cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a URL gave, with what tells whether it changed since. The bytes are found by their hash."""

    url: str  # as it was asked for
    final_url: str  # after redirects
    fetched_at: datetime
    status: int  # 200, or 304 where the server said that the copy still holds
    content_type: str  # as "text/html"
    charset: str | None
    etag: str | None
    last_modified: str | None
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Listed:
    """What a URL was when it last listed something: a feed, a sitemap or an index."""

    kind: str
    n_entries: int
    day: date


class Pages:
    """A folder: `bodies/` has every version that was fetched, by hash and packed, `urls/` the newest of each URL.

    `listings/` remembers which URLs gave a feed or sitemap.
    """

    def __init__(self, folder: Path):
        self.folder = folder

    def find(self, url: str) -> Page | None:
        """The newest page of a URL; None where there is none, or its copy is not whole."""
        try:
            held = json.loads(self._place_of(url).read_text(encoding="utf-8"))
            page = Page(**held | {"fetched_at": datetime.fromisoformat(held["fetched_at"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return page if page.url == url and self._is_whole(page.sha256) else None

    def fetched_at(self, url: str) -> datetime | None:
        """When a URL was asked for last; None where it never gave a page."""
        try:
            held = json.loads(self._place_of(url).read_text(encoding="utf-8"))
            return datetime.fromisoformat(held["fetched_at"]).astimezone(UTC)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def body(self, page: Page) -> bytes:
        """The bytes of a page.

        :raises PagesError: the copy is gone or damaged.
        """
        try:
            data = self._unpacked(page.sha256)
        except (OSError, EOFError, zlib.error) as error:
            raise PagesError(
                f"{self.folder}: the copy of {page.url} cannot be read ({error}); fetch it again"
            ) from error
        if _sha256(data) != page.sha256:
            raise PagesError(f"{self.folder}: the copy of {page.url} is damaged; fetch it again")
        return data

    def keep(self, page: Page, body: bytes) -> Page:
        """Store a page with its bytes; gives it back with their hash and number.

        :raises PagesError: the disk is full, or the folder cannot be written.
        """
        page = replace(page, sha256=_sha256(body), n_bytes=len(body))
        if not self._is_whole(page.sha256):
            self._write(self._body_of(page.sha256), gzip.compress(body, 6, mtime=0))
        self.note(page)
        return page

    def note(self, page: Page) -> None:
        """Store when and how a page was asked for last; its bytes are stored already.

        :raises PagesError: likewise.
        """
        held = asdict(page) | {"fetched_at": page.fetched_at.astimezone(UTC).isoformat()}
        self._write(self._place_of(page.url), json.dumps(held, indent=1).encode())

    def listed(self, url: str) -> Listed | None:
        """What a URL was when it last listed something; None where it never did, or that was forgotten."""
        try:
            held = json.loads(self.place_of_listed(url).read_text(encoding="utf-8"))
            return Listed(str(held["kind"]), int(held["n_entries"]), date.fromisoformat(held["day"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def note_listed(self, url: str, listed: Listed) -> None:
        """Remember it.

        :raises PagesError: likewise.
        """
        held = {"url": url} | asdict(listed) | {"day": listed.day.isoformat()}
        self._write(self.place_of_listed(url), json.dumps(held, indent=1).encode())

    def place_of_listed(self, url: str) -> Path:
        """The file that remembers it; without it, it is forgotten."""
        key = _sha256(url.encode())
        return self.folder / "listings" / key[:2] / f"{key}.json"

    def _body_of(self, sha256: str) -> Path:
        return self.folder / "bodies" / sha256[:2] / f"{sha256}.gz"

    def _place_of(self, url: str) -> Path:
        key = _sha256(url.encode())
        return self.folder / "urls" / key[:2] / f"{key}.json"

    def _is_whole(self, sha256: str) -> bool:
        try:
            return _sha256(self._unpacked(sha256)) == sha256
        except (OSError, EOFError, zlib.error):
            return False

    def _unpacked(self, sha256: str) -> bytes:
        return gzip.decompress(self._body_of(sha256).read_bytes())

    def _write(self, place: Path, data: bytes) -> None:
        """Whole or not at all, whoever else writes the same."""
        partial = place.with_name(f"{place.name}.{os.getpid()}-{threading.get_ident()}.partial")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(place)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise PagesError(
                f"{self.folder}: the copy of a page cannot be written ({error.strerror or error});"
                " free the disk, or give the right to write there, and try again"
            ) from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

"""What sites ask of programs (robots.txt, RFC 9309)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.decode import decode
from corpus.fetching.addresses import WebUrl, parse_url
from corpus.fetching.client import OK, Answer
from corpus.fetching.errors import PrivateAddressError, RobotsError, TimeIsUpError
from corpus.sources.errors import SourceError

if TYPE_CHECKING:
    from protego import Protego

MAX_BYTES = 1_000_000


class Robots:
    """The rules of each site, asked for once."""

    def __init__(self, ask: Callable[[WebUrl], Answer], agent: str):
        """:param ask: fetches a robots.txt, following redirects."""
        self._ask = ask
        self._agent = agent
        self._rules: dict[str, Protego | RobotsError] = {}
        self._asking = threading.Lock()

    def delay_for(self, url: WebUrl) -> float:
        """How long the site wants to be left alone between two requests, in seconds; 0 where it does not say.

        :raises RobotsError: the URL may not be fetched, or the site cannot be asked.
        :raises PrivateAddressError: nothing of its host may.
        :raises TimeIsUpError: the time of the run is over.
        """
        rules = self._rules_of(url)
        if isinstance(rules, RobotsError):
            raise RobotsError(f"{url}: {rules}")
        if not rules.can_fetch(str(url), self._agent):
            raise RobotsError(f"{url}: the site's robots.txt asks {self._agent} not to fetch it; leave it out")
        return float(rules.crawl_delay(self._agent) or 0)

    def _rules_of(self, url: WebUrl) -> Protego | RobotsError:
        with self._asking:
            known = self._rules.get(url.origin)
        if known is None:
            known = self._fetched(url)
            with self._asking:
                known = self._rules.setdefault(url.origin, known)
        return known

    def _fetched(self, url: WebUrl) -> Protego | RobotsError:
        """Nothing is forbidden where there is no such file (4xx), all where the server is unable to say (5xx, 429)."""
        from protego import Protego

        place = f"{url.origin}/robots.txt"
        try:
            answer = self._ask(parse_url(place))
        except (PrivateAddressError, TimeIsUpError) as error:
            raise type(error)(str(error).replace(place, str(url), 1)) from error
        except SourceError as error:
            return RobotsError(f"nothing is fetched where robots.txt cannot be ({error})")
        if answer.status != OK and not 400 <= answer.status < 500:
            return RobotsError(f"nothing is fetched where robots.txt is answered by status {answer.status} ({place})")
        text = decode(answer.body)  # what is in no known encoding may still forbid
        try:
            return Protego.parse(answer.body.decode("utf-8", "replace") if text is None else text)
        except Exception as error:  # no file should make it fail; none may stop a run
            return RobotsError(f"nothing is fetched where robots.txt cannot be understood ({place}: {error})")

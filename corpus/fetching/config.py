"""How pages are fetched."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class FetchConfig:
    """Times in seconds, sizes in bytes.

    :raises ValueError: a value that nothing can be fetched with.
    """

    user_agent: str = "claim-verifier"  # what servers see, and the name that robots.txt is read for, up to "/" or space
    connect_s: float = 10.0  # to look up a host, and to reach an address of it
    read_s: float = 20.0  # between two parts of an answer
    total_s: float = 60.0  # for one request, however it drips
    max_bytes: int = 20_000_000  # of an answer, unpacked
    max_redirects: int = 5
    n_tries: int = 3  # of a request that was answered by "busy" or "broken", or not at all
    backoff_s: float = 1.0  # before the second try; doubled for each further one
    max_wait_s: float = 60.0  # longest Retry-After that is waited for, and longest Crawl-delay
    delay_s: float = 1.0  # between two requests to one host
    n_hosts: int = 4  # that are asked at the same time, one request each
    max_silent: int = 3  # requests in a row that a host leaves unanswered, before it is given up for this run
    max_busy: int = 5  # pages in a row that a host was too busy or too broken for at every try; given up likewise
    max_minutes: float = 120.0  # of one run, for all that it fetches
    max_pages: int = 500  # of one feed, or of all sitemaps of an index; the newest
    max_sitemaps: int = 50  # of one index; the newest

    def __post_init__(self) -> None:
        least = {
            "connect_s": 0.01,
            "read_s": 0.01,
            "total_s": 0.01,
            "max_minutes": 0.001,
            "max_redirects": 0,
            "backoff_s": 0,
        }
        least |= {"max_wait_s": 0, "delay_s": 0}
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, str) and not value >= least.get(field.name, 1):
                raise ValueError(f"{field.name} should be at least {least.get(field.name, 1)}, not {value}")
        if not self.agent or not self.user_agent.isascii() or not self.user_agent.isprintable():
            raise ValueError(f"user_agent should be a name such as claim-verifier, not {self.user_agent!r}")

    @property
    def agent(self) -> str:
        """The name that robots.txt is read for."""
        return self.user_agent.replace("/", " ").split(" ")[0]

"""Fetching from the network, politely and from public addresses only.

`FetchConfig` is light; what opens connections is imported from `corpus.fetching.fetcher`, only where there is a URL.
"""

from corpus.fetching.config import FetchConfig

__all__ = ["FetchConfig"]

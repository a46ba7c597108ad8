"""How a page that is served may store reviews; one in a file cannot, and shows the command instead."""

from __future__ import annotations

from dataclasses import dataclass

CSRF_HEADER = "X-CSRF-Token"  # as review.js sends it


@dataclass(frozen=True, slots=True)
class ReviewAccess:
    """Where the page's script posts a review, and what it sends along to show that it is that page's."""

    url: str  # a path on the page's own origin
    token: str  # sent back as CSRF_HEADER

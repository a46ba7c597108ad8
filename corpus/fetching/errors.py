"""Why something was not fetched; each message begins with the URL."""

from __future__ import annotations

from corpus.sources.errors import SourceError


class FetchError(SourceError):
    """A URL that gave nothing."""


class BadUrlError(FetchError):
    """No URL of the web, or one of a form that is used to get past checks."""


class PrivateAddressError(FetchError):
    """A host that stands, also or only, for an address that is not public."""


class RedirectError(FetchError):
    """Sent on too often, in a circle, or to nowhere."""


class RobotsError(FetchError):
    """The site does not want it fetched by programs, or cannot be asked whether it does."""


class HttpStatusError(FetchError):
    """Answered, but not with a page."""


class TransferError(FetchError):
    """An answer that is cut short or breaks the rules of HTTP."""


class SilentError(FetchError):
    """No connection, or no whole answer in time."""


class CertificateError(FetchError):
    """A server that cannot prove that it is the one of the URL."""


class HostGivenUpError(FetchError):
    """A host that left several requests unanswered, or was too busy for several pages, is not asked again in a run."""


class TimeIsUpError(FetchError):
    """A run has fetched for as long as it may."""

"""What can be wrong with a source."""

from __future__ import annotations

from dataclasses import dataclass


class SourceError(Exception):
    """Something that was to be read and could not be."""


class SourceNotFoundError(SourceError):
    """No file, folder or match of a pattern is there."""


class UnsupportedSourceError(SourceError):
    """A kind of file that is not read."""


class SourceTooLargeError(SourceError):
    """A file, a line of a JSON Lines file, or an answer over the size limit."""


class EmptySourceError(SourceError):
    """No text in it."""


class BinarySourceError(SourceError):
    """Not text, whatever its name says."""


class UnreadableSourceError(SourceError):
    """The operating system refused, or a compressed file or PDF is damaged."""


class MetadataError(SourceError):
    """A title, date or other field in a form that is not understood."""


class MalformedLineError(SourceError):
    """A line of a JSON Lines file that is no record."""


class DuplicateRecordError(SourceError):
    """A second line with the same id in one file."""


class ListingError(SourceError):
    """A feed or sitemap that cannot be read, or not to its end."""


class NoNetworkError(SourceError):
    """A URL where nothing may be fetched."""


@dataclass(frozen=True, slots=True)
class SourceFailure:
    """One file, line or URL that gave no document, and why. `source` is a path or URL, with `:line` for a line."""

    source: str
    error: SourceError


def unreadable(source: str, error: Exception) -> SourceFailure:
    """What the operating system, or a reader of compressed files, said of a source."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    message = f"{source}: cannot be read ({reason}); check that it is whole and that you may read it"
    return SourceFailure(source, UnreadableSourceError(message))

"""Sources -> documents: files, folders, globs, URLs. One bad file, line or URL never stops the rest. Import from here.

What reaches the network is in `corpus.sources.web`, and is imported only for sources that are URLs.
"""

from corpus.sources.errors import (
    BinarySourceError,
    DuplicateRecordError,
    EmptySourceError,
    ListingError,
    MalformedLineError,
    MetadataError,
    NoNetworkError,
    SourceError,
    SourceFailure,
    SourceNotFoundError,
    SourceTooLargeError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from corpus.sources.files import SUFFIXES, ReaderConfig, UrlReader, names_url, read_documents

__all__ = [
    "SUFFIXES",
    "BinarySourceError",
    "DuplicateRecordError",
    "EmptySourceError",
    "ListingError",
    "MalformedLineError",
    "MetadataError",
    "NoNetworkError",
    "ReaderConfig",
    "SourceError",
    "SourceFailure",
    "SourceNotFoundError",
    "SourceTooLargeError",
    "UnreadableSourceError",
    "UnsupportedSourceError",
    "UrlReader",
    "names_url",
    "read_documents",
]

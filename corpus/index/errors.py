"""What can go wrong with a corpus folder."""

from __future__ import annotations

from pathlib import Path


class CorpusError(Exception):
    """Any of the errors below."""


class CorpusNotFoundError(CorpusError):
    """The folder holds no corpus."""


class IndexMismatchError(CorpusError):
    """The corpus was built with another encoder, or cut in another way."""


class NewerFormatError(CorpusError):
    """The corpus was written by a newer version of this software."""


class CorruptCorpusError(CorpusError):
    """A file of the corpus is missing or damaged."""


class CorpusBusyError(CorpusError):
    """Another process is changing the corpus."""


class CorpusWriteError(CorpusError):
    """The corpus could not be written; it is as it was before."""


class UnknownDocumentError(CorpusError):
    """A key that fits no document."""


class EncoderOutputError(CorpusError):
    """The encoder returned vectors of another shape, or not of unit length."""


def damaged(path: Path, reason: object) -> CorruptCorpusError:
    """The error for a derived file, which `repair` makes anew."""
    return CorruptCorpusError(f"{path} is damaged ({reason}); run `verifier corpus repair --corpus {path.parent}`")

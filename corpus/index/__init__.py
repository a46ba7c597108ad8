"""The index over a corpus folder: add and remove documents, find passages by meaning and by words.

The folder holds `passages.sqlite`, the single source of truth, and two indexes made from it: `dense.faiss` (vectors)
and `lexical/` (words). `manifest.json` says what they were made from.
"""

from corpus.index.errors import (
    CorpusBusyError,
    CorpusError,
    CorpusNotFoundError,
    CorpusWriteError,
    CorruptCorpusError,
    EncoderOutputError,
    IndexMismatchError,
    NewerFormatError,
    UnknownDocumentError,
)
from corpus.index.intake import AddReport, Encoder
from corpus.index.manifest import CorpusInfo
from corpus.index.passage_index import PassageIndex

__all__ = [
    "AddReport",
    "CorpusBusyError",
    "CorpusError",
    "CorpusInfo",
    "CorpusNotFoundError",
    "CorpusWriteError",
    "CorruptCorpusError",
    "Encoder",
    "EncoderOutputError",
    "IndexMismatchError",
    "NewerFormatError",
    "PassageIndex",
    "UnknownDocumentError",
]

"""The verdict store: a DuckDB file that proves what it holds. Import from here."""

from verifier.store.attempts import INTERRUPTED, THE_RUN, Attempt, Beside, Notification, RunGoingOnError, failed_start
from verifier.store.calibrations import ReviewedConfidence
from verifier.store.causes import DocumentsAt, is_other
from verifier.store.connection import (
    CopyError,
    MissingDatabaseError,
    NewerDatabaseError,
    NotADatabaseError,
    StoreBusyError,
    StoreError,
    StoreOpenError,
    StoreReadError,
    require_file,
    snapshot_path,
    was_interrupted,
)
from verifier.store.exchange import Exchanged, ExchangeError, export_tables, import_tables
from verifier.store.integrity import DamagedRowsError
from verifier.store.known import Change, KnownClaim
from verifier.store.migrations import OlderDatabaseError
from verifier.store.proof import InconsistentBatchError, UnprovenVerdictError
from verifier.store.query import QueryError, QueryResult
from verifier.store.reading import UnknownRunError
from verifier.store.reviews import (
    AmbiguousClaimError,
    CitedPassage,
    JudgedClaim,
    NotEvidenceError,
    ReviewError,
    UnjudgedClaimError,
    UnknownClaimError,
)
from verifier.store.snapshot import Publisher, SnapshotError, open_published, publish, refresh
from verifier.store.statements import KnownFactCheck, UnknownStatementError
from verifier.store.store import RunMismatchError, Store, StoreWriteError, query_file
from verifier.store.writing import NaiveTimestampError, TextChangedError

__all__ = [
    "INTERRUPTED",
    "THE_RUN",
    "AmbiguousClaimError",
    "Attempt",
    "Beside",
    "Change",
    "CitedPassage",
    "CopyError",
    "DamagedRowsError",
    "DocumentsAt",
    "ExchangeError",
    "Exchanged",
    "InconsistentBatchError",
    "JudgedClaim",
    "KnownClaim",
    "KnownFactCheck",
    "MissingDatabaseError",
    "NaiveTimestampError",
    "NewerDatabaseError",
    "NotADatabaseError",
    "NotEvidenceError",
    "Notification",
    "OlderDatabaseError",
    "Publisher",
    "QueryError",
    "QueryResult",
    "ReviewError",
    "ReviewedConfidence",
    "RunGoingOnError",
    "RunMismatchError",
    "SnapshotError",
    "Store",
    "StoreBusyError",
    "StoreError",
    "StoreOpenError",
    "StoreReadError",
    "StoreWriteError",
    "TextChangedError",
    "UnjudgedClaimError",
    "UnknownClaimError",
    "UnknownRunError",
    "UnknownStatementError",
    "UnprovenVerdictError",
    "export_tables",
    "failed_start",
    "import_tables",
    "is_other",
    "open_published",
    "publish",
    "query_file",
    "refresh",
    "require_file",
    "snapshot_path",
    "was_interrupted",
]

"""Corpus change -> claims whose evidence changed -> new verdicts, as a Prefect flow of batch tasks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.recording import recorded
from flows.request import desk_of, new_run
from flows.stopping import finishing_batches
from flows.verify import save_batch
from verifier.failures import FailureLimit
from verifier.pipeline import open_verifier
from verifier.reverify import Rechecked, Rechecker
from verifier.settings import Settings
from verifier.store import Change, KnownClaim, Publisher, Store, open_published
from verifier.timing import StageClock
from verifier.types import Failure, RunKind

CLAIMS_PER_BATCH = 500  # searched for at once, and stored in one transaction


@dataclass(frozen=True, slots=True)
class ReverifyRequest:
    """Which database's claims to check again, against what."""

    corpus: Path
    database: Path
    settings: Settings


@dataclass(frozen=True, slots=True)
class Reverified:
    """What became of the known claims.

    `n_judged` of them were judged again, for their evidence is not what it was; `changes` are the verdicts that differ
    from those before, other labels first.
    """

    run_id: str
    n_claims: int
    n_judged: int
    changes: tuple[Change, ...]
    failures: tuple[Failure, ...]


@task(name="read known claims", cache_policy=NO_CACHE)
def read_known(database: Path, claim_ids: Sequence[str]) -> list[KnownClaim]:
    """The claims with their articles and latest verdicts; the file is held only while reading."""
    with Store.open(database, read_only=True) as store:
        return store.known_claims(claim_ids)


@task(name="check claims again", cache_policy=NO_CACHE)
def recheck(rechecker: Rechecker, known: Sequence[KnownClaim]) -> Rechecked:
    """Passages are searched for every claim anew; only claims for which others are found are judged again."""
    return rechecker.recheck(known)


@flow(name="reverify", validate_parameters=False)
def reverify(request: ReverifyRequest, progress: Callable[[int, int], None] | None = None) -> Reverified:
    """Check the known claims of a database against the corpus as it is now, and store the verdicts that changed.

    :param progress: called after each batch with the claims done and the claims in all.
    :raises CorpusError, ModelError, StoreError: when it cannot start or go on; what was stored before stays, and the
        run, if it had begun, is marked FAILED.
    """
    with Store.open(request.database, create=False) as store:  # to write: an older file is brought up to date first
        claim_ids = store.known_claim_ids()
    clock, desk = StageClock(), desk_of(request.database)
    limit = FailureLimit(request.settings.max_failures_of_a_kind)
    with open_verifier(request.corpus, request.settings, desk=desk, clock=clock) as (verifier, basis):
        rechecker = Rechecker(verifier)
        run = new_run(request.settings, basis, [], RunKind.REVERIFY)
        with recorded(request.database, run, clock) as begun, finishing_batches() as stop:
            run_id, publisher = begun.run_id, Publisher(request.database)
            for start in range(0, 0 if begun.is_done else len(claim_ids), CLAIMS_PER_BATCH):
                stop.heed()
                known = read_known(request.database, claim_ids[start : start + CLAIMS_PER_BATCH])
                rechecked = recheck(rechecker, known)
                with clock.of("save", len(rechecked.changed)):
                    save_batch(request.database, run_id, rechecked.changed, rechecked.failures, verifier.documents_at)
                with clock.of("publish"):
                    publisher.after_batch()
                if progress:
                    progress(min(start + CLAIMS_PER_BATCH, len(claim_ids)), len(claim_ids))
                limit.count(rechecked.failures)
    with open_published(request.database)[0] as store:
        changes = store.changes(run_id)
    return Reverified(run_id, len(claim_ids), rechecker.n_judged, tuple(changes), tuple(rechecker.failures))

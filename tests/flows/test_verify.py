"""The verification flow on the real pipeline: rows, report, failures, and the same run twice."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.build_corpus import build_corpus
from flows.verify import VerifyRequest, verify
from tests.flows.conftest import Outcome
from verifier.failures import TooManyFailuresError
from verifier.pipeline import Verifier
from verifier.provenance import ProvenanceConfig
from verifier.rows import Resumed
from verifier.settings import Settings
from verifier.stance import OnnxPairScorer
from verifier.store import Store, query_file
from verifier.types import RunStatus

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("prefect_home")]


@pytest.fixture
def request_for(corpus: Path, tmp_path: Path) -> Callable[..., VerifyRequest]:
    def make(*sources: Path) -> VerifyRequest:
        return VerifyRequest(sources, corpus, tmp_path / "v.duckdb", tmp_path / "report", Settings())

    return make


def row_counts(database: Path) -> dict[str, int]:
    tables = ("runs", "articles", "claims", "verdicts", "evidence", "rationales")
    return {t: query_file(database, f"SELECT count(*) FROM {t}").rows[0][0] for t in tables}


def test_run_stores_verdicts_and_writes_both_reports(request_for: Callable[..., VerifyRequest], article: Path) -> None:
    """One article: a finished run, a verdict on the claim, and the claim in the page and the Markdown."""
    request = request_for(article)
    outcome = verify(request)
    assert outcome.run.status is RunStatus.FINISHED
    assert "James Webb" in (request.report / "index.html").read_text(encoding="utf-8")
    assert "James Webb" in (request.report / "index.md").read_text(encoding="utf-8")
    assert row_counts(request.database)["verdicts"] == 1


def test_the_same_run_twice_adds_no_row(request_for: Callable[..., VerifyRequest], article: Path) -> None:
    """Same article, corpus, models and settings: the same rows."""
    request = request_for(article)
    verify(request)
    before = row_counts(request.database)
    verify(request)
    assert row_counts(request.database) == before


def test_a_run_that_is_all_stored_checks_nothing_again(
    request_for: Callable[..., VerifyRequest], article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its report is written anew, in the forms that are asked for; one that broke off at its end is done."""
    request = request_for(article)
    first = verify(request)
    monkeypatch.setattr(Verifier, "_judged", lambda *_: pytest.fail("checked again"))
    (request.report / "index.html").unlink()
    again = verify(request)
    assert (again.run.id, again.run.status) == (first.run.id, RunStatus.FINISHED) and again.articles == first.articles
    assert (request.report / "index.html").exists()
    verify(replace(request, formats=("json",)))
    assert json.loads((request.report / "report.json").read_text(encoding="utf-8"))["run"]["id"] == first.run.id
    with Store.open(request.database) as store:
        store.finish_run(first.run.id, RunStatus.FAILED, datetime.now(UTC))
    assert verify(request).run.status is RunStatus.FINISHED


def test_a_run_with_one_article_more_reads_no_pair_twice(
    request_for: Callable[..., VerifyRequest], article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the stance model said is kept beside the database."""
    asked: list[tuple[str, str]] = []
    scored = OnnxPairScorer.probabilities
    monkeypatch.setattr(
        OnnxPairScorer, "probabilities", lambda self, pairs: (asked.extend(pairs), scored(self, pairs))[1]
    )
    first = verify(request_for(article))
    more = tmp_path / "more.md"
    more.write_text("# Dam\n\nThe Great Ethiopian Renaissance Dam was opened in 2022.\n", encoding="utf-8")
    second = verify(request_for(article, more))
    assert len(second.articles) == 2 and second.run.id != first.run.id
    assert asked and len(asked) == len(set(asked))


def test_a_run_that_was_stopped_goes_on_where_it_was(
    request_for: Callable[..., VerifyRequest], article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Article by article: what was saved is not read again, and the rows are those of a run that nobody stopped."""
    more = tmp_path / "more.md"
    more.write_text("# Dam\n\nThe Great Ethiopian Renaissance Dam was opened in 2022.\n", encoding="utf-8")
    request = replace(request_for(article, more), settings=Settings(batch_articles=1))
    with monkeypatch.context() as patched:
        patched.setattr("flows.verify.FailureLimit.count", lambda *_: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            verify(request)
    asked = "SELECT status, n_articles, n_resumed FROM attempts ORDER BY attempt"
    assert query_file(request.database, asked).rows == [("INTERRUPTED", 2, 0)]
    assert query_file(request.database, "SELECT count(*) FROM run_articles").rows == [(1,)]
    extracted: list[Path] = []
    extract = Verifier._extract
    monkeypatch.setattr(Verifier, "_extract", lambda self, batch: (extracted.extend(batch), extract(self, batch))[1])
    resumed = verify(request)
    assert [a.source for a in extracted] == [str(more)] and resumed.resumed == Resumed(1, 2)
    assert query_file(request.database, asked).rows[1] == ("FINISHED", 2, 1)
    undisturbed = verify(replace(request, database=tmp_path / "other.duckdb"))
    found = [[(row.claim, row.verdict) for rows in r.articles for row in rows.claims] for r in (resumed, undisturbed)]
    assert found[0] == found[1]


def test_so_many_alike_failures_end_the_run_with_their_cause(
    request_for: Callable[..., VerifyRequest], article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is failed, and says at which stage."""
    monkeypatch.setattr("verifier.stance.StanceModel.judge", lambda *_: 1 / 0)
    request = replace(request_for(article), settings=Settings(max_failures_of_a_kind=1))
    with pytest.raises(TooManyFailuresError, match="1 articles failed at stage judge"):
        verify(request)
    rows = query_file(request.database, "SELECT stage, error FROM failures ORDER BY position").rows
    assert rows == [("judge", "ZeroDivisionError"), ("run", "TooManyFailuresError")]


NO_NEWS = """
import sys
from pathlib import Path
from flows.morning import run_once
from flows.request import VerifyRequest
from verifier.settings import Settings
sources, corpus, database, report = map(Path, sys.argv[1:])
done = run_once(VerifyRequest((sources,), corpus, database, report, Settings()), lambda *_: sys.exit("asked the flow"))
assert done.is_unchanged and len(done.report.articles) == 1
print(*sorted({name.split(".")[0] for name in sys.modules} & {"prefect", "onnxruntime", "spacy", "torch"}))
"""


def test_a_run_without_news_loads_no_model_and_asks_no_server(
    request_for: Callable[..., VerifyRequest], article: Path
) -> None:
    """It is an attempt of its own, with its stages, and its page is written anew."""
    request = request_for(article)
    verify(request)
    (request.report / "index.html").unlink()
    paths = map(str, (article, request.corpus, request.database, request.report))
    found = subprocess.run([sys.executable, "-c", NO_NEWS, *paths], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout, found.stderr) == (0, "\n", "")
    assert (request.report / "index.html").exists()
    rows = query_file(request.database, "SELECT status, n_resumed, n_verdicts FROM attempts ORDER BY attempt").rows
    assert rows == [("FINISHED", 0, 1), ("FINISHED", 1, 0)]
    stages = query_file(request.database, "SELECT stage FROM run_stages WHERE attempt = 2 ORDER BY stage").rows
    assert stages == [("read",), ("report",)]


def test_edited_source_tiers_make_another_run(
    request_for: Callable[..., VerifyRequest], article: Path, tmp_path: Path
) -> None:
    """At the same path, with the same settings: what evidence counts for is part of what a verdict rests on."""
    mine = tmp_path / "tiers.toml"
    request = replace(request_for(article), settings=Settings(sources=ProvenanceConfig(str(mine))))
    for credibility in (0.5, 0.6):
        mine.write_text(f"[default]\nname = 'all'\ncredibility = {credibility}\n", encoding="utf-8")
        verify(request)
    rows = query_file(request.database, "SELECT DISTINCT run_id, tier, credibility FROM evidence ORDER BY ALL").rows
    assert len({run_id for run_id, *_ in rows}) == 2
    assert sorted(row[1:] for row in rows) == [("all", 0.5), ("all", 0.6)]


def test_unreadable_article_is_recorded_and_the_rest_goes_on(
    request_for: Callable[..., VerifyRequest], article: Path, tmp_path: Path
) -> None:
    """The run ends as finished with failures, in the store and in the report."""
    empty = tmp_path / "empty.txt"
    empty.touch()
    request = request_for(article, empty)
    outcome = verify(request)
    assert outcome.run.status is RunStatus.FINISHED_WITH_FAILURES
    assert [f.stage for f in outcome.failures] == ["read"]
    assert "empty.txt" in (request.report / "index.html").read_text(encoding="utf-8")
    assert row_counts(request.database)["verdicts"] == 1


def test_a_run_that_breaks_off_is_stored_as_failed(
    request_for: Callable[..., VerifyRequest], article: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken run never looks finished; what another run stored stays."""
    request = request_for(article)
    verify(request)
    before = row_counts(request.database)["verdicts"]
    article.write_text("Rome fell in the year 476 after a long decline.", encoding="utf-8")
    monkeypatch.setattr("verifier.pipeline.Verifier.check_batches", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        verify(request)
    assert query_file(request.database, "SELECT status FROM runs ORDER BY started_at").rows[-1] == ("FAILED",)
    assert row_counts(request.database)["verdicts"] == before


def test_refuted_claims_and_what_refutes_them_are_one_line_of_sql(
    request_for: Callable[..., VerifyRequest], tmp_path: Path
) -> None:
    """What a newcomer asks first: quotes stand verbatim in their documents."""
    path = tmp_path / "votes.txt"
    path.write_text(
        "The UN General Assembly adopted resolution ES-11/1 with 5 votes in favour and 141 against.",
        encoding="utf-8",
    )
    request = request_for(path)
    verify(request)
    rows = query_file(
        request.database,
        "SELECT quote, substr(d.text, document_start + 1, document_end - document_start)"
        " FROM claim_evidence JOIN documents AS d USING (document_id) WHERE quote IS NOT NULL",
    ).rows
    assert all(quote == text for quote, text in rows)


def test_build_corpus_twice_changes_nothing_and_an_edit_replaces(tmp_path: Path) -> None:
    """Added, unchanged, replaced; a bad file is told of and does not stop the rest."""
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in ("one", "two"):
        (sources / f"{name}.txt").write_text(f"Number {name} is a number.", encoding="utf-8")
    (sources / "bad.txt").write_bytes(b"\x00" * 50)
    first = build_corpus([sources], tmp_path / "index", Settings())
    again = build_corpus([sources], tmp_path / "index", Settings())
    (sources / "one.txt").write_text("Number one is the first.", encoding="utf-8")
    edited = build_corpus([sources], tmp_path / "index", Settings())
    assert (first.report.n_added, again.report.n_unchanged, edited.report.n_replaced) == (2, 2, 1)
    assert [Path(f.source).name for f in first.failures] == ["bad.txt"]


def test_run_prints_json_lines_only_on_standard_output(
    verifier: Callable[..., Outcome], corpus: Path, article: Path, tmp_path: Path
) -> None:
    """Everything else goes to standard error; a damaged corpus is refused before anything is stored."""
    options = ("--db", tmp_path / "v.duckdb", "--report", tmp_path / "r", "--json")
    outcome = verifier("run", article, "--corpus", corpus, *options)
    rows = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert {row["status"] for row in rows} == {"CHECKABLE", "NOT_CHECKABLE"}
    damaged = tmp_path / "damaged"
    shutil.copytree(corpus, damaged)
    (damaged / "passages.sqlite").write_bytes(b"garbage" * 100)
    refused = verifier("run", article, "--corpus", damaged, *options)
    assert (refused.code, refused.out) == (2, "")
    assert "passages.sqlite" in refused.err

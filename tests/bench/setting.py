"""What the comparison runs on: sizes, data, and the corpora, which are made once and kept."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.documents import Document, split_passages
from corpus.index import PassageIndex
from corpus.sources import SourceFailure, read_documents
from verifier.claims import shipped_extractor
from verifier.encode import load_encoder
from verifier.pipeline import read_articles
from verifier.types import Article, Claim, ClaimStatus

DATA = Path(__file__).parents[3] / "shared" / "data"
WIKIPEDIA = DATA / "wikipedia" / "corpus.jsonl.gz"
SCIFACT = DATA / "scifact"
N_HELD_OUT = 300  # Wikipedia's last articles are in no corpus: their heads are checked, and they are added
ARTICLE_CHARS = 2_500


@dataclass(frozen=True)
class Sizes:
    """How much is measured; what is smaller runs sooner and says less."""

    abstracts: int = 5_183  # of SciFact
    open_claims: int = 300  # for quality
    rounds: int = 5  # counted ones
    round_claims: int = 40
    agreement_pairs: int = 200
    corpora: tuple[int, ...] = (10_000, 100_000)  # passages; the held-out articles keep the second a little smaller
    claims: int = 200  # of held-out articles
    many: int = 1_000_000  # passages for the two searches alone
    queries: int = 100
    added: int = 100  # documents
    texts: int = 300  # for the machine's rate


SMALL = Sizes(
    abstracts=150,
    open_claims=40,
    rounds=2,
    round_claims=8,
    corpora=(300, 1_000),
    claims=12,
    many=210_000,
    queries=20,
    added=3,
    texts=30,
)


@dataclass(frozen=True)
class Setting:
    """The sizes, and the folder for what is made: `kept` between runs, and results beside it."""

    sizes: Sizes
    out: Path

    @property
    def kept(self) -> Path:
        """Where corpora and vectors stay between runs."""
        folder = self.out / "kept"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def scratch(self, name: str) -> Path:
        """A folder of that name that does not exist yet, below a folder that does."""
        path = self.out / "scratch" / name
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def wikipedia_corpus(setting: Setting, n_passages: int) -> Path:
    """A corpus folder of Wikipedia's first articles, as many as fill `n_passages`, or all but the held-out ones."""
    folder = setting.kept / f"wikipedia-{n_passages}"
    if not folder.exists():
        building = setting.scratch(folder.name)
        with PassageIndex.create_or_open(building, load_encoder()) as index:
            index.add(wikipedia_documents(n_passages), _told(folder.name))
        building.rename(folder)
    return folder


def wikipedia_documents(n_passages: int) -> Iterator[Document]:
    """The articles that are not held out, until their passages are `n_passages`."""
    documents, n_read = _documents(), 0
    for document in documents[: len(documents) - N_HELD_OUT]:
        if n_read >= n_passages:
            return
        n_read += len(split_passages(document))
        yield document


def _documents() -> list[Document]:
    return [row for row in read_documents([WIKIPEDIA]) if not isinstance(row, SourceFailure)]


def held_out_rows() -> list[dict[str, Any]]:
    """Wikipedia's last articles, as JSON Lines rows."""
    with gzip.open(WIKIPEDIA, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in list(lines)[-N_HELD_OUT:]]


def write_rows(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Rows as JSON Lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def articles_file(setting: Setting) -> Path:
    """The heads of held-out articles as news, as many as hold the wanted number of checkable claims."""
    path = setting.kept / f"articles-{setting.sizes.claims}.jsonl"
    if not path.exists():
        write_rows(path, list(_heads_of(setting.sizes.claims)))
    return path


def _heads_of(n_claims: int) -> Iterator[dict[str, Any]]:
    extractor, n_found = shipped_extractor(), 0
    for row in held_out_rows():
        if n_found >= n_claims:
            return
        text = row["text"][:ARTICLE_CHARS].rsplit(".", 1)[0] + "."
        claims = extractor.extract(Article(row["_id"], row["title"], None, None, None, text))
        n_found += sum(claim.status is ClaimStatus.CHECKABLE for claim in claims)
        yield {"_id": row["_id"], "title": row["title"], "text": text}


def articles(setting: Setting) -> list[Article]:
    """The articles of `articles_file`."""
    return read_articles([articles_file(setting)])[0]


def claims_of_articles(setting: Setting) -> list[Claim]:
    """The checkable claims of `articles`."""
    extractor = shipped_extractor()
    found = [claim for article in articles(setting) for claim in extractor.extract(article)]
    return [claim for claim in found if claim.status is ClaimStatus.CHECKABLE]


def _told(what: str) -> Any:
    """Tells now and then how many documents are indexed."""

    def tell(n_done: int) -> None:
        if n_done % 250 < 25:
            print(f"  {what}: {n_done} documents indexed", flush=True)

    return tell

"""The shipped models on the bundled sample: floors under what a careful reader would say.

The expected labels are the tables of corpus/sample/README.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.index import PassageIndex
from corpus.sources import read_documents
from verifier.encode import load_encoder
from verifier.pipeline import CheckedArticle, Verifier, claim_from_text, open_verifier, read_articles
from verifier.retrieve import Query
from verifier.settings import Settings
from verifier.types import Claim, ClaimKind, ClaimStatus, Label, Stance, Verdict

pytestmark = pytest.mark.models
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "corpus" / "sample"
UKRAINE = ROOT.parent / "shared" / "data" / "ukraine"
OPPOSITE = {Label.SUPPORTED: Label.REFUTED, Label.REFUTED: Label.SUPPORTED}


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Verifier]:
    """The shipped pipeline over the sample, and the facts beside it where they are there."""
    folder = tmp_path_factory.mktemp("corpus")
    sources = [SAMPLE / "documents.jsonl", *UKRAINE.glob("facts_corpus.jsonl")]
    with PassageIndex.create_or_open(folder, load_encoder()) as index:
        index.add(list(read_documents(sources)))
    with open_verifier(folder, Settings()) as (opened, _):
        yield opened


def check(verifier: Verifier, text: str) -> Verdict:
    return verifier.check([Query(claim_from_text(text))])[0]


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim of the sample's tables: what a reader would say of it, and what was found."""

    text: str
    expected: Label
    found: Label | None  # None where the sentence was not checked


def table_claims() -> list[tuple[str, Label]]:
    rows = re.findall(r"^\| (.+?) \| ([A-Z_]+) \|", (SAMPLE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [(claim, Label(label)) for claim, label in rows]


def bearer(text: str, claims: Sequence[Claim]) -> Claim:
    """The claim that the label of a table's row is for.

    That somebody said it is another question, so a statement answers; of several the one with most of the row's words.
    A sentence that only tells what somebody demanded states nothing else: there the label is for the demand.
    """
    taken = [c for c in claims if text in c.sentence]
    stated = [c for c in taken if c.kind is ClaimKind.CONTENT]
    words = set(text.lower().split())
    return max(stated or taken, key=lambda c: len(words & set(c.text.lower().split())))


@pytest.fixture(scope="module")
def sample(verifier: Verifier) -> list[CheckedArticle]:
    articles, _ = read_articles([SAMPLE / "articles"])
    return [verifier.check_article(a) for a in articles]


@pytest.fixture(scope="module")
def judged(sample: list[CheckedArticle]) -> list[Judged]:
    """Every claim of the tables."""
    claims = [c for checked in sample for c in checked.claims]
    labels = {v.claim.id: v.label for checked in sample for v in checked.verdicts}
    return [Judged(text, label, labels.get(bearer(text, claims).id)) for text, label in table_claims()]


def test_more_than_half_of_the_sample_claims_are_judged_as_a_reader_would(judged: list[Judged]) -> None:
    """Accuracy over all claims of the tables; one that was not checked is not judged as a reader would."""
    assert len(judged) >= 40
    assert sum(j.expected is j.found for j in judged) / len(judged) >= 0.55


def test_nearly_every_sample_claim_is_checked(judged: list[Judged]) -> None:
    """What a reader can check is not set aside as ambiguous or not worth it."""
    unchecked = [j.text for j in judged if j.found is None]
    assert len(unchecked) <= 2, unchecked


def test_few_sample_claims_are_judged_the_wrong_way_round(judged: list[Judged]) -> None:
    """Support for a refuted claim, or refutation of a supported one, is the worst error."""
    wrong = [j.text for j in judged if j.found is not None and j.found is OPPOSITE.get(j.expected)]
    assert len(wrong) <= 3, wrong


def test_no_supported_sample_claim_is_refuted(judged: list[Judged]) -> None:
    """A true story is never marked refuted here."""
    assert [j.text for j in judged if j.expected is Label.SUPPORTED and j.found is Label.REFUTED] == []


def test_silence_of_the_corpus_is_never_support(judged: list[Judged]) -> None:
    """Topical similarity is not read as support."""
    silent = [j for j in judged if j.expected is Label.NOT_ENOUGH_EVIDENCE]
    assert len(silent) >= 3
    assert [j.text for j in silent if j.found is Label.SUPPORTED] == []


def test_the_sample_shows_every_kind_of_verdict(judged: list[Judged]) -> None:
    """The demo has something of each to look at."""
    assert {j.found for j in judged} >= set(Label)


def test_what_was_said_is_settled_only_by_a_passage_that_names_who_said_it(sample: list[CheckedArticle]) -> None:
    """That a statement is true, or untrue, does not settle whether somebody made it."""
    acts = [v for checked in sample for v in checked.verdicts if v.claim.kind is ClaimKind.SPEECH_ACT]
    assert len(acts) >= 5
    for verdict in acts:
        names = set(re.findall(r"\b[A-Z]\w+", verdict.claim.speaker or ""))
        for evidence in verdict.evidence:
            if evidence.stance is not Stance.NEUTRAL:
                told = f"{evidence.document.title}. {evidence.passage.text}"
                assert all(name in told for name in names), (verdict.claim.text, told)


@pytest.fixture(scope="module")
def seed(verifier: Verifier) -> CheckedArticle:
    [article], _ = read_articles([UKRAINE / "seed_article.txt"])
    return verifier.check_article(article)


@pytest.mark.shared_data
@pytest.mark.skipif(not UKRAINE.exists(), reason="the seed article is not beside the project (../shared/data/ukraine)")
class TestSeedArticle:
    """The news article that the project started from."""

    @staticmethod
    def labels(seed: CheckedArticle, *words: str) -> list[Label]:
        """The labels of the statements whose stand-alone text holds all the words."""
        stated = [v for v in seed.verdicts if v.claim.kind is ClaimKind.CONTENT]
        return [v.label for v in stated if all(w in v.claim.text for w in words)]

    def test_supported_facts(self, seed: CheckedArticle) -> None:
        """The start of the invasion, the refugees and the view of the General Assembly are supported."""
        assert self.labels(seed, "began on February 24") == [Label.SUPPORTED]
        assert self.labels(seed, "3 million refugees") == [Label.SUPPORTED]
        assert self.labels(seed, "illegal", "UN General Assembly") == [Label.SUPPORTED]

    def test_running_totals_are_not_refuted_by_later_ones(self, seed: CheckedArticle) -> None:
        """726 killed and 1,174 injured stand, whatever was counted later."""
        counts = [v.label for v in seed.verdicts if "726" in v.claim.text or "1,174" in v.claim.text]
        assert counts
        assert not {Label.REFUTED, Label.CONFLICTING_EVIDENCE} & set(counts)

    def test_what_the_corpus_does_not_know_is_not_settled(self, seed: CheckedArticle) -> None:
        """The phone call of 16 March: not enough evidence."""
        assert self.labels(seed, "over the phone") == [Label.NOT_ENOUGH_EVIDENCE]

    def test_caption_byline_and_heading_are_not_checked(self, seed: CheckedArticle) -> None:
        """Kept as rows, with the reason."""
        reasons = {c.sentence: c.reason for c in seed.claims if c.status is not ClaimStatus.CHECKABLE}
        assert reasons["(VK)"] == "byline"
        assert reasons["Statement on Crimea"] == "heading"
        assert "caption" in reasons.values()

    def test_swapped_votes_are_refuted(self, verifier: Verifier) -> None:
        """11 for and 100 against is the wrong way round."""
        claim = "UN General Assembly resolution 68/262 was adopted with 11 votes in favour and 100 against."
        assert check(verifier, claim).label is Label.REFUTED

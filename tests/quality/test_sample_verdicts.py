"""The shipped models on the bundled sample: floors under what a careful reader would say.

The expected labels are the tables of corpus/sample/README.md.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.index import PassageIndex
from corpus.sources import read_documents
from verifier.encode import load_encoder
from verifier.pipeline import CheckedArticle, Verifier, claim_from_text, open_verifier, read_articles
from verifier.retrieve import Query
from verifier.settings import Settings
from verifier.types import ClaimStatus, Label, Verdict

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


def expected_labels() -> dict[str, Label]:
    rows = re.findall(r"^\| (.+?) \| ([A-Z_]+) \|", (SAMPLE / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return {claim: Label(label) for claim, label in rows}


def sample_verdicts(verifier: Verifier) -> list[tuple[str, Label, Verdict]]:
    """Each claim of the tables with the label expected and the verdict on the sentence that holds it."""
    articles, _ = read_articles([SAMPLE / "articles"])
    checked = [verifier.check_article(a) for a in articles]
    found = []
    for text, label in expected_labels().items():
        for verdict in (v for c in checked for v in c.verdicts if text in v.claim.sentence):
            found.append((text, label, verdict))
    return found


@pytest.fixture(scope="module")
def judged(verifier: Verifier) -> list[tuple[str, Label, Verdict]]:
    return sample_verdicts(verifier)


def test_at_least_three_in_five_sample_claims_are_judged_as_a_reader_would(
    judged: list[tuple[str, Label, Verdict]],
) -> None:
    """Accuracy over the tables' claims."""
    right = [label is verdict.label for _, label, verdict in judged]
    assert len(right) >= 38
    assert sum(right) / len(right) >= 0.60


def test_few_sample_claims_are_judged_the_wrong_way_round(judged: list[tuple[str, Label, Verdict]]) -> None:
    """Support for a refuted claim, or refutation of a supported one, is the worst error."""
    wrong = [text for text, label, verdict in judged if verdict.label is OPPOSITE.get(label)]
    assert len(wrong) <= 3, wrong


def test_no_supported_sample_claim_is_refuted(judged: list[tuple[str, Label, Verdict]]) -> None:
    """A true story is never marked refuted here."""
    assert [t for t, label, v in judged if label is Label.SUPPORTED and v.label is Label.REFUTED] == []


def test_silence_of_the_corpus_is_never_support(judged: list[tuple[str, Label, Verdict]]) -> None:
    """Topical similarity is not read as support."""
    wrong = [t for t, label, v in judged if label is Label.NOT_ENOUGH_EVIDENCE and v.label is Label.SUPPORTED]
    assert wrong == []


def test_the_sample_shows_every_kind_of_verdict(judged: list[tuple[str, Label, Verdict]]) -> None:
    """The demo has something of each to look at."""
    assert {verdict.label for _, _, verdict in judged} == set(Label)


@pytest.mark.shared_data
@pytest.mark.skipif(not UKRAINE.exists(), reason="the seed article is not beside the project (../shared/data/ukraine)")
class TestSeedArticle:
    """The news article that the project started from."""

    @pytest.fixture(scope="class")
    def seed(self, verifier: Verifier) -> CheckedArticle:
        [article], _ = read_articles([UKRAINE / "seed_article.txt"])
        return verifier.check_article(article)

    @staticmethod
    def labels(seed: CheckedArticle, *words: str) -> list[Label]:
        """The labels of the claims whose stand-alone text holds all the words."""
        return [v.label for v in seed.verdicts if all(w in v.claim.text for w in words)]

    def test_supported_facts(self, seed: CheckedArticle) -> None:
        """The start of the invasion, the refugees and the view of the General Assembly are supported."""
        assert self.labels(seed, "began on February 24") == [Label.SUPPORTED]
        assert self.labels(seed, "3 million refugees") == [Label.SUPPORTED]
        assert self.labels(seed, "illegal", "UN General Assembly") == [Label.SUPPORTED]

    def test_running_totals_are_not_refuted_by_later_ones(self, seed: CheckedArticle) -> None:
        """726 killed and 1,174 injured stand, whatever was counted later."""
        counts = [*self.labels(seed, "726"), *self.labels(seed, "1,174")]
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

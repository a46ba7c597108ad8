"""What an extractor promises for every text: exact offsets, full coverage, stable ids, no exception."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verifier.claims.articles import ALL_KINDS, BUSINESS, article, checkable, claims_of
from verifier.claims import ClaimExtractor, SpacyClaimExtractor
from verifier.claims.parse import ClaimModelError, _model
from verifier.types import Article, Claim, ClaimStatus

SHARED = Path(__file__).parents[3].parent / "shared"
_PHRASES = st.sampled_from(
    ["He said", '"', "“", "”", "(VK)", "Photo: X", "\n", "\n\n", ". ", "? ", "# ", "10:30 ", "U.S. ", "yesterday ",
     "ON MONDAY", "שלום עולם", "🙂🚀", "http://x.y ", "| a | b |", "```\n", "according to ", ", which ",
     "The bank cut 3,000 jobs", " in 2014", "a move seen as odd", "\t", "\r\n", "[1]", "**", "](x)", "Q: ", "It "]
)  # fmt: skip
_TEXTS = st.one_of(st.text(max_size=300), st.lists(_PHRASES, max_size=25).map("".join))


def assert_account_is_complete(text: str, claims: list[Claim]) -> None:
    """Every non-white character lies in exactly one distinct span; spans are in order, verbatim and trimmed."""
    spans = sorted({(claim.start, claim.end) for claim in claims})
    covered = [0] * len(text)
    for start, end in spans:
        for position in range(start, end):
            covered[position] += 1
    assert all(count <= 1 for count in covered)
    assert all(count == 1 for count, char in zip(covered, text, strict=True) if not char.isspace())
    assert [claim.start for claim in claims] == sorted(claim.start for claim in claims)
    assert all(claim.sentence == text[claim.start : claim.end] == claim.sentence.strip() != "" for claim in claims)


@settings(max_examples=150, deadline=None)
@given(_TEXTS, st.text(max_size=10), st.sampled_from([None, date(2022, 3, 17), date(2024, 2, 29), date(1, 1, 1)]))
def test_any_text_is_accounted_for_in_full(text: str, title: str, published: date | None) -> None:
    """Whatever the text, nothing raises, nothing is lost, and no row is empty."""
    claims = SpacyClaimExtractor().extract(article(text, title, published))
    assert_account_is_complete(text, claims)
    assert len({claim.id for claim in claims}) == len(claims)
    assert all((claim.reason == "") == (claim.status is ClaimStatus.CHECKABLE) for claim in claims)
    assert all(claim.text for claim in claims)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_kind_of_article_is_accounted_for_in_full(kind: str) -> None:
    """Agency report, interview, live blog, column, Markdown and business news lose no character."""
    assert_account_is_complete(ALL_KINDS[kind], claims_of(ALL_KINDS[kind]))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_each_kind_of_article_yields_claims(kind: str) -> None:
    """No kind of article is left unchecked as a whole."""
    assert checkable(ALL_KINDS[kind])


def test_all_capitals_are_read_like_any_text() -> None:
    """A text set in capitals is still split and accounted for."""
    text = BUSINESS.upper()
    assert_account_is_complete(text, claims_of(text))


def test_same_article_yields_same_rows() -> None:
    """Ids depend on the article, the position and the text alone."""
    assert claims_of(BUSINESS) == claims_of(BUSINESS)


def test_claims_of_one_sentence_share_its_span_but_not_their_id() -> None:
    """A sentence that makes two claims gives two rows with the same offsets."""
    first, second = claims_of("The dam, which was built in 1962, has failed.")
    assert (first.start, first.end, first.sentence) == (second.start, second.end, second.sentence)
    assert first.id != second.id


def test_empty_article_has_no_rows() -> None:
    """White space is not a claim."""
    assert claims_of(" \n\t ") == []


def test_rows_carry_the_article_and_its_date() -> None:
    """The day of publication is the date of the claim; nothing has scored it."""
    (claim,) = claims_of("The bank cut 300 jobs.")
    assert (claim.article_id, claim.claim_date, claim.checkworthiness) == ("a1", date(2022, 3, 17), None)


def test_other_languages_are_refused_with_a_reason() -> None:
    """A German article is kept as rows that say why they are not checked."""
    text = "Die Regierung hat am Montag neue Regeln beschlossen. " * 6
    assert {claim.reason for claim in claims_of(text)} == {"language: German"}
    assert_account_is_complete(text, claims_of(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Россия вторглась в Украину 24 февраля.", "language: Russian"),
        ("政府は月曜日に新しい規則を決定した。", "language: Japanese"),
        ("Die Regierung hat am Montag neue Regeln beschlossen.", "language: German"),
    ],
)
def test_other_languages_are_refused_even_when_short(text: str, language: str) -> None:
    """One Russian, Japanese or German sentence is enough to tell."""
    assert [claim.reason for claim in claims_of(text)] == [language]


def test_foreign_sentence_in_an_english_article_is_refused_alone() -> None:
    """The English sentences around it are still checked."""
    text = "The bank cut 300 jobs in May. Россия вторглась в Украину в феврале. The port of Riga closed in June."
    assert [claim.reason for claim in claims_of(text)] == ["", "language: Russian", ""]


def test_paragraph_without_full_stop_is_kept_and_not_parsed() -> None:
    """Five thousand words without an end are one row with a reason."""
    text = "the river rose and " * 1_250
    assert [claim.reason for claim in claims_of(text)] == ["too long"]


def test_importing_the_package_loads_no_model() -> None:
    """spaCy is imported at the first extraction, not before."""
    code = "import sys, verifier.claims; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_model_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the model says which package to install."""
    _model.cache_clear()
    monkeypatch.setattr("verifier.claims.parse.MODEL", "en_model_that_is_missing")
    with pytest.raises(ClaimModelError, match="pip install en-model-that-is-missing"):
        claims_of("The bank cut 300 jobs.")
    monkeypatch.undo()
    _model.cache_clear()


def test_extractor_fits_the_protocol() -> None:
    """The shipped extractor and a ten-line fake are both ClaimExtractors."""

    class Nothing:
        def extract(self, article: Article) -> list[Claim]:
            return []

    extractors: list[ClaimExtractor] = [SpacyClaimExtractor(), Nothing()]
    assert [len(one.extract(article("The bank cut 300 jobs."))) for one in extractors] == [1, 0]


@pytest.mark.bench
def test_a_thousand_sentences_take_less_than_twenty_seconds() -> None:
    """A long article is read in seconds on two cores."""
    text = "\n".join(
        f"The bank, which was founded in 19{n % 90 + 10}, cut {n} jobs in Riga, Reis said." for n in range(1_000)
    )
    claims_of(BUSINESS)
    started = time.process_time()
    assert len(claims_of(text)) >= 1_000
    assert time.process_time() - started < 20


@pytest.mark.shared_data
def test_seed_article_reads_as_expected() -> None:
    """The article that this project starts from: captions, speakers, split claims, sign-off."""
    path = SHARED / "data/ukraine/seed_article.txt"
    if not path.exists():
        pytest.skip(f"needs the public data sets beside the checkout: {path} is absent")
    claims = claims_of(path.read_text(encoding="utf-8"))
    assert_account_is_complete(path.read_text(encoding="utf-8"), claims)
    unchecked = {claim.sentence: claim.reason for claim in claims if claim.status is ClaimStatus.NOT_CHECKABLE}
    assert unchecked["(Photo: AA)"] == "photo credit"
    assert unchecked["Statement on Crimea"] == "heading"
    assert unchecked["(VK)"] == "byline"
    assert claims[0].reason == "caption"
    said = {claim.text: claim.speaker for claim in claims if claim.status is ClaimStatus.CHECKABLE}
    assert said["More than 3 million refugees have fled to neighboring countries."] == "the UN"
    killed = "At least 726 civilians have been killed in Ukraine since February 24, 2022."
    assert said[killed] == "monitoring groups"
    assert said["At least 1,174 civilians have been injured in Ukraine since February 24, 2022."] == "monitoring groups"
    assert "Russia's invasion of Ukraine began on February 24, 2022." in said
    assert "On March 16, 2022, Mevlüt Çavuşoğlu met Sergei Lavrov in Moscow." in said
    assert "In 2014, Russia annexed Ukraine's Crimean Peninsula." in said
    assert any(text.startswith("Russia's annexation of Ukraine's Crimean Peninsula in 2014 is widely") for text in said)


@pytest.mark.shared_data
@pytest.mark.parametrize("published", [date(2022, 3, 17), None])
def test_seed_article_leaves_no_word_that_leans_on_it(published: date | None) -> None:
    """No stand-alone text keeps a pronoun that points out of it, or a relative date; quotes stay as they were said."""
    path = SHARED / "data/ukraine/seed_article.txt"
    if not path.exists():
        pytest.skip(f"needs the public data sets beside the checkout: {path} is absent")
    claims = claims_of(path.read_text(encoding="utf-8"), published=published)
    texts = [re.sub('"[^"]*"', "", claim.text) for claim in claims if claim.status is ClaimStatus.CHECKABLE]
    assert len(texts) >= 20
    leaning = re.compile(r"\b(?:he|she|it|they|him|his|her|their|yesterday|today|the minister|the phone call)\b", re.I)
    assert [text for text in texts if leaning.search(text)] == []

"""Who published evidence and when, and what that makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Document
from tests.verifier.factories import make_claim, make_document, make_evidence
from verifier.provenance import SourceTiersError, load_tiers, weigh_provenance
from verifier.types import Claim, Evidence, Relation, Stance, Timing

CLAIMED = date(2022, 3, 20)
BOMBED = "On 16 March 2022 the theatre was bombed."
TIERS = """
[[tier]]
name = "agency"
credibility = 0.9
names = ["Orla Wire"]
hosts = ["wire.example"]

[[tier]]
name = "official"
credibility = 1
names = ["Wire Office"]
hosts = [".gov", "un.org"]

[default]
name = "rest"
credibility = 0.5
"""


def claim_that(text: str = BOMBED, day: date | None = CLAIMED) -> Claim:
    return make_claim(text=text, claim_date=day)


def dated(published: date | None, stance: Stance = Stance.REFUTES, text: str | None = None) -> Evidence:
    """Evidence from a document of that day, with no comparison."""
    known = make_evidence(stance=stance).document
    document = replace(known if text is None else make_document(text), published=published)
    return make_evidence(stance=stance, document=document, comparisons=())


def weighed(claim: Claim, evidence: Evidence) -> Evidence:
    [one] = weigh_provenance(claim, [evidence])
    return one


@pytest.mark.parametrize(
    ("published", "claimed", "timing"),
    [
        (date(2022, 3, 15), CLAIMED, Timing.BEFORE_EVENT),
        (date(2022, 3, 16), CLAIMED, Timing.IN_TIME),
        (CLAIMED, CLAIMED, Timing.IN_TIME),
        (date(2022, 3, 21), CLAIMED, Timing.AFTER_CLAIM),
        (date(2022, 3, 15), None, Timing.BEFORE_EVENT),
        (date(2022, 3, 21), None, Timing.UNDATED),
        (None, CLAIMED, Timing.UNDATED),
    ],
)
def test_timing_holds_the_document_against_the_event_and_the_claim(
    published: date | None, claimed: date | None, timing: Timing
) -> None:
    """The day of the event and the day of the claim are both in time; what lacks a day is undated."""
    assert weighed(claim_that(day=claimed), dated(published)).timing is timing


@pytest.mark.parametrize(
    ("text", "is_before"),
    [
        ("In March 2022 the theatre was bombed.", True),
        ("On March 2 to 5, 2022, the theatre was bombed.", True),
        ("The theatre was bombed (2022-03-16).", True),
        ("The 2010 lease ended on the 1st of March, 2022.", True),
        ("In 2022 the theatre was bombed.", True),
        ("The 2022 season was called off.", True),
        ("In early 2021 the theatre was closed.", False),  # the document is of 2021 too
        ("The theatre was bombed.", False),  # nobody knows when, nobody guesses
        ("The theatre has 2022 seats.", False),
        ("The theatre was closed on 3/4/2022.", False),  # April or March, or another year's mistake
        ("The theatre was open until 16 March 2022.", False),
        ("From 2015 to 2022 the theatre was closed.", False),
        ("Between May 2015 and March 2022 the theatre was closed.", False),
        ("The theatre was closed in 2015-2022.", False),
        ("The theatre will be opened on 16 March 2022.", False),
        ("The opening was planned for 16 March 2022.", False),
        ("The theatre was sold for use from 1 May 2022.", False),  # after the claim: it tells of what is to come
        ("The theatre was bombed on 31 February 2022.", False),
    ],
)
def test_what_a_claim_tells_of_is_dated_by_its_words(text: str, is_before: bool) -> None:
    """A report of June 2021 is from before the event only where the claim surely names a later day."""
    timing = weighed(claim_that(text), dated(date(2021, 6, 1))).timing
    assert timing is (Timing.BEFORE_EVENT if is_before else Timing.IN_TIME)


def test_evidence_from_before_the_event_cannot_refute() -> None:
    """It turns to NEUTRAL, with nothing left against the claim, and says why."""
    before = dated(date(2021, 5, 3))
    found = weighed(claim_that(), before)
    assert (found.stance, found.rationale) == (Stance.NEUTRAL, ())
    assert Stance.REFUTES in found.barred
    [why] = found.comparisons
    told = "the passage is of 3 May 2021, before what the claim tells of (16 March 2022)"
    assert (why.relation, why.explanation) == (Relation.OUTDATED, told)


def test_neutral_evidence_from_before_the_event_leans_against_no_claim() -> None:
    """What the model half thought against it is gone too, without a word: nothing was changed that a reader saw."""
    found = weighed(claim_that(), dated(date(2021, 5, 3), Stance.NEUTRAL))
    assert (found.stance, found.comparisons) == (Stance.NEUTRAL, ())
    assert Stance.REFUTES in found.barred


@pytest.mark.parametrize(
    ("words", "stance"),
    [
        ("The show will open on 16 March 2022.", Stance.NEUTRAL),
        ("The show is scheduled for 16 March 2022.", Stance.NEUTRAL),
        ("They’ll open the show in March.", Stance.NEUTRAL),
        ("The theatre has 1,200 seats.", Stance.SUPPORTS),
        ("Will Ames leads the theatre.", Stance.SUPPORTS),
    ],
)
def test_a_plan_does_not_show_that_it_came_about(words: str, stance: Stance) -> None:
    """What was to come supports nothing that did; what was so already may still be so."""
    found = weighed(claim_that(), dated(date(2022, 3, 1), Stance.SUPPORTS, f"News. {words}"))
    assert (found.timing, found.stance) == (Timing.BEFORE_EVENT, stance)
    assert [c.relation for c in found.comparisons] == [Relation.OUTDATED] * (stance is Stance.NEUTRAL)


@pytest.mark.parametrize("stance", Stance)
def test_evidence_after_the_claim_keeps_its_stance(stance: Stance) -> None:
    """It may inform, and is only marked."""
    later = dated(date(2022, 4, 1), stance)
    found = weighed(claim_that(), later)
    assert found.timing is Timing.AFTER_CLAIM
    assert (found.stance, found.p_refutes, found.rationale) == (stance, later.p_refutes, later.rationale)


@given(st.text(max_size=80), st.none() | st.dates(), st.none() | st.dates(), st.sampled_from(Stance))
def test_any_claim_is_weighed_without_error(
    text: str, published: date | None, claimed: date | None, stance: Stance
) -> None:
    """Whatever the words and days: no error, no stance but the model's or NEUTRAL, and chances that add up to 1."""
    found = weighed(claim_that(f"In {text} 2022-02-29, 31 May 2022", claimed), dated(published, stance))
    assert found.stance in (stance, Stance.NEUTRAL)
    assert found.p_supports + found.p_refutes + found.p_neutral == pytest.approx(1)
    assert found.p_neutral <= 1  # the store takes no more
    assert not (found.timing is Timing.BEFORE_EVENT and found.stance is Stance.REFUTES)


WIRE = (
    "The council of Orla approved the final accounts of the dam on Tuesday evening and put the cost at 61 million "
    "euros, which is 13 million more than planned. The mayor of the town did not comment on the figures."
)


def printed(name: str, day: int | None, score: float = 1.0, text: str = WIRE, **changes: object) -> Evidence:
    """Evidence that is the whole text of a document of that day of March."""
    published = None if day is None else date(2022, 3, day)
    document = make_document(f"{name}. {text}", id=name, published=published)
    whole = replace(make_evidence(document=document).passage, id=f"p-{name}", start=0, text=document.text)
    return make_evidence(document=document, passage=whole, rationale=(), retrieval_score=score, **changes)


def test_copies_have_one_origin_whatever_their_order() -> None:
    """The earliest one stands for all, then the best found, then the first by id; undated ones come last."""
    other = printed("other", 1, text="A bridge in another county was closed for two days because of high winds there.")
    copies = [printed("b", 5), printed("a", 5, score=2.0), printed("c", 5, score=2.0), printed("old", None)]
    for order in permutations([*copies, other]):
        found = {e.passage.id: e.origin for e in weigh_provenance(claim_that("The dam cost 61 million euros."), order)}
        assert found == {"p-a": "p-a", "p-b": "p-a", "p-c": "p-a", "p-old": "p-a", "p-other": "p-other"}


def test_a_copy_that_takes_the_other_side_is_no_copy() -> None:
    """A changed number turns a story's sense with few words: neither may hide the other, in any order."""
    refutes, supports = printed("r", 1), printed("s", 2, stance=Stance.SUPPORTS)
    unclear, again = printed("n", 3, stance=Stance.NEUTRAL), printed("t", 4, stance=Stance.SUPPORTS)
    for order in permutations([refutes, supports, unclear, again]):
        found = {e.passage.id: e.origin for e in weigh_provenance(claim_that("The dam cost 61 million euros."), order)}
        assert found == {"p-r": "p-r", "p-s": "p-s", "p-n": "p-r", "p-t": "p-s"}


def test_evidence_keeps_its_order_and_none_needs_none() -> None:
    """One for one: later stages go by position."""
    evidence = [printed("b", 5), printed("a", 2), printed("c", 9)]
    assert [e.passage.id for e in weigh_provenance(claim_that(), evidence)] == ["p-b", "p-a", "p-c"]
    assert weigh_provenance(claim_that(), []) == []


def tiers_file(folder: Path, text: str = TIERS) -> Path:
    path = folder / "tiers.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("source", "url", "tier"),
    [
        ("The ORLA  wire", None, "agency"),
        ("Florla Wire", None, "rest"),
        ("Orla Wire Office", "https://un.org", "agency"),  # the first tier in the file wins
        (None, "https://www.census.gov/a?b=un.org", "official"),
        (None, "https://mygov/", "rest"),
        (None, "https://notun.org/", "rest"),
        (None, "https://UN.ORG.:443/x", "official"),
        (None, "https://un.org.evil.example/", "rest"),
        (None, "https://un.org@evil.example/", "rest"),
        ("", "http://[broken", "rest"),
        (None, None, "rest"),
    ],
)
def test_tier_is_told_by_whole_words_and_whole_labels(
    tmp_path: Path, source: str | None, url: str | None, tier: str
) -> None:
    """By the name of the source or the host, and never by a part of a word or by another part of the address."""
    document = make_document(source=source, url=url)
    assert load_tiers(tiers_file(tmp_path)).tier_of(document).name == tier


def test_evidence_gets_the_tier_of_its_source(tmp_path: Path) -> None:
    """Name and credibility, as the file has them."""
    evidence = dated(None)
    ours = replace(evidence, document=replace(evidence.document, source="Orla Wire"))
    [found] = weigh_provenance(claim_that(), [ours], load_tiers(tiers_file(tmp_path)))
    assert (found.tier, found.credibility) == ("agency", 0.9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= broken", "expected source tiers in TOML at .*correct the file"),
        ("", "one table \\[default\\].*found nothing"),
        ("tier = 3\n[default]\nname='x'\ncredibility=1", "expected \\[\\[tier\\]\\] tables"),
        ("tier = [3]\n[default]\nname='x'\ncredibility=1", "tier 1: expected a table, found 3"),
        (TIERS.replace("0.9", "1.1"), "tier 1: expected a credibility from 0 to 1, found 1.1"),
        (TIERS.replace("0.9", "nan"), "found nan"),
        (TIERS.replace("0.9", "true"), "found True"),
        (TIERS.replace("0.9", "'high'"), "found 'high'"),
        (TIERS.replace("credibility = 0.9", ""), "found None"),
        (TIERS.replace('"agency"', '" "'), "expected a name"),
        (TIERS.replace('"rest"', '"agency"'), "found 'agency' twice"),
        (TIERS.replace("hosts = [", "host = ["), "expected no keys but .*, found 'host'"),
        (TIERS + "\n[defualt]", "found 'defualt'"),
        (TIERS + 'names = ["x"]', "default: expected no names"),
        (TIERS.replace('["Orla Wire"]', '"Orla Wire"'), "names as a list of texts"),
        (TIERS.replace('"Orla Wire"', '"-"'), "with a word in each"),
        (TIERS.replace('"wire.example"', '"https://wire.example/"'), "leave out scheme and path"),
    ],
)
def test_a_slip_in_the_file_is_told_and_not_passed_over(tmp_path: Path, text: str, said: str) -> None:
    """A tier that silently did not apply would weigh evidence wrongly; the message names the file."""
    with pytest.raises(SourceTiersError, match=said) as refused:
        load_tiers(tiers_file(tmp_path, text))
    assert "tiers.toml" in str(refused.value)


@pytest.mark.parametrize("name", ["nothing.toml", "", "bytes.toml", "a\0b"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    """Missing, a folder, not text, or no path at all."""
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceTiersError, match="expected source tiers in TOML"):
        load_tiers(tmp_path / name)


def test_an_edited_file_is_another_list_and_a_comment_is_not(tmp_path: Path) -> None:
    """A run id hashes the list's id: what changes a weight has to change it, what changes none must not."""
    before = load_tiers(tiers_file(tmp_path)).id
    assert before.startswith("source-tiers@")
    assert load_tiers(tiers_file(tmp_path, f"# Ours.\n{TIERS}")).id == before
    assert load_tiers(tiers_file(tmp_path, TIERS.replace("0.9", "0.8"))).id != before


def shipped(source: str | None, url: str | None) -> str:
    document: Document = make_document(source=source, url=url)
    return load_tiers().tier_of(document).name


def test_the_shipped_tiers_go_by_how_a_source_works() -> None:
    """States' own media are a tier of their own, whichever the state; so are armies."""
    told = {
        "official": [("UNHCR", None), (None, "https://www.who.int/x"), (None, "https://www.census.gov/")],
        "reference": [(None, "https://en.wikipedia.org/wiki/Orla")],
        "news agency": [("Reuters", None), (None, "https://apnews.com/a")],
        "news": [("BBC News", None), (None, "https://www.ft.com/a")],
        "state media": [("TASS", None), ("Xinhua", None), ("Voice of America", None), (None, "https://www.rt.com/a")],
        "armed forces": [("Russian defence ministry", None), ("Ukrainian armed forces", None), ("NATO", None)],
        "interest group": [("Orla Farmers’ Association", None)],
        "social media or blog": [(None, "https://orla.substack.com/p/1")],
        "unlisted": [("Orla Gazette", "https://gazette.example/"), (None, None)],
    }
    for tier, documents in told.items():
        assert [shipped(*document) for document in documents] == [tier] * len(documents)

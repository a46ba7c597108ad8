"""Statements: that one was made, and that it is true, are settled by different passages."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.factories import make_article, make_claim, make_document, make_evidence, make_passage
from verifier.compare import compare
from verifier.compare.reporting import Whose, read_report
from verifier.compare.speakers import fold, read_speakers
from verifier.compare.wording import MAX_CHANGED_SHARE, find_wording, quoted_stretches
from verifier.sayings import REPORTING, SAYING, spoken_forms
from verifier.types import ClaimKind, Evidence, Relation, Span, Stance

S, R, N = Stance.SUPPORTS, Stance.REFUTES, Stance.NEUTRAL
PRICE = "US State Department spokesperson Ned Price"


def judged(
    text: str,
    passage: str,
    stance: Stance = S,
    speaker: str | None = PRICE,
    quotes: tuple[str, ...] = (),
    kind: ClaimKind = ClaimKind.SPEECH_ACT,
    title: str = "Daily update",
    rationale: str = "",
    **changes: Any,
) -> Evidence:
    """The evidence after comparing; its rationale is the given sentence, or the whole passage."""
    claim = make_claim(make_article(text), text, speaker=speaker, quotes=quotes, kind=kind, **changes)
    document = make_document(passage, title=title)
    start = passage.index(rationale)
    span = Span(start, start + len(rationale)) if rationale else Span(0, len(passage))
    evidence = make_evidence(claim, stance, passage=make_passage(document, 0), rationale=(span,))
    return compare(claim, replace(evidence, document=document, comparisons=()))


def said(passage: str, speaker: str = "Ned Price", quotes: tuple[str, ...] = (), **more: Any) -> Stance:
    told = f" “{quotes[0]}”" if quotes else " the talks had failed"
    return judged(f"{speaker} said that{told}.", passage, speaker=speaker, quotes=quotes, **more).stance


@pytest.mark.parametrize(
    ("speaker", "passage"),
    [
        ("Ned Price", "Ned Price said the talks had failed."),
        (PRICE, "The talks had failed, Price told reporters on Monday."),
        (PRICE, "“The talks have failed,” said Ned Price."),
        (PRICE, "“The talks have failed,” said State Department spokesman Ned Price in Geneva."),
        (PRICE, "According to Mr. Price, the talks had failed."),
        (PRICE, "The talks had failed, according to State Department spokesperson Ned Price."),
        (PRICE, "Price was quoted as saying that the talks had failed."),
        (PRICE, "Price was quoted by a news agency as saying that the talks had failed."),
        (PRICE, "That the talks had failed was announced by Price."),
        (PRICE, "Price met reporters on Monday. The talks had failed, he said."),
        (PRICE, "Price met reporters on Monday. He told them the talks had failed."),
        (PRICE, "Price, who was in Geneva, also said that the talks had failed."),
        (PRICE, "Price regretted in a statement that the talks had failed."),
        (PRICE, "Blinken and Price said that the talks had failed."),
        (PRICE, "Price and Blinken said that the talks had failed."),
        (PRICE, "Price, Blinken and the French minister said that the talks had failed."),
        (PRICE, "Price in Geneva on Monday said the talks had failed."),
        (PRICE, "Price left the room, saying that the talks had failed."),
        (PRICE, "Price called the talks “a failure”."),
        (PRICE, "MR. PRICE: The talks have failed."),
        (PRICE, "Price went on to say that the talks had failed."),
        ("Mevlüt Çavuşoğlu", "Cavusoglu said the talks had failed."),
        ("Mevlut Cavusoglu", "Turkish Foreign Minister Mevlüt Çavuşoğlu said the talks had failed."),
        ("Lech Wałęsa", "Walesa said the talks had failed."),
        ("Volodymyr Zelensky", "Zelenskyy said the talks had failed."),
        ("Ursula von der Leyen", "Commission President von der Leyen said the talks had failed."),
        ("Xi Jinping", "Xi Jinping came to Geneva. Xi said the talks had failed."),
        ("Mr. Reis", "Augusto Reis said the talks had failed."),
        ("Dr. Anna Reis", "Dr Reis said the talks had failed."),
        ("President Joe Biden", "Joseph R. Biden said the talks had failed."),
        ("Vladimir Putin", "President of Russia Vladimir Putin said the talks had failed."),
        ("the interior ministry", "The Interior Ministry said the talks had failed."),
        ("the interior ministry", "A spokesman for the Ministry of the Interior said the talks had failed."),
        ("the Russian Defence Ministry", "Russia sent an envoy. The Defence Ministry said the talks had failed."),
        ("the United Nations", "The UN said the talks had failed."),
        ("the United Nations", "U.N. Secretary-General António Guterres said the talks had failed."),
        ("UN", "The United Nations said the talks had failed."),
        ("the World Health Organization", "The talks had failed, according to the WHO."),
        ("Antony Blinken and Ned Price", "Blinken and Price said that the talks had failed."),
    ],
)
def test_a_passage_that_reports_the_saying_supports_it(speaker: str, passage: str) -> None:
    """Inversions, passives, pronouns, lists, titles, accents and acronyms."""
    assert said(passage, speaker) is S


@pytest.mark.parametrize(
    ("speaker", "passage"),
    [
        (PRICE, "The talks had failed."),
        (PRICE, "The talks with Price had failed."),
        (PRICE, "Price attended the talks, officials said. They had failed."),
        (PRICE, "Price attended the talks. The talks had failed, officials said."),
        (PRICE, "“The talks have failed,” Lavrov told Price."),
        (PRICE, "Lavrov met Price in Geneva. “The talks have failed,” he said."),
        (PRICE, "After meeting Price, Lavrov said that the talks had failed."),
        (PRICE, "Price's lawyer said that the talks had failed."),
        (PRICE, "A spokesman for Price said that the talks had failed."),
        (PRICE, "The talks had failed, according to a friend of Price."),
        (PRICE, "Price was told that the talks had failed."),
        (PRICE, "Price never said that the talks had failed."),
        (PRICE, "Pamela Price said that the talks had failed."),
        (PRICE, "The price said it all: the talks had failed."),
        (PRICE, "In the United States, Price heard that the talks had failed."),
        ("the interior ministry", "The ministry said the talks had failed."),
        ("the interior ministry", "The defence ministry said the talks had failed."),
        ("the interior ministry", "In the interior, the talks failed, the health ministry said."),
        ("WHO", "Experts who said so think that the talks had failed."),
        ("the United Nations", "Many nations said the talks had failed."),
        ("Antony Blinken and Ned Price", "Blinken said that the talks had failed. Price was there."),
    ],
)
def test_a_passage_that_does_not_report_the_saying_never_supports_it(speaker: str, passage: str) -> None:
    """The speaker only mentioned, somebody else speaking, a namesake, part of a name, and the bare content."""
    assert said(passage, speaker) is N


def test_the_title_says_who() -> None:
    """In a statement by the speaker every sentence is the speaker's; a pronoun may mean the one in the title."""
    assert said("The talks have failed.", title="Statement by Ned Price on the talks") is S
    assert said("He said the talks had failed.", title="Price on the talks") is S
    assert said("The talks have failed.", title="The talks") is N


def test_what_is_missing_is_said_in_plain_words() -> None:
    """A reader sees why the passage does not count; nothing of it is quoted as a reason."""
    found = judged("Ned Price said that the talks had failed.", "The talks failed. Price left.", speaker="Ned Price")
    assert (found.stance, found.rationale) == (N, ())
    assert found.comparisons[0].explanation == "the passage does not report that Ned Price said this"
    assert (found.comparisons[0].claim_value, found.comparisons[0].evidence_value) == ("Ned Price", None)
    found = judged("Ned Price said that the talks had failed.", "The talks failed.", speaker="Ned Price")
    assert found.comparisons[0].explanation == "the passage does not name Ned Price"


LONG = "we will stand with the people of this country for as long as it takes and then some more"


@pytest.mark.parametrize(
    ("quote", "passage", "stance"),
    [
        ("the war", "Price said that they discussed “the war”.", S),
        ("the war", "Price said that they discussed 'the war'.", S),
        ("The War", 'Price said: "It is the war – nothing else."', S),
        ("cease-fire", "Price said a “cease‐fire” was near.", S),
        ("don't give up", "“Don’t give up,” Price said.", S),
        ("barbaric", "Price called it “barbaric”.", S),
        ("barbaric", "Price called it “cruel”.", N),
        ("barbaric", "Price called it “cruel”. Lavrov called it “barbaric”.", N),
        ("barbaric", "Price called it cruel. A barbaric war had begun.", N),
        ("it must end", "Price spoke to the press. “It must end,” he said.", S),
        ("it must end", "Price said so again. “It must end.”", S),
        ("it must end", "“It must end. It is time,” Price said.", S),
        ("it must end", "Price said he was glad. “It must end,” Lavrov said.", N),
        ("it must end", "“It must end. It is time,” Lavrov said. Price said he was glad.", N),
        ("it must end", "“It must end,” Lavrov said, and Price said he was glad.", N),
        ("it must end", "“It must end,” said Sergei Lavrov, to whom Price said nothing.", N),
        ("it must end", "“It must end,” Price said, and Lavrov said he was glad.", S),
        ("it must end", "Price said that “it must end” and Lavrov said he was glad.", S),
        ("it must end ... for all", "“It must end this year for us and for all,” Price said.", S),
        ("it must end […] for all", "“It must end this year for us and for all,” Price said.", S),
        ("for all ... it must end", "“It must end this year for us and for all,” Price said.", N),
        ("it must end for all", "“It must end ... for all,” Price said.", S),
        ("[the war] must end", "“It must end,” Price said.", S),
        (LONG, f"“{LONG.capitalize()},” Price said.", S),
        (LONG, f"“{LONG.replace('people', 'citizens')},” Price said.", S),
        (LONG, f"“{LONG.replace('people', 'citizens').replace('long', 'much')},” Price said.", N),
        (LONG, f"“{LONG.replace('will stand', 'will not stand')},” Price said.", N),
        ("we have sent 500 tonnes", "“We have sent 500 tonnes,” Price said.", S),
        ("we have sent 500 tonnes", "“We have sent 900 tonnes,” Price said.", N),
        ("we have sent five", "“We have sent nine,” Price said.", N),
        ("...", "Price said nothing was lost.", S),
    ],
)
def test_quoted_words_have_to_be_the_speakers_words(quote: str, passage: str, stance: Stance) -> None:
    """Marks, dashes, case and ellipses may differ, and a tenth of the words, but no number and no negation."""
    assert said(passage, quotes=(quote,)) is stance


def test_two_quotes_both_have_to_be_there() -> None:
    """One of two quotes is not support."""
    text = "Ned Price said that it was “barbaric” and “cruel”."
    found = judged(text, "Price called it “cruel”.", quotes=("barbaric", "cruel"))
    assert [c.relation for c in found.comparisons] == [Relation.MISSING, Relation.AGREES]
    assert found.stance is N


def test_the_words_found_are_shown_as_the_passage_has_them() -> None:
    """A quote that agrees is shown beside the passage's own words, marks and case and all."""
    found = judged("Ned Price said “it must - end”.", "“It must end!” Price said.", quotes=("it must - end",))
    assert [(c.claim_value, c.evidence_value) for c in found.comparisons] == [("it must - end", "It must end")]


@pytest.mark.parametrize("stance", list(Stance))
def test_another_wording_of_the_same_speaker_is_shown(stance: Stance) -> None:
    """The reviewer sees both wordings, whatever the model found, and neither settles anything."""
    quote = "we stand with the brave people"
    passage = "“We stand with the government,” Price said."
    found = judged(f"Ned Price said “{quote}”.", passage, stance, quotes=(quote,))
    differing = [c for c in found.comparisons if c.relation is Relation.DIFFERS]
    assert [(c.claim_value, c.evidence_value) for c in differing] == [(quote, "We stand with the government")]
    assert found.stance is N


@pytest.mark.parametrize(
    "passage",
    [
        "Price never said that the talks had failed.",
        "Price did not say the talks had failed.",
        "Price didn’t say that.",
        "Price denied saying that the talks had failed.",
        "Price has denied ever having said that the talks had failed.",
        "Price denied that he had said so.",
        "Price met the press. He has never said that the talks had failed.",
        "The words were falsely attributed to Price.",
        "A fabricated quote by Price went around.",
        "Price was misquoted.",
        "The quote from Price is fake.",
        "Price made no such statement.",
        "There is no record of Price saying so.",
    ],
)
def test_a_denial_that_it_was_said_refutes_a_saying(passage: str) -> None:
    """What speaks of the saying itself may refute it, and never supports it."""
    assert said(passage, stance=R) is R
    assert said(passage, stance=S) is N


@pytest.mark.parametrize(
    "passage",
    [
        "The talks had not failed.",
        "Price said that the talks had not failed.",
        "Price did not say whether the talks had failed.",
        "Price denied that the talks had failed.",
        "Lavrov never said that the talks had failed. Price was not asked.",
        "Price spoke on Monday. Lavrov denied saying that the talks had failed.",
    ],
)
def test_what_contradicts_the_content_does_not_refute_the_saying(passage: str) -> None:
    """That the talks went well does not tell whether somebody said that they failed."""
    found = judged("Ned Price said that the talks had failed.", passage, R, "Ned Price")
    assert (found.stance, found.rationale) == (N, ())
    expected = "the passage does not deny that Ned Price said this; whether it is so is another question"
    assert expected in [c.explanation for c in found.comparisons]


def test_that_somebody_did_not_say_it_is_settled_the_other_way_round() -> None:
    """A denial supports the claim that it was not said; a report of the saying refutes it."""
    claim = "Ned Price never said that the talks had failed."
    assert judged(claim, "Price denied saying that the talks had failed.").stance is S
    assert judged(claim, "Price said that the talks had failed.", R).stance is R


def test_numbers_outside_the_quotes_veto_but_never_refute_a_saying() -> None:
    """5,000 reported where the passage has 3,000 is no support; nobody is refuted by a number."""
    claim = "Ned Price said that 5,000 soldiers were sent."
    assert judged(claim, "Price said that 3,000 soldiers were sent.").stance is N
    assert judged(claim, "Price said that 5,000 soldiers were sent.").stance is S
    content = judged("5,000 soldiers were sent.", "3,000 soldiers were sent.", kind=ClaimKind.CONTENT)
    assert content.stance is R


def test_numbers_of_a_quote_may_stand_in_another_sentence_than_the_rationale() -> None:
    """The quote is looked up in the passage; its numbers are not asked of the rationale's sentence."""
    passage = "Price spoke of the war on Monday. “We sent 500 tonnes,” he said."
    claim = "Ned Price said of the war “We sent 500 tonnes”."
    found = judged(claim, passage, quotes=("We sent 500 tonnes",), rationale="Price spoke of the war on Monday.")
    assert found.stance is S


@pytest.mark.parametrize(
    ("speaker", "passage"),
    [
        ("Vladimir Putin", "Putin said that the bridge had been repaired."),
        ("Vladimir Putin", "According to Putin, the bridge had been repaired."),
        ("Vladimir Putin", "“The bridge has been repaired,” Putin said."),
        ("Vladimir Putin", "The bridge had been repaired, said Russian President Vladimir Putin."),
        ("Vladimir Putin", "Putin went to Kerch. The bridge had been repaired, he said."),
        ("Vladimir Putin", "“It took long. The bridge has been repaired,” Putin said."),
        ("President Putin", "Putin said that the bridge had been repaired."),
        ("Putin", "President Putin said that the bridge had been repaired."),
        ("Putin", "Vladimir Putin said that the bridge had been repaired."),
        ("Mr. Reis", "Reis said that the bridge had been repaired."),
        ("foreign ministry spokeswoman Maria Zakharova", "Zakharova said that the bridge had been repaired."),
    ],
)
def test_a_repeated_statement_does_not_support_what_was_stated(speaker: str, passage: str) -> None:
    """That a person says so is no evidence that it is so."""
    claim = "The bridge has been repaired."
    for rationale in (passage, passage.split(". ")[-1]):
        found = judged(claim, passage, speaker=speaker, kind=ClaimKind.CONTENT, rationale=rationale)
        assert (found.stance, found.rationale) == (N, ())
    assert found.comparisons[0].explanation == f"the passage only repeats that {speaker} said so"


@pytest.mark.parametrize(
    ("speaker", "passage"),
    [
        ("Vladimir Putin", "The bridge has been repaired."),
        ("Vladimir Putin", "Engineers said that the bridge had been repaired."),
        ("Vladimir Putin", "The bridge has been repaired. Putin said that he was proud."),
        ("Vladimir Putin", "The bridge has been repaired, and Putin said that he was proud."),
        ("Vladimir Putin", "The bridge that Putin opened has been repaired."),
        ("the Office for National Statistics", "The Office for National Statistics said the bridge had been repaired."),
        ("the United Nations", "The UN said the bridge had been repaired."),
        ("Amnesty International", "Amnesty International said the bridge had been repaired."),
        ("the transport ministry", "The transport ministry said the bridge had been repaired."),
        ("TASS", "TASS reported that the bridge had been repaired."),
        (None, "Putin said that the bridge had been repaired."),
    ],
)
def test_other_evidence_for_a_persons_statement_stays(speaker: str | None, passage: str) -> None:
    """The passage's own words, other people's and institutions' statements."""
    claim = "The bridge has been repaired."
    for rationale in (passage, passage.split(". ")[0]):
        assert judged(claim, passage, speaker=speaker, kind=ClaimKind.CONTENT, rationale=rationale).stance is S


def test_a_persons_other_number_is_no_refutation_of_what_the_person_said() -> None:
    """Putin said 3 in the passage and 5 in the article: neither is a fact about the bridges."""
    found = judged(
        "5 bridges were repaired.",
        "Putin said 3 bridges were repaired.",
        speaker="Vladimir Putin",
        kind=ClaimKind.CONTENT,
    )
    assert found.stance is N


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PRICE, ["ned price"]),
        ("Mr. Reis", ["reis"]),
        ("Dr. Anthony Fauci", ["anthony fauci"]),
        ("Ned Price, the spokesperson", ["ned price"]),
        ("the head of the agency, Rafael Grossi", ["rafael grossi"]),
        ("Antony Blinken and Mevlüt Çavuşoğlu", ["antony blinken", "mevlut cavusoglu"]),
        ("Ukraine's Volodymyr Zelensky", ["volodymyr zelensky"]),
        ("the interior ministry", []),
        ("a spokesman for Ned Price", []),
        ("Human Rights Watch", []),
        ("South Korea", []),
        ("the Department of Health and Social Care", []),
        ("officials", []),
        ("", []),
    ],
)
def test_persons_are_told_from_institutions(text: str, names: list[str]) -> None:
    """A title or two names make a person; words of institutions, a bare office and an agent's principal do not."""
    assert [s.words for s in read_speakers(text) if s.is_person] == [tuple(map(fold, n.split())) for n in names]


def test_each_sentence_is_given_to_the_one_who_says_it() -> None:
    """A quotation that goes on keeps its speaker; a plain sentence is nobody's."""
    text = "Price came. “It must end. It is time,” Lavrov said. Snow fell. Price said it was late."
    [price] = read_speakers("Ned Price")
    whose = [s.whose for s in read_report(price, "", text).sentences]
    assert whose == [Whose.NOBODY, Whose.OTHER, Whose.OTHER, Whose.NOBODY, Whose.SPEAKER]


def test_forms_of_verbs_are_made_as_english_makes_them() -> None:
    """Regular, doubled, changed and irregular ones; the claims' verbs are among those of reports."""
    expected = {"says", "said", "saying", "replied", "replies", "admitted", "argued", "arguing", "wrote", "stresses"}
    assert expected <= spoken_forms(SAYING)
    assert SAYING < REPORTING


PIECES = [
    *("Price", "Ned", "Lavrov", "UN", "Mr.", "he", "the ministry", "said", "saying", "told", "never", "denied", "not"),
    *("according to", "in a statement", "war", "500", "of", "for", "and", "’s", "[...]", "…", "\n\n"),
    *("“", "”", '"', "'", ".", ",", ":", ";", "–"),
]
TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(PIECES),
        max_size=30,
    ).map(" ".join),
)


@given(
    st.sampled_from(list(Stance)),
    st.sampled_from(list(ClaimKind)),
    TEXTS,
    st.none() | TEXTS,
    TEXTS,
    TEXTS,
    st.lists(TEXTS),
)
def test_any_text_gives_evidence_and_neutral_stays_neutral(
    stance: Stance, kind: ClaimKind, text: str, speaker: str | None, passage: str, title: str, quotes: list[str]
) -> None:
    """Never raises; the probabilities stay a distribution; no passage is made to settle what the model left open."""
    text, passage = f"X{text}x", f"X{passage}x"
    found = judged(text, passage, stance, speaker, tuple(quotes), kind, title)
    assert found.p_supports + found.p_refutes + found.p_neutral == pytest.approx(1.0)
    assert stance is not N or found.stance is N
    assert kind is ClaimKind.CONTENT or found.stance in (stance, N)
    assert found.stance is stance or found.stance is not N or found.rationale == ()


@given(TEXTS)
def test_quotations_lie_inside_the_text_in_order(text: str) -> None:
    """Offsets are the text's, none is empty and none overlaps the next."""
    ends = [offset for s in quoted_stretches(text) for offset in (s.start, s.end)]
    assert ends == sorted(ends)
    assert all(0 <= s.start < s.end <= len(text) for s in quoted_stretches(text))


@given(
    st.lists(st.sampled_from(["alpha", "bravo", "golf", "hotel", "kilo", "lima"]), min_size=1, max_size=40), st.data()
)
def test_a_quote_is_found_with_a_tenth_of_its_words_changed(words: list[str], data: st.DataObject) -> None:
    """And the verbatim quote always, wherever it stands."""
    allowed = int(MAX_CHANGED_SHARE * len(words))
    places = data.draw(st.sets(st.integers(0, len(words) - 1), max_size=allowed))
    changed = " ".join("zulu" if i in places else word for i, word in enumerate(words))
    found = find_wording(" ".join(words), [f"Some said, {changed}, and so on."])
    assert found is not None
    assert places or found == changed

"""Articles of ten kinds, read row by row by a person: what was right must stay right.

`claims_by_hand.tsv` holds a row for each claim: the fixture, the start of its sentence, kind, status, reason, speaker,
stand-alone text and quotes as they came out, and the reader's judgement. `right` rows are required here; for `wrong`
ones the last columns name the kind of error and what would be right; `missing` ones are claims that should be there.
"""

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from verifier.claims import SpacyClaimExtractor
from verifier.pipeline import read_articles

FIXTURES = Path(__file__).parents[1] / "verifier" / "claims" / "fixtures"
TABLE = Path(__file__).with_name("claims_by_hand.tsv")
FLOOR = 0.95  # share of the right rows that still come out the same


class Row(NamedTuple):
    """What a claim says of itself, as far as the reader judged it."""

    fixture: str
    sentence: str
    kind: str
    status: str
    reason: str
    speaker: str
    text: str
    quotes: str  # with " | " between two


def one_line(text: str) -> str:
    return " ".join(text.split())


def read_table() -> list[tuple[Row, str]]:
    """Each row of the table with its reading: `right`, `wrong` or `missing`."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        records = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(Row(*(record[name] for name in Row._fields)), record["reading"]) for record in records]


@pytest.fixture(scope="module")
def extracted() -> list[Row]:
    """The claims of all fixtures, each with its whole sentence."""
    extractor = SpacyClaimExtractor()
    rows = []
    for path in sorted(FIXTURES.iterdir()):
        [article], _ = read_articles([path])
        for claim in extractor.extract(article):
            judged = (claim.kind.value, claim.status.value, claim.reason, claim.speaker or "", one_line(claim.text))
            rows.append(Row(path.name, one_line(claim.sentence), *judged, " | ".join(claim.quotes)))
    return rows


def is_same(expected: Row, found: Row) -> bool:
    """Whether a claim is the one the table asks for; the table holds only the start of its sentence."""
    return found.sentence.startswith(expected.sentence) and found == expected._replace(sentence=found.sentence)


def report(expected: Row, extracted: list[Row]) -> str:
    """A row that no longer comes out, and what its sentence gives now."""
    now = [f for f in extracted if f.fixture == expected.fixture and f.sentence.startswith(expected.sentence)]
    return "\n".join([f"expected {tuple(expected)}", *(f"     now {tuple(f[2:])}" for f in now)])


def test_claims_that_a_reader_found_right_still_come_out(extracted: list[Row]) -> None:
    """At least 95% of the right rows have a claim of the same kind, status, reason, speaker, text and quotes."""
    right = [row for row, reading in read_table() if reading == "right"]
    lost = [row for row in right if not any(is_same(row, found) for found in extracted)]
    kept = 1 - len(lost) / len(right)
    differences = "\n".join(report(row, extracted) for row in lost)
    assert kept >= FLOOR, f"{len(lost)} of {len(right)} right rows came out otherwise:\n{differences}"


def test_table_covers_every_fixture_and_status() -> None:
    """At least 60 right rows, from all ten articles, checkable or not."""
    right = [row for row, reading in read_table() if reading == "right"]
    assert len(right) >= 60
    assert {row.fixture for row in right} == {path.name for path in FIXTURES.iterdir()}
    assert min(Counter(row.status for row in right)[s] for s in ("CHECKABLE", "NOT_CHECKABLE", "AMBIGUOUS")) >= 15


def test_table_holds_no_row_twice_and_only_sentences_of_its_fixtures(extracted: list[Row]) -> None:
    """A reading belongs to one claim, of a sentence that the fixture has."""
    rows = [row for row, _ in read_table()]
    assert [row for row, n in Counter(rows).items() if n > 1] == []
    sentences = {(found.fixture, found.sentence) for found in extracted}
    astray = [r for r in rows if not any(r.fixture == f and s.startswith(r.sentence) for f, s in sentences)]
    assert astray == []

"""`verifier factchecks add` and `list`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import Outcome

pytestmark = pytest.mark.models
Call = Callable[..., Outcome]
CLAIM = "Sweden applied to join NATO in May 2022."
SAME = "In May 2022, Sweden applied to join NATO."


def entry(claim: str, rating: str = "True", url: str = "https://check.example/1") -> dict[str, Any]:
    return {
        "@type": "ClaimReview",
        "claimReviewed": claim,
        "url": url,
        "author": {"name": "Check Desk"},
        "reviewRating": {"alternateName": rating},
    }


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "desk.duckdb"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    path = tmp_path / "feed.json"
    path.write_text(json.dumps({"dataFeedElement": [{"item": [entry(CLAIM)]}, {"item": [entry("It rains.", "?")]}]}))
    return path


def rows(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_fact_checks_are_imported_once(verifier: Call, feed: Path, db: Path) -> None:
    """A second import finds nothing new; the list has them all."""
    first, again = (verifier("factchecks", "add", feed, "--db", db, "--json") for _ in range(2))
    assert [(rows(o.out)[0]["n_fact_checks"], rows(o.out)[0]["n_new"]) for o in (first, again)] == [(2, 2), (2, 0)]
    listed = rows(verifier("factchecks", "list", "--db", db, "--json").out)
    assert {(row["claim"], row["label"], row["n_articles"]) for row in listed} == {
        (CLAIM, "SUPPORTED", 0),
        ("It rains.", None, 0),
    }


def test_claims_in_other_words_share_a_statement(verifier: Call, tmp_path: Path, feed: Path, db: Path) -> None:
    """Also with what was imported before, from another file."""
    other = tmp_path / "other.jsonl"
    lines = [entry(SAME, "False", "https://b.example"), entry(SAME.replace("Sweden", "Norway"), "False")]
    other.write_text("\n".join(map(json.dumps, lines)))
    assert verifier("factchecks", "add", feed, other, "--db", db).code == 0
    statement = {
        row["claim"]: row["statement_id"] for row in rows(verifier("factchecks", "list", "--db", db, "--json").out)
    }
    assert statement[SAME] == statement[CLAIM]
    assert len(set(statement.values())) == 3


def test_what_is_left_out_is_told_and_the_rest_imported(verifier: Call, tmp_path: Path, db: Path) -> None:
    """The first ones by name, the others counted; the exit code tells of them."""
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps([entry(CLAIM), *[entry("")] * 12]))
    outcome = verifier("factchecks", "add", feed, "--db", db)
    assert outcome.code == 1
    assert f"left out {feed}#2: expected claimReviewed" in outcome.err
    assert "and 2 more left out" in outcome.err
    assert "1 fact-checks, 1 of them new, 0 on what articles claim, 12 entries left out" in outcome.err


@pytest.mark.parametrize("content", ["no JSON", "{}", None])
def test_a_file_that_holds_none_is_one_sentence(verifier: Call, tmp_path: Path, db: Path, content: str | None) -> None:
    """Whether it is there or not."""
    file = tmp_path / "feed.json"
    if content is not None:
        file.write_text(content)
    outcome = verifier("factchecks", "add", file, "--db", db)
    assert outcome.code == 2
    assert str(file) in outcome.err
    assert "Traceback" not in outcome.err


def test_the_list_is_a_table_and_can_be_cut_down_to_what_articles_claim(verifier: Call, feed: Path, db: Path) -> None:
    """Without articles there is nothing that they claim."""
    verifier("factchecks", "add", feed, "--db", db)
    assert CLAIM in verifier("factchecks", "list", "--db", db).out
    assert verifier("factchecks", "list", "--claimed", "--db", db, "--json").out == ""


def test_a_list_without_a_database_says_so(verifier: Call, db: Path) -> None:
    """One sentence, and none is made."""
    outcome = verifier("factchecks", "list", "--db", db)
    assert outcome.code == 2
    assert not db.exists()

"""What was said twice is one statement with two sightings, by the shipped models, from article to answer."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.flows.conftest import Outcome

Call = Callable[..., Outcome]
FIRST = "The James Webb Space Telescope was launched from French Guiana on 25 December 2021."
REWORDED = "On 25 December 2021 the James Webb Space Telescope was launched from French Guiana."
OTHER_DAY = "On 24 December 2021 the James Webb Space Telescope was launched from French Guiana."


@pytest.fixture
def read(verifier: Call, corpus: Path, tmp_path: Path, prefect_home: None) -> Callable[[str, str], None]:
    """Verify an article that says a sentence."""

    def run(title: str, sentence: str) -> None:
        path = tmp_path / f"{title}.txt"
        path.write_text(f"{title}\n\n{sentence}\n", encoding="utf-8")
        outcome = verifier("run", path, "--corpus", corpus, "--db", tmp_path / "v.duckdb", "--report", tmp_path / title)
        assert outcome.code == 0, outcome.err

    return run


@pytest.mark.models
def test_reworded_it_is_the_same_statement_and_with_another_day_it_is_not(
    verifier: Call, read: Callable[[str, str], None], tmp_path: Path
) -> None:
    """The rewording takes the verdict of the words seen first; another day is judged by itself."""
    read("Morning", FIRST)
    read("Evening", REWORDED)
    read("Rumour", OTHER_DAY)

    def asked(query: str) -> list[dict[str, str]]:
        out = verifier("sql", query, "--db", tmp_path / "v.duckdb", "--json").out
        return [json.loads(line) for line in out.splitlines()]

    of = {row["article"]: row for row in asked("FROM latest_verdicts")}
    assert of["Morning"]["statement_id"] == of["Evening"]["statement_id"] != of["Rumour"]["statement_id"]
    assert of["Evening"]["reused_from"] == of["Morning"]["statement_id"]
    assert of["Rumour"]["reused_from"] is None
    same = ("label", "confidence")
    assert [of["Evening"][name] for name in same] == [of["Morning"][name] for name in same]
    assert (of["Morning"]["label"], of["Rumour"]["label"]) == ("SUPPORTED", "REFUTED")
    asked_by_name = ("ask", "sightings", "--claim", of["Evening"]["claim_id"], "--db", tmp_path / "v.duckdb", "--json")
    sightings = [json.loads(line) for line in verifier(*asked_by_name).out.splitlines()]
    assert {row["article"] for row in sightings} == {"Morning", "Evening"}
    page = (tmp_path / "Evening" / "index.html").read_text(encoding="utf-8")
    assert "Judged in words that say the same" in page
    assert "Seen in 2 articles" in page

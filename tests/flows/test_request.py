"""What the sources of a run give: each article once, and what could not be read."""

from __future__ import annotations

from pathlib import Path

from flows.request import VerifyRequest, read_sources
from verifier.settings import Settings

SAVED = "---\nurl: https://news.example/dam\n---\nThe dam at Orla holds 3 million litres.\n"


def test_a_page_that_was_saved_twice_is_one_article(tmp_path: Path) -> None:
    """The first copy counts, and what lies beside it is read."""
    for name, text in (("dam.txt", SAVED), ("dam (1).txt", SAVED), ("other.txt", "The town has 900 people.")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = read_sources(VerifyRequest((tmp_path,), tmp_path, tmp_path / "v.duckdb", tmp_path, Settings()))
    assert [Path(a.source or "").name for a in found.articles] == ["dam (1).txt", "other.txt"]
    assert len(set(found.inputs)) == 2 and not found.unread

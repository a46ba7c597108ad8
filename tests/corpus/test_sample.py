"""The bundled sample is complete, well-formed and consistent with its README."""

import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import corpus

SAMPLE = Path(next(iter(corpus.__path__))) / "sample"
ARTICLES = ("ukraine-2022-03-17.md", "week-in-review-2022-12.md")
FIELDS = {"_id", "title", "text", "url", "source", "published"}
LABELS = {"SUPPORTED", "REFUTED", "CONFLICTING_EVIDENCE", "NOT_ENOUGH_EVIDENCE"}


@cache
def documents() -> list[dict[str, str]]:
    """The rows of documents.jsonl."""
    lines = (SAMPLE / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def front_matter_and_body(name: str) -> tuple[dict[str, str], str]:
    """The front matter's keys and values, and the article's text."""
    _, head, body = (SAMPLE / "articles" / name).read_text(encoding="utf-8").split("---\n", 2)
    pairs = [line.split(": ", 1) for line in head.strip().splitlines()]
    return dict(pairs), body


def readme_rows(name: str) -> list[list[str]]:
    """The cells of the README's claim table for one article."""
    section = (SAMPLE / "README.md").read_text(encoding="utf-8").split(f"### articles/{name}")[1].split("### ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return rows[2:]


def plain(text: str) -> str:
    """Lower case, words only: so that punctuation does not hide a copy."""
    return " ".join(re.findall(r"\w+", text.lower()))


def test_sample_has_enough_documents_with_unique_ids() -> None:
    """There are at least 60 documents and no id occurs twice."""
    ids = [row["_id"] for row in documents()]
    assert len(ids) >= 60
    assert len(set(ids)) == len(ids)


def test_every_document_has_every_field_filled() -> None:
    """Each row has exactly the documented fields, all of them non-empty strings."""
    for row in documents():
        assert set(row) == FIELDS, row.get("_id")
        assert all(isinstance(value, str) and value.strip() for value in row.values()), row["_id"]


def test_every_document_has_a_date_a_web_address_and_a_short_text() -> None:
    """`published` is an ISO date, `url` is http(s) with a host, and the text stays under 2,000 characters."""
    for row in documents():
        assert date.fromisoformat(row["published"]).isoformat() == row["published"]
        url = urlsplit(row["url"])
        assert url.scheme in {"http", "https"} and url.netloc, row["_id"]
        assert len(row["text"]) < 2000, row["_id"]


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_carry_front_matter(name: str) -> None:
    """Each article states its title, date, source and address, and has a body."""
    head, body = front_matter_and_body(name)
    assert set(head) == {"title", "published", "source", "url"}
    assert all(head.values())
    assert date.fromisoformat(head["published"]).year == 2022
    assert 300 < len(body.split()) < 600


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_repeat_no_document_sentence(name: str) -> None:
    """No document sentence of eight words or more stands in an article: support must be judged, not matched."""
    article = plain(front_matter_and_body(name)[1])
    for row in documents():
        for sentence in re.split(r"(?<=[.!?])\s+", row["text"]):
            words = plain(sentence)
            assert len(words.split()) < 8 or words not in article, (row["_id"], sentence)


@pytest.mark.parametrize("name", ARTICLES)
def test_readme_table_matches_the_files(name: str) -> None:
    """Every claim of the README stands verbatim in its article, with a known label and documents that exist."""
    body = front_matter_and_body(name)[1]
    ids = {row["_id"] for row in documents()}
    for claim, label, sources, _ in readme_rows(name):
        assert claim in body
        assert label in LABELS
        named = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+|cop27", sources))
        assert named <= ids, named - ids
        assert named or label == "NOT_ENOUGH_EVIDENCE", claim


def test_sample_shows_every_label() -> None:
    """The two articles together have claims for each of the four labels."""
    assert {row[1] for name in ARTICLES for row in readme_rows(name)} == LABELS


def test_readme_states_the_number_of_documents() -> None:
    """The README's count is the file's."""
    assert f"{len(documents())} short reference documents" in (SAMPLE / "README.md").read_text(encoding="utf-8")

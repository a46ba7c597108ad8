"""What the documents tell a reader is so."""

import csv
import json
import re
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from flows.publish import FORMS
from tests.verifier.factories import make_article
from tests.verifier.report.samples import make_report
from verifier.claims import shipped_extractor
from verifier.claims.anatomy import Role
from verifier.pipeline import read_articles
from verifier.report import ReportConfig, render_csv
from verifier.report.csv import BYTE_ORDER_MARK
from verifier.report.fields import VERSION
from verifier.store import Store, query_file
from verifier.types import Timing

ROOT = Path(__file__).parents[2]
CLAIMS, REPORT = ROOT / "docs" / "claims.md", ROOT / "docs" / "report.md"
ARTICLES = [ROOT / "tests" / "verifier" / "claims" / "fixtures", ROOT / "corpus" / "sample" / "articles"]


@cache
def section(heading: str) -> str:
    """The text under a heading of docs/claims.md."""
    return CLAIMS.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]


def in_backticks(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_every_field_of_the_json_rows_is_documented() -> None:
    """Those of a row with evidence, and of all that stands in it."""
    schema = json.loads((ROOT / "verifier" / "report" / "report.schema.json").read_text(encoding="utf-8"))
    inside = ("claim", "evidence", "review", "earlier", "cause", "past_verdict", "sightings", "sighting", "fact_check")
    told = in_backticks(section("The rows as JSON"))
    assert {name for entry in inside for name in schema["$defs"][entry]["properties"]} <= told


def test_every_form_of_the_report_is_documented() -> None:
    """With its file, the columns of the table and the settings of the publisher."""
    told = REPORT.read_text(encoding="utf-8")
    assert all(f"| `{name}` | `{form.file}` |" in told for name, form in FORMS.items())
    [head] = csv.reader([render_csv(make_report()).removeprefix(BYTE_ORDER_MARK)])
    assert set(head) <= in_backticks(told.split("\n## CSV\n")[1].split("\n## ")[0])
    assert all(f"\n{field.name} = " in told for field in fields(ReportConfig))
    assert f'"version": "{VERSION}"' in told


def test_every_timing_is_documented() -> None:
    """A mark on a passage has to be explained somewhere."""
    told = section("Time and source of evidence")
    assert all(f"| {timing.value} |" in told for timing in Timing)


def test_every_role_is_documented() -> None:
    """Whether it is read as sentences or not."""
    assert {role.value for role in Role} <= in_backticks(section("Rows"))


@pytest.mark.models
def test_every_reason_of_a_dozen_articles_is_documented() -> None:
    """What follows a colon names the words or the language."""
    articles, _ = read_articles(ARTICLES)
    extractor = shipped_extractor()
    found = {c.reason.split(":")[0] for a in articles for c in extractor.extract(a) if c.reason}
    told = {reason.split(":")[0] for reason in in_backticks(section("Why something is not checked"))}
    assert len(found) >= 12
    assert found <= told


WITH_QUERIES = [
    ROOT / "README.md",
    *(ROOT / "docs" / f"{name}.md" for name in ("claims", "queries", "review", "database", "sources")),
]


@pytest.mark.parametrize("path", WITH_QUERIES, ids=lambda path: path.name)
def test_every_query_runs(path: Path, tmp_path: Path) -> None:
    """Views and columns are those of the store."""
    database = tmp_path / "v.duckdb"
    Store.open(database).close()
    queries = re.findall(r'verifier sql "(.+)"', path.read_text(encoding="utf-8"))
    assert queries
    for query in queries:
        query_file(database, query)


def test_every_view_in_the_readme_exists(tmp_path: Path) -> None:
    """A reader who asks for one gets rows, not an error."""
    Store.open(tmp_path / "v.duckdb").close()
    [line] = [line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "the views" in line]
    views = re.findall(r"`(\w+)`", line)
    assert len(views) >= 6
    for view in views:
        query_file(tmp_path / "v.duckdb", f"SELECT * FROM {view}")


@pytest.mark.models
def test_the_example_of_substitutions_is_what_the_pipeline_writes() -> None:
    """Each change of the table, from the text quoted above it."""
    told = section("In words that stand alone")
    [text] = re.findall(r"^> (.+)$", told, re.MULTILINE)
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", told, re.MULTILINE)[1:]
    article = make_article(text, published=date(2026, 3, 4))
    claims = shipped_extractor().extract(article)
    made = {(s.original, s.replacement, s.why) for claim in claims for s in claim.substitutions}
    assert set(rows) == made

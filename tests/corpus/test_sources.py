import gzip
import json
import os
import pickle
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from corpus.documents import Document
from corpus.sources import (
    BinarySourceError,
    DuplicateRecordError,
    EmptySourceError,
    MalformedLineError,
    MetadataError,
    ReaderConfig,
    SourceError,
    SourceFailure,
    SourceNotFoundError,
    SourceTooLargeError,
    UnreadableSourceError,
    UnsupportedSourceError,
    read_documents,
)

NEWS_PAGE = Path(__file__).parents[1] / "verifier" / "claims" / "fixtures" / "news_page.html"
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file below the test's folder."""

    def make(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


def read(*paths: str | Path, config: ReaderConfig | None = None) -> list[Document | SourceFailure]:
    """All items."""
    return list(read_documents(paths, config))


def document(path: Path) -> Document:
    """The only item, which must be a document."""
    (item,) = read(path)
    assert isinstance(item, Document), item
    return item


def failure(path: Path, config: ReaderConfig | None = None) -> SourceError:
    """The error of the only item, whose message must name the file and say what to do."""
    (item,) = read(path, config=config)
    assert isinstance(item, SourceFailure)
    assert path.name in str(item.error) and path.name in item.source and ";" in str(item.error)
    return item.error


def jsonl(*rows: object) -> str:
    """One line per row."""
    return "".join(json.dumps(row) + "\n" for row in rows)


# ---- text


def test_text_file_keeps_its_lines_and_takes_its_name_as_title(write: Write) -> None:
    """Line breaks stay (as LF), the path is the origin, and nothing is made up."""
    path = write("budget.txt", "First line,\r\nsecond line.\r\n\r\nThird.")
    found = document(path)
    assert found.text == "First line,\nsecond line.\n\nThird."
    assert (found.title, found.origin) == ("budget", str(path.resolve()))
    assert (found.url, found.source, found.published) == (None, None, None)


def test_front_matter_is_read_and_left_out_of_the_text(write: Write) -> None:
    """Title, date, source and url come from the leading block, and offsets count from the body."""
    found = document(
        write(
            "a.md",
            '---\ntitle: "A: b"\nPublished: 2024-03-05\nsource: Desk\nurl: https://x.org/a?b=1\ntags:\n---\n\nBody.',
        )
    )
    assert (found.title, found.published, found.source) == ("A: b", date(2024, 3, 5), "Desk")
    assert (found.url, found.text) == ("https://x.org/a?b=1", "Body.")


@pytest.mark.parametrize(
    ("line", "author"),
    [("author: Ada Brook", "Ada Brook"), ("Author: [Ada Brook, Bo Ek]", "Ada Brook, Bo Ek"), ("author:", None)],
)
def test_front_matter_names_the_author(write: Write, line: str, author: str | None) -> None:
    """One name or several, and nothing where the field is empty."""
    assert document(write("a.md", f"---\ntitle: T\n{line}\n---\nBody.")).author == author


def test_rules_around_text_are_not_front_matter(write: Write) -> None:
    """A block with none of the known keys is text, and so is one that never ends."""
    assert document(write("a.md", "---\nNote: this.\n---\nBody.")).text.startswith("---\nNote")
    assert document(write("b.md", "---\ntitle: x\nBody.")).text.startswith("---\ntitle")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Intro.\n\n## The *budget* ##\nBody.", "The *budget*"),
        ("The budget\n===\nBody.", "The budget"),
        ("Council passes budget\n\nThe council met.", "Council passes budget"),
        ("The council met.\n\nIt rose.", "name"),
        ("The council bought 40 buses in 2019. Joan Avery paid 12 million euros 😀\n\nIt rose.", "name"),
        ("The council met. 😀\n\nIt rose.", "name"),
        ("Mr. Reed goes to St. Louis\n\nIt rose.", "Mr. Reed goes to St. Louis"),
    ],
)
def test_title_falls_back_to_the_first_heading_and_then_the_file_name(write: Write, text: str, title: str) -> None:
    """A sentence is not taken for a heading, and a heading stays in the text."""
    found = document(write("name.md", text))
    assert (found.title, found.text) == (title, text)


@pytest.mark.parametrize("filling", [" ", "#", "\t", " #"])
def test_a_heading_of_any_length_is_read_at_once(write: Write, filling: str) -> None:
    """Blanks and closing signs within it cost no more than letters."""
    began = time.monotonic()
    found = document(write("a.md", f"# a{filling * 50_000}x\n\nBody."))
    assert time.monotonic() - began < 2
    assert found.title.startswith("a") and found.title.endswith("x")


@pytest.mark.parametrize(
    "form", ["2024-03-05", "2024-03-05T10:00:00Z", "5 March 2024", "March 5, 2024", "Tue, 05 Mar 2024 10:00:00 GMT"]
)
def test_dates_are_read_in_their_usual_forms(write: Write, form: str) -> None:
    """ISO dates and timestamps, written-out dates and those of feeds."""
    assert document(write("a.txt", f"---\npublished: {form}\n---\nBody.")).published == date(2024, 3, 5)


@pytest.mark.parametrize("form", ["last Tuesday", "2024", "03/04/2024"])
def test_date_that_cannot_be_told_is_an_error(write: Write, form: str) -> None:
    """To drop it would hide how old the text is."""
    assert isinstance(failure(write("a.txt", f"---\npublished: {form}\n---\nBody.")), MetadataError)


# ---- encodings and files that are no text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_recognised(write: Write, encoding: str) -> None:
    """UTF-8, any byte order mark, and Western European without one."""
    text = "The café’s naïve owner said “no” – it cost £5 million, Zoë added."
    assert document(write("a.txt", text.encode(encoding))).text == text


def test_other_alphabets_are_recognised(write: Write) -> None:
    """Cyrillic is not forced into Western European."""
    text = "Привет, мир. Это новости о выборах в стране."
    assert document(write("a.txt", text.encode("cp1251"))).text == text


@pytest.mark.parametrize(
    "data",
    [
        b"text\0text",
        b"%PDF-1.7 plain words follow",
        b"PK\x03\x04 words",
        bytes(range(1, 256)) * 8,
        b"words \x01\x02\x03" * 9,
    ],
)
def test_binary_files_are_refused(write: Write, data: bytes) -> None:
    """Whatever their names say."""
    assert isinstance(failure(write("a.txt", data)), BinarySourceError)


@pytest.mark.parametrize("control", ["\x1b", "\x0b", "\x0c", "\x7f", "\x01"])
def test_stray_control_characters_become_blanks(write: Write, control: str) -> None:
    """One for one, so that nothing moves; in JSON Lines too, where none makes a record unreadable."""
    text = f"The council{control}met on Monday and rose."
    assert document(write("a.txt", text)).text == text.replace(control, " ")
    assert document(write("a.jsonl", jsonl({"text": text}))).text == text.replace(control, " ")


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf", b"---\ntitle: x\n---\n\n"])
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_empty_files_are_refused(write: Write, name: str, data: bytes) -> None:
    """No bytes, only white space, or only front matter."""
    assert isinstance(failure(write(name, data)), EmptySourceError)


def test_large_file_is_refused_by_its_size_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 50 MB text never gets into memory."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    error = failure(path)
    assert isinstance(error, SourceTooLargeError) and "50,000,000" in str(error) and "20,000,000" in str(error)


def test_unknown_kinds_are_reported_and_hidden_files_are_not(write: Write, tmp_path: Path) -> None:
    """A Word file in a folder is named as not read; .DS_Store and .git are nobody's text."""
    write("report.docx", "x"), write(".DS_Store", "x"), write(".git/a.txt", "x"), write("a.txt", "Text.")
    found, failed = read(tmp_path)
    assert isinstance(found, Document)
    assert isinstance(failed, SourceFailure) and isinstance(failed.error, UnsupportedSourceError)


def test_broken_link_and_pipe_are_reported(tmp_path: Path) -> None:
    """Neither hangs nor stops the rest."""
    (tmp_path / "a.txt").symlink_to(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "b.txt")
    os.mkfifo(tmp_path / "c.jsonl")
    kinds = [type(item.error) for item in read(tmp_path) if isinstance(item, SourceFailure)]
    assert kinds == [UnreadableSourceError, UnsupportedSourceError, UnsupportedSourceError]


# ---- paths


def test_missing_path_raises_before_anything_is_read(write: Write, tmp_path: Path) -> None:
    """At the call, not at the first item, where nothing else is given."""
    with pytest.raises(SourceNotFoundError, match="gone"):
        read_documents([tmp_path / "gone"])
    with pytest.raises(SourceNotFoundError, match="no such"):
        read_documents([str(tmp_path / "*.html"), tmp_path / "gone"])


def test_one_missing_path_stops_no_other(write: Write, tmp_path: Path) -> None:
    """It is a failure of its own: a folder that is not mounted one morning."""
    rows = list(read_documents([tmp_path / "gone", write("a.txt", "Text.")]))
    assert [row.text for row in rows if isinstance(row, Document)] == ["Text."]
    [failure] = [row for row in rows if isinstance(row, SourceFailure)]
    assert failure.source == str(tmp_path / "gone") and isinstance(failure.error, SourceNotFoundError)


def test_an_empty_folder_gives_nothing_and_stops_nothing(write: Write, tmp_path: Path) -> None:
    """An inbox is empty on some mornings; what lies beside it is read."""
    (tmp_path / "inbox").mkdir()
    write("inbox/.hidden.txt", "x")
    assert [item.text for item in read_documents([tmp_path / "inbox", write("a.txt", "Text.")])] == ["Text."]


@pytest.mark.parametrize("names", [["report.docx"], [".hidden.txt", "sub/photo.jpg"]])
def test_folder_without_readable_kinds_raises_at_once(write: Write, tmp_path: Path, names: list[str]) -> None:
    """Files, and none that can be read: most likely a wrong path; so is a pattern that finds only such folders."""
    (tmp_path / "docs").mkdir()
    for name in names:
        write(f"docs/{name}", "x")
    for source in (tmp_path / "docs", str(tmp_path / "doc*")):
        with pytest.raises(SourceNotFoundError) as caught:
            read_documents([source])
        assert str(caught.value) == f"{source}: no .txt, .md, .html, .pdf, .eml or .jsonl file in it; check the path"


def test_broken_link_is_reported_under_the_name_that_was_given(tmp_path: Path) -> None:
    """Not under the name of what it once led to, which the reader never typed."""
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "target.txt")
    (item,) = read(link)
    assert isinstance(item, SourceFailure) and isinstance(item.error, UnreadableSourceError)
    assert item.source == str(link) and str(item.error).startswith(f"{link}: ") and "target" not in str(item.error)


def test_folders_and_patterns_are_read_in_order_and_each_file_once(write: Write, tmp_path: Path) -> None:
    """Subfolders too; a file given twice is read once; a name with brackets is a name where it exists."""
    b, a, odd = write("b.txt", "B."), write("sub/a.md", "A."), write("odd[1].txt", "Odd.")
    assert [Path(item.origin) for item in read(tmp_path) if isinstance(item, Document)] == [b, odd, a]
    assert len(read(tmp_path, b, str(tmp_path / "**/*.md"), str(odd))) == 3


def test_one_bad_file_does_not_stop_the_rest(write: Write, tmp_path: Path) -> None:
    """Failures stand between the documents, in their place."""
    write("a.txt", "Text."), write("b.txt", b"\0"), write("c.txt", "Text.")
    assert [type(item) for item in read(tmp_path)] == [Document, SourceFailure, Document]


def test_ingested_is_the_given_time(write: Write) -> None:
    """One time for a whole run."""
    now = datetime(2024, 5, 1, tzinfo=UTC)
    (item,) = read_documents([write("a.txt", "Text.")], ingested=now)
    assert isinstance(item, Document) and item.ingested == now


def test_errors_survive_pickling() -> None:
    """A failure can cross to another process."""
    copy = pickle.loads(pickle.dumps(SourceFailure("a", EmptySourceError("a: is empty"))))
    assert isinstance(copy.error, EmptySourceError) and str(copy.error) == "a: is empty"


# ---- HTML

PAGE = """<!DOCTYPE html><html><head><title>Cases fall | The Gazette</title>
<meta property="og:site_name" content="The Gazette"><link rel="canonical" href="https://gazette.example/a">
<meta property="article:published_time" content="2021-06-01T10:00:00Z">
<script>var tracking = "secret";</script><style>p { color: red }</style></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>Cases fall</h1>
<p>The ministry counted <a href="/x">41 cases</a> in <em>May</em> 2021, down from 2,000 on 3 January 2019.</p>
<p>It said caf&eacute;s may open.</p><ul><li>first point made</li><li>second point made</li></ul>
</article><script>alert("secret")</script><footer>Copyright 1999</footer></body></html>"""


def test_html_gives_article_text_and_metadata(write: Write) -> None:
    """Title, site, address and date as the page declares them; sentences are whole across links."""
    found = document(write("a.html", PAGE))
    assert (found.title, found.source, found.published) == ("Cases fall", "The Gazette", date(2021, 6, 1))
    assert found.url == "https://gazette.example/a"
    assert "The ministry counted 41 cases in May 2021, down from 2,000 on 3 January 2019.\n\nIt said" in found.text
    assert "- first point made\n- second point made" in found.text


def test_saved_news_page_gives_its_article_alone() -> None:
    """Title, author, site, date of the first edition and canonical address; none of the furniture around the text."""
    found = document(NEWS_PAGE)
    assert (found.title, found.author) == ("Night trains return to Brennick after 15 years", "Tilda Renshaw")
    assert (found.source, found.published) == ("The Meridian Post", date(2023, 5, 15))
    assert found.url == "https://meridianpost.example/travel/2023/night-trains-return"
    assert found.text.startswith(
        "Night trains return to Brennick after 15 years\n\nThe first night train in 15 years left"
    )
    assert "Tickets for May and June sold out within two days." in found.text
    furniture = ("cookie", "Log in", "newsletter", "Read also", "Ugo Farrell", "Privacy", "reserved", "Topics", "track")
    assert not [word for word in furniture if word in found.text]


def test_html_headings_and_block_quotes_are_marked_as_in_markdown(write: Write) -> None:
    """What a reader tells from its type and indentation is not lost; the headline stays as it is."""
    added = "<h2>What <em>now</em>?</h2><p>It rose.</p><blockquote><p>I saw it.</p><p>So did we.</p></blockquote>"
    text = document(write("a.html", PAGE.replace("</article>", f"{added}<p>It ended.</p></article>"))).text
    assert text.startswith("Cases fall\n\n")
    assert text.endswith("\n\n## What now?\n\nIt rose.\n\n> I saw it.\n\n> So did we.\n\nIt ended.")


def test_html_names_all_its_authors(write: Write) -> None:
    """Two authors with a comma between; none where the page names none."""
    page = PAGE.replace("<head>", '<head><meta name="author" content="Ada Brook"><meta name="author" content="Bo Ek">')
    assert document(write("a.html", page)).author == "Ada Brook, Bo Ek"
    assert document(write("b.html", PAGE)).author is None


def test_html_text_has_no_scripts_styles_or_menus(write: Write) -> None:
    """Only what a reader reads can be quoted."""
    text = document(write("a.html", PAGE)).text
    assert not [word for word in ("secret", "tracking", "color", "Home", "alert", "<") if word in text]


@pytest.mark.parametrize(
    "attribute",
    ["hidden", 'hidden="until-found"', 'aria-hidden="true"', 'style="color: red; DISPLAY : none"'],
)
def test_html_text_has_nothing_that_is_hidden(write: Write, attribute: str) -> None:
    """Only the element goes: what follows it in the same paragraph stays."""
    said = "<p>It said <span ATTR>unseen</span>that caf&eacute;s may open.</p><p ATTR>Unseen drafts.</p>"
    page = PAGE.replace("<p>It said caf&eacute;s may open.</p>", said.replace("ATTR", attribute))
    text = document(write("a.html", page)).text
    assert "unseen" not in text.lower() and "It said that cafés may open." in text


def test_html_that_is_shown_stays(write: Write) -> None:
    """aria-hidden="false" hides nothing, and a body hidden until a script has run is still the page."""
    page = PAGE.replace("<p>It said", '<p aria-hidden="false">It said').replace("<body>", '<body style="display:none">')
    text = document(write("a.html", page)).text
    assert "The ministry counted" in text and "It said cafés may open." in text


def test_html_without_declared_date_has_none(write: Write) -> None:
    """A date in the text is not the page's date."""
    page = PAGE.replace('<meta property="article:published_time" content="2021-06-01T10:00:00Z">', "")
    assert document(write("a.htm", page)).published is None


def test_html_in_its_declared_encoding(write: Write) -> None:
    """The page's own charset is believed where it is not UTF-8."""
    page = (
        '<html><head><meta charset="iso-8859-2"></head><body><p>Zażółć gęślą jaźń, said the minister.</p></body></html>'
    )
    assert "Zażółć gęślą jaźń" in document(write("a.html", page.encode("iso-8859-2"))).text


def test_html_fragment_is_read(write: Write) -> None:
    """A few saved paragraphs without a frame are text too; the file gives the title."""
    found = document(write("a.html", "<p>The ministry counted <b>41</b> cases.</p><p>It said no more.</p>"))
    assert (found.title, found.text) == ("a", "The ministry counted 41 cases.\n\nIt said no more.")


def test_html_without_text_is_refused(write: Write) -> None:
    """A page that only runs scripts has nothing to quote."""
    assert isinstance(failure(write("a.html", "<html><body><script>x()</script></body></html>")), EmptySourceError)


# ---- JSON Lines


def test_beir_file_works_as_it_is(write: Write) -> None:
    """_id, title, text and metadata.url; the origin is the file and the id."""
    row = {"_id": "4983", "title": "T", "text": "Body.", "metadata": {"url": "https://x.org"}}
    path = write("corpus.jsonl", jsonl(row))
    found = document(path)
    assert (found.origin, found.title, found.text) == (f"{path.resolve()}#4983", "T", "Body.")
    assert (found.url, found.published) == ("https://x.org", None)


def test_jsonl_fields_and_compression(write: Write) -> None:
    """id, url, source and published; .gz is opened on the way; a byte order mark is no harm."""
    row = {"id": 7, "text": "Body.", "url": "u", "source": "Desk", "published": "2024-03-05T23:00:00+02:00"}
    path = write("c.jsonl.gz", gzip.compress(b"\xef\xbb\xbf" + jsonl(row).encode()))
    found = document(path)
    assert found.origin.endswith("#7") and found.title == ""
    assert (found.url, found.source, found.published) == ("u", "Desk", date(2024, 3, 5))


def test_jsonl_record_without_id_is_named_by_its_line(write: Write) -> None:
    """Blank lines count and give nothing."""
    found = read(write("c.jsonl", "\n" + jsonl({"text": "A."}, {"text": "B."})))
    assert [item.origin.split("#")[1] for item in found if isinstance(item, Document)] == ["line-2", "line-3"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{not json", MalformedLineError),
        ('["a list"]', MalformedLineError),
        ("[" * 100_000, MalformedLineError),
        ('{"_id": "b"}', EmptySourceError),
        ('{"_id": "b", "text": "  "}', EmptySourceError),
        ('{"_id": "b", "text": ["x"]}', MetadataError),
        ('{"_id": ["b"], "text": "x"}', MetadataError),
        ('{"_id": "b", "text": "x", "published": "soon"}', MetadataError),
        ('{"_id": "a", "text": "x"}', DuplicateRecordError),
    ],
)
def test_bad_line_is_named_and_the_rest_is_read(write: Write, line: str, error: type[SourceError]) -> None:
    """The failure names file and line; the lines around it come out."""
    path = write("c.jsonl", jsonl({"_id": "a", "text": "A."}) + line + "\n" + jsonl({"_id": "c", "text": "C."}))
    first, failed, last = read(path)
    assert isinstance(first, Document) and isinstance(last, Document)
    assert isinstance(failed, SourceFailure) and type(failed.error) is error
    assert failed.source == f"{path.resolve()}:2" and f"{path.resolve()}:2: " in str(failed.error)


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ({"author": "Ada Brook"}, "Ada Brook"),
        ({"author": ["Ada Brook", "Bo Ek"]}, "Ada Brook, Bo Ek"),
        ({"metadata": {"author": "Ada Brook"}}, "Ada Brook"),
        ({"author": None}, None),
        ({"author": []}, None),
    ],
)
def test_line_names_the_author(write: Write, fields: dict[str, object], author: str | None) -> None:
    """One name or a list of them."""
    assert document(write("c.jsonl", jsonl({"text": "Body.", **fields}))).author == author


def test_id_of_a_line_that_failed_is_still_free(write: Write) -> None:
    """Only a line that gave a document takes its id."""
    rows = [{"_id": "a"}, {"_id": "a", "text": "Good."}, {"_id": "a", "text": "Again."}]
    first, second, third = read(write("c.jsonl", jsonl(*rows)))
    assert isinstance(first, SourceFailure) and isinstance(second, Document) and second.text == "Good."
    assert isinstance(third, SourceFailure) and isinstance(third.error, DuplicateRecordError)


@pytest.mark.parametrize(
    ("row", "wording"),
    [
        (7, ":1: is an int, not an object"),
        (None, ":1: is null, not an object"),
        (["x"], ":1: is a list, not an object"),
        ({"text": 7}, '"text" is an int, not a string'),
        ({"text": "x", "author": ["A", 7]}, '"author" is an int, not a string'),
        ({"_id": 1.5, "text": "x"}, "its id is a float"),
    ],
)
def test_wrong_kind_of_value_is_named(write: Write, row: object, wording: str) -> None:
    """In words that a reader of JSON knows."""
    assert wording in str(failure(write("c.jsonl", jsonl(row))))


def test_bytes_that_are_no_utf8_spoil_only_their_line(write: Write) -> None:
    """JSON Lines are UTF-8 by definition."""
    path = write("c.jsonl", b'{"text": "caf\xe9"}\n{"text": "B."}\n')
    assert [type(item) for item in read(path)] == [SourceFailure, Document]


def test_long_line_is_passed_over(write: Write) -> None:
    """A line over the limit is skipped without being held, and one at the limit is read."""
    at_limit = '{"text": "B."}'
    path = write("c.jsonl", f'{{"text": "{"x" * 9000}"}}\n{at_limit}\n')
    failed, found = read(path, config=ReaderConfig(max_line_bytes=len(at_limit)))
    assert isinstance(failed, SourceFailure) and isinstance(failed.error, SourceTooLargeError)
    assert failed.source.endswith(":1") and isinstance(found, Document)


def test_jsonl_has_no_size_limit(write: Write) -> None:
    """Only its lines have one."""
    path = write("c.jsonl", jsonl({"text": "A."}, {"text": "B."}))
    assert len([item for item in read(path, config=ReaderConfig(max_file_bytes=5)) if isinstance(item, Document)]) == 2


def test_truncated_gzip_gives_what_came_before(write: Write) -> None:
    """The whole records are read, and the damage is reported."""
    rows = [{"_id": i, "text": f"Text {i} {os.urandom(40).hex()}"} for i in range(2000)]
    found = read(write("c.jsonl.gz", gzip.compress(jsonl(*rows).encode())[:-9000]))
    assert len(found) > 100 and isinstance(found[0], Document)
    assert isinstance(found[-1], SourceFailure) and isinstance(found[-1].error, UnreadableSourceError)


@pytest.mark.parametrize("data", ["", "\n\n"])
def test_empty_jsonl_is_refused(write: Write, data: str) -> None:
    """A file with no record is a failure, not silence."""
    assert isinstance(failure(write("c.jsonl", data)), EmptySourceError)


def test_half_characters_are_replaced(write: Write) -> None:
    """A lone surrogate, which no database stores, does not get in."""
    assert document(write("c.jsonl", '{"_id": "\\ud800", "text": "a\\ud800b"}')).text == "a?b"

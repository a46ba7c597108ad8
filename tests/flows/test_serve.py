"""`verifier report --serve`: who gets the page, who may review on it, and that no review is lost."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvicorn

from flows import serve
from tests.flows.conftest import Outcome
from tests.verifier.factories import make_article, make_claim, make_run, make_verdict
from verifier.store import Store, open_published, publish, query_file
from verifier.types import Label

ROOT = Path(__file__).parents[2]
CLAIM = make_claim()
VERDICT = make_verdict(CLAIM, Label.REFUTED)
TOKEN, CSRF = "secret-of-the-address", "secret-of-the-page"
REVIEW = {"claim_id": CLAIM.id, "label": "SUPPORTED", "comment": "Old.", "passage_id": None, "by": "Ada"}
GUARDED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True)
class Served:
    """A server on a port of its own, and how it is asked."""

    port: int
    database: Path

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str | None) -> Answer:
        """Header names with `_` for `-`; None leaves one out."""
        sent = {"Host": f"127.0.0.1:{self.port}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8")
        connection.close()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)

    def review(self, said: object = REVIEW, **headers: str | None) -> Answer:
        """As the page's script posts it."""
        own = {
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec_Fetch_Site": "same-origin",
            "Content_Type": "application/json",
            "X_CSRF_Token": CSRF,
        }
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return self.ask("POST", f"/{TOKEN}/reviews", body, **(own | headers))

    def stored(self) -> list[tuple[object, ...]]:
        columns = "claim_id, run_id, label, reviewer, comment, passage_id"
        with open_published(self.database)[0] as store:
            return store.query(f"SELECT {columns} FROM reviews ORDER BY reviewed_at").rows


@cache
def filled() -> bytes:
    """One claim, REFUTED with 80%."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "v.duckdb"
        with Store.open(path) as store:
            store.begin_run(make_run())
            store.save("run-1", [make_article()], [CLAIM], [VERDICT])
        publish(path)
        return path.read_bytes()


def fill(path: Path) -> Path:
    path.write_bytes(filled())
    return path


@contextmanager
def serving(database: Path) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        app = serve.application(database, TOKEN, port, csrf=CSRF)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Served(port, database)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """For tests that store nothing."""
    with serving(fill(tmp_path_factory.mktemp("served") / "v.duckdb")) as served:
        yield served
        assert served.stored() == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(fill(tmp_path / "v.duckdb")) as served:
        yield served


@contextmanager
def a_run_that_holds(database: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open to write until a line comes."""
    command = [sys.executable, str(ROOT / "tests" / "writer.py"), str(database), "hold"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None and writer.stdin is not None
        assert writer.stdout.readline() == "holding\n"
        try:
            yield writer
        finally:
            if writer.poll() is None:
                writer.communicate("\n", timeout=30)


def test_page_is_the_report_of_the_newest_run(untouched: Served) -> None:
    """With what its script needs to store a review, and a policy that lets it reach this server alone."""
    answer = untouched.ask("GET", f"/{TOKEN}/")
    policy = answer.headers["content-security-policy"]
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert CLAIM.text in answer.text and f'data-review-url="/{TOKEN}/reviews" data-csrf="{CSRF}"' in answer.text
    assert "connect-src 'self'" in policy and "form-action 'none'" in policy
    assert policy.removesuffix("; frame-ancestors 'none'") in answer.text.replace("&#39;", "'")


def test_each_claim_has_a_page_on_which_it_can_be_reviewed(untouched: Served) -> None:
    """Under the name that a permalink has; of a claim that is not there, a sentence says so."""
    answer = untouched.ask("GET", f"/{TOKEN}/claim-{CLAIM.id}.html")
    other = untouched.ask("GET", f"/{TOKEN}/claim-nobody.html")
    assert answer.status == 200 and CLAIM.text in answer.text and f'data-csrf="{CSRF}"' in answer.text
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    assert other.status == 404 and "expected a checkable claim" in other.text


@pytest.mark.parametrize("path", ["/", f"/{TOKEN}/", "/guess/", f"/{TOKEN}/nothing", f"/{TOKEN}/claim-{CLAIM.id}.html"])
def test_every_answer_keeps_other_pages_out(untouched: Served, path: str) -> None:
    """Nothing may frame it, guess its type, keep it, learn its address, or be told that another origin may read it."""
    answer = untouched.ask("GET", path, Origin="http://evil.example")
    assert {name: answer.headers.get(name) for name in GUARDED} == GUARDED
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert not [name for name in answer.headers if name.startswith("access-control") or name == "set-cookie"]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "//", "/x", "/favicon.ico", "/reviews", f"/claim-{CLAIM.id}.html", f"/{TOKEN}", f"/{TOKEN[:-1]}/"),
        *(
            f"/{TOKEN}x/",
            f"/{TOKEN.upper()}/",
            f"//{TOKEN}/",
            f"/x/{TOKEN}/",
            f"/../{TOKEN}/",
            "/%F0%9F%98%80/",
            "/%00/",
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_a_guessed_address_is_told_nothing(untouched: Served, method: str, path: str) -> None:
    """An empty 404, which is the same for a path that exists behind the secret."""
    answer = untouched.ask(method, path, b"" if method == "POST" else None)
    assert (answer.status, answer.text) == (404, "")


def test_the_secret_is_compared_in_constant_time(untouched: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that its letters cannot be guessed one after the other by the time that a refusal takes."""
    compared: list[bytes] = []
    real = serve.hmac.compare_digest
    monkeypatch.setattr(serve.hmac, "compare_digest", lambda a, b: compared.append(a) or real(a, b))
    untouched.ask("GET", "/guess/")
    untouched.review(X_CSRF_Token="other")
    assert compared == [b"guess", TOKEN.encode(), b"other"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "{own}.evil.example", "{own}@evil.example"],
)
def test_a_name_that_was_made_to_point_here_is_refused(untouched: Served, host: str) -> None:
    """DNS rebinding: a page of evil.example would otherwise be this server's own origin."""
    named = host.format(port=untouched.port, own=f"127.0.0.1:{untouched.port}")
    page, review = (
        untouched.ask("GET", f"/{TOKEN}/", Host=named),
        untouched.review(Host=named, Origin=f"http://{named}"),
    )
    assert (page.status, page.text, review.status, review.text) == (404, "", 404, "")


def test_a_request_that_names_no_host_is_refused(untouched: Served) -> None:
    """No browser sends one."""
    answer = untouched.ask("GET", f"/{TOKEN}/", Host=None)
    assert answer.status == 400 and CLAIM.text not in answer.text


def test_localhost_is_the_same_machine(untouched: Served) -> None:
    """As some people type it."""
    assert untouched.ask("GET", f"/{TOKEN}/", Host=f"localhost:{untouched.port}").status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": None}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"X_CSRF_Token": None}, 403),
        ({"X_CSRF_Token": TOKEN}, 403),
        ({"X_CSRF_Token": CSRF + "é"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": None}, 415),
    ],
)
def test_a_review_that_another_page_sends_is_refused(
    untouched: Served, headers: dict[str, str | None], status: int
) -> None:
    """Also where that page knows the address; one sentence says why."""
    answer = untouched.review(**headers)
    assert answer.status == status
    assert json.loads(answer.text)["error"].startswith("expected a review")


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (b"", 400, "in JSON"),
        (b"[" * 50_000, 400, "in JSON"),
        (b"\xff\xfe", 400, "in JSON"),
        ([], 400, "expected the fields claim_id"),
        (REVIEW | {"more": 1}, 400, "expected the fields claim_id"),
        (REVIEW | {"comment": None}, 400, "comment: expected text"),
        (REVIEW | {"by": 7}, 400, "by: expected text"),
        (REVIEW | {"by": "\ud800"}, 400, "by: expected text, found half a character"),
        (REVIEW | {"label": "FALSE"}, 400, "SUPPORTED, REFUTED, CONFLICTING_EVIDENCE"),
        (REVIEW | {"comment": "x" * 70_000}, 413, "write less"),
        (REVIEW | {"claim_id": "zzzz"}, 404, "expected a claim_id"),
        (REVIEW | {"by": " "}, 422, "expected the name of who reviews"),
        (REVIEW | {"label": None, "comment": " "}, 422, "say what is wrong"),
        (REVIEW | {"passage_id": "zzzz"}, 422, VERDICT.evidence[0].passage.id),
    ],
)
def test_what_is_no_review_is_refused_with_a_sentence(untouched: Served, said: object, status: int, told: str) -> None:
    """The store's own where the store refuses it."""
    answer = untouched.review(said)
    assert (answer.status, list(json.loads(answer.text))) == (status, ["error"])
    assert told in json.loads(answer.text)["error"]


def test_a_long_body_is_not_read_to_its_end(untouched: Served) -> None:
    """Whatever its length was said to be, the line is cut long before."""
    head = f"POST /{TOKEN}/reviews HTTP/1.1\r\nHost: 127.0.0.1:{untouched.port}\r\nContent-Length: 1000000000\r\n"
    head += (
        f"Origin: http://127.0.0.1:{untouched.port}\r\nContent-Type: application/json\r\nX-CSRF-Token: {CSRF}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", untouched.port), timeout=10) as line:
        line.sendall(head.encode())
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(100):
                line.sendall(b" " * 1_000_000)


def test_a_review_is_stored_and_answered_as_the_report_words_it(served: Served) -> None:
    """The row as the columns of the table are called."""
    passage = VERDICT.evidence[0].passage.id
    answer = served.review(REVIEW | {"comment": "It’s <b>old</b>\n\x00", "passage_id": passage})
    found = json.loads(answer.text)
    day = found["review"]["reviewed_at"][:10]
    assert answer.status == 201
    assert found["words"].startswith(f"Reviewed: Supported, wrong evidence “Dam register”, by Ada ({day}): It’s <b>old")
    assert tuple(found["review"]) == query_file(served.database, "SELECT * FROM reviews").columns
    assert [row[:4] for row in served.stored()] == [(CLAIM.id, "run-1", "SUPPORTED", "Ada")]


def test_the_page_shows_a_review_when_it_is_loaded_again(served: Served) -> None:
    """In the words that were answered."""
    served.ask("GET", f"/{TOKEN}/")
    words = json.loads(served.review().text)["words"]
    assert words in served.ask("GET", f"/{TOKEN}/").text


def test_the_page_is_rendered_anew_only_after_a_change(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload is cheap, also with thousands of claims; what another process stores is seen."""
    rendered: list[object] = []
    real = serve.render_html
    monkeypatch.setattr(serve, "render_html", lambda *given: rendered.append(given) or real(*given))
    for _ in range(4):
        served.ask("GET", f"/{TOKEN}/")
    n_before = len(rendered)
    with Store.open(served.database) as store:
        store.add_review(CLAIM.id, Label.SUPPORTED, "Bo")
    assert "by Bo" in served.ask("GET", f"/{TOKEN}/").text
    served.ask("GET", f"/{TOKEN}/")
    served.ask("GET", f"/{TOKEN}/")
    assert (n_before, len(rendered)) == (2, 4)  # who sees the copy swapped while reading does not rely on it


def test_the_same_review_from_two_tabs_at_once_is_one(served: Served) -> None:
    """Both are told that it is stored."""
    with ThreadPoolExecutor(4) as tabs:
        answers = list(tabs.map(lambda _: served.review(), range(4)))
    assert {answer.status for answer in answers} == {201}
    assert len({json.loads(answer.text)["review"]["review_id"] for answer in answers}) == 1
    assert len(served.stored()) == 1


def test_reviews_from_tabs_and_commands_at_once_are_all_stored(served: Served) -> None:
    """Beside a process that saves batch after batch as a run does, none is lost and none is stored twice."""
    command = [sys.executable, str(ROOT / "tests" / "writer.py"), str(served.database), "batches"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None and writer.stdout.readline()
            with ThreadPoolExecutor(4) as tabs:
                said = [REVIEW | {"by": f"Ada {i}"} for i in range(6)]
                answers = list(tabs.map(served.review, said))
            assert {answer.status for answer in answers} == {201}
        finally:
            writer.kill()
    assert sorted(row[3] for row in served.stored()) == sorted(one["by"] for one in said)


def test_a_review_waits_for_a_run_that_holds_the_database(served: Served) -> None:
    """As the command does: stored once when the run lets go, and the page can be read meanwhile."""
    served.ask("GET", f"/{TOKEN}/")
    with a_run_that_holds(served.database) as run, ThreadPoolExecutor(2) as tabs:
        began = time.monotonic()
        posted = [tabs.submit(served.review, REVIEW | {"by": name}) for name in ("Ada", "Bo")]
        time.sleep(1)
        assert not any(answer.done() for answer in posted)
        run.communicate("\n", timeout=30)
        assert [answer.result().status for answer in posted] == [201, 201]
        assert time.monotonic() - began > 1
    assert {row[3] for row in served.stored()} == {"Ada", "Bo"}


def test_a_review_is_refused_when_the_database_stays_held(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the sentence of the command; nothing is stored, and the same review can be given later."""
    real = Store.open
    monkeypatch.setattr(serve.Store, "open", lambda path, **options: real(path, wait_s=0.2, **options))
    with a_run_that_holds(served.database):
        answer = served.review()
        assert answer.status == 503
        assert "is held by process" in json.loads(answer.text)["error"]
    assert served.stored() == []
    assert served.review().status == 201


def test_a_database_that_is_gone_is_said_in_a_sentence(served: Served) -> None:
    """On the page and to the form."""
    served.database.unlink()
    page, review = served.ask("GET", f"/{TOKEN}/"), served.review()
    assert page.status == 500 and "found no file" in page.text
    assert review.status == 500 and "found no file" in json.loads(review.text)["error"]
    assert not served.database.exists()


def test_an_error_of_the_program_is_told_and_still_guarded(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the form and in the terminal, never as a stored review."""

    def broken(*given: object) -> None:
        raise RuntimeError("the words are gone")

    monkeypatch.setattr(serve, "review_words", broken)
    answer = served.review()
    assert answer.status == 500 and "unexpected RuntimeError" in json.loads(answer.text)["error"]
    assert {name: answer.headers.get(name) for name in GUARDED} == GUARDED
    assert "unexpected RuntimeError: the words are gone" in capsys.readouterr().err


@contextmanager
def command_that_serves(database: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "flows.cli", "report", "--serve", "--db", str(database), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=ROOT, env=environment, **pipes) as server:
        try:
            assert server.stdout is not None
            yield server, server.stdout.readline().strip()
        finally:
            server.kill()


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_command_prints_an_address_and_serves_until_it_is_ended(tmp_path: Path, sign: int, code: int) -> None:
    """Only on the loopback interface, under a secret of 256 bits; with the exit codes of other commands."""
    database = fill(tmp_path / "v.duckdb")
    with command_that_serves(database) as (server, address):
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/([\w-]{43})/", address)
        assert found, address
        page = Served(int(found[1]), database).ask("GET", f"/{found[2]}/")
        assert page.status == 200 and CLAIM.text in page.text
        assert listening_on(int(found[1])) == {"0100007F"}
        server.send_signal(sign)
        _, told = server.communicate(timeout=30)
    assert server.returncode == code
    assert "Traceback" not in told and "what was saved before stays saved" in told


def listening_on(port: int) -> set[str]:
    """The addresses, as the kernel writes them, on which a port listens."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1].split(":")[0] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--db", "no.duckdb"), "found no file"),
        (("--run", "nobody"), "nobody"),
        (("--json",), "--serve alone"),
        (("--format", "csv"), "--serve alone"),
        (("--port", "{taken}"), "give another --port"),
    ],
)
def test_what_cannot_be_served_is_said_at_once(
    verifier: Callable[..., Outcome], tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    """One sentence and exit code 2, before an address is printed."""
    database = fill(tmp_path / "v.duckdb")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        given = [option.format(taken=taken.getsockname()[1]) for option in options]
        outcome = verifier("report", "--serve", "--db", database, *given)
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err and outcome.err.count("\n") == 1


def test_options_of_serving_are_refused_where_nothing_is_served(verifier: Callable[..., Outcome]) -> None:
    """Rather than passed over."""
    outcome = verifier("report", "--port", "8765", "--db", "no.duckdb")
    assert outcome.code == 2 and "give --serve too" in outcome.err


def test_the_browser_is_shown_the_address_by_a_file_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command line can be read by everybody on the machine, and the address is secret; the file goes afterwards."""
    seen: list[Path] = []

    def note(url: str) -> bool:
        seen.append(Path(url.removeprefix("file://")))
        assert "http" not in url and "http://127.0.0.1:1/secret/" in seen[0].read_text()
        assert seen[0].parent.stat().st_mode & 0o077 == 0
        return True

    monkeypatch.setattr(serve.webbrowser, "open", note)
    with serve._opened("http://127.0.0.1:1/secret/"):
        assert seen[0].exists()
    assert not seen[0].exists()

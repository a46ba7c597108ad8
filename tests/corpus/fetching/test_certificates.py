"""HTTPS: a page is read from a server that proves to be its host, and from no other."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from corpus.documents import Document
from tests.corpus.fetching.conftest import Read, failed
from tests.faulty_server import FaultyServer, article

TEXT = "The dam holds three million litres."


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    """One that nobody trusts yet; its certificate lies in authority.pem."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    return made


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[FaultyServer]:
    """A server that has a certificate for 127.0.0.1, and for no name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with FaultyServer(context) as server:
        yield server


def test_a_page_of_a_trusted_server_is_read(
    secure: FaultyServer, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authority may be one that the network names by SSL_CERT_FILE."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    [found] = read(secure.put("/dam", article("Dam full", TEXT)))
    assert isinstance(found, Document) and found.url and found.url.startswith("https://")


def test_a_server_that_nobody_vouches_for_is_not_read(secure: FaultyServer, read: Read) -> None:
    """A failure that says so; the page is not asked for."""
    says = failed(read(secure.put("/dam", article("Dam full", TEXT))))
    assert "/dam: nothing is fetched" in says and "certificate is not to be trusted (unable to get local" in says
    assert not secure.requests


def test_a_certificate_of_another_name_is_not_taken(
    secure: FaultyServer, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate has to be for the host of the URL, though the connection goes to an address."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    secure.put("/dam", article("Dam full", TEXT))
    says = failed(read(secure.url("/dam", host="localhost")))
    assert "certificate is not to be trusted" in says and "not valid for 'localhost'" in says
    assert not secure.requests


def test_a_server_that_speaks_no_tls_is_told_as_that(read: Read) -> None:
    """Neither its certificate nor the times of this machine have anything to do with it."""
    with FaultyServer() as plain:
        says = failed(read(plain.url("/dam").replace("http:", "https:")))
    assert "no connection to its server (it does not agree on TLS:" in says
    assert "raise the times" not in says and "certificate" not in says


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_missing_file_of_authorities_is_named_and_stops_only_https(
    secure: FaultyServer, read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """The variable and its value; what is asked for without TLS is read."""
    if content:
        (tmp_path / "none.pem").write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with FaultyServer() as plain:
        rows = read(secure.url("/dam"), plain.put("/dam", article("Dam full", TEXT)))
    assert f"in SSL_CERT_FILE={tmp_path / 'none.pem'}, found none (" in failed(rows)
    assert [row.title for row in rows if isinstance(row, Document)] == ["Dam full"]

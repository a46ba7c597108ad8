"""One Prefect server, one small corpus and one way to call the command line for all tests of the shell."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import flows  # noqa: F401 - sets Prefect's environment before Prefect is imported
from corpus.index import PassageIndex
from corpus.sources import read_documents
from flows import cli
from verifier.encode import load_encoder

SAMPLE = Path(__file__).parents[2] / "corpus" / "sample"
ARTICLE = """Orla dam full again

The James Webb Space Telescope was launched from French Guiana on 25 December 2021.
The town band will play on Sunday.
"""


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it exited."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Prefect's server with a database of its own; it takes ten seconds to come up, so it comes up once."""
    os.environ["PREFECT_HOME"] = str(tmp_path_factory.mktemp("prefect"))
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=90):
        yield


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample, indexed with the shipped encoder."""
    folder = tmp_path_factory.mktemp("corpus") / "index"
    with PassageIndex.create_or_open(folder, load_encoder()) as index:
        index.add([d for d in read_documents([SAMPLE / "documents.jsonl"])])  # noqa: C416 - only documents are there
    return folder


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A short article with a claim and a prediction."""
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


@pytest.fixture
def verifier(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Call the `verifier` command in this process."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr("sys.argv", ["verifier", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_info:
            cli.main()
        captured = capsys.readouterr()
        return Outcome(int(exit_info.value.code or 0), captured.out, captured.err)

    return call

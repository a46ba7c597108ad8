"""The flow that schedules start: plain parameters, what Prefect's UI shows, and runs that do not fit beside another."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.client.orchestration import get_client

from flows.schedule import Schedule
from flows.scheduled import verify_sources
from verifier.store import Store

ROOT = Path(__file__).parents[2]


def scheduled(article: Path, corpus: Path, folder: Path) -> Any:
    return verify_sources([str(article)], str(corpus), str(folder / "v.duckdb"), str(folder / "r"), return_state=True)


@pytest.mark.models
@pytest.mark.usefixtures("prefect_home")
def test_a_scheduled_run_is_named_counted_and_linked_in_the_ui(article: Path, corpus: Path, tmp_path: Path) -> None:
    """By its sources, a table of labels and the page; the next one finds nothing new, and a failure is Failed."""
    state = scheduled(article, corpus, tmp_path)
    assert state.is_completed() and state.message.startswith("finished; 1 articles, 1 verdicts, 0 failures")
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(state.state_details.flow_run_id)
        found = {a.key: a for a in client.read_artifacts() if a.flow_run_id == run.id}
    assert run.name.startswith("article.txt, ")
    assert set(found) == {"verdict-counts", "report", "articles-checked"}
    assert {"verdict": "Supported", "Is it true?": 1, "Was it said?": 0} in json.loads(found["verdict-counts"].data)
    assert (tmp_path / "r" / "index.html").as_uri() in found["report"].data
    assert scheduled(article, corpus, tmp_path).message.startswith("nothing new; 1 articles")
    (tmp_path / "empty.txt").touch()
    assert scheduled(tmp_path, corpus, tmp_path).is_failed()


@pytest.mark.models
@pytest.mark.usefixtures("prefect_home")
def test_a_scheduled_run_is_not_begun_beside_another(article: Path, corpus: Path, tmp_path: Path) -> None:
    """It is Cancelled, and names who goes on; nothing is doubled."""
    scheduled(article, corpus, tmp_path)
    with Store.open(tmp_path / "v.duckdb") as store:
        store._connection.execute("UPDATE attempts SET status = 'RUNNING', host = 'elsewhere', seen_at = now()")
    article.write_text("Rome fell in the year 476 after a long decline.", encoding="utf-8")
    state = scheduled(article, corpus, tmp_path)
    assert state.is_cancelled() and "on elsewhere" in state.message
    with Store.open(tmp_path / "v.duckdb") as store:
        assert len(store.attempts()) == 1


def test_a_schedule_has_the_parameters_of_the_flow_as_json() -> None:
    """So has prefect.yaml, whose deployment names the flow."""
    schedule = Schedule("0 6 * * *", "UTC", ("morning",), "corpus", "v.duckdb", "report", None, ("mail",))
    takes = set(inspect.signature(verify_sources.fn).parameters)
    assert set(json.loads(json.dumps(schedule.parameters))) == takes
    [deployment] = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert set(deployment["parameters"]) <= takes
    assert deployment["entrypoint"] == f"{verify_sources.fn.__module__}.{verify_sources.fn.__name__}"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_the_units_of_the_document_are_units(tmp_path: Path) -> None:
    """With the program's path replaced by one that is there."""
    text = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")
    units = re.findall(r"<!-- (\S+\.(?:service|timer)) -->\n```ini\n(.*?)```", text, re.DOTALL)
    assert len(units) == 3
    for name, body in units:
        here = body.replace("/srv/desk/.venv/bin/verifier", "/bin/true").replace("/srv/desk", str(tmp_path))
        (tmp_path / name).write_text(here, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name, _ in units)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")

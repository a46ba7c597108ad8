"""The suite of faults (`make faults`) works: two of its families, tried once."""

from __future__ import annotations

import time

import pytest

from tests.faults import disk, kills
from tests.faults.bench import Bench, Result, statuses


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Made once, for it does two runs to compare with."""
    return Bench(tmp_path_factory.mktemp("bench"), time.monotonic() + 3600)


def test_a_killed_run_and_one_that_met_a_full_disk_go_on_to_the_same_rows(bench: Bench) -> None:
    """Nothing is lost or twice, and no page is green before."""
    told = list[Result]()
    kills.at_random(bench, 1, told.append)
    disk.limited_files(bench, 1, told.append)
    assert [(r.n_tried, r.n_survived, r.n_lost, r.notes) for r in told] == [(1, 1, 0, [])] * 2


def test_a_lost_row_is_noticed(bench: Bench) -> None:
    """What the suite compares with are rows, and a run that lacks an article has fewer."""
    told = list[Result]()

    def loses() -> None:
        trial = bench.trial(sources=(str(bench.articles / "a0.txt"),))
        bench.finish(trial)
        assert statuses(trial.database) == ["FINISHED"]
        bench.same_rows(trial)

    bench.many("a fault", [loses], told.append)
    assert told[0].n_survived == 0 and told[0].n_lost > 7


def test_no_trial_is_begun_without_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted as left out."""
    told = list[Result]()
    monkeypatch.setattr(bench, "ends_at", time.monotonic() - 1)
    bench.many("a fault", [lambda: None], told.append)
    assert (told[0].n_tried, told[0].n_left_out) == (0, 1)

"""The shipped verifier beside the script that a user would write instead, and how its cost grows.

`python -m tests.bench.bench_scale` measures all; `python -m tests.bench.bench_scale rounds machine` a part, `--small`
in a few minutes and roughly. Tables go to standard output; bench.json and two charts to `--out` (or BENCH_OUT).
Corpora and vectors are made at the first run and kept in `kept/` there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.chart import Bar, bar_chart
from tests.bench.setting import SMALL, WIKIPEDIA, Setting, Sizes
from verifier.inference import default_threads

PARTS = ("rounds", "stages", "million", "commands", "machine")  # each a module with `measure(setting)`
Figures = dict[str, Any]  # the dataclasses of a part, as JSON has them
Row = Sequence[str | int | float | None]


def main() -> None:
    """Measure the parts that were asked for, one after the other; each is written down as soon as it is done."""
    chosen = _arguments()
    setting = Setting(SMALL if chosen.small else Sizes(), chosen.out)
    if not WIKIPEDIA.exists():
        raise SystemExit(f"expected the public data sets beside the project, found no {WIKIPEDIA}")
    results: Figures = {"about": _about(setting)}
    for name in chosen.parts or PARTS:
        print(f"\n## {name}\n", flush=True)
        started = time.perf_counter()
        found = import_module(f"tests.bench.{name}").measure(setting)
        results[name] = [asdict(one) for one in found] if isinstance(found, tuple) else asdict(found)
        print("\n".join(TABLES[name](results[name])))
        print(f"\n{name} took {time.perf_counter() - started:.0f} s, what was made for it included", flush=True)
        _write(setting.out, results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all where left out")
    parser.add_argument("--small", action="store_true", help="sizes to try it with; the figures say little")
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("BENCH_OUT", "build/bench")))
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"expected {', '.join(PARTS)}, found {', '.join(sorted(unknown))}")
    return chosen


def _about(setting: Setting) -> Figures:
    """What was run, and where; the load tells whether something else ran too."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("claim-verifier"),
        "machine": platform.platform(),
        "n_threads": default_threads(),
        "load_at_start": os.getloadavg()[0],
        "sizes": asdict(setting.sizes),
    }


def _write(out: Path, results: Figures) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for name, chart in _charts(results):
        (out / f"{name}.svg").write_text(chart, encoding="utf-8")


# ---- in words


def table(head: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Lines of a Markdown table; the first column is words, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *([_cell(one) for one in row] for row in rows)]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def _cell(value: str | int | float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else value


def _rounds(r: Figures) -> list[str]:
    quality, a = {one["system"]: one for one in r["quality"]}, r["agreement"]
    rows = [
        (one["system"], one["median"], f"{min(one['claims_per_s']):.2f} to {max(one['claims_per_s']):.2f}",
         one["median_faster"], f"{min(one['ours_is_faster']):.2f} to {max(one['ours_is_faster']):.2f}",
         quality[one["system"]]["label_only_f1"], quality[one["system"]]["sentence_label_f1"])
        for one in r["speed"]
    ]  # fmt: skip
    n_rounds, n_claims = len(r["speed"][0]["claims_per_s"]), r["quality"][0]["n_claims"]
    return [
        f"SciFact dev: {r['n_abstracts']:,} abstracts, {r['n_passages']:,} passages. Speed: {n_rounds} interleaved "
        f"rounds of {r['round_claims']} claims after one that is not counted; quality: {n_claims} claims.",
        f"The fp32 weights of the scripts against the shipped int8 file, {a['n_pairs']} pairs: mean absolute "
        f"difference {a['mean_difference']:.4f}, same stance {a['same_stance']:.1%}.",
        "",
        *table(
            ("system", "claims/s, median", "spread", "ours is faster, median", "spread", "label-only F1",
             "sentence+label F1"),
            rows,
        ),
    ]  # fmt: skip


def _stages(costs: Sequence[Figures]) -> list[str]:
    head = [
        "stage",
        *(f"{c['n_passages']:,} passages: {what}" for c in costs for what in ("wall ms", "sum ms", "share")),
    ]
    rows: list[Row] = [
        [name, *(cell for c in costs for cell in _stage_cells(c, i))]
        for i, name in enumerate(stage["stage"] for stage in costs[0]["stages"])
    ]
    whole = [cell for c in costs for cell in (c["ms_per_claim"], sum(s["sum_ms"] for s in c["stages"]), "100%")]
    told = "; ".join(f"{c['n_claims']} claims of {c['n_articles']} articles in {c['wall_s']:.1f} s" for c in costs)
    return [f"A claim, stage by stage ({told}).", "", *table(head, [*rows, ["whole", *whole]])]


def _stage_cells(cost: Figures, i: int) -> Row:
    stage = cost["stages"][i]
    return stage["wall_ms"], stage["sum_ms"], f"{stage['share']:.0%}"


def _million(m: Figures) -> list[str]:
    dense = [tuple(one.values()) for one in m["dense"]]
    lexical = [tuple(one.values()) for one in m["lexical"]]
    return [
        *table(("dense: passages", "claims in the batch", "recall@20", "ms a claim", "build s", "file MB",
                "resident MB", "exact float32 MB"), dense),
        *table(("lexical: passages", "claims", "ms a claim", "build s", "folder MB"), lexical),
    ]  # fmt: skip


def _commands(c: Figures) -> list[str]:
    run = [(name.replace("_", " "), value) for name, value in c["run"].items()]
    added = [tuple(one.values()) for one in c["added"]]
    head = ("corpus add: passages before", "documents", "passages", "mean tokens", "wall s", "passages/s")
    return [*table(("verifier run", "figure"), run), *table(head, added)]


def _machine(m: Figures) -> list[str]:
    rates = [
        (f"{r['rows']}x{r['inner']}x{r['columns']}", "yes" if r["quantizes"] else "no", r["gops"]) for r in m["rates"]
    ]
    models = [(*list(one.values())[:-1], f"{one['share_of_best']:.0%}") for one in m["models"]]
    return [
        f"{m['n_threads']} threads; best {m['best_gops']:,.0f} GOP/s in int8.",
        "",
        *table(("model", "texts", "mean tokens", "texts/s", "GOP/s", "of the best rate"), models),
        *table(("product", "quantises first", "GOP/s"), rates),
    ]


TABLES: Mapping[str, Any] = {
    "rounds": _rounds,
    "stages": _stages,
    "million": _million,
    "commands": _commands,
    "machine": _machine,
}


def _charts(results: Figures) -> Iterator[tuple[str, str]]:
    """What there are figures for."""
    if "rounds" in results:
        speeds = results["rounds"]["speed"]
        bars = [Bar(s["system"], (("", s["median"]),), f"{s['median']:.1f}") for s in speeds]
        told = f"SciFact dev, median of {len(speeds[0]['claims_per_s'])} interleaved rounds; more is better"
        yield "claims-per-second", bar_chart("Claims a second", told, bars)
    if "stages" in results:
        bars = [
            Bar(f"{c['n_passages']:,} passages", tuple((s["stage"], s["wall_ms"]) for s in c["stages"]),
                f"{c['ms_per_claim']:.0f} ms")
            for c in results["stages"]
        ]  # fmt: skip
        yield "cost-per-claim", bar_chart("Cost of a claim", "Milliseconds of wall time, by stage", bars)


if __name__ == "__main__":
    main()

"""Runs by the clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.app import (
    DEFAULT_CORPUS,
    DEFAULT_DATABASE,
    DEFAULT_REPORT,
    AllowPrivate,
    Corpus,
    Database,
    Notify,
    OnlyNew,
    ReportFolder,
    SettingsFile,
    Sources,
    app,
    load_chosen,
    quiet,
)


@app.command(epilog='Example: verifier schedule --cron "0 6 * * *" --timezone Europe/Istanbul morning/')
def schedule(
    sources: Sources,
    cron: Annotated[str, typer.Option("--cron", help="Minute, hour, day, month, weekday.")],
    timezone: Annotated[str, typer.Option("--timezone", help="As Europe/Istanbul.")] = "UTC",
    corpus: Corpus = DEFAULT_CORPUS,
    db: Database = DEFAULT_DATABASE,
    report: ReportFolder = DEFAULT_REPORT,
    settings: SettingsFile = None,
    notify: Notify = None,
    allow_private: AllowPrivate = False,
    only_new: OnlyNew = False,
    port: Annotated[int, typer.Option("--port", help="Of Prefect's server, where none is configured.")] = 4200,
) -> None:
    """Verify the sources by the clock, until Ctrl-C: folders, globs and feeds are read anew each time.

    Starts a Prefect server where PREFECT_API_URL names none. A run that would overlap the one before is not begun.
    """
    quiet()
    from flows.notify import require_target
    from flows.publish import require_report_folder
    from flows.schedule import Schedule, keep

    targets = tuple(require_target(target) for target in notify or ())
    require_report_folder(report)
    load_chosen(settings)  # a wrong one is told now, not tomorrow morning
    chosen = Schedule(
        cron=cron,
        timezone=timezone,
        sources=tuple(map(_absolute, sources)),
        corpus=str(corpus.absolute()),
        db=str(db.absolute()),
        report=str(report.absolute()),
        settings=str(settings.absolute()) if settings else None,
        notify=targets,
        allow_private=allow_private,
        only_new=only_new,
    )
    keep(chosen, port)


def _absolute(source: str) -> str:
    """A path that means the same in every folder; what names its scheme is left as it is."""
    return source if ":" in source.partition("/")[0] else str(Path(source).absolute())

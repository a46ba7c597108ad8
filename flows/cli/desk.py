"""What the people at the desk say of verdicts, and what is learned from it: review, calibrate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import DEFAULT_DATABASE, Database, InputError, Json, app, decoded
from flows.terminal import print_json_rows, print_table, say

if TYPE_CHECKING:
    from verifier.calibration import Refit
    from verifier.store import JudgedClaim
    from verifier.types import Label, Review

_WHEN = ("before", "after")


@app.command(epilog='Example: verifier review 0f3a81 --label REFUTED --by "Ada Brook" --comment "The register says 2."')
def review(
    claim: Annotated[str, typer.Argument(help="A claim_id, or its first characters (4 or more).")],
    label: Annotated[
        str | None, typer.Option("--label", help="The right label, also where it is the one that the machine gave.")
    ] = None,
    wrong_evidence: Annotated[
        str | None,
        typer.Option("--wrong-evidence", metavar="PASSAGE", help="Evidence that is about something else: its id."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Your name.")] = None,
    comment: Annotated[str, typer.Option("--comment", help="Why.")] = "",
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Say what you think of a claim's verdict; without options, show the verdict, its evidence and its reviews.

    A review stands beside the machine's verdict and never changes it, and no later run changes a review.
    """
    from verifier.store import Store, open_published, refresh

    if label is None and wrong_evidence is None and not comment.strip() and by is None:
        store, as_of = open_published(db)
        with store:
            judged = store.judged_claim(decoded(claim, "the claim's id"))
        if as_of:
            say(f"{db} is being written: this is as of {as_of:%Y-%m-%d %H:%M:%S} UTC")
        _print_judged(judged, json)
        return
    given, name = _label(label), decoded(by or "", "the name")
    with Store.open(db, create=False) as store:
        made = store.add_review(
            decoded(claim, "the claim's id"), given, name, decoded(comment, "the comment"), wrong_evidence
        )
        judged = store.judged_claim(made.claim_id)
    refresh(db)
    if json:
        _print_json(_fields(made))
    else:
        print(_told(made, judged))


def _label(given: str | None) -> Label | None:
    """:raises InputError: when it is none of the four."""
    from verifier.types import Label

    if given is None:
        return None
    try:
        return Label(given.strip().upper().replace(" ", "_").replace("-", "_"))
    except ValueError:
        raise InputError(f"--label: expected one of {', '.join(Label)}, found {given!r}") from None


def _told(made: Review, judged: JudgedClaim) -> str:
    """What is stored, beside what the machine says."""
    parts = []
    if made.label:
        parts.append(f"{made.label} confirmed" if made.label is judged.label else f"{made.label}, not {judged.label}")
    if made.passage_id:
        title = next((p.title for p in judged.passages if p.passage_id == made.passage_id), "")
        parts.append(f"wrong evidence {made.passage_id} “{title}”")
    return f"{made.reviewer}: {'; '.join(parts) or 'comment'}: {judged.claim}"


def _fields(made: Review) -> dict[str, object]:
    """As the columns of the table are called."""
    fields = asdict(made)
    return {"review_id": fields.pop("id"), **fields}


def _print_json(fields: Mapping[str, object]) -> None:
    print_json_rows(tuple(fields), [tuple(fields.values())])


def _print_judged(judged: JudgedClaim, json: bool) -> None:
    if json:
        _print_json({**asdict(judged), "reviews": [_fields(made) for made in judged.reviews]})
        return
    print(f"{judged.label}  {judged.confidence:.0%}  {judged.claim}")
    print(f"  {judged.article}; claim {judged.claim_id}, run {judged.run_id} of {judged.run_started_at:%Y-%m-%d}")
    passages = [(p.passage_id, p.stance, p.quote, p.title, p.url) for p in judged.passages]
    print_table("evidence", ("passage", "stance", "quote", "document", "url"), passages)
    reviews = [
        (f"{r.reviewed_at:%Y-%m-%d %H:%M}", r.reviewer, r.label, r.passage_id, r.comment) for r in judged.reviews
    ]
    if reviews:
        print_table("reviews", ("when (UTC)", "by", "label", "wrong evidence", "comment"), reviews)
    else:
        say("no review yet; give one with --label LABEL, --wrong-evidence PASSAGE or --comment TEXT, and --by NAME")


@app.command(epilog="Example: verifier calibrate --db verdicts.duckdb")
def calibrate(
    db: Database = DEFAULT_DATABASE,
    off: Annotated[bool, typer.Option("--off", help="Go back to confidence as the models give it.")] = False,
    json: Json = False,
) -> None:
    """Refit confidence on reviews, so that of a hundred verdicts at 80% eighty are right.

    Stored, and used from the next run on, only where there are enough reviews and the refitted confidence is better
    on reviews left out of the fit. Labels never change.
    """
    from verifier.calibration import Refit, measured, refit, why_too_few
    from verifier.store import Store

    with Store.open(db, create=False) as store:  # to write: an older database is brought up to date first
        reviewed, in_force = store.reviewed(), store.calibration()
    if off and in_force is None:
        _print_kept("no calibration is in force: confidence is as the models give it", json)
    elif off:
        before, after = measured(reviewed, in_force), measured(reviewed, None)
        back = Refit(1.0, 0.0, len(reviewed), sum(r.is_right for r in reviewed), before, after)
        _store(db, back, "stored: from the next run on, confidence is as the models give it", json)
    elif too_few := why_too_few(reviewed):
        _print_kept(f"nothing was stored: {too_few}", json)
    elif (found := refit(reviewed, in_force)).is_better:
        how = f"slope {found.slope:.2f}, intercept {found.intercept:+.2f}"
        _store(db, found, f"stored, and used from the next run on: {how}", json)
    else:
        _print_refit(found, "nothing was stored: on reviews left out of the fit, confidence is no better for it", json)


def _store(db: Path, found: Refit, outcome: str, json: bool) -> None:
    from verifier.store import Store, refresh

    with Store.open(db, create=False) as store:
        eces = (None if math.isnan(ece) else ece for ece in (found.before.ece, found.after.ece))
        store.add_calibration(found.slope, found.intercept, found.n_reviews, *eces)
    refresh(db)
    _print_refit(found, outcome, json, is_stored=True)


def _print_kept(why: str, json: bool) -> None:
    """Nothing went wrong: the exit code stays 0."""
    if json:
        _print_json({"stored": False, "outcome": why})
    else:
        say(why)


def _print_refit(found: Refit, outcome: str, json: bool, is_stored: bool = False) -> None:
    rows = [(name, getattr(found.before, name), getattr(found.after, name)) for name in ("ece", "brier", "log_loss")]
    if json:
        fields = {
            "stored": is_stored,
            "outcome": outcome,
            "slope": found.slope,
            "intercept": found.intercept,
            "n_reviews": found.n_reviews,
            "n_right": found.n_right,
            **{f"{name}_{when}": value for name, *pair in rows for when, value in zip(_WHEN, pair, strict=True)},
        }
        _print_json(fields)
        return
    print(f"reviewed claims: {found.n_reviews}, with the right label: {found.n_right}")
    print_table("", ("figure", *_WHEN), [(name, f"{before:.3f}", f"{after:.3f}") for name, before, after in rows])
    say(outcome)

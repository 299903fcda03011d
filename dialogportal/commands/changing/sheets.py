"""Sheets: what the commands have in common that take in a spreadsheet's file."""

from pathlib import Path
from typing import Annotated

import typer

from dialogportal.printing import counted, print_facts, say, warn
from tickets.administration import rosters
from tickets.administration.rosters import Roster

Sheet = Annotated[
    Path,
    typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, readable=True, help="As spreadsheets save CSV."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would change; change nothing.")]


def take_in(roster: Roster, json_: bool, *, is_rehearsal: bool) -> None:
    """Tell what a sheet did, or would do. The command ends with 1 where a line is faulty: then it did nothing."""
    if json_:
        print_facts(
            {
                **rosters.tell(roster.steps),
                "same": roster.same,
                "faults": [{"line": line, "told": told} for line, told in roster.faults.items()],
                "steps": [vars(step) for step in roster.steps],
                "done": not (is_rehearsal or roster.faults),
            }
        )
    else:
        _print(roster, is_rehearsal=is_rehearsal)
    if roster.faults:
        raise typer.Exit(1)


def _print(roster: Roster, *, is_rehearsal: bool) -> None:
    for line, told in roster.faults.items():
        warn(f"Line {line}: {told}")
    if roster.faults:
        warn(f"{counted(len(roster.faults), 'line')} cannot be taken in, so nothing is changed.")
        return
    if is_rehearsal:
        for step in roster.steps:
            say(f"Line {step.line}: {step.what} {step.about}{': ' if step.details else ''}{', '.join(step.details)}")
    counts = rosters.tell(roster.steps)
    told = f"{counts['new']} new, {counts['changed']} changed, {roster.same} as before."
    say(f"Nothing is changed yet: {told}" if is_rehearsal else told)

"""Status: the command that tells how the portal is doing."""

from typing import Any

from dialogportal.entrance import AsJson, Config, house_to_read
from dialogportal.facts.reasons import tell_reason_of_many
from dialogportal.house import house_behind
from dialogportal.printing import print_facts, print_table, say
from mailer.intake.entrances import NOBODY
from tickets import overview
from tickets.database.store import system_clock

GROUPS = {"put_aside_for": "Messages put aside", "set_aside_for": "Events set aside"}


def status(config: Config = None, json_: AsJson = False) -> None:
    """How the portal is doing: arrivals, deliveries, tickets, followers."""
    with house_to_read(config, json_) as opened, opened.store.reading() as session:
        facts: dict[str, dict[str, Any]] = {**overview.count_everything(session, system_clock())}
        facts["followers"]["search"] = house_behind(opened).search.lag(session)
        oldest = overview.oldest_waiting(session)
        facts["oldest_waiting"] = {name: at.isoformat(timespec="seconds") for name, at in oldest.items()}
        facts["troubles"] = {**overview.tell_of_troubles(session)}
        reasons = overview.count_reasons(session)
    listen = opened.settings.listen
    facts["authors"] = {"vouched_for_by": listen.judge}
    if json_:
        print_facts(facts | reasons)
        return
    print_table(
        "", "", "",
        rows=[
            (group, word, count)
            for group, counts in facts.items() if group != "troubles"
            for word, count in counts.items()
        ],
    )  # fmt: skip
    for name, trouble in facts["troubles"].items():
        say(f"In trouble: {name}, since {trouble['since']}: {trouble['said']}")
    for group, counts in reasons.items():
        for code, count in counts.items():
            say(f"{GROUPS[group]}, {count}: {tell_reason_of_many(code)}")
    if not listen.has_judge:
        say(f"Warning: {NOBODY}")

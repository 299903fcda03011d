"""Publishing: an answer without names is drafted, published or taken down, as a lawyer does it by mail."""

from typing import Annotated, Any

import typer

from dialogportal.commands.changing.tickets import By, Grip, Name, grip
from dialogportal.entrance import AsJson, Config
from dialogportal.printing import print_facts, say
from tickets import links
from tickets.database.models import Publication
from tickets.errors import BadInput
from tickets.publishing import agreeing, drafting


def publish(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Publish the draft, once those who asked are heard.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take it down, and drop its draft.")] = False,
    by: By = None,
    config: Config = None,
    json_: AsJson = False,
) -> None:
    """Draft an answer without names, which goes to whoever is named by --by; --yes publishes it."""
    if yes and withdraw:
        raise BadInput("Choose one of --yes and --withdraw")
    with grip(config, name, by) as gripped:
        if withdraw:
            agreeing.withdraw(gripped.session, gripped.ticket, gripped.hand)
            publication = None
        else:
            publication = _draft(gripped, is_agreed=yes)
        facts = _describe(gripped, publication)
    if json_:
        print_facts(facts)
    else:
        _tell(facts)


def _draft(gripped: Grip, *, is_agreed: bool) -> Publication:
    """The draft that waits where it is agreed to, else a new one."""
    waiting = drafting.waiting(gripped.session, gripped.ticket) if is_agreed else []
    row = waiting[0] if waiting else drafting.draft(gripped.session, gripped.ticket, None, gripped.hand)
    if is_agreed:
        agreeing.agree(gripped.session, gripped.portal, row, gripped.hand)
    return row


def _describe(gripped: Grip, publication: Publication | None) -> dict[str, Any]:
    facts = {"number": links.ticket_name(gripped.mailing_list, gripped.ticket), "state": "withdrawn"}
    if publication is None:
        return facts
    state = "published" if publication.published_at else "waits for who asked" if publication.agreed_at else "draft"
    return facts | {
        "state": state,
        "page": links.publication_url(gripped.portal, publication) if publication.published_at else None,
        "due": publication.due_at.isoformat() if publication.due_at else None,
        "subject": publication.subject,
        "question": publication.question,
        "short_answer": publication.short_answer,
        "answer": publication.answer,
        "removed": publication.removed,
        "doubts": publication.doubts,
    }


def _tell(facts: dict[str, Any]) -> None:
    if facts["state"] == "draft":
        for part in ("subject", "question", "short_answer", "answer"):
            say(f"{part}: {facts[part]}\n")
        for found, instead in facts["removed"]:
            say(f"taken out: {found} -> {instead}")
    say(f"{facts['number']}: {facts['state']}{' at ' + facts['page'] if facts.get('page') else ''}")

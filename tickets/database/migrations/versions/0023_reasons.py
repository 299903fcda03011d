"""Why something became what it became is a word with details, and no longer an English sentence"""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PLAIN = {
    "comes from a stranger": "stranger",
    "comes from somebody who is not a member of the list": "no_member",
    "names no single author": "no_single_author",
    "comes from an author for whom nobody vouches": "unvouched",
    "comes from an author whose domain disowns it": "disowned",
    "comes from an author who could not be verified, as DNS did not answer": "unanswered",
    "has line ends in its header section that programs read in different ways": "ambiguous",
    "has a header section that is too long to be read to its end": "overlong",
    "is news, but its author is no editor of the list": "no_editor",
    "is a command for a list that its author is not a member of": "not_for_them",
    "is for the administrators": "for_administrators",
    "names no address of ours": "names_none",
    "was sent on to us by another than its author": "sent_on",
    "was signed, but for no address of ours: its author is asked whether it was meant for the list": "unaddressed",
    "was signed, but not for this address: whoever got it may have sent it here": "replayed",
    "was sent to another person's address": "not_theirs",
    "decides what nobody asked": "not_asked",
    "holds a CPR number": "holds_cpr",
    "has a file that cannot be looked into for CPR numbers": "holds_unread",
    "holds a CPR number that cannot be taken out": "stuck_cpr",
    "has the Message-ID of another message": "same_id",
    "was sent to another person's reply address": "others_token",
    "was sent to the reply address of a ticket that is no more": "ticket_gone",
    "is open, and about a question that was asked anonymously or in confidence": "exposes",
    "waits for its author to see how the others would read it": "previewed",
    "names many who may have asked the anonymous question that it answers": "names_many",
    "answers a question that waits for its author": "answers_waiting",
    "answers an anonymous question that its author took back": "answers_withdrawn",
    "came to a return path, but is no report": "no_report",
    "is a report that did not come to the return path of its letter": "no_return_path",
    "is a report that does not name whom its letter went to": "other_recipient",
    "is a complaint that nothing proves": "unproven",
    "reports on a delivery that is no more": "delivery_gone",
    "tells of a delay: the letter is still on its way": "delayed",
    "is automatic: its subject says so": "automatic_subject",
    "is automatic: it says so": "automatic_words",
    "comes from an address that takes no mail": "takes_no_mail",
    "comes from a mail server": "mail_server",
    "comes from a mailing list": "mediated",
    "has no return path": "null_path",
    "is a report": "report",
    "is a receipt of reading": "read_receipt",
    "is a receipt of delivery": "delivery_receipt",
    "is a reaction": "reaction",
    "recalls a message": "recall",
    "answers an invitation": "invitation_answer",
    "says again what its author said on the ticket within a day": "says_again",
    "says again, with other numbers, what its author said twice on the ticket within a day": "says_again_renumbered",
    "says again within a day what its author has said twice": "repeats",
    "came back from a list of ours": "own_list",
    "has a Message-ID of ours": "own_id",
    "is a copy of a message that was filed": "copy_of_filed",
    "is a copy of a message that is held": "copy_of_held",
    "came to where its author decides too": "copy_for_decision",
    "came to those who run the list already": "copy_for_owners",
    "help": "helped",
    "decides nothing": "decides_nothing",
    "could not be processed": "failed",
    "comes from an author whom the mail server did not recognise": "unvouched",
    "waits for its asker to see how the others would read it": "previewed",
}
VARYING = (  # the longer first, where one begins as another
    (r"comes from an address that looks like (?P<twin>.+)", "lookalike"),
    (r"comes from an address that calls itself (?P<claimed>.+)", "calls_itself"),
    (r"Nothing lives at (?P<address>.+)", "unknown_address"),
    (r"is encrypted with (?P<kind>.+)", "encrypted"),
    (r"answers (?P<ticket>.+), which the author may not see", "answers_hidden"),
    (r"answers (?P<ticket>.+), which the author may no longer see", "answers_closed_off"),
    (r"names (?P<ticket>.+) in its subject, but the author is not in it", "not_in_ticket"),
    (r"passes on (?P<ticket>.+), which not everybody may see", "passes_on"),
    (r"is automatic: (?P<sign>.+)", "automatic"),
    (r"is one of more than (?P<most>\d+) of its author's on the ticket in a day", "too_many_a_day"),
    (r"is one of more than (?P<most>\d+) on its ticket within minutes", "storm"),
    (r"has been handed over more than (?P<most>\d+) times", "too_many_hops"),
    (r"subscription: (?P<mode>.+)", "subscription"),
    (r"decided: (?P<choice>.+)", "decided"),
    (r"was decided before: (?P<choice>.+)", "decided_before"),
    (r"handed on to those who run the list: (?P<mailing_list>.+)", "handed_on"),
    (
        r"(?:bounce without its return path: )?(?P<kind>hard|transient|policy|complaint)(?: (?P<status>\d\S*))?",
        "bounced",
    ),
    (r"bounce|(?P<status>\d\.\d+\.\d+)", "bounced"),
)
DROPPED = {
    "discarded by an administrator": "discarded",
    "withdrawn by its author": "withdrawn",
    "withdrawn: its author did not answer": "expired",
    "replaced by its author's new text": "replaced",
}
UNTOLD = {"bounced": {"kind": "unknown", "status": ""}}  # details that not every sentence had
NUMBERS = {"most"}
ARRIVALS = sa.table(
    "arrivals",
    sa.column("id", sa.Integer),
    sa.column("note", sa.String),
    sa.column("reason", sa.String),
    sa.column("reason_details", sa.JSON(none_as_null=True)),
)
SET_ASIDE = sa.table(
    "set_aside",
    sa.column("follower", sa.String),
    sa.column("event_key", sa.Integer),
    sa.column("note", sa.String),
    sa.column("reason", sa.String),
    sa.column("reason_details", sa.JSON(none_as_null=True)),
)
TOO_OLD = "older than a day: mailed only on the operator's word"
BATCH = 5_000


def upgrade() -> None:
    connection = op.get_bind()
    op.alter_column("arrivals", "reason", new_column_name="note")
    op.add_column("arrivals", sa.Column("reason", sa.String(length=48), nullable=True))
    op.add_column("arrivals", sa.Column("reason_details", sa.JSON(none_as_null=True), nullable=True))
    reached = 0
    while rows := [(key, note) for key, note in connection.execute(_after(reached))]:
        connection.execute(_noting(), [_row(key, note) for key, note in rows])
        reached = rows[-1][0]
    op.drop_column("arrivals", "note")
    _tell_of_events(connection)


def _tell_of_events(connection: sa.Connection) -> None:
    op.alter_column("set_aside", "reason", new_column_name="note")
    op.add_column("set_aside", sa.Column("reason", sa.String(length=48), nullable=True))
    op.add_column("set_aside", sa.Column("reason_details", sa.JSON(none_as_null=True), nullable=True))
    for follower, event_key, note in connection.execute(
        sa.select(SET_ASIDE.c.follower, SET_ASIDE.c.event_key, SET_ASIDE.c.note)
    ).all():
        reason, details = ("event_too_old", None) if note == TOO_OLD else ("event_failed", {"error": note})
        its_own = (SET_ASIDE.c.follower == follower, SET_ASIDE.c.event_key == event_key)
        connection.execute(SET_ASIDE.update().where(*its_own).values(reason=reason, reason_details=details))
    op.drop_column("set_aside", "note")
    with op.batch_alter_table("set_aside") as table:
        table.alter_column("reason", existing_type=sa.String(length=48), nullable=False)


def _after(reached: int) -> sa.Select[Any]:
    noted = sa.select(ARRIVALS.c.id, ARRIVALS.c.note).where(ARRIVALS.c.note != "", ARRIVALS.c.id > reached)
    return noted.order_by(ARRIVALS.c.id).limit(BATCH)


def _noting() -> sa.Update:
    return (
        ARRIVALS.update()
        .where(ARRIVALS.c.id == sa.bindparam("key"))
        .values(reason=sa.bindparam("new_reason"), reason_details=sa.bindparam("new_details"))
    )


def _row(key: int, note: str) -> dict[str, Any]:
    reason, details = read(note)
    return {"key": key, "new_reason": reason, "new_details": details or None}


def read(note: str) -> tuple[str, dict[str, Any]]:
    """The reason and its details that a sentence of an older release tells."""
    for words, code in DROPPED.items():
        if note.startswith(f"{words} (") and note.endswith(")"):
            reason, details = read(note[len(words) + 2 : -1])
            return code, {"before": {"reason": reason, "details": details}}
    if note in PLAIN:
        return PLAIN[note], {}
    for pattern, code in VARYING:
        if found := re.fullmatch(pattern, note, re.DOTALL):
            told = {name: int(value) if name in NUMBERS else value for name, value in found.groupdict("").items()}
            return code, UNTOLD.get(code, {}) | told
    return "noted", {"note": note or "was put aside"}


def downgrade() -> None:
    raise NotImplementedError("A newer database is not taken back: restore the copy made before the upgrade")

"""The migrations and the models are two tellings of one schema."""

import json
import sqlite3
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, Column, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from mailer.letters.registry import declarations
from support import filling, postgres
from support.databases import DATABASE
from templates.grounds import load_reasons
from tickets.database import upgrading
from tickets.database.models import (
    Arrival,
    Delivery,
    Message,
    Organisation,
    OrganisationKind,
    Preview,
    Proposal,
    SetAside,
    Subscription,
    Unmasked,
    metadata,
)
from tickets.database.schema import Age, revisions
from tickets.database.store import Store, resolve_url
from tickets.database.upgrading import alembic_config
from tickets.errors import StorageTrouble
from tickets.reasons import Grounds, Reason

numbers = count(1)


@pytest.fixture
def bare_url(template: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    if DATABASE == "sqlite":
        yield resolve_url("sqlite:///bare.sqlite3", tmp_path)
    else:
        name = f"bare{next(numbers)}"
        yield resolve_url(postgres.create_database(template, name), tmp_path)
        postgres.drop_database(template, name)


@contextmanager
def opened(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


def migrate(url: str) -> None:
    with opened(url) as store:
        upgrading.migrate(store)


def migrate_to(store: Store, revision: str) -> None:
    with store.engine.begin() as connection:
        alembic.command.upgrade(alembic_config(connection), revision)


def count_organisations(url: str) -> int:
    with opened(url) as store, store.reading() as session:
        return len(session.exec(select(Organisation)).all())


def assert_as_modelled(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": _have_defaults_changed}
        )
        assert compare_metadata(context, metadata) == []
    found = inspect(store.engine)
    for table in metadata.tables.values():  # what the comparison above does not look at
        names = {constraint.name for constraint in table.foreign_key_constraints}
        partial = {index.name for index in table.indexes if index.dialect_options["sqlite"]["where"] is not None}
        assert {key["name"] for key in found.get_foreign_keys(table.name)} == names
        assert {index["name"] for index in found.get_indexes(table.name) if _is_partial(index)} == partial
    assert _that_never_give_a_number_twice(store) == _modelled_to_never_give_a_number_twice(store)


def _have_defaults_changed(
    _context: Any, _found: Any, modelled: Column[Any], found: str | None, _default: Any, expected: str | None
) -> bool | None:
    """What the comparison asks of JSON, which PostgreSQL compares with nothing; None: of all else, as usual."""
    if not isinstance(modelled.type, JSON):
        return None
    return (found or "").partition("::")[0] != (expected or "")


def _is_partial(index: Any) -> bool:
    return any(option.endswith("_where") for option in index.get("dialect_options", {}))


def _that_never_give_a_number_twice(store: Store) -> set[str]:
    if not store.is_sqlite:
        return set()  # its sequences never do
    with store.reading() as session:
        made = session.connection().exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        return set(made.scalars())


def _modelled_to_never_give_a_number_twice(store: Store) -> set[str]:
    tables = metadata.tables.values() if store.is_sqlite else []
    return {table.name for table in tables if table.dialect_options["sqlite"]["autoincrement"]}


def test_all_migrations_together_give_the_schema_of_the_models(bare_url: str) -> None:
    migrate(bare_url)

    with opened(bare_url) as store:
        assert_as_modelled(store)


@pytest.mark.skipif(DATABASE == "sqlite", reason="SQLite compresses nothing")
def test_octets_of_messages_are_kept_as_they_are(session: Session) -> None:
    kept = "SELECT attstorage FROM pg_attribute WHERE attrelid = 'contents'::regclass AND attname = 'octets'"

    assert session.connection().exec_driver_sql(kept).scalar() == "e"  # EXTERNAL: beside the row, not compressed


def test_the_municipalities_and_regions_come_with_the_product(session: Session) -> None:
    organisations = list(session.exec(select(Organisation)))

    kinds = [organisation.kind for organisation in organisations]
    names = {organisation.name for organisation in organisations}
    assert kinds.count(OrganisationKind.MUNICIPALITY) == 98
    assert kinds.count(OrganisationKind.REGION) == 5
    assert {"Københavns Kommune", "Ærø Kommune", "Bornholms Regionskommune"} <= names


def test_migrating_twice_changes_nothing(bare_url: str) -> None:
    migrate(bare_url)
    migrate(bare_url)

    assert count_organisations(bare_url) == 103


def test_processes_that_start_at_once_migrate_once(bare_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(migrate, bare_url) for _ in range(4)]:
            done.result()

    assert count_organisations(bare_url) == 103


def test_an_upgrade_that_is_cut_short_leaves_nothing_and_can_be_done_again(bare_url: str) -> None:
    def be_cut_short(store: Store) -> None:
        with store.engine.begin() as connection:
            alembic.command.upgrade(alembic_config(connection), "head")
            raise LookupError

    with opened(bare_url) as store:
        with pytest.raises(LookupError):
            be_cut_short(store)
        assert inspect(store.engine).get_table_names() == []

    migrate(bare_url)
    assert count_organisations(bare_url) == 103


EARLIER = revisions()[1:-1]  # the first had no release of its own
FIRST_DAYS = (  # the second revision as it was when it was written
    "DROP INDEX deliveries_by_state",
    "CREATE INDEX deliveries_by_state ON deliveries (state)",
    "CREATE INDEX deliveries_waiting ON deliveries (next_attempt_at) WHERE state = 'waiting'",
    "CREATE INDEX arrivals_waiting ON arrivals (next_attempt_at) WHERE disposition IS NULL",
)


def live_in(store: Store) -> filling.Rows:
    """Fill a database, and tell what it holds."""
    with store.engine.begin() as connection:
        tables = filling.fill(connection)
    with store.engine.begin() as connection:
        return filling.rows_of(connection, tables)


TOLD_ANEW = {
    "arrivals": {"reason"},
    "set_aside": {"reason"},
    "messages": {"quoted"},
    "unmasked": {"quoted"},
}  # columns whose values another release writes otherwise


def assert_kept(store: Store, before: filling.Rows) -> None:
    """All rows are there with all that has a column still, and refer to what is there."""
    with store.engine.begin() as connection:
        after = filling.rows_of(connection)
        if store.is_sqlite:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    for name, rows in before.items():
        columns = (rows[0].keys() & after[name][0].keys()) - TOLD_ANEW.get(name, set())
        assert _restricted(after[name], columns) == _restricted(rows, columns), name


def assert_read_by_models(store: Store) -> None:
    with store.reading() as session:
        for table in metadata.tables.values():
            session.connection().execute(table.select()).all()


def _restricted(rows: list[dict[str, Any]], columns: Collection[str]) -> list[dict[str, Any]]:
    return [{column: row[column] for column in columns} for row in rows]


@pytest.mark.parametrize("revision", sorted({*EARLIER[::6], *EARLIER[-4:]}))  # the data of all are among the proofs
def test_a_database_in_use_is_upgraded_from_revisions_of_any_age(bare_url: str, revision: str) -> None:
    with opened(bare_url) as store:
        migrate_to(store, revision)
        before = live_in(store)

        upgrading.migrate(store)

        assert_kept(store, before)
        assert_read_by_models(store)
        assert_as_modelled(store)


def test_a_database_of_the_first_days_is_upgraded(bare_url: str) -> None:
    with opened(bare_url) as store:
        migrate_to(store, "0002")
        with store.engine.begin() as connection:
            for statement in FIRST_DAYS:
                connection.exec_driver_sql(statement)
        before = live_in(store)

        upgrading.migrate(store)

        assert_kept(store, before)
        assert_read_by_models(store)
        assert_as_modelled(store)


def test_a_pause_that_was_called_otherwise_first_is_kept(bare_url: str) -> None:
    with opened(bare_url) as store:
        migrate_to(store, "0047")
        live_in(store)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE subscriptions SET rests_before = '2026-12-24'")
            connection.exec_driver_sql("ALTER TABLE subscriptions RENAME COLUMN rests_before TO rests_until")

        upgrading.migrate(store)

        with store.reading() as session:
            assert {str(one) for one in session.exec(select(Subscription.rests_before))} == {"2026-12-24"}
        assert_as_modelled(store)


def test_an_upgrade_that_would_leave_references_to_nothing_is_undone(
    bare_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drop_people(config: Any, _revision: str) -> None:
        config.attributes["connection"].exec_driver_sql("DELETE FROM people")

    with opened(bare_url) as store:
        migrate_to(store, "0014")
        before = live_in(store)
        monkeypatch.setattr(alembic.command, "upgrade", drop_people)

        with pytest.raises((StorageTrouble, IntegrityError)):
            upgrading.migrate(store)

        with store.engine.begin() as connection:
            assert filling.rows_of(connection) == before


@pytest.mark.skipif(DATABASE != "sqlite", reason="only SQLite lets somebody else switch references off")
def test_references_that_led_nowhere_before_hinder_no_upgrade(bare_url: str) -> None:
    with opened(bare_url) as store:
        migrate_to(store, "0003")
        live_in(store)
    with closing(sqlite3.connect(bare_url.removeprefix("sqlite:///"))) as other:
        other.execute("DELETE FROM letters WHERE id = 1")
        other.commit()

    migrate(bare_url)

    with opened(bare_url) as store:
        assert store.age() is Age.OURS


def test_what_is_up_to_date_waits_for_no_writer(bare_url: str) -> None:
    migrate(bare_url)
    with opened(bare_url) as other, other.transaction() as session:
        session.connection().exec_driver_sql("UPDATE organisations SET name = name")

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(migrate, bare_url).result(timeout=5) is None


def test_a_database_of_a_newer_release_is_refused_in_words(bare_url: str) -> None:
    migrate(bare_url)
    with opened(bare_url) as store, store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StorageTrouble, match="newer release"):
        migrate(bare_url)


WAITING = """
    INSERT INTO organisations (id, name, kind, is_approved) VALUES (900, 'Forening', 'association', true);
    INSERT INTO people (id, email, name, organisation_key, is_guest, joined_at)
    VALUES (1, 'mette@oeby.example.dk', 'Mette', 900, false, '2026-01-05 08:00:00+00:00');
    INSERT INTO letters (id, kind, language, message_id, octets, made_at)
    VALUES (1, 'login', 'da', '1@x', '', '2026-01-05 08:00:00+00:00');
    INSERT INTO deliveries
        (letter_key, cause, kind, person_key, recipient, capacity, state, made_at, next_attempt_at, attempts, reply)
    SELECT 1, 'event-1', kind, 1, 'mette@oeby.example.dk', 'self', 'waiting',
        '2026-01-05 08:00:00+00:00', '2026-01-05 08:00:00+00:00', 0, ''
    FROM (SELECT 'login' AS kind UNION SELECT 'receipt' UNION SELECT 'answer' UNION SELECT 'digest') AS kinds
"""


def test_letters_that_wait_when_urgency_comes_get_the_one_of_their_kind(bare_url: str) -> None:
    with opened(bare_url) as store, store.engine.begin() as connection:
        alembic.command.upgrade(alembic_config(connection), "0013")
        for statement in WAITING.split(";"):
            connection.exec_driver_sql(statement)

    migrate(bare_url)

    with opened(bare_url) as store, store.reading() as session:
        found = session.exec(select(Delivery.kind, Delivery.urgency, Delivery.domain)).all()
    assert set(found) == {(kind, declarations()[kind].urgency, "oeby.example.dk") for kind, _, _ in found}
    assert len(found) == 4


OLD_SENTENCES: dict[str, tuple[str, dict[str, Any]]] = {  # all that any release before wrote
    "comes from a stranger": ("stranger", {}),
    "comes from somebody who is not a member of the list": ("no_member", {}),
    "names no single author": ("no_single_author", {}),
    "comes from an author for whom nobody vouches": ("unvouched", {}),
    "comes from an author whose domain disowns it": ("disowned", {}),
    "comes from an author who could not be verified, as DNS did not answer": ("unanswered", {}),
    "has line ends in its header section that programs read in different ways": ("ambiguous", {}),
    "has a header section that is too long to be read to its end": ("overlong", {}),
    "comes from an address that looks like mette@øby.example.dk": ("lookalike", {"twin": "mette@øby.example.dk"}),
    "comes from an address that calls itself ny@oeby.example.dk": ("calls_itself", {"claimed": "ny@oeby.example.dk"}),
    "is news, but its author is no editor of the list": ("no_editor", {}),
    "is a command for a list that its author is not a member of": ("not_for_them", {}),
    "Nothing lives at db+x@example.dk": ("unknown_address", {"address": "db+x@example.dk"}),
    "is for the administrators": ("for_administrators", {}),
    "names no address of ours": ("names_none", {}),
    "was sent on to us by another than its author": ("sent_on", {}),
    "was signed, but for no address of ours: its author is asked whether it was meant for the list": (
        "unaddressed",
        {},
    ),
    "was signed, but not for this address: whoever got it may have sent it here": ("replayed", {}),
    "was sent to another person's address": ("not_theirs", {}),
    "decides what nobody asked": ("not_asked", {}),
    "holds a CPR number": ("holds_cpr", {}),
    "has a file that cannot be looked into for CPR numbers": ("holds_unread", {}),
    "holds a CPR number that cannot be taken out": ("stuck_cpr", {}),
    "is encrypted with S/MIME": ("encrypted", {"kind": "S/MIME"}),
    "has the Message-ID of another message": ("same_id", {}),
    "answers DB-7, which the author may not see": ("answers_hidden", {"ticket": "DB-7"}),
    "answers DB-7, which the author may no longer see": ("answers_closed_off", {"ticket": "DB-7"}),
    "names DB-7 in its subject, but the author is not in it": ("not_in_ticket", {"ticket": "DB-7"}),
    "was sent to another person's reply address": ("others_token", {}),
    "was sent to the reply address of a ticket that is no more": ("ticket_gone", {}),
    "passes on DB-7, which not everybody may see": ("passes_on", {"ticket": "DB-7"}),
    "is open, and about a question that was asked anonymously or in confidence": ("exposes", {}),
    "waits for its author to see how the others would read it": ("previewed", {}),
    "names many who may have asked the anonymous question that it answers": ("names_many", {}),
    "answers a question that waits for its author": ("answers_waiting", {}),
    "answers an anonymous question that its author took back": ("answers_withdrawn", {}),
    "came to a return path, but is no report": ("no_report", {}),
    "is a report that did not come to the return path of its letter": ("no_return_path", {}),
    "is a report that does not name whom its letter went to": ("other_recipient", {}),
    "is a complaint that nothing proves": ("unproven", {}),
    "reports on a delivery that is no more": ("delivery_gone", {}),
    "tells of a delay: the letter is still on its way": ("delayed", {}),
    "is automatic: Auto-Submitted auto-replied": ("automatic", {"sign": "Auto-Submitted auto-replied"}),
    "is automatic: its subject says so": ("automatic_subject", {}),
    "is automatic: it says so": ("automatic_words", {}),
    "comes from an address that takes no mail": ("takes_no_mail", {}),
    "comes from a mail server": ("mail_server", {}),
    "comes from a mailing list": ("mediated", {}),
    "has no return path": ("null_path", {}),
    "is a report": ("report", {}),
    "is a receipt of reading": ("read_receipt", {}),
    "is a receipt of delivery": ("delivery_receipt", {}),
    "is a reaction": ("reaction", {}),
    "recalls a message": ("recall", {}),
    "answers an invitation": ("invitation_answer", {}),
    "says again what its author said on the ticket within a day": ("says_again", {}),
    "says again, with other numbers, what its author said twice on the ticket within a day": (
        "says_again_renumbered",
        {},
    ),
    "is one of more than 30 of its author's on the ticket in a day": ("too_many_a_day", {"most": 30}),
    "says again within a day what its author has said twice": ("repeats", {}),
    "is one of more than 30 on its ticket within minutes": ("storm", {"most": 30}),
    "has been handed over more than 30 times": ("too_many_hops", {"most": 30}),
    "came back from a list of ours": ("own_list", {}),
    "has a Message-ID of ours": ("own_id", {}),
    "is a copy of a message that was filed": ("copy_of_filed", {}),
    "is a copy of a message that is held": ("copy_of_held", {}),
    "came to where its author decides too": ("copy_for_decision", {}),
    "came to those who run the list already": ("copy_for_owners", {}),
    "help": ("helped", {}),
    "subscription: weekly": ("subscription", {"mode": "weekly"}),
    "decided: send": ("decided", {"choice": "send"}),
    "was decided before: send": ("decided_before", {"choice": "send"}),
    "decides nothing": ("decides_nothing", {}),
    "handed on to those who run the list: db@example.dk": ("handed_on", {"mailing_list": "db@example.dk"}),
    "could not be processed": ("failed", {}),
    "comes from an author whom the mail server did not recognise": ("unvouched", {}),
    "waits for its asker to see how the others would read it": ("previewed", {}),
    "hard 5.1.1": ("bounced", {"kind": "hard", "status": "5.1.1"}),
    "complaint": ("bounced", {"kind": "complaint", "status": ""}),
    "bounce without its return path: transient": ("bounced", {"kind": "transient", "status": ""}),
    "bounce": ("bounced", {"kind": "unknown", "status": ""}),
    "4.2.2": ("bounced", {"kind": "unknown", "status": "4.2.2"}),
    "discarded by an administrator (comes from a stranger)": (
        "discarded",
        {"before": {"reason": "stranger", "details": {}}},
    ),
    "withdrawn by its author (holds a CPR number)": ("withdrawn", {"before": {"reason": "holds_cpr", "details": {}}}),
    "withdrawn: its author did not answer (is encrypted with PGP)": (
        "expired",
        {"before": {"reason": "encrypted", "details": {"kind": "PGP"}}},
    ),
    "replaced by its author's new text (waits for its author to see how the others would read it)": (
        "replaced",
        {"before": {"reason": "previewed", "details": {}}},
    ),
    "says what nobody wrote ever": ("noted", {"note": "says what nobody wrote ever"}),
}
OLD_ROWS = """
    INSERT INTO contents (sha256, octets, stored_at) VALUES ('x', '', '2026-01-05 08:00:00+00:00');
    INSERT INTO set_aside VALUES ('distribution', 7, 3, true, 'older than a day: mailed only on the operator''s word');
    INSERT INTO set_aside VALUES ('distribution', 9, 3, true, 'ValueError(''æøå'')');
"""
OLD_ARRIVAL = """
    INSERT INTO arrivals (content_key, recipient, known_by, return_path, door, received_at, next_attempt_at, attempts,
        reason, is_vouched, author, subject, traceback)
    VALUES ('x', 'db@example.dk', 'envelope', '', 'smtp', '2026-01-05 08:00:00+00:00', '2026-01-05 08:00:00+00:00', 1,
        :sentence, false, '', '', '')
"""


def test_every_sentence_of_an_older_release_becomes_its_reason(bare_url: str) -> None:
    with opened(bare_url) as store, store.engine.begin() as connection:
        alembic.command.upgrade(alembic_config(connection), "0022")
        for statement in OLD_ROWS.strip().rstrip(";").split(";\n"):
            connection.exec_driver_sql(statement)
        connection.execute(text(OLD_ARRIVAL), [{"sentence": sentence} for sentence in ("", *OLD_SENTENCES)])

    migrate(bare_url)

    with opened(bare_url) as store, store.reading() as session:
        found = [one.grounds for one in session.exec(select(Arrival).order_by(col(Arrival.id)))]
        aside = [(one.reason, one.reason_details) for one in session.exec(select(SetAside))]
    assert found == [None, *(Grounds(Reason(code), details) for code, details in OLD_SENTENCES.values())]
    assert aside == [(Reason.EVENT_TOO_OLD, None), (Reason.EVENT_FAILED, {"error": "ValueError('æøå')"})]
    assert all(load_reasons(language)(one) for one in found if one for language in ("da", "en"))


@pytest.mark.parametrize(
    ("cause", "column", "key"),
    [
        ("'event-2'", "event_key", 2),
        ("'digest-3'", "digest_key", 3),
        ("'several-4'", "proposal_key", 4),
        ("'daily-' || (SELECT min(day) FROM daily_reports)", "report_day", "0 Sønderlæ"),
        ("'several-4-1'", "", None),
        ("'event-4711'", "", None),
    ],
)
def test_a_delivery_refers_to_what_it_was_named_after(
    bare_url: str, cause: str, column: str, key: int | str | None
) -> None:
    with opened(bare_url) as store:
        migrate_to(store, "0024")
        live_in(store)
        with store.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE deliveries SET cause = {cause} WHERE id = 1")

        upgrading.migrate(store)

        with store.reading() as session:
            found = session.get_one(Delivery, 1)
    keys = {name: getattr(found, name) for name in ("event_key", "digest_key", "proposal_key", "report_day")}
    assert {name: one for name, one in keys.items() if one} == ({column: key} if column else {})


HISTORY = "Den 20. nov. 2026 kl. 14.03 skrev Anders:\n> Må vi?\n\n-- \nAnders"


@pytest.mark.parametrize(
    ("said", "folded", "parts"),
    [
        ("Ja.", f"Varm hilsen\nMette Ærø\n\n{HISTORY}", ("Varm hilsen\nMette Ærø", HISTORY, "")),
        ("Ja.", HISTORY, ("", HISTORY, "")),
        ("Ja.", "", ("", "", "")),
        ("Ja.", "Mvh\nMette", ("Mvh\nMette", "", "")),
        ("Hej Anders\n\nJa.\n\nVarm hilsen\nMette\nPS. Hvornår?", "", ("", "", "Varm hilsen\nMette\nPS. Hvornår?")),
        ("Ja.\n\n/MEK", "> Må vi?", ("", "> Må vi?", "/MEK")),
    ],
)
def test_what_was_folded_away_together_is_parted(
    bare_url: str, said: str, folded: str, parts: tuple[str, str, str]
) -> None:
    with opened(bare_url) as store:
        migrate_to(store, "0028")
        live_in(store)
        with store.engine.begin() as connection:
            for table in ("messages", "unmasked"):
                connection.execute(
                    text(f"UPDATE {table} SET text = :text, quoted = :quoted"), {"text": said, "quoted": folded}
                )

        upgrading.migrate(store)

        with store.reading() as session:
            for kept in (session.exec(select(Message)).first(), session.exec(select(Unmasked)).first()):
                assert kept is not None
                assert (kept.text, kept.signature, kept.quoted, kept.sign_off) == (said, *parts)


def test_what_an_asker_was_shown_becomes_a_row_of_its_own(bare_url: str) -> None:
    shown = {
        "message_id": "1@oeby.example.dk", "number": 0, "subject": "Indsigt på Ærø", "text": "Må vi?", "files": [],
        "left_out": 1, "kept_back": ["Blåbær.pdf"], "corrects": False, "files_before": 0,
        "sent_at": "2026-01-05T08:00:00+00:00",
    }  # fmt: skip
    with opened(bare_url) as store:
        migrate_to(store, "0025")
        live_in(store)
        with store.engine.begin() as connection:
            connection.execute(
                text("UPDATE proposals SET kind = 'anonymous', findings = :found WHERE id = 1"),
                {"found": json.dumps([shown])},
            )

        upgrading.migrate(store)

        with store.reading() as session:
            preview, proposal = session.get_one(Preview, 1), session.get_one(Proposal, 1)
    assert (preview.message_id, preview.subject, preview.kept_back) == (
        "1@oeby.example.dk", "Indsigt på Ærø", ["Blåbær.pdf"],
    )  # fmt: skip
    assert (preview.is_answer, preview.doubts, preview.sent_at) == (False, [], datetime(2026, 1, 5, 8, tzinfo=UTC))
    assert proposal.findings == []

"""Commands by mail: who may do by writing to a desk what a page would let them do, and on whose word."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from mailer.intake.arrivals import Handover, store_handovers
from support.archive import Browser
from support.builders import a_list, a_message, a_person
from support.mail_room import Desk
from support.town import ANDERS, LIST
from tickets import links
from tickets.database.models import Arrival, Choice, Disposition, MessageKind, Mode, Proposal
from tickets.database.store import Store
from tickets.envelope import KnownBy
from tickets.moderation import holding
from tickets.people import lists, organisations, persons, subscriptions
from tickets.portal import Portal
from tickets.reasons import Reason
from tickets.search.searching import Search
from tickets.tokens import Signer
from web_archive.app import create_app

MX = "mx.example.dk"
HOME = "forening.example.dk"
CLOSED = "ledelse@example.dk"


@pytest.fixture
def desk(store: Store, portal: Portal, signer: Signer, now: datetime) -> Desk:
    """A mail room with a restricted list beside the open one, and people of every kind."""
    desk = Desk(store, portal, signer, now)
    with store.transaction() as session:
        closed = a_list(session, "Ledelse", "LE", address=CLOSED, is_restricted=True)
        insider = a_person(session, "inger@oeby.example.dk", "Inger Indenfor")
        subscriptions.subscribe(session, insider, closed, Mode.WEEKLY, now)
        leaver = a_person(session, "lis@oeby.example.dk", "Lis Forhenværende")
        subscriptions.subscribe(session, leaver, closed, Mode.EACH, now)
        subscriptions.subscribe(session, leaver, closed, Mode.NONE, now)
        a_person(session, "gitte@gaest.example.org", "Gitte Gæst", is_guest=True, organisation_key=None)
        shut_out = a_person(session, "frank@lukket.example.dk", "Frank Lukketude")
        organisation = organisations.organisation_of(session, shut_out.email)
        assert organisation
        organisation.is_approved = False
        session.add(organisation)
    return desk


PEOPLE = {
    "member": "mette@proevested.example.dk",
    "colleague nobody knows": "ny@oeby.example.dk",
    "insider": "inger@oeby.example.dk",
    "who left": "lis@oeby.example.dk",
    "guest": "gitte@gaest.example.org",
    "shut out": "frank@lukket.example.dk",
    "lawyer of another list": "anders@forening.example.dk",
}
LET_IN = {LIST: set(PEOPLE) - {"shut out"}, CLOSED: {"insider"}}
CASES = [(list_, who) for list_ in LET_IN for who in PEOPLE]


def command(desk: Desk, email: str, list_: str, name: str, **fields: str) -> Arrival:
    address = list_.replace("@", f"+{name}@")
    return desk.take(a_message(**{"From": email, "To": address, "text": "Venlig hilsen"} | fields), address)[0]


def mode(desk: Desk, email: str, list_: str) -> Mode:
    with desk.store.reading() as session:
        person = persons.person_with(session, email)
        return subscriptions.mode_of(session, person, lists.find_list(session, list_)) if person else Mode.NONE


@pytest.mark.alike
@pytest.mark.parametrize("name", ["tilmeld", "join", "subscribe"])
@pytest.mark.parametrize(("list_", "who"), CASES)
def test_who_may_get_a_list_may_say_so_by_mail_and_nobody_else(desk: Desk, list_: str, who: str, name: str) -> None:
    arrival = command(desk, PEOPLE[who], list_, name, Subject="alle")

    if who in LET_IN[list_]:
        assert arrival.disposition is Disposition.OBEYED
        assert mode(desk, PEOPLE[who], list_) is Mode.EACH
    else:
        assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.NOT_FOR_THEM)
        assert mode(desk, PEOPLE[who], list_) is Mode.NONE


@pytest.fixture
def pages(desk: Desk, tmp_path: Path) -> Browser:
    """A browser at the pages of the same portal."""
    search = Search(desk.store, tmp_path / "search", "tests")
    app = create_app(desk.store, desk.portal, desk.signer, b"x" * 32, search, lambda: desk.now)
    return Browser(app.test_client())


@pytest.mark.alike
@pytest.mark.parametrize(("list_", "who"), [case for case in CASES if case[1] != "colleague nobody knows"])
def test_a_page_and_a_mail_have_the_same_answer(desk: Desk, pages: Browser, list_: str, who: str) -> None:
    with desk.store.reading() as session:
        person, mailing_list = persons.get_person(session, PEOPLE[who]), lists.find_list(session, list_)
    url = links.unsubscribe_url(desk.portal, desk.signer, mailing_list.key, person.key)

    page = pages.post(url.removeprefix(desk.portal.base_url), mode="each")
    mail = command(desk, PEOPLE[who], list_, "tilmeld")

    assert (page.status_code == 200) == (mail.disposition is Disposition.OBEYED)


def test_help_is_for_those_who_may_see_the_list(desk: Desk) -> None:
    inside = command(desk, PEOPLE["insider"], CLOSED, "hjaelp")
    outside = command(desk, PEOPLE["member"], CLOSED, "hjaelp")
    of_the_open = command(desk, PEOPLE["member"], LIST, "hjaelp")

    assert [one.disposition for one in (inside, outside, of_the_open)] == [
        Disposition.OBEYED, Disposition.HELD, Disposition.OBEYED,
    ]  # fmt: skip


def test_anybody_may_leave_by_mail(desk: Desk) -> None:
    assert command(desk, PEOPLE["insider"], CLOSED, "afmeld").disposition is Disposition.OBEYED
    assert mode(desk, PEOPLE["insider"], CLOSED) is Mode.NONE
    assert command(desk, PEOPLE["insider"], CLOSED, "tilmeld").disposition is Disposition.HELD


def test_an_administrator_may_let_in_who_asked(desk: Desk) -> None:
    arrival = command(desk, PEOPLE["member"], CLOSED, "tilmeld")

    with desk.store.transaction() as session:
        holding.release(session, arrival.key, desk.now)

    assert [one.disposition for one in desk.process()] == [Disposition.OBEYED]
    assert mode(desk, PEOPLE["member"], CLOSED) is Mode.WEEKLY


# -- the word of the server in front -------------------------------------------------------


@pytest.fixture
def guarded(desk: Desk) -> Desk:
    """The same behind a server whose word counts; Mette has asked, so that there is a ticket."""
    desk.employ(authserv_id=MX)
    desk.take(a_message(Authentication_Results=f"{MX}; dmarc=pass header.from=proevested.example.dk"))
    return desk


def answer(desk: Desk, verdict: str, **fields: str) -> Arrival:
    """What says that it is Anders' answer, at the address that was made for him."""
    address = desk.reply_address(desk.ticket(), desk.anders)
    said = f"{MX}; {verdict}" if verdict else ""
    return desk.take(a_message(From=ANDERS, To=address, text="Nej.", Authentication_Results=said, **fields), address)[0]


@pytest.mark.parametrize(
    "verdict",
    [
        f"dmarc=fail (p=reject dis=none) header.from={HOME}",
        f"dmarc=fail (p=none dis=none) header.from={HOME}",
        f"dkim=none; spf=fail smtp.mailfrom=anders@{HOME}",
        f"dkim=fail (bad signature) header.d={HOME}",
        f"dmarc=none header.from={HOME}; compauth=fail reason=001",
    ],
)
def test_a_fail_outweighs_the_lawyers_own_address(guarded: Desk, verdict: str) -> None:
    arrival = answer(guarded, verdict)

    assert (arrival.disposition, arrival.reason) == (Disposition.HELD, Reason.DISOWNED)
    assert MessageKind.ANSWER not in {message.kind for message in guarded.messages()}


@pytest.mark.parametrize("verdict", [f"dmarc=pass header.from={HOME}", f"dmarc=none header.from={HOME}", ""])
def test_where_nothing_failed_the_lawyers_own_address_is_enough(guarded: Desk, verdict: str) -> None:
    assert answer(guarded, verdict).disposition is Disposition.FILED
    assert guarded.messages()[-1].kind is MessageKind.ANSWER


@pytest.mark.alike
@pytest.mark.parametrize("domain", ["example.dk", f"mail.{HOME}", f"dk.{HOME}"])
@pytest.mark.parametrize("method", ["spf=pass smtp.mailfrom=", "dkim=pass header.d="])
def test_a_domain_above_or_below_vouches_only_where_the_server_says_it_may(
    guarded: Desk, method: str, domain: str
) -> None:
    vouched = {"Authentication_Results": f"{MX}; {method}{domain}"}
    alone = guarded.take(a_message(From=ANDERS, **vouched))[0]
    vouched["Authentication_Results"] += f"; dmarc=pass header.from={HOME}"
    by_policy = guarded.take(a_message(From=ANDERS, **vouched))[0]

    assert (alone.reason, by_policy.disposition) == (Reason.UNVOUCHED, Disposition.FILED)


@pytest.mark.alike
@pytest.mark.parametrize("name", ["tilmeld", "afmeld", "hjaelp"])
@pytest.mark.parametrize("field", ["To", "Cc"])
def test_a_token_that_merely_stands_in_a_field_makes_no_command_credible(guarded: Desk, name: str, field: str) -> None:
    address = guarded.reply_address(guarded.ticket(), guarded.anders)
    desk_address = LIST.replace("@", f"+{name}@")
    fields = {"To": desk_address, field: f"{desk_address}, {address}", "Subject": "alle"}

    alone = guarded.take(a_message(From=ANDERS, **fields), desk_address)[0]
    beside = guarded.take(a_message(From=ANDERS, **fields), desk_address, address)[0]

    assert {alone.reason, beside.reason} == {Reason.UNVOUCHED}
    assert mode(guarded, "anders@forening.example.dk", LIST) is Mode.NONE


def hand_over(desk: Desk, recipient: str, known_by: KnownBy, **fields: str) -> Arrival:
    octets = bytes(a_message(**fields)).replace(b"\n", b"\r\n")
    handover = Handover(octets, "x@example.org", (recipient,), "imap", desk.now, known_by=known_by)
    with desk.store.transaction() as session:
        store_handovers(session, [handover])
    return desk.process()[-1]


@pytest.mark.parametrize(
    ("known_by", "disposition"),
    [(KnownBy.ENVELOPE, Disposition.OBEYED), (KnownBy.FIELDS, Disposition.HELD)],
)
def test_who_leaves_by_the_address_made_for_them_is_obeyed_if_it_was_handed_over_for_it(
    guarded: Desk, known_by: KnownBy, disposition: Disposition
) -> None:
    address = links.reply_address(guarded.signer, guarded.mailing_list, 0, guarded.ole.key)

    arrival = hand_over(guarded, address, known_by, From="ole@oeby.example.dk", To=address, Subject="afmeld")

    assert arrival.disposition is disposition


def test_a_decision_counts_by_the_address_it_was_handed_over_for(guarded: Desk) -> None:
    passed = f"{MX}; dmarc=pass header.from=proevested.example.dk"
    numbered = {"text": "Borgeren 010190-1234 spørger.", "Authentication_Results": passed}
    asked = guarded.take(a_message(**numbered), LIST)[0]
    reply = guarded.reply_address(guarded.ticket(), guarded.mette)
    with guarded.store.reading() as session:
        proposal = session.exec(select(Proposal).where(Proposal.arrival_key == asked.id)).one()
        decide = links.decision_address(guarded.signer, guarded.mailing_list, proposal.key)

    named = guarded.take(a_message(To=f"{reply}, {decide}", text="send"), LIST)[0]
    with guarded.store.reading() as session:
        undecided = session.get_one(Proposal, proposal.id).choice
    handed = guarded.take(a_message(To=decide, text="send"), decide)[0]

    assert (named.reason, undecided) == (Reason.UNVOUCHED, None)
    assert handed.disposition is Disposition.OBEYED
    with guarded.store.reading() as session:
        assert session.get_one(Proposal, proposal.id).choice is Choice.SEND

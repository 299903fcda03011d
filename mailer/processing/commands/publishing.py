"""Publishing: what a lawyer says of a draft that was shown to them, and an asker of what is to be published."""

from dataclasses import replace

from mailer.processing.commands.blocks import Blocks, Reply, read_reply
from mailer.processing.screening import Verdict, held
from mailer.processing.submission import Inbound
from tickets.acts.acting import Hand
from tickets.database.models import Consent, Disposition, Person, Publication, Way
from tickets.people.appointments import lawyers
from tickets.publishing import agreeing, drafting
from tickets.publishing.headings import tame
from tickets.publishing.wording import Wording, wording_of
from tickets.reasons import Grounds, Reason


def hear_lawyer(inbound: Inbound, consent: Consent, person: Person) -> Verdict:
    """Publish a draft as it is or as its lawyer made it, keep it, or show it again with what is wrong.

    What comes too late is answered by how it stands.
    """
    session = inbound.session
    publication = session.get_one(Publication, int(consent.argument), with_for_update=True, populate_existing=True)
    if person.id not in {one.id for one in lawyers(session, publication.mailing_list_key)}:
        return held(Reason.NOT_THEIRS)
    told = Verdict(Disposition.OBEYED, Grounds(Reason.DRAFT_ANSWERED))
    if publication.agreed_at or publication.withdrawn_at or consent.expires_at <= inbound.now:
        agreeing.tell(session, publication, inbound.now)
        return told
    reply = read_reply(inbound.post.text, inbound.post.folded, inbound.post.author.name, blocks_of(publication))
    _do(inbound, publication, reply, Hand(person, inbound.now, Way.MAIL, inbound.post.message_id))
    return told


def _do(inbound: Inbound, publication: Publication, reply: Reply, hand: Hand) -> None:
    session = inbound.session
    if reply.word is False:
        drafting.keep(session, publication, hand)
    elif reply.fault is not None:
        drafting.show_again(session, publication, reply.fault, hand.at)
    elif reply.blocks is None or drafting.change(session, publication, _changed(publication, reply.blocks), hand.at):
        agreeing.agree(session, inbound.house.portal, publication, hand)


def _changed(publication: Publication, blocks: Blocks) -> Wording:
    return replace(
        wording_of(publication),
        subject=blocks.subject, question=blocks.question, answer=blocks.answer, short_answer=blocks.short_answer,
    )  # fmt: skip


def blocks_of(publication: Publication) -> Blocks:
    """What the letter about a draft shows."""
    question, answer = tame(publication.question), tame(publication.answer)
    return Blocks(tame(publication.subject), question, answer, publication.short_answer)


def hear_asker(inbound: Inbound, consent: Consent, person: Person, *, is_granted: bool | None) -> Verdict:
    """Take an asker's yes, or anything else as no; what is neither is for somebody to read, too."""
    hand = Hand(person, inbound.now, Way.MAIL, inbound.post.message_id)
    agreeing.hear_asker(inbound.session, consent, hand, is_granted=bool(is_granted))
    if is_granted is None:
        return held(Reason.NO_WORD)
    return Verdict(Disposition.OBEYED, Grounds(Reason.CONSENTED if is_granted else Reason.REFUSED))

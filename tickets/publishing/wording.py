"""Wording: a question and an answer as everybody may read them, without what names whoever wrote in their ticket.

Of a published answer nobody has a name, whatever the visibility of its ticket: not who asked, not who wrote besides,
not the lawyers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from tickets.conversations import anonymity, hidden, references
from tickets.conversations.exchanges import ASKING, read_threads
from tickets.database.models import Message, MessageKind, Person, Publication, Ticket, Unmasked
from tickets.errors import NotFound
from tickets.masking.masking import Mask, make_mask
from tickets.masking.names import Names
from tickets.numbers.cpr import MASK, mask_cpr
from tickets.people.appointments import lawyers
from tickets.people.askers import askers_of
from tickets.reasons import Refusal
from tickets.text.greetings import between_greetings

Pair = tuple[str, str]
NUMBER: Pair = ("CPR", MASK)  # that a number was taken out, without the number
LONGEST_SUBJECT, LONGEST_SHORT = 200, 400  # characters


@dataclass(frozen=True)
class Wording:
    """A question and its answer, each as text; the short answer is one line."""

    subject: str
    question: str
    answer: str
    short_answer: str = ""
    topics: tuple[str, ...] = ()
    removed: tuple[Pair, ...] = ()  # what was taken out, and what stands there instead
    doubts: tuple[str, ...] = ()  # words that may still tell who asked


def wording_of(publication: Publication) -> Wording:
    """What a publication says."""
    return Wording(
        publication.subject, publication.question, publication.answer, publication.short_answer,
        tuple(publication.topics), tuple((found, instead) for found, instead in publication.removed),
        tuple(publication.doubts),
    )  # fmt: skip


def compose(session: Session, ticket: Ticket, meant: Message | None) -> Wording:
    """The question and the answer of a ticket without names: the answer that is meant, else the newest that holds.

    Raises NotFound where there is none that everybody could read.
    """
    answer = _find_answer(session, ticket, meant)
    asked = _find_asked(session, ticket, answer)
    told = {one.key: _as_written(session, one) for one in (*asked, answer)}
    everything = "\n".join(text for text, _ in told.values())
    censor = Censor.of(session, ticket, everything)
    questions = [censor.letter(*told[one.key]) for one in asked]
    said, sign_off = told[answer.key]
    wording = Wording(
        subject=censor.clean(anonymity.own_subject(session, ticket)),
        question="\n\n".join(filter(None, questions)),
        answer=censor.letter(said.strip().removeprefix(ticket.short_answer or "\0").strip(), sign_off),
        short_answer=censor.clean(ticket.short_answer),
        topics=tuple(map(censor.clean, ticket.topics)),
    )
    return censor.judge(wording)


def guard(session: Session, ticket: Ticket, wording: Wording, allowed: Collection[str] = ()) -> Wording:
    """A wording that an editor changed, cleaned of names again, but for the allowed words; numbers never stay."""
    everything = "\n".join((wording.subject, wording.question, wording.answer, wording.short_answer))
    censor = Censor.of(session, ticket, everything, allowed)
    cleaned = replace(
        wording,
        subject=censor.clean(wording.subject),
        question=censor.clean(wording.question),
        answer=censor.clean(wording.answer),
        short_answer=censor.clean(wording.short_answer),
    )
    return censor.judge(cleaned)


class Censor:
    """Takes out of texts what names anybody of a ticket, and keeps what it took out."""

    def __init__(self, mask: Mask, allowed: Collection[str] = ()) -> None:
        self._mask, self._allowed = mask, frozenset(allowed)
        self._removed: dict[Pair, None] = {}

    @classmethod
    def of(cls, session: Session, ticket: Ticket, told: str, allowed: Collection[str] = ()) -> "Censor":
        """A censor for texts that are told of a ticket."""
        return cls(make_mask(replace(names_in(session, ticket), tickets=_leading(session, ticket, told))), allowed)

    def clean(self, text: str) -> str:
        """The text without names and numbers; as it is, where all that was found in it is allowed."""
        masked = self._mask.apply(text)
        found = [pair for pair in masked.replacements if pair[0] not in self._allowed]
        return self._without_numbers(self._keep(masked.text, found) if found else text)

    def letter(self, text: str, sign_off: str) -> str:
        """The text of a letter, cleaned, without its greetings and the names that it greets."""
        letter = self._mask.apply_to_letter(text, sign_off)
        others = self._mask.apply_to_others(between_greetings(letter.text))
        return self._without_numbers(self._keep(others.text, (*letter.replacements, *others.replacements))).strip()

    def judge(self, wording: Wording) -> Wording:
        """The wording with all that was taken out, and what may still tell who asked."""
        doubts = self._mask.find_doubts("\n".join((wording.subject, wording.question, wording.answer)))
        return replace(wording, removed=tuple(self._removed), doubts=doubts)

    def _keep(self, text: str, found: Iterable[Pair]) -> str:
        self._removed.update(dict.fromkeys((mask_cpr(one), instead) for one, instead in found))
        return text

    def _without_numbers(self, text: str) -> str:
        masked = mask_cpr(text)
        return self._keep(masked, [NUMBER]) if masked != text else text


def names_in(session: Session, ticket: Ticket) -> Names:
    """All that names those who asked a ticket or wrote in it; of lawyers their own names alone."""
    office = {one.key: one for one in lawyers(session, ticket.mailing_list_key)}
    authors = select(Person).join(Message, col(Message.author_key) == col(Person.id))
    wrote = session.exec(authors.where(Message.ticket_key == ticket.id).distinct())
    people = {one.key: one for one in (*askers_of(session, ticket), *wrote)}
    others = {key: one for key, one in people.items() if key not in office or key == ticket.asker_key}
    asker = others.pop(ticket.asker_key)
    names = hidden.known_names(session, ticket, hidden.Authors({asker.key: asker, **others}, ()))
    for message in session.exec(select(Message).where(Message.ticket_key == ticket.id)):
        if message.author_key in (asker.key, *others):
            names = hidden.with_signers(hidden.with_letter(names, "", message), message)
    of_office = tuple(one.name for one in office.values() if one.name)
    return replace(names, people=tuple(dict.fromkeys((*names.people, *of_office))), visible=())


def _leading(session: Session, ticket: Ticket, told: str) -> tuple[str, ...]:
    """What in a text leads to other tickets in which the askers of this one, or their colleagues, have a name."""
    found = (references.find_telling(session, asker, told) for asker in askers_of(session, ticket))
    return tuple(dict.fromkeys(one for each in found for one in each))


def _find_answer(session: Session, ticket: Ticket, meant: Message | None) -> Message:
    holding = (Message.kind == MessageKind.ANSWER, col(Message.replaced_by_key).is_(None))
    query = select(Message).where(Message.ticket_key == ticket.id, *holding, col(Message.visibility).is_(None))
    answers = list(session.exec(query.order_by(col(Message.id).desc())))
    if not answers:
        raise NotFound(Refusal.NOTHING_TO_PUBLISH)
    return next((one for one in answers if meant is not None and one.id == meant.id), answers[0])


def _find_asked(session: Session, ticket: Ticket, answer: Message) -> list[Message]:
    """What an answer answers, below the question that began it: an answer never stands below another question."""
    thread = read_threads(session, [ticket.key], _newest(session, ticket))[ticket.key]
    about = [one for exchange in thread.exchanges({answer.key}) for one in exchange.asked if one.kind in ASKING]
    first = select(Message).where(Message.ticket_key == ticket.id, Message.kind == MessageKind.QUESTION)
    began = session.exec(first.where(col(Message.visibility).is_(None)).order_by(col(Message.id))).first()
    has_question = any(one.kind is MessageKind.QUESTION for one in about)
    return about if has_question or began is None else [began, *about]


def _newest(session: Session, ticket: Ticket) -> int:
    query = select(Message.id).where(Message.ticket_key == ticket.id).order_by(col(Message.id).desc())
    return session.exec(query).first() or 0


def _as_written(session: Session, message: Message) -> Pair:
    """What a message said before anything was masked, and the lines in which it takes leave."""
    unmasked = session.get(Unmasked, message.id)
    said = unmasked or message
    return said.text, said.sign_off

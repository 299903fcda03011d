"""Reasons: why mail became what it became, whether it came in, is told of by an event, or came back.

A reason is one word, stored as it stands. What varies in it, the details, is stored beside it as JSON. The words that
people read of both stand in `templates/reasons/`, in every language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import Any, Self


class BounceKind(StrEnum):
    """What a returned message says of the address it was sent to."""

    HARD = "hard"  # nobody lives there, and nobody will
    TRANSIENT = "transient"  # full, slow or out of order: it may work another day
    POLICY = "policy"  # this letter was not wanted there; another may be
    COMPLAINT = "complaint"  # somebody called it spam (RFC 5965)


class Awaited(StrEnum):
    """For whom a message waits."""

    ADMINISTRATOR = "administrator"  # to look at it

    AUTHOR = "author"  # who was asked by letter what is to become of it
    ASKER = "asker"  # of the anonymous question that it answers
    DNS = "dns"  # which did not answer


class Trait(Enum):
    """What some reasons have in common."""

    HOPELESS = auto()
    DOUBTFUL = auto()
    STRONG = auto()
    NUMBERS = auto()
    BY_A_PERSON = auto()


HOPELESS, DOUBTFUL, STRONG, NUMBERS, BY_A_PERSON = Trait


class Reason(StrEnum):
    """Why a message became what it became: a word, then the traits of the reason and for whom the message waits."""

    traits: frozenset[Trait | Awaited]

    def __new__(cls, word: str, *traits: Trait | Awaited) -> Self:
        """A member that is its word, and has these traits."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.traits = frozenset(traits)
        return member

    # -- its author: held
    STRANGER = "stranger"
    NO_MEMBER = "no_member"
    NO_SINGLE_AUTHOR = "no_single_author", HOPELESS
    UNVOUCHED = "unvouched", DOUBTFUL
    DISOWNED = "disowned", DOUBTFUL, STRONG
    UNANSWERED = "unanswered", DOUBTFUL, Awaited.DNS
    AMBIGUOUS = "ambiguous", STRONG
    OVERLONG = "overlong", STRONG
    LOOKALIKE = "lookalike", DOUBTFUL  # twin
    CALLS_ITSELF = "calls_itself", DOUBTFUL  # claimed
    NO_EDITOR = "no_editor"
    NO_LAWYER = "no_lawyer"
    NOT_FOR_THEM = "not_for_them"

    # -- where it came to: held
    UNKNOWN_ADDRESS = "unknown_address", HOPELESS  # address
    FOR_ADMINISTRATORS = "for_administrators", HOPELESS
    NAMES_NONE = "names_none"
    SENT_ON = "sent_on", DOUBTFUL
    UNADDRESSED = "unaddressed", Awaited.AUTHOR
    REPLAYED = "replayed"
    NOT_THEIRS = "not_theirs", HOPELESS
    SENT_FOR = "sent_for"  # sender
    NOT_ASKED = "not_asked", HOPELESS

    # -- what it holds: held
    HOLDS_CPR = "holds_cpr", NUMBERS, Awaited.AUTHOR
    HOLDS_UNREAD = "holds_unread", NUMBERS, Awaited.AUTHOR
    STUCK_CPR = "stuck_cpr", HOPELESS
    ENCRYPTED = "encrypted", HOPELESS  # kind
    ENCRYPTED_UNTOLD = "encrypted_untold", HOPELESS  # kind
    SAME_ID = "same_id"
    UNCLEAR = "unclear", Awaited.AUTHOR
    FOR_ONE = "for_one", Awaited.AUTHOR
    SCHEDULED = "scheduled", Awaited.AUTHOR  # at
    UNSCHEDULED = "unscheduled", Awaited.AUTHOR
    NO_WORD = "no_word"
    DIGEST_SENT = "digest_sent"

    # -- its ticket: held, or left to wait
    ANSWERS_HIDDEN = "answers_hidden"  # ticket
    ANSWERS_CLOSED_OFF = "answers_closed_off"  # ticket
    NOT_IN_TICKET = "not_in_ticket"  # ticket
    OTHERS_TOKEN = "others_token"
    TICKET_GONE = "ticket_gone"
    PASSES_ON = "passes_on"  # ticket
    EXPOSES = "exposes"
    PREVIEWED = "previewed", Awaited.AUTHOR
    ANSWERS_WAITING = "answers_waiting", Awaited.ASKER
    ANSWERS_WITHDRAWN = "answers_withdrawn"

    # -- reports that count nothing: held or discarded
    NO_REPORT = "no_report", HOPELESS
    NO_RETURN_PATH = "no_return_path", HOPELESS
    OTHER_RECIPIENT = "other_recipient", HOPELESS
    UNPROVEN = "unproven", HOPELESS
    DELIVERY_GONE = "delivery_gone"
    DELAYED = "delayed"

    # -- programs: discarded, filed quietly, or held where a person may have written it
    AUTOMATIC = "automatic"  # sign
    AUTOMATIC_SUBJECT = "automatic_subject", BY_A_PERSON
    AUTOMATIC_WORDS = "automatic_words", BY_A_PERSON
    TAKES_NO_MAIL = "takes_no_mail", DOUBTFUL, BY_A_PERSON
    MAIL_SERVER = "mail_server"
    MEDIATED = "mediated"
    NULL_PATH = "null_path"
    REPORT = "report"
    READ_RECEIPT = "read_receipt"
    DELIVERY_RECEIPT = "delivery_receipt"
    REACTION = "reaction"
    RECALL = "recall"
    INVITATION_ANSWER = "invitation_answer"
    SAYS_AGAIN = "says_again"
    SAYS_AGAIN_RENUMBERED = "says_again_renumbered"
    TOO_MANY_A_DAY = "too_many_a_day"  # most
    REPEATS = "repeats"
    STORM = "storm"  # most

    # -- what was here before: discarded
    TOO_MANY_HOPS = "too_many_hops"  # most
    OWN_LIST = "own_list"
    OWN_ID = "own_id"
    COPY_OF_FILED = "copy_of_filed"
    COPY_OF_HELD = "copy_of_held"
    COPY_OF_OBEYED = "copy_of_obeyed"
    COPY_FOR_DECISION = "copy_for_decision"
    COPY_FOR_OWNERS = "copy_for_owners"

    # -- what somebody decided: discarded
    DISCARDED = "discarded"  # before
    WITHDRAWN = "withdrawn"  # before
    EXPIRED = "expired"  # before
    REPLACED = "replaced"  # before

    # -- what was done: obeyed, counted
    HELPED = "helped"
    SUBSCRIPTION = "subscription"  # mode
    DECIDED = "decided"  # choice
    DECIDED_BEFORE = "decided_before"  # choice
    DECIDES_NOTHING = "decides_nothing"
    COMMANDED = "commanded"  # commands
    CONSENTED = "consented"
    REFUSED = "refused"
    DIGEST_EDITED = "digest_edited"
    RESCHEDULED = "rescheduled"
    DRAFT_ANSWERED = "draft_answered"
    HANDED_ON = "handed_on"  # mailing_list
    BOUNCED = "bounced"  # kind, status

    # -- what failed: quarantined, or an event set aside
    FAILED = "failed"
    EVENT_FAILED = "event_failed"  # error
    EVENT_TOO_OLD = "event_too_old"

    # -- of older releases: held, or whatever they noted in words of their own
    NAMES_MANY = "names_many"
    NOTED = "noted"  # note

    @property
    def is_hopeless(self) -> bool:
        """Whether nobody can have such a message filed: administrators answer it themselves, or drop it."""
        return HOPELESS in self.traits

    @property
    def is_doubtful(self) -> bool:
        """Whether it may be forged: only who knows that its author wrote it should let it through."""
        return DOUBTFUL in self.traits

    @property
    def is_strong(self) -> bool:
        """Whether a message is doubted even where it came to an address that was signed for its author."""
        return STRONG in self.traits

    @property
    def has_numbers(self) -> bool:
        """Whether CPR numbers stand in it, or may: nobody but its author has any of it sent on."""
        return NUMBERS in self.traits

    @property
    def may_be_by_a_person(self) -> bool:
        """Whether only words or an address make a program of its author: a person's mail looks so once in a while."""
        return BY_A_PERSON in self.traits

    @property
    def waits_for(self) -> Awaited | None:
        """For whom a message waits; None where that is an administrator, or nobody."""
        return next((one for one in self.traits if isinstance(one, Awaited)), None)


class Refusal(StrEnum):
    """Why something that was asked for is not done; `templates/refusals` has the words."""

    CORRECTION_IS_EMPTY = "correction_is_empty"
    NO_TICKET = "no_ticket"
    NOTHING_TO_SPLIT = "nothing_to_split"
    CHANGED_SINCE = "changed_since"
    NO_LAWYER = "no_lawyer"
    NO_LAWYER_OR_SEVERAL = "no_lawyer_or_several"
    ASKED_ALREADY = "asked_already"
    NOTHING_TO_CORRECT = "nothing_to_correct"
    TOO_MANY_TOPICS = "too_many_topics"
    SHORT_IS_LONG = "short_is_long"
    ASKER_FOLLOWS = "asker_follows"
    ASKER_GETS_ANSWERS = "asker_gets_answers"
    OTHERS_ASKED_TOO = "others_asked_too"
    ANSWERED_ALREADY = "answered_already"
    ONLY_ASKERS = "only_askers"
    NOBODY_NAMED = "nobody_named"
    ONE_ALREADY = "one_already"
    NEWS_STANDS_ALONE = "news_stands_alone"
    UNSEEN_STANDS_ALONE = "unseen_stands_alone"
    TOLD_BY_NAME = "told_by_name"
    MOVE_FIRST = "move_first"
    STANDS_THERE = "stands_there"
    MOVED_SINCE = "moved_since"
    WIDER_THERE = "wider_there"
    NOTE_IS_EMPTY = "note_is_empty"
    ONLY_LATER_MAILS = "only_later_mails"
    WOULD_READ_UNSEEN = "would_read_unseen"
    PART_OF_ANOTHER = "part_of_another"
    NARROWED_SINCE = "narrowed_since"
    NEWS_WAITS_NOT = "news_waits_not"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOT_UNDONE = "not_undone"
    ASKERS_DECIDE = "askers_decide"
    ASKERS_DECIDE_SINCE = "askers_decide_since"
    ANONYMOUS_STANDS_ALONE = "anonymous_stands_alone"
    STANDS_IN_FOR_SELF = "stands_in_for_self"
    AWAY_HOW = "away_how"
    AWAY_TOO_LONG = "away_too_long"
    NO_LIST = "no_list"
    NO_SUCH_SIGHT = "no_such_sight"
    NO_DRAFT = "no_draft"
    NEWS_IS_READ = "news_is_read"
    NOTHING_PUBLISHED = "nothing_published"
    NOTHING_TO_PUBLISH = "nothing_to_publish"
    LAWYERS_UNDO = "lawyers_undo"
    ANSWER_IS_OUT = "answer_is_out"
    QUESTION_IS_OUT = "question_is_out"
    NO_DAY = "no_day"
    OTHER = "other"  # said in words of its own
    PART_OF_HIDDEN = "part_of_hidden"
    ASKERS_ARE_ASKED = "askers_are_asked"


@dataclass(frozen=True)
class Grounds:
    """A reason with its details: texts and numbers by their names, `before` being earlier grounds as JSON has them."""

    reason: Reason
    details: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """The reason and its details as JSON has them."""
        return {"reason": self.reason.value, "details": dict(self.details)}


def as_grounds(why: Reason | Grounds) -> Grounds:
    """A reason as grounds without details; grounds as they are."""
    return why if isinstance(why, Grounds) else Grounds(why)

"""What can go wrong in the portal's own words. Rooms raise these; only doors catch them."""

from typing import Any

from tickets.reasons import Refusal


class PortalError(Exception):
    """Something the portal cannot do, told in a sentence its reader can act on.

    What is refused to people who write mail has a code for it, and what varies in it by its names.
    """

    def __init__(self, told: object = "", **details: Any) -> None:
        super().__init__(told)
        self.refusal = told if isinstance(told, Refusal) else Refusal.OTHER
        self.details = details


class UnknownAddress(PortalError):
    """Nothing lives at this address."""


class TooLarge(PortalError):
    """The message is larger than the portal takes."""


class NotFound(PortalError):
    """There is no such thing, or none that the reader may see."""


class LoginNeeded(PortalError):
    """Whether there is such a thing is only told to people who are logged in."""


class Conflict(PortalError):
    """Something of that name, address or prefix exists already."""


class AnswerOut(Conflict):
    """An answer cannot be taken back: others have it. It can be corrected."""


class QuestionOut(Conflict):
    """A question cannot be stopped: others have it. It can be withdrawn while nobody has answered."""


class BadInput(PortalError):
    """What was given cannot be used; the text says what would be."""


class StorageTrouble(PortalError):
    """The database or the disk is in trouble; nobody's message is at fault."""


class Unclean(PortalError):
    """A file holds what nobody here can vouch for."""


class MailboxTrouble(PortalError):
    """The mailbox that mail is fetched from cannot be read."""


class NothingYet(PortalError):
    """Nobody has used this portal yet, so there is nothing to see; no fault."""


class DoorShut(OSError):
    """A port cannot be listened at; `setting` names it, as in "[listen] smtp"."""

    def __init__(self, setting: str, place: str, cause: OSError) -> None:
        super().__init__(cause.errno, cause.strerror or str(cause))
        self.setting, self.place = setting, place
        self.port = int(place.rpartition(":")[2])

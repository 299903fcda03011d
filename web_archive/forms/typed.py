"""Typed: what a form says, made harmless to keep, and why it cannot be sent as it is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from flask import request
from werkzeug.datastructures import FileStorage

from tickets.database.models import DraftFile, Visibility
from tickets.numbers.cpr import find_cpr
from tickets.writing.drafts import new_token

TOKEN = re.compile(r"[0-9a-f]{24}")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_NAME = 200, 60_000, 200
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
LONGEST_SHORT = 400
AFTER = ("", "close", "pending")
CHOICES = ("", Visibility.ANONYMOUS, Visibility.CONFIDENTIAL)  # of a question; the first is as the list has it


class FormFault(StrEnum):
    """Why a form is shown again, with all that was typed."""

    NO_SUBJECT = "no_subject"
    NO_TEXT = "no_text"
    LONG = "long"
    NO_LIST = "no_list"
    LARGE = "large"
    QUOTA = "quota"
    LATE = "late"
    AGAIN = "again"  # the login was over; it is to be looked at and sent again


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a form."""

    token: str
    subject: str = ""
    text: str = ""
    list_prefix: str = ""
    visibility: str = ""
    answers: int = 0  # the message that it answers, by its key; 0: the newest
    seen: int = 0  # the newest message of the ticket when the form was opened
    short: str = ""  # the answer in one line
    then: str = ""  # what becomes of the ticket with it, one of `AFTER`
    until: str = ""  # the day until which it is laid aside (ISO 8601)
    corrects: bool = False  # it takes the place of the answer that it cites

    @property
    def fields(self) -> dict[str, Any]:
        """The same as a draft keeps it."""
        return {
            "subject": self.subject, "text": self.text, "list": self.list_prefix, "visibility": self.visibility,
            "answers": self.answers, "seen": self.seen, "short": self.short, "then": self.then, "until": self.until,
            "corrects": self.corrects,
        }  # fmt: skip

    @classmethod
    def of(cls, token: str, fields: Mapping[str, Any]) -> Self:
        """What a draft kept."""
        return cls(
            token, fields.get("subject", ""), fields.get("text", ""), fields.get("list", ""),
            fields.get("visibility", ""), fields.get("answers", 0), fields.get("seen", 0),
            fields.get("short", ""), fields.get("then", ""), fields.get("until", ""), fields.get("corrects", False),
        )  # fmt: skip

    @property
    def holds_number(self) -> bool:
        """Whether a CPR number seems to stand in it."""
        return bool(find_cpr(f"{self.subject}\n{self.text}"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.text.strip() or self.subject.strip())


def read_typed() -> Typed:
    """What the form of this request says."""
    form = request.form
    token, visibility = form.get("form", ""), form.get("visibility", "")
    return Typed(
        token if TOKEN.fullmatch(token) else new_token(),
        subject=_one_line(form.get("subject", ""))[:LONGEST_SUBJECT],
        text=_lines(form.get("text", ""))[: LONGEST_TEXT + 1],
        list_prefix=form.get("list", "")[:8],
        visibility=visibility if visibility in CHOICES else "",
        answers=form.get("answers", 0, type=int),
        seen=form.get("seen", 0, type=int),
        short=_one_line(form.get("short", ""))[:LONGEST_SHORT],
        then=form.get("then", "") if form.get("then", "") in AFTER else "",
        until=form.get("until", "") if DAY.fullmatch(form.get("until", "")) else "",
        corrects=form.get("corrects", "") == "1",
    )


def from_query() -> Typed:
    """A form that nobody has typed in, but for what a link to it says."""
    args = request.args
    typed = Typed(new_token(), subject=_one_line(args.get("subject", ""))[:LONGEST_SUBJECT])
    return replace(typed, list_prefix=args.get("list", "")[:8], answers=args.get("answers", 0, type=int))


def find_fault(typed: Typed, *, needs_subject: bool) -> FormFault | None:
    """Why it cannot be sent; none if it can."""
    if needs_subject and not typed.subject:
        return FormFault.NO_SUBJECT
    if not typed.text.strip():
        return FormFault.NO_TEXT
    return FormFault.LONG if len(typed.text) > LONGEST_TEXT else None


def read_files() -> list[DraftFile]:
    """The files that were sent with this request, named by what they are called and not where they lay."""
    return [_file(one) for one in request.files.getlist("files") if one.filename]


def _file(sent: FileStorage) -> DraftFile:
    name = _one_line((sent.filename or "").replace("\\", "/").rpartition("/")[2])[:LONGEST_NAME]
    return DraftFile(draft_token="", name=name or "fil", type=(sent.mimetype or "")[:127], octets=sent.read())


def dropped_files() -> list[int]:
    """The files of the draft that are to be taken from it."""
    return [int(one) for one in request.form.getlist("drop") if one.isascii() and one.isdecimal() and len(one) < 10]


def _one_line(text: str) -> str:
    return " ".join(CONTROLS.sub(" ", text).split())


def _lines(text: str) -> str:
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).rstrip()

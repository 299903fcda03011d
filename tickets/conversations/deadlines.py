"""Deadlines: by when a question is to be answered, in Danish working days, as its asker is told."""

from datetime import UTC, date, datetime, time

from tickets.database.models import MailingList
from tickets.portal import Portal
from tickets.workdays import working_day_after

CLOSING_TIME = time(16)  # local


def due_after(portal: Portal, mailing_list: MailingList, at: datetime) -> datetime | None:
    """When a question of this time is to be answered at the latest; None where the list has no answer time."""
    if mailing_list.answer_days is None:
        return None
    return end_of(portal, working_day_after(portal.local(at).date(), mailing_list.answer_days))


def end_of(portal: Portal, day: date) -> datetime:
    """When a working day ends."""
    return datetime.combine(day, CLOSING_TIME, portal.zone).astimezone(UTC)

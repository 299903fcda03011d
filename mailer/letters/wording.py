"""Wording: what the letter about a message says to one kind of reader."""

from tickets.conversations.anonymity import Shown
from tickets.database.models import Capacity, MailingList, Message, Ticket


def values_about(
    mailing_list: MailingList,
    ticket: Ticket,
    message: Message,
    shown: Shown,
    *,
    capacity: Capacity,
    is_first: bool,
    author: str,
    organisation: str,
    name: str,
    url: str,
    thread_url: str,
    unsubscribe: str,
) -> dict[str, object]:
    """The values of the template `post`; `author` is empty for one who is not named, files are found below `url`."""
    return {
        "ticket": ticket,
        "is_first": is_first,
        "name": name,
        "kind": message.kind.value,
        "capacity": capacity.value,
        "visibility": ticket.visibility.value,
        "author": author,
        "organisation": organisation,
        "at": message.sent_at,
        "text": shown.text,
        "quoted": shown.quoted if is_first and author else "",  # signatures name their author
        "files": list_files(shown, url),
        "left_out": shown.left_out,
        "replacements": shown.replacements if capacity is Capacity.LAWYER else (),
        "url": thread_url,
        "list": mailing_list.name,
        "unsubscribe": unsubscribe,
    }


def list_files(shown: Shown, url: str) -> list[dict[str, object]]:
    """The files of a message as letters list them: name, size, and a link below its permalink."""
    return [
        {"name": one.name, "size": one.size, "url": f"{url}/{one.part}", "is_kept_back": one.is_kept_back}
        for one in shown.files
    ]

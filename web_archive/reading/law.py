"""Law: the page of an article, with all that is asked and answered of it first and the official text second; topics."""

from flask import Blueprint, redirect
from werkzeug.wrappers import Response as AnyResponse

from tickets.archive import places, rows
from tickets.conversations import lookup
from tickets.errors import NotFound
from tickets.law.laws import Place, find_place, load_laws
from web_archive.rendering import inside, let_be_found, page, page_number

blueprint = Blueprint("law", __name__)


@blueprint.get("/ret")
def laws() -> str:
    """All laws that something which the reader may see is about."""
    with inside() as (session, sight):
        let_be_found(*lookup.visible_lists(session, sight))
        counted = places.counts_of_laws(session, sight)
        found = [(law, counted[word]) for word, law in load_laws().items() if word in counted]
        return page("laws.html", found=found)


@blueprint.get("/ret/<word>")
def law(word: str) -> str:
    """The articles of a law that something which the reader may see is about."""
    with inside() as (session, sight):
        found = load_laws().get(word)
        if found is None:
            raise NotFound(word)
        let_be_found(*lookup.visible_lists(session, sight))
        counted = places.counts(session, sight, word)
        named = sorted(counted, key=lambda number: (int(number.rstrip("abcdefghijklmnopqrstuvwxyzæøå")), number))
        return page("law.html", law=found, found=[(Place(found, number), counted[number]) for number in named])


@blueprint.get("/ret/<word>/<number>")
def place(word: str, number: str) -> str | AnyResponse:
    """The page of an article: its tickets and published answers that the reader may see, and its wordings."""
    with inside() as (session, sight):
        found = find_place(word, number)
        if found is None:
            raise NotFound(f"{word}/{number}")
        if found.path != f"/ret/{word}/{number}":
            return redirect(found.path, 301)
        let_be_found(*lookup.visible_lists(session, sight))
        return page(
            "place.html", place=found, found=places.tickets(session, sight, found, page_number()),
            published=places.published(session, sight, found) if page_number() == 1 else (),
        )  # fmt: skip


@blueprint.get("/emne/<path:topic>")
def topic(topic: str) -> str:
    """The questions of a topic that the reader may see."""
    with inside() as (session, sight):
        let_be_found(*lookup.visible_lists(session, sight))
        found = rows.about(session, sight, topic, page=page_number())
        if not found.rows:
            raise NotFound(topic)
        return page("topic.html", topic=topic, found=found)

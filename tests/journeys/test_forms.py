"""Mail with form, from the mail program of whoever writes to the letter, the page and the digest."""

from email.message import EmailMessage

import pytest

from mailer.letters.digests.timetable import make_digest
from support.builders import a_message, a_person
from support.command_desk import CommandDesk, desk, plain
from tickets.database.models import Mode, Person, Role, Visibility
from tickets.form.blocks import from_stored
from tickets.people import appointments, subscriptions

__all__ = ["desk"]

NEWS = "databeskyttelse+nyt@example.dk"
HTML = """<html><head><style>p {margin:0}</style></head><body><h1>Ny vejledning</h1>
<p>Den <b>gælder</b> fra 1. januar, <a href="https://www.tilsynet.example.dk/v?id=7" title="Mette">læs den her</a>.</p>
<ul><li>Opdatér jeres fortegnelse</li><li>Spørg jeres leverandør</li></ul>
<table><tr><th>Frist</th><th>Opgave</th></tr><tr><td>Marts</td><td>Skema</td></tr></table>
<img src="https://spor.example.org/p.gif?Mette" alt="Mette"><!-- Mette --></body></html>"""
TEXT = """Ny vejledning

Den gælder fra 1. januar, læs den her <https://www.tilsynet.example.dk/v?id=7>.

- Opdatér jeres fortegnelse
- Spørg jeres leverandør

Frist | Opgave
Marts | Skema"""


def with_form(text: str, html: str = HTML, **fields: str) -> EmailMessage:
    message = a_message(**{"text": text, "Subject": "Ny vejledning", "To": NEWS} | fields)
    message.add_alternative(html, subtype="html")
    return message


def part(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def an_editor(desk: CommandDesk) -> Person:
    with desk.store.transaction() as session:
        karen = a_person(session, "karen@forening.example.dk", "Karen Redaktør")
        appointments.appoint(session, karen, Role.EDITOR, desk.mailing_list)
        return karen


@pytest.mark.parametrize("own", ["", "Ny vejledning i browseren\n", TEXT])
def test_news_keeps_its_form_and_what_is_poor_in_plain_text_is_made_from_it(desk: CommandDesk, own: str) -> None:
    karen = an_editor(desk)

    desk.take(with_form(own, From=f"Karen Redaktør <{karen.email}>"), NEWS)
    desk.distribute()

    letter = desk.letters_to(desk.ole)[-1]
    html, text = part(letter, "html"), part(letter, "plain")
    assert TEXT in text
    assert "Ny vejledning</h2>" in html
    assert "<strong>gælder</strong>" in html
    assert '<a href="https://www.tilsynet.example.dk/v?id=7"' in html
    assert "(tilsynet.example.dk)</span>" in html
    assert html.index("<ul") < html.index("Opdatér jeres fortegnelse</li>") < html.index(">Opgave</th>")
    assert "Mette" not in html + text
    assert "spor.example.org" not in html + text


def test_an_answer_keeps_its_form_below_its_commands_and_a_members_mail_has_none(desk: CommandDesk) -> None:
    asked = desk.asks()
    answer = HTML.replace("<h1>", "<p>STIKORD vejledning</p><h1>")
    desk.replies(desk.anders, f"STIKORD vejledning\n\n{TEXT}", asked, answer)
    desk.replies(desk.mette, TEXT, html=HTML)

    answered, written = desk.messages()[-2:]
    assert [block.kind.value for block in from_stored(answered.form)] == ["h", "p", "li", "li", "tr", "tr"]
    assert answered.text.startswith("Ny vejledning")
    assert written.form is None
    assert "<strong>gælder</strong>" in part(desk.letters_to(desk.mette)[-1], "html")
    assert "<h2" not in part(desk.letters_to(desk.anders)[-1], "html").partition("Opdatér")[0]


def test_a_form_tells_nobody_what_is_masked_in_the_text(desk: CommandDesk) -> None:
    asked = desk.asks(visibility=Visibility.ANONYMOUS)
    html = "<p>Kære Mette</p><h2>Ja</h2><p>Se <a href='https://proevested.example.dk/mette'>siden</a>.</p>"
    desk.replies(desk.anders, "Kære Mette\n\nJa\n\nSe siden.", asked, html)
    waiting = desk.letters_to(desk.anders)[-1]
    desk.replies(desk.anders, "SEND", address=str(waiting["Reply-To"]).strip("<>"))
    desk.passes(60)

    others, own = desk.letters_to(desk.ole)[-1], desk.letters_to(desk.mette)[-1]
    assert desk.messages()[-1].form is None
    for kind in ("plain", "html"):
        assert "Ja" in part(others, kind)
        assert "proevested" not in part(others, kind)
        assert "Mette" not in part(others, kind)
    assert "Ja</h2>" in part(own, "html")


def test_the_digest_has_the_form_too_and_a_number_takes_it_away(desk: CommandDesk) -> None:
    karen = an_editor(desk)
    with desk.store.transaction() as session:
        subscriptions.subscribe(session, desk.karin, desk.mailing_list, Mode.WEEKLY, desk.now)
    author = f"Karen Redaktør <{karen.email}>"
    desk.take(with_form(TEXT, From=author), NEWS)
    desk.take(with_form(TEXT, HTML.replace("?id=7", "?cpr=010190-1234"), From=author), NEWS)
    desk.distribute()
    with desk.store.transaction() as session:
        make_digest(session, desk.portal, desk.signer, desk.mailing_list, desk.now)

    digest = desk.letters_to(desk.karin)[-1]
    assert "Ny vejledning</h4>" in part(digest, "html")
    assert TEXT in part(digest, "plain")
    assert [message.form is None for message in desk.messages()] == [False]  # the other waits for its author
    held = desk.letters_to(karen)[-1]
    desk.replies(karen, "SEND", address=str(held["Reply-To"]).strip("<>"))
    assert [message.form is None for message in desk.messages()] == [False, True]
    assert "010190" not in plain(desk.letters_to(desk.ole)[-1])

"""Access: a mailed link logs in, a button spends it; and leaving a list without logging in."""

from datetime import date, datetime

from flask import Blueprint, redirect, request, session
from sqlmodel import Session
from werkzeug.wrappers import Response

from templates.language import LANGUAGES
from tickets import journal, wishes
from tickets.conversations import lookup
from tickets.database.models import EventKind, MailingList, Mode, Person
from tickets.errors import BadInput, LoginNeeded, NotFound
from tickets.people import lists, logins, organisations, persons, reachability
from tickets.people.quotas import network_of
from web_archive.aims import own_path, what_it_is, with_place
from web_archive.entering import entry
from web_archive.rendering import LOGIN, address, login_path, page, reader, reading, the_means

blueprint = Blueprint("access", __name__)


@blueprint.get("/login")
def ask_address() -> str:
    """The page that asks for an address to send a login link to, and tells which page was wanted."""
    aim = own_path(request.args.get("next", ""))
    sort, name = what_it_is(aim) if aim else ("", "")
    with reading():
        return page("login.html", aim=aim, sort=sort, name=name)


@blueprint.post("/login")
def send_link() -> str:
    """Ask the journal for a link by mail; the answer is the same whether or not anybody has that address."""
    means = the_means()
    now, aim = means.clock(), own_path(request.form.get("next", ""))
    browser = entry.browser_secret()
    with means.store.transaction() as opened:
        person = persons.person_writing_as(opened, request.form.get("email", "")[:254].replace("\0", ""))
        logins.await_one_persons(opened, browser, person, now)  # also for nobody's address, which it would tell else
        if person and not person.is_stranger and _may_have_link(opened, person, now):
            if aim:
                logins.aim_at(opened, person, aim, now)
            logins.await_code(opened, person, browser, now)
            journal.append(opened, EventKind.LOGIN_ASKED, now, person_key=person.id)
    return page("login_sent.html", again=login_path(aim), aim=aim, is_wrong=False)


def _may_have_link(opened: Session, person: Person, now: datetime) -> bool:
    network, quota = network_of(request.remote_addr), the_means().quotas.logins_per_address
    return logins.ask_for_link(opened, person, network, quota, now)


@blueprint.get("/login/<secret>")
def show_button(secret: str) -> tuple[str, int]:
    """A page with a button. Looking spends nothing: mail scanners follow links."""
    means = the_means()
    with reading() as (opened, _):
        person = logins.find_login_link(opened, secret, means.clock())
        if person:
            address(person)
        return _button(opened, secret, person), 200 if person else 410


@blueprint.post("/login/<secret>")
def log_in(secret: str) -> Response | tuple[str, int]:
    """Spend a login link, and go on to the page that was wanted; a spent or unknown one is told."""
    means = the_means()
    with means.store.transaction() as opened:
        person = logins.spend_login_link(opened, secret, means.clock())
        entered = entry.open_for(opened, person) if person else None
        aim = own_path(logins.path_behind(opened, secret))
    if entered is None:
        with reading() as (opened, _):
            return _button(opened, secret, None), 410
    entry.keep(entered)
    return redirect(with_place(aim) or "/")


def _button(opened: Session, secret: str, person: Person | None) -> str:
    """The page behind a link: its button, or the way to a new link to the same page."""
    return page("login_button.html", found=person, again=login_path(own_path(logins.path_behind(opened, secret))))


@blueprint.post("/logout")
def log_out() -> Response:
    """End the reader's session here and in the database."""
    if LOGIN in session:
        with the_means().store.transaction() as opened:
            logins.close_web_session(opened, session[LOGIN])
    session.clear()
    return redirect("/")


@blueprint.get("/me")
def show_subscriptions() -> str:
    """The page of the reader's subscriptions; asks a reader without login to log in."""
    with reading() as (opened, sight):
        person = reader()
        if person is None:
            raise LoginNeeded("me")
        rows = [
            (mailing_list, wishes.wishes_of(opened, person, mailing_list), wishes.topics_of(opened, mailing_list))
            for mailing_list in lookup.visible_lists(opened, sight)
            if mailing_list.key in sight.member_of
        ]
        browsers = logins.browsers_of(opened, person, session[LOGIN], the_means().clock())
        organisation = _organisation(opened, person)
        return page("me.html", rows=rows, modes=list(Mode), organisation=organisation, browsers=browsers)


@blueprint.post("/me")
def change_subscription() -> Response:
    """Change how the reader gets one list."""
    with reading():
        person = reader()
    if person is None:
        return redirect(login_path("/me"))
    means = the_means()
    with means.store.transaction() as opened:
        mailing_list = lists.find_list(opened, request.form.get("list", ""))
        wishes.choose(opened, person, mailing_list, _wishes(), _today(), means.clock())
    return redirect(f"/me?saved={mailing_list.prefix}")


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
def unsubscribe(token: str) -> str:
    """The page behind every letter's link; a POST, also a mail program's own (RFC 8058), changes it at once."""
    means = the_means()
    signed = means.signer.read_unsubscribe_token(token)
    with reading() as (opened, _):
        mailing_list = opened.get(MailingList, signed[0]) if signed else None
        person = persons.person_by_key(opened, signed[1]) if signed else None
        if mailing_list is None or person is None:
            raise NotFound(token)
        topics = wishes.topics_of(opened, mailing_list)
    done = request.method == "POST"
    if done:
        with means.store.transaction() as opened:
            person = opened.get_one(Person, person.id)
            wanted = _wishes() if "mode" in request.form else wishes.Wishes(Mode.NONE)
            wishes.choose(opened, person, mailing_list, wanted, _today(), means.clock())
            if "language" in request.form:
                person.language = _language()
    with reading() as (opened, _):
        now = wishes.wishes_of(opened, person, mailing_list)
    address(person, mailing_list)
    return page(
        "unsubscribe.html",
        person=person,
        mailing_list=mailing_list,
        wishes=now,
        topics=topics,
        modes=list(Mode),
        done=done,
    )


@blueprint.get("/resume/<token>")
def show_resume(token: str) -> str:
    """A page with a button: letters to a person came back, and may go to them again. Looking changes nothing."""
    with reading() as (opened, _):
        person = _person_of(opened, token)
        address(person)
        return page("resume.html", person=person, is_warned=reachability.is_warned(opened, person))


@blueprint.post("/resume/<token>")
def resume(token: str) -> Response:
    """Have letters sent again to the person of a signed link, without login."""
    means = the_means()
    with means.store.transaction() as opened:
        reachability.resume(opened, _person_of(opened, token), means.clock())
    return redirect(f"/resume/{token}")


def _person_of(opened: Session, token: str) -> Person:
    """Whom a link of ours is about. Raises NotFound."""
    key = the_means().signer.read_resume_token(token)
    person = persons.person_by_key(opened, key) if key is not None else None
    if person is None:
        raise NotFound(token)
    return person


def _wishes() -> wishes.Wishes:
    """What a form says of how somebody wants a list."""
    return wishes.Wishes(_mode(), tuple(request.form.getlist("topic")), _rests_before())


def _mode() -> Mode:
    try:
        return Mode(request.form.get("mode", ""))
    except ValueError as error:
        raise BadInput("mode") from error


def _rests_before() -> date | None:
    """The day until which nothing is to come, as browsers send it."""
    day = request.form.get("rests_before", "")
    try:
        return date.fromisoformat(day) if day else None
    except ValueError as error:
        raise BadInput("rests_before") from error


def _today() -> date:
    means = the_means()
    return means.portal.local(means.clock()).date()


def _language() -> str | None:
    """The language chosen for letters and pages; None is each list's own."""
    chosen = request.form.get("language", "")
    if chosen and chosen not in LANGUAGES:
        raise BadInput("language")
    return chosen or None


def _organisation(opened: Session, person: Person) -> str:
    organisation = organisations.organisation_of(opened, person.email)
    return organisation.name if organisation else ""

"""Downloads: attachments, always as files to save, never as pages to open."""

from urllib.parse import quote

from flask import Blueprint, Response

from tickets.conversations import anonymity, lookup
from tickets.database.models import Content
from tickets.errors import NotFound
from tickets.mime import keys
from web_archive.rendering import inside, let_be_found, the_desk

blueprint = Blueprint("downloads", __name__)

SANDBOX = "sandbox; default-src 'none'"
ANYTHING = "application/octet-stream"
TOLD = ("application/pdf", "application/zip", "application/vnd.", "application/msword", "image/png", "image/jpeg")


@blueprint.get("/m/<path>/<int(max=9999):part>")
def attachment(path: str, part: int) -> Response:
    """A file of a message as its reader may have it; 404 if they may not."""
    with inside() as (session, sight):
        mailing_list, ticket, message = lookup.message_at(session, sight, path)
        shown = anonymity.show(session, ticket, [message], sees_asker=sight.of_asker(ticket))[message.key]
        file = next((one for one in shown.files if one.part == part), None)
        if file is None:
            raise NotFound(f"{path}/{part}")
        let_be_found(mailing_list)
        if file.clean_key:
            octets = session.get_one(Content, file.clean_key).octets
        else:
            octets = _open(session.get_one(Content, message.content_key), part)
    return to_save(octets, file.name, file.type)


def to_save(octets: bytes, name: str, kind: str) -> Response:
    """A file that a browser saves under this name, and never opens as a page; without what is one reader's alone."""
    octets = keys.take_keys_out_of_file(octets, the_desk().portal)
    response = Response(octets, mimetype=kind if kind.startswith(TOLD) else ANYTHING)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _open(content: Content, part: int) -> bytes:
    try:
        return keys.open_file(content.octets, part, the_desk().portal)
    except IndexError as error:
        raise NotFound(f"part {part}") from error

"""The page for operators, followed word for word: a portal behind real servers, with the files of `deploy/`."""

import json
import re
import shutil
import socket
import ssl
from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from smtplib import SMTP

import dkim
import pytest

from dialogportal.settings import read_settings
from mailer.intake.listener import MOST_RECIPIENTS
from support.installed import HOUSE, LIBRARIES
from support.machine import Machine, running_machine
from support.nameservers import answering, bind
from support.portals import compose
from support.servers import find_program
from support.waiting import eventually

OURS, TOWN, STRANGER = "192.0.2.10", "192.0.2.66", "192.0.2.200"
LIST = "databeskyttelse@lister.example.dk"
METTE = "Mette Eksempel <mette@odense.example.dk>"
NAMES = {
    ("portal.example.dk", "A"): [OURS],
    ("lister.example.dk", "MX"): ["10 portal.example.dk."],
    ("odense.example.dk", "MX"): ["10 mx.odense.example.dk."],
    ("mx.odense.example.dk", "A"): [TOWN],
    ("odense.example.dk", "TXT"): [f'"v=spf1 ip4:{TOWN} -all"'],
    ("_dmarc.odense.example.dk", "TXT"): ['"v=DMARC1; p=reject"'],
    ("forening.example.dk", "MX"): ["10 mx.odense.example.dk."],
    ("aeroe.example.dk", "TXT"): [f'"v=spf1 ip4:{TOWN} -all"'],
}
PROGRAMS = ("postfix", "opendkim", "opendkim-genkey", "opendmarc", "nginx", "psql", "pg_ctlcluster", "smtp-sink")
BORROWED = {  # the tests' own libraries, instead of asking a registry for them
    "PYTHONPATH": LIBRARIES, "PYTHONWARNINGS": "ignore",
    "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0",
}  # fmt: skip
START_POSTGRESQL = "pg_lsclusters -h | while read version name _; do pg_ctlcluster $version $name start; done"
RECEIVE = f"""
install -d -o nobody /var/received
smtp-sink -u nobody -d /var/received/%M. {TOWN}:25 100 >/dev/null 2>&1 &
"""

WITHOUT = "select rolname from pg_authid where rolname = 'dialogportal' and rolpassword is null"
BLIND = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
BLIND.check_hostname, BLIND.verify_mode = False, ssl.CERT_NONE

pytestmark = [pytest.mark.any_database, pytest.mark.slow, pytest.mark.timeout(600)]


def lines_to_type() -> str:
    """What the page has its reader type, up to where others must have done their part."""
    page = (HOUSE / "docs/operating.md").read_text()
    section = page.partition("## On a machine of its own\n")[2].partition("\n### ")[0]
    return "\n".join(line[4:] for line in section.splitlines() if line.startswith("    "))


class Deployed:
    """The machine of the portal, and what its neighbours on the net do with it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def portal(self, *words: str) -> str:
        """What a command of the portal prints."""
        typed = " ".join(f"'{word}'" for word in words)
        return self.machine.do(f"cd /etc/dialogportal; runuser -u dialogportal -- dialogportal {typed}", **BORROWED)

    def connect(self, source: str) -> SMTP:
        """A session with Postfix, of a server that has this address."""
        client = self.machine.on_its_net(lambda: SMTP("127.0.0.1", 25, timeout=60, source_address=(source, 0)))
        client.ehlo("mx.odense.example.dk")
        return client

    def ask_for(self, recipient: str) -> tuple[int, str]:
        """What a stranger hears who has mail for somebody."""
        with self.connect(STRANGER) as client:
            client.mail("nobody@example.org")
            code, text = client.rcpt(recipient)
        return code, text.decode()

    def send(self, source: str, message: EmailMessage | bytes, sender: str = "mette@odense.example.dk") -> None:
        octets = message if isinstance(message, bytes) else message.as_bytes()
        with self.connect(source) as client:
            client.sendmail(sender, [LIST], octets)

    def query(self, select: str) -> str:
        """What the database answers to the portal's own user, who needs no password."""
        return self.machine.do(f'runuser -u dialogportal -- psql -Atqc "{select}" dialogportal').strip()

    def became_of(self, words: str) -> tuple[str, list[str]]:
        """The disposition of the mail with these words, and the Authentication-Results that it came with."""
        rows = "from arrivals join contents on content_key = sha256"
        where = f"where position('{words}'::bytea in octets) > 0 and disposition is not null"
        row = eventually(lambda: self.query(f"select disposition, encode(octets, 'base64') {rows} {where}"))
        disposition, _, encoded = row.partition("|")
        return disposition, message_from_bytes(b64decode(encoded)).get_all("Authentication-Results") or []

    def letters(self) -> list[bytes]:
        """All that has reached the town's own server."""
        return [path.read_bytes() for path in (self.machine.disk / "var/received").iterdir()]

    def get(self, path: str, port: int, body: bytes | None = None) -> HTTPResponse:
        """What a browser is answered; whose the certificate is, is not asked."""
        line = self.machine.on_its_net(lambda: socket.create_connection(("127.0.0.1", port), 60, (TOWN, 0)))
        if port == 443:
            line = BLIND.wrap_socket(line, server_hostname="portal.example.dk")
        connection = HTTPConnection("portal.example.dk")
        connection.sock = line
        connection.request("POST" if body else "GET", path, body)
        return connection.getresponse()


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    for program in PROGRAMS:
        find_program(program)
    with (
        running_machine(OURS, TOWN, STRANGER) as machine,
        answering(machine.on_its_net(lambda: bind("127.0.0.1", 53))) as names,
    ):
        names.records |= NAMES
        for stand_in in (HOUSE / "tests/stand_ins").iterdir():
            shutil.copy(stand_in, machine.disk / "usr/local/sbin")
        machine.do(f"{START_POSTGRESQL}\n{RECEIVE}")
        machine.do(f"cd {HOUSE}\n{lines_to_type()}", **BORROWED)
        deployed = Deployed(machine)
        deployed.portal("organisation", "add", "Ærø Kommune", "--domain", "aeroe.example.dk")
        yield deployed


def a_question(words: str, **fields: str) -> EmailMessage:
    return compose(METTE, LIST, words, f"Kære jurister. Må vi det? {words}", **fields)


def strip_envelope(dumped: bytes) -> bytes:
    """The message that a letter was, without the lines in which `smtp-sink` tells how it came."""
    return dumped[dumped.index(b"DKIM-Signature: ") :]


# -- mail --------------------------------------------------------------------------------


def test_a_question_from_outside_is_filed_and_its_receipt_leaves_signed(deployed: Deployed) -> None:
    deployed.send(TOWN, a_question("Torvedagen"))

    disposition, results = deployed.became_of("Torvedagen")
    receipt = eventually(lambda: next((one for one in deployed.letters() if b"auto-replied" in one), b""))
    key = "".join(re.findall(r'"([^"]*)"', deployed.machine.do("cat /etc/dkimkeys/portal.txt"))).encode()

    assert disposition == "filed"
    assert results[0].startswith("portal.example.dk; dmarc=pass")
    assert dkim.verify(strip_envelope(receipt), dnsfunc=lambda *_, **__: key)


@pytest.mark.parametrize(
    ("source", "disposition"), [pytest.param(TOWN, "filed", id="its server"), pytest.param(STRANGER, "held", id="none")]
)
def test_a_domain_without_a_policy_is_believed_by_its_server(deployed: Deployed, source: str, disposition: str) -> None:
    """OpenDMARC has nothing to say of it; whether the server may send for it stands in a field below."""
    words = f"Uden politik fra {source}"

    deployed.send(source, compose("Åse <aase@aeroe.example.dk>", LIST, words, "Må vi det?"), "aase@aeroe.example.dk")

    found, results = deployed.became_of(words)
    assert results[0].startswith("portal.example.dk; dmarc=none")
    assert found == disposition


@pytest.mark.parametrize(
    ("address", "code"),
    [
        pytest.param("findes-ikke@lister.example.dk", 550, id="nobody's"),
        pytest.param("databeskyttelse+00000000zzzzzzzzzzzzzzzzzzzzzzzzzz@lister.example.dk", 550, id="a forged reply"),
        pytest.param("bounce+00000000zzzzzzzzzzzzzzzzzzzzzzzzzz@lister.example.dk", 550, id="a forged bounce"),
        pytest.param("findes-ikke@portal.example.dk", 550, id="nobody's at the machine itself"),
        pytest.param("mette@odense.example.dk", 554, id="another domain's"),
        pytest.param(LIST, 250, id="the list"),
        pytest.param("databeskyttelse+anonym@lister.example.dk", 250, id="a desk"),
        pytest.param("Databeskyttelse-Fortrolig@LISTER.example.dk", 250, id="a desk otherwise written"),
        pytest.param("postmaster@lister.example.dk", 250, id="the postmaster"),
    ],
)
def test_an_address_that_nobody_has_is_refused_at_once(deployed: Deployed, address: str, code: int) -> None:
    answered, why = deployed.ask_for(address)

    assert answered == code
    assert ("No such list or ticket" in why) == (code == 550 and address.endswith("@lister.example.dk"))


FIELD, PASS = "Authentication-Results", "dmarc=pass header.from=odense.example.dk"
OURS_SAYS = f"portal.example.dk; {PASS}"


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(f"{FIELD}: {OURS_SAYS}", id="as ours"),
        pytest.param(f"{FIELD.upper()}:{OURS_SAYS.upper()}", id="in capitals"),
        pytest.param(f"{FIELD} : {OURS_SAYS}", id="a space before the colon"),
        pytest.param(f"{FIELD}:\r\n {OURS_SAYS}", id="folded"),
        pytest.param(f"{FIELD}: (x) {OURS_SAYS}", id="after a comment"),
        pytest.param(f'{FIELD}: "portal.example.dk" 1; {PASS}', id="quoted"),
        pytest.param(f"X-Note: x\r{FIELD}: {OURS_SAYS}", id="behind a bare CR"),
        pytest.param(f"X-Note: x\n{FIELD}: {OURS_SAYS}", id="behind a bare LF"),
        pytest.param(f"Authentication-\0Results: {OURS_SAYS}", id="with a NUL in its name"),
        pytest.param(f"{FIELD}: {OURS_SAYS}\r\n" * 40 + "X-Note: x", id="forty times"),
        pytest.param(f"{FIELD}: mx.example.org; {PASS}", id="another's"),
    ],
)
def test_what_a_stranger_says_of_himself_is_taken_off(
    deployed: Deployed, field: str, request: pytest.FixtureRequest
) -> None:
    words = f"Forfalsket {request.node.callspec.id}".replace("'", "")

    deployed.send(STRANGER, f"{field}\r\n".encode() + a_question(words).as_bytes())

    disposition, results = deployed.became_of(words)
    assert disposition == "held"
    assert [result.partition(";")[0] for result in results] == ["portal.example.dk"] * 3
    assert not [result for result in results if "=pass" in result.lower()]


def test_a_mail_larger_than_the_portal_takes_is_refused_before_it_is_sent(deployed: Deployed) -> None:
    with deployed.connect(TOWN) as client:
        code, _ = client.mail("mette@odense.example.dk", ["SIZE=36700161"])
        assert code == 552
        client.rset()
        assert client.mail("mette@odense.example.dk", ["SIZE=36700160"])[0] == 250


def test_while_the_portal_is_stopped_its_mail_waits(deployed: Deployed) -> None:
    assert deployed.ask_for(LIST)[0] == 250
    deployed.machine.do("systemctl stop dialogportal")
    try:
        deployed.send(TOWN, a_question("Mens vi sov"))
        unknown, why = deployed.ask_for("findes-heller-ikke@lister.example.dk")
    finally:
        deployed.machine.do("systemctl start dialogportal; postqueue -f", **BORROWED)

    assert unknown == 451
    assert "The portal is starting" in why
    assert "No such" not in why
    assert deployed.became_of("Mens vi sov")[0] == "filed"


# -- pages -------------------------------------------------------------------------------


def test_pages_are_served_by_https_alone_and_stay_so(deployed: Deployed) -> None:
    plain, page = deployed.get("/search?q=a", 80), deployed.get("/", 443)

    assert (plain.status, plain.headers["Location"]) == (301, "https://portal.example.dk/search?q=a")
    assert page.status == 200
    assert page.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert "portal.css" in page.read().decode()


def test_what_is_too_large_for_a_form_ends_before_the_portal(deployed: Deployed) -> None:
    assert deployed.get("/login", 443, b"x" * 200_000).status == 413


# -- around it ---------------------------------------------------------------------------


def test_only_the_portals_own_user_gets_into_its_database_and_nobody_has_a_password(deployed: Deployed) -> None:
    stranger = deployed.machine.type("runuser -u nobody -- psql -Atqc 'select 1' dialogportal")
    pretender = deployed.machine.type("runuser -u nobody -- psql -Atqc 'select 1' -U dialogportal dialogportal")

    assert deployed.query("select 1") == "1"
    assert stranger.returncode
    assert "Peer authentication failed" in pretender.stderr
    assert deployed.machine.do(f'runuser -u postgres -- psql -Atqc "{WITHOUT}"').strip() == "dialogportal"


def test_check_finds_nothing_wrong_but_the_certificate_that_signs_itself(deployed: Deployed) -> None:
    deployed.send(TOWN, a_question("Lige før"))
    assert deployed.became_of("Lige før")[0] == "filed"

    typed = deployed.machine.type(
        "cd /etc/dialogportal; runuser -u dialogportal -- dialogportal check --json", **BORROWED
    )

    findings = {finding["what"]: finding for finding in json.loads(typed.stdout)}
    assert {what for what, finding in findings.items() if not finding["is_well"]} == {"website"}
    assert "self-signed" in findings["website"]["told"]
    assert "by the word of portal.example.dk" in findings["authors"]["told"]


def test_systemd_understands_the_service(deployed: Deployed) -> None:
    find_program("systemd-analyze")

    typed = deployed.machine.type("systemd-analyze verify --man=no /etc/systemd/system/dialogportal.service")

    assert (typed.returncode, typed.stderr) == (0, "")


def test_the_files_agree_with_each_other_and_with_the_portal() -> None:
    """What belongs together in several files: one of them alone is soon changed."""
    main = (HOUSE / "deploy/postfix/main.cf").read_text()
    settings = read_settings(HOUSE / "deploy/dialogportal.toml")

    assert f"message_size_limit = {settings.listen.max_size}\n" in main
    assert f"smtpd_recipient_limit = {MOST_RECIPIENTS}\n" in main
    assert f"{settings.portal.domain}=lmtp:inet:{settings.listen.lmtp} " in main
    assert f"proxy_pass http://{settings.web.listen};" in (HOUSE / "deploy/nginx.conf").read_text()
    for filter_ in ("opendkim", "opendmarc"):
        text = (HOUSE / f"deploy/{filter_}.conf").read_text()
        assert re.search(rf"^AuthservID +{settings.listen.authserv_id}$", text, re.MULTILINE)

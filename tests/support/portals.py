"""A whole portal as its operator runs it: a process of its own, told what to do by the command line."""

import json
import signal
import subprocess
import sys
import threading
import time
from email.message import EmailMessage
from pathlib import Path
from smtplib import SMTP
from typing import Any, Self

from typer.testing import CliRunner

from dialogportal.menu import app
from support.servers import free_port
from tickets.portal import load_secret


class RunningPortal:
    """`dialogportal serve` with its settings file; started, killed and started again."""

    def __init__(
        self,
        directory: Path,
        database: str,
        relay_port: int,
        mailbox: dict[str, object] | None = None,
        undo_seconds: int = 0,
    ) -> None:
        self.directory = directory
        self.smtp_port, self.lmtp_port, self.web_port = free_port(), free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self.web_port}"
        self.settings = directory / "dialogportal.toml"
        sections: dict[str, dict[str, object]] = {
            "portal": {"domain": "example.dk", "base_url": self.base_url, "data_dir": str(directory / "data")},
            "database": {"url": database},
            "listen": {"smtp": f"127.0.0.1:{self.smtp_port}", "lmtp": f"127.0.0.1:{self.lmtp_port}"},
            "relay": {"host": "127.0.0.1", "port": relay_port, "starttls": "never"},
            "web": {"listen": f"127.0.0.1:{self.web_port}"},
            "letters": {"undo_seconds": undo_seconds},
        }
        if mailbox:
            sections["mailbox"] = mailbox
        self.settings.write_text(
            "\n".join(
                f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in section.items())
                for name, section in sections.items()
            ),
            encoding="utf-8",
        )
        load_secret(directory / "data")
        self.process: subprocess.Popen[str] | None = None
        self._log = directory / "serve.log"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, whatever failed."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def run(self, *words: str) -> str:
        """What a command prints; run in this process, since starting one takes seconds."""
        done = CliRunner().invoke(app, [*words, "--config", str(self.settings)])
        assert done.exit_code == 0, f"{words}: {done.output}{done.exception}"
        return done.stdout

    def ask(self, *words: str) -> Any:
        """The facts that a command prints as JSON."""
        return json.loads(self.run(*words, "--json"))

    def start(self, *words: str) -> None:
        with self._log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dialogportal", "serve", *words, "--config", str(self.settings)],
                stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert ready, self._log.read_text()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, patience: float = 20) -> None:
        """Stop it as an operator would; fails if that takes more seconds."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=patience) == 0, self._log.read_text()

    def send(self, message: EmailMessage, *recipients: str, sender: str | None = None) -> None:
        with SMTP("127.0.0.1", self.smtp_port, timeout=30) as client:
            client.send_message(message, from_addr=sender, to_addrs=list(recipients) or None)


def compose(author: str, to: str, subject: str, text: str, **fields: str) -> EmailMessage:
    """A message as a person's mail program makes it; field names with `_` for `-`."""
    message = EmailMessage()
    message["From"] = author
    message["To"] = to
    message["Subject"] = subject
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    if "Message-ID" not in message:
        domain = author.rpartition("@")[2].rstrip(">")
        message["Message-ID"] = f"<{time.time_ns()}@{domain}>"
    message.set_content(text)
    return message


def answer(letter: EmailMessage, author: str, text: str) -> EmailMessage:
    """A reply as a real mail program makes it from a letter's fields (RFC 5322 3.6.4)."""
    subject = str(letter["Subject"])
    to = str(letter["Reply-To"] or letter["From"])
    message_id = str(letter["Message-ID"])
    references = f"{letter['References'] or ''} {message_id}".strip()
    quoted = "\n".join(f"> {line}" for line in plain_text(letter).splitlines())
    return compose(
        author, to, subject if subject.startswith("SV:") else f"SV: {subject}",
        f"{text}\n\nDen man. 23. nov. 2026 kl. 10.12 skrev Databeskyttelse <databeskyttelse@example.dk>:\n{quoted}\n",
        In_Reply_To=message_id, References=references,
    )  # fmt: skip


def plain_text(letter: EmailMessage) -> str:
    part = letter.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())

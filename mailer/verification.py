"""Verification: which domains' DKIM signatures a message really bears (RFC 6376), where no server in front has looked.

It asks DNS, and so belongs before any transaction. No answer is no proof: it is told as trouble, never as a pass.
"""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import dkim
import dns.exception
import dns.resolver
import structlog

from mailer.authentication import Checked

log = structlog.get_logger()

PATIENCE = 5.0  # seconds for one answer of DNS
AT_ONCE = 8
MOST_SIGNATURES = 5  # of one message that are looked at
MOST_WORK = 1_000_000_000  # octets times the longest run of blanks; the library takes quadratic time over such runs
BLANKS = re.compile(rb"[ \t]{16,}")
SIGNATURE = re.compile(rb"^dkim-signature[ \t]*:", re.IGNORECASE | re.MULTILINE)

Lookup = Callable[[str], bytes | None]


class DnsTrouble(Exception):
    """DNS did not answer."""


def look_up(name: str, resolver: dns.resolver.Resolver | None = None) -> bytes | None:
    """The first TXT record of a name; None if there is none. Raises DnsTrouble."""
    try:
        answers = (resolver or dns.resolver.get_default_resolver()).resolve(name, "TXT", lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return None
    except (dns.exception.DNSException, OSError) as error:
        raise DnsTrouble(str(error)) from error
    return next((b"".join(answer.strings) for answer in answers), None)


class Verifier:
    """Checks the signatures of several messages at once."""

    def __init__(self, lookup: Lookup = look_up) -> None:
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verification")

    def check_all(self, messages: list[bytes]) -> list[Checked]:
        return list(self._threads.map(self.check, messages))

    def check(self, octets: bytes) -> Checked:
        """Whose signatures a message bears."""
        header = octets.partition(b"\r\n\r\n")[0]
        count = min(len(SIGNATURE.findall(header)), MOST_SIGNATURES)
        longest = max((len(run) for run in BLANKS.findall(octets)), default=0)
        if not count or len(octets) * longest > MOST_WORK:
            return Checked()
        domains: list[str] = []
        has_trouble = False
        for index in range(count):
            try:
                domains += self._check_signature(octets, index)
            except DnsTrouble as trouble:
                log.warning("signature not verified", trouble=str(trouble))
                has_trouble = True
        return Checked(tuple(domains), has_trouble)

    def _check_signature(self, octets: bytes, index: int) -> list[str]:
        """The domain of one signature, if it holds. Raises DnsTrouble."""

        def ask(name: bytes, timeout: float = PATIENCE) -> bytes | None:
            return self._lookup(name.decode("ascii").rstrip("."))

        try:
            message = dkim.DKIM(octets, minkey=1024)
            if not message.verify(index, dnsfunc=ask):
                return []
        except (dkim.DKIMException, ValueError, LookupError, TypeError, AttributeError):  # of hostile fields
            return []
        fields = message.signature_fields
        covered = [name.strip().lower() for name in fields.get(b"h", b"").split(b":")]
        # What stands behind a body of declared length was not signed (RFC 6376 8.2)
        if b"l" in fields or b"from" not in covered:
            return []
        return [fields[b"d"].decode("ascii", "replace").lower()]

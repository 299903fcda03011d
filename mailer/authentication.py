"""Whether an author is who the From field says, by the word of the one server we trust (RFC 8601)."""

import re

PASSES = re.compile(
    r"\b(?:dkim=pass\b[^;]*?\bheader\.(?:d|i)=@?|spf=pass\b[^;]*?\bsmtp\.mailfrom=(?:[^\s;@]*@)?)([^\s;@]+)",
    re.IGNORECASE,
)
DMARC_PASSES = re.compile(r"\bdmarc=pass\b", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")


def is_authentic(results: tuple[str, ...], authserv_id: str, domain: str) -> bool:
    """Whether the trusted server saw an aligned pass for the author's domain.

    Only the topmost field counts, and only if it is of that server: further down anybody may have written it.
    Aligned is the same domain or one below or above it (RFC 7489 3.1, relaxed).
    """
    if not results:
        return False
    server, _, verdicts = COMMENT.sub("", results[0]).partition(";")
    if server.split()[:1] != [authserv_id]:
        return False
    if DMARC_PASSES.search(verdicts):
        return True
    return any(_is_aligned(passed.lower(), domain) for passed in PASSES.findall(verdicts))


def _is_aligned(one: str, other: str) -> bool:
    return one == other or ("." in other and one.endswith(f".{other}")) or ("." in one and other.endswith(f".{one}"))

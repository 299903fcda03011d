"""Diagnosis: why a delivery failed, from its status code (RFC 3463) and from what mail servers say in plain words.

Words count more than codes where they are clear: 5.1.1 is said of full mailboxes, 5.7.1 of unknown people. Phrases are
looked up as they stand, in lower case, so that no text can make it slow.
"""

from tickets.reasons import BounceKind

LONGEST = 4_000  # characters that are looked at

UNKNOWN = (  # nobody lives there
    "user unknown", "unknown user", "user is unknown", "no such user", "no such mailbox", "no such recipient",
    "no such address", "no such person", "no mailbox here", "no mailbox by that name", "does not exist",
    "doesn't exist",
    "doesn’t exist", "not exist at", "do not exist", "unknown recipient", "recipient unknown", "address unknown",
    "unknown local", "unknown mailbox", "unknown account", "user not found", "recipient not found",
    "recipientnotfound", "recipnotfound", "bad destination system", "domain is not reachable", "has moved",
    "mailbox not found", "address not found", "wasn't found", "wasn’t found", "was not found",
    "couldn't be found", "couldn’t be found", "could not be found", "address wasn't found", "invalid user",
    "invalid mailbox", "invalid recipient", "invalid address", "not a valid mailbox", "not a valid user",
    "not a valid",
    "bad destination mailbox", "no valid recipients", "unrouteable address", "unroutable address",
    "not listed in public name", "not listed in domino", "is not a known user", "not our customer", "not known here",
    "no longer works", "no longer valid", "no longer with", "no longer available", "address possibly incorrect",
    "is possibly incorrect", "user doesn't have", "doesn't have a", "recipient address rejected: access denied",
    "undeliverable address", "undeliverable to mailbox",
    "unable to find recipient",
    "not in my hosts", "mailbox is not found", "recipient does not",
    "findes ikke", "blev ikke fundet", "kunne ikke findes", "ukendt modtager", "ukendt bruger", "ukendt adresse",
    "modtageren er ukendt", "blev ikke genkendt",
    "host unknown", "unknown host", "host not found", "domain not found", "domain name not found", "nxdomain",
    "no such domain", "unknown domain", "name or service not known", "unable to look up",
    "couldn't find any host", "find any host", "illegal host", "does not accept mail", "never accepts mail",
    "does not receive mail", "null mx", "nullmx", "all relevant mx records point to non-existent",
    "no route to domain",
    "domænet findes ikke",
)  # fmt: skip
FULL = (
    "mailbox full", "mailbox is full", "mailbox for", "mailfolder is full", "mail box full", "inbox is full",
    "inbox full",
    "over quota", "overquota", "over its quota", "over the quota", "quota exceed", "exceeded quota", "exceeds quota",
    "quota full", "out of storage", "storage quota", "storage space", "storage limit", "exceeded storage",
    "exceeded his/her quota", "full mailbox", "mailbox size limit", "disk full", "disk quota", "too much mail data",
    "mailbox has exceeded", "user has exhausted", "exceeded mailbox", "not enough space", "no space left",
    "postkassen er fuld", "postkasse er fuld", "mailboksen er fuld", "indbakken er fuld", "indbakke er fuld",
    "er fuld og kan ikke",
)  # fmt: skip
TIRED = (  # it may work another day
    "try again", "try later", "temporar", "timed out", "time out", "timeout", "connection refused", "deferred",
    "greylist", "graylist", "too many connection", "too many concurrent", "too many errors", "rate limit", "throttl",
    "too fast", "too quickly", "too long", "expired", "retry time", "network is unreachable", "network unreachable",
    "no route to host", "not responding", "not answering", "not accepting", "loop", "too many hops", "hop count",
    "busy", "overload", "out of memory", "unavailable at this time", "currently unavailable", "system error",
    "internal error", "local error", "configuration error", "shutting down", "resources", "lost connection",
    "not yet been delivered", "has not been delivered", "warning: message", "still being", "queued", "attempts",
    "suspend", "disabled", "inactive", "frozen", "account has expired", "name service error", "too many recipients",
    "at a rate", "not implemented", "sequence of commands", "syntax error", "try later", "essayer plus tard",
    "prøv igen", "midlertidig", "forsinket", "endnu ikke leveret",
)  # fmt: skip
UNWANTED = (
    "spam", "block", "black list", "blacklist", "banned", "listed at", "listed in", "listed by", "dnsbl", " rbl",
    "reputation", "policy", "policies", "prohibit", "unsolicited", "spf", "dkim", "dmarc", "not authorized",
    "not authorised", "not authenticated", "unauthenticated", "authentication", "unauthorized", "not permitted",
    "not allowed", "permission", "restrict", "relay", "reverse dns", "ptr record", "rdns", "virus", "malware",
    "infected",
    "content", "attachment", "too large", "too big", "message size", "size limit", "exceeds size", "maximum size",
    "access denied", "denied", "refused", "rejected", "suspicious", "forbidden", "filter", "sender address",
    "sender domain", "secure connection", "tls", "certificate", "tilladelse", "blokeret", "afvist af", "uønsket",
    "for stor", "not compliant", "mismatches client ip", "transaction failed", "rfc 5322", "rfc5322", "rfc 2822",
    "header", "complain", "violat",
)  # fmt: skip
PHRASES = (
    (UNKNOWN, BounceKind.HARD),
    (FULL, BounceKind.TRANSIENT),
    (UNWANTED, BounceKind.POLICY),
    (TIRED, BounceKind.TRANSIENT),
)
SENDERS = ("5.1.7", "5.1.8")  # X.1.7 and X.1.8 are about the sender's address
BY_STATUS = (  # RFC 3463 3; the longest beginning comes first
    ("5.1.", BounceKind.HARD),
    ("5.2.1", BounceKind.HARD),
    ("5.2.2", BounceKind.TRANSIENT),
    ("5.2.", BounceKind.POLICY),
    ("5.3.4", BounceKind.POLICY),
    ("5.3.", BounceKind.TRANSIENT),
    ("5.4.1", BounceKind.HARD),
    ("5.4.4", BounceKind.HARD),
    ("5.4.310", BounceKind.HARD),
    ("5.4.", BounceKind.TRANSIENT),
    ("5.6.", BounceKind.POLICY),
    ("5.7.", BounceKind.POLICY),
)


def diagnose(status: str, *told: str, is_delay: bool = False) -> BounceKind:
    """Why a delivery failed, by the first of these texts that says so, else by the status code.

    A failure without a known cause is hard; one with a status of 4 is not, unless words say so.
    """
    if is_delay:
        return BounceKind.TRANSIENT
    said = next((kind for kind in map(_by_phrase, told) if kind), None)
    if status.startswith("4"):
        return said if said in (BounceKind.HARD, BounceKind.POLICY) else BounceKind.TRANSIENT
    if status in SENDERS:
        return BounceKind.POLICY
    return said or next((kind for code, kind in BY_STATUS if status.startswith(code)), BounceKind.HARD)


def _by_phrase(text: str) -> BounceKind | None:
    said = " ".join(text[:LONGEST].lower().split())
    return next((kind for phrases, kind in PHRASES if any(phrase in said for phrase in phrases)), None)

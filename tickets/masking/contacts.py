"""Contacts: addresses, servers, telephones, numbers and tickets by which somebody may be reached or looked up."""

import re
from collections.abc import Callable, Collection, Iterator
from functools import cached_property

from tickets.masking.names import DESKS, Names
from tickets.text.folding import plain
from tickets.text.spans import EMAIL, NAME, ORGANISATION, PHONE, SPACES, TICKET, Span, Text

MOST_PHONES = 20  # that are known again where they are spaced otherwise
NAME_BEFORE_ADDRESS = re.compile(r"(?:[A-ZÀ-ÖØ-Þ][\w.'’-]{0,30}[ ](?:(?:von|van|der|den|de|af|la)[ ]){0,2}){1,5}<$")
REACHED = (  # words behind which a number is one at which somebody is reached
    r"(?:ring(?:e|es)?|træffes|træffe mig|fanges|fange mig|nås|sms(?:'?es)?|besked|kontakt(?:es|e)?(?: mig| os)?"
    r"|fat (?:i )?(?:mig|os)|(?:mit|vores|hans|hendes|direkte) (?:direkte )?(?:tlf\.?)?n(?:r\.?|ummer)(?: er)?:?)"
    r"(?: (?:op|direkte|bedst|altid|også|gerne|igen|til|mig|os)){0,3}(?: på)?(?: nr\.?| nummer)? "
)
IN_FOURS = (  # eight digits that are no two years, times of a day or thousands, and no part of a longer number
    r"(?<![\d,.:/§-] )(?<![\d,.:/-])(?!(?:19|20)\d\d (?:19|20)\d\d|2[0-4][0-5]\d [012]\d[0-5]\d(?!\d)|\d\d00 \d\d00)"
    r"[2-9]\d{3} \d{4}(?! ?[\d%]|[.,/:-]\d| ?(?:kr|kroner|dkk|stk|borgere|sider)\b)"
)
PHONES = re.compile(
    r"(?<![\w-])(?:lok(?:al)?(?:nr|nummer|tlf)?[.: ]{1,3}\d{2,5}|(?:\+|00)45[ .]{0,2}(?:\d[ .-]?){7}\d"
    rf"|[tmd](?:[:.] ?| )(?=[2-9])(?:\d\d ?){{3}}\d\d|{REACHED}(?P<number>(?=[2-9])(?:\d[ .-]?){{7}}\d)|{IN_FOURS}"
    r"|\d\d(?: \d\d){3}|\d\d(?:\.\d\d){3}|\d\d/\d\d(?: \d\d){2}"
    r"|(?:(?:\+|00)45 ?)?\(\d\d\) ?\d\d(?: ?\d\d){2}|\((?:\+|00)45\) ?(?:\d ?){7}\d"
    r"|(?:tlf|telefon|tel|mobil|mob|direkte|dir|phone)[a-z]{0,7}\W{1,3}(?:til |på |er |nr\W{1,2})?(?:\d[ .-]?){7}\d"
    r")(?![\w-])",
    re.IGNORECASE,
)
NUMBERS = re.compile(  # of companies, of where they get invoices, and of municipalities
    r"\b(?:cvr|ean|gln|se)(?:[-. ]{0,2}(?:nr|nummer|lokationsnummer))?[.: ]{0,3}\d[\d ]{6,15}\d\b"
    r"|\bp-(?:nr|nummer)[.: ]{0,3}\d{10}\b|\b579\d{10}\b"
    r"|\b(?:kommune(?:ns?)?|myndigheds)[- ]?(?:kode|nr|nummer)(?:e[nrt]|n|ret|met)?(?:\W{1,3}(?:er|på)\b)?"
    r"[.: ]{0,3}\d{3,4}\b"
    r"|\bkommune [1-8]\d\d\b(?![.,]?\d| ?%)",
    re.IGNORECASE,
)


class Contacts:
    """Finds the addresses of those who are not to be named, and all telephone and company numbers."""

    def __init__(self, names: Names, is_hidden_in: Callable[[str], bool]) -> None:
        self._names, self._is_hidden_in = names, is_hidden_in

    def find(self, looked_at: Text) -> Iterator[Span]:
        """Where a text has an address, a domain or a telephone number that tells who asked."""
        yield from self._addresses(looked_at)
        yield from self._domains(looked_at)
        text = looked_at.text.translate(SPACES)
        yield from (Span(*found.span(), ORGANISATION) for found in NUMBERS.finditer(text))
        yield from self._telephones(text)
        yield from self._tickets(looked_at)

    def _addresses(self, looked_at: Text) -> Iterator[Span]:
        """Mail addresses of the asker and of everybody in the organisation, a name before `<` with them."""
        text = looked_at.text
        at = text.find("@")
        while at >= 0:
            start, end = looked_at.token_at(at)
            if start < at and self._is_theirs(text[start:end]):
                if named := NAME_BEFORE_ADDRESS.search(text, max(0, start - 120), start):
                    yield Span(named.start(), start - 2, NAME)
                yield Span(start, end, EMAIL)
            at = text.find("@", max(end, at + 1))

    def _is_theirs(self, address: str) -> bool:
        local, _, domain = plain(address).rpartition("@")
        domains = self._names.folded_domains
        if domain in domains or domain.endswith(tuple(f".{one}" for one in domains)):
            return True
        if local not in DESKS and any(plain(one).partition("@")[0] == local for one in self._names.emails):
            return True
        return self._is_hidden_in(address)

    def _domains(self, looked_at: Text) -> Iterator[Span]:
        text, folded = looked_at.text, looked_at.folded
        for domain in self._names.folded_domains:
            for found in re.finditer(rf"(?<![a-z0-9-]){re.escape(domain)}(?![a-z0-9-]|\.[a-z0-9])", folded.text):
                first, last = folded.origin(found.start()), folded.origin(found.end())
                start, end = looked_at.token_at(first)
                placeholder = EMAIL if "@" in text[start:end] else ORGANISATION
                yield Span(min(start, first), max(end, last), placeholder)

    def _tickets(self, looked_at: Text) -> Iterator[Span]:
        """Links and names that lead to tickets of theirs, with the brackets around."""
        for told in self._names.tickets:
            for found in re.finditer(rf"(?<![^\W_]){re.escape(told)}(?![^\W_])", looked_at.text):
                first, last = looked_at.token_at(found.start())
                is_link = looked_at.is_web_address(first, last) or "/" in looked_at.text[first:last]
                start, end = (min(first, found.start()), max(last, found.end())) if is_link else found.span()
                is_framed = looked_at.text[start - 1 : start] == "[" and looked_at.text[end : end + 1] == "]"
                yield Span(start - is_framed, end + is_framed, TICKET)

    def _telephones(self, text: str) -> Iterator[Span]:
        phones = [found.span("number" if found["number"] else 0) for found in PHONES.finditer(text)]
        yield from (Span(*span, PHONE) for span in phones)
        here = {re.sub(r"\D", "", text[start:end])[-8:] for start, end in phones[:MOST_PHONES]}
        if again := _numbers(self._phones | here):
            yield from (Span(*found.span(), PHONE) for found in again.finditer(text))

    @cached_property
    def _phones(self) -> set[str]:
        """Numbers of eight digits and more in the signature."""
        found = re.findall(r"(?<!\d)\+?\d(?:[ .-]?\d){7,13}(?!\d)", "\n".join(self._names.signature))
        return {re.sub(r"\D", "", one)[-8:] for one in found[:MOST_PHONES]}


def _numbers(phones: Collection[str]) -> re.Pattern[str] | None:
    """An expression for these phone numbers, however they are spaced."""
    spaced = "|".join(r"[ .()/-]{0,2}".join(one) for one in sorted(phones))
    return re.compile(rf"(?<!\d)(?:\+?45[ .]{{0,2}})?\(?(?:{spaced})(?!\d)") if spaced else None

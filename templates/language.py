"""Words and their language: the environments in which letters and pages are rendered.

Templates hold English; the catalogs beside them (gettext, `translations/*.da.po`) hold the Danish. Catalogs are
read as they stand when a language is first asked for: there is nothing to compile. Why something became what it became
is told by `why`, from `reasons/`; what the code notes of messages in its own words by `told`, from `notes/`.
"""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import url_quote, urlize
from markupsafe import Markup, escape

from templates.forms import LINE_BREAK, REL, ShownBlock, show_form
from templates.grounds import load_reasons, load_refusals
from templates.oddities import load_oddities

FOLDER = Path(__file__).parent
LANGUAGES = ("da", "en")
DESKS = {  # what the desks of a list are called, where not in English
    "da": {
        "anonymous": "anonym", "confidential": "fortrolig", "news": "nyt",
        "subscribe": "tilmeld", "unsubscribe": "afmeld", "help": "hjaelp",
    },
}  # fmt: skip
BLANK_LINES = re.compile(r"\n\s*\n")


class Language:
    """One language as people here read it: translated templates, and times of this place."""

    def __init__(self, code: str, zone: ZoneInfo) -> None:
        if code not in LANGUAGES:
            raise ValueError(f"{code!r} is not among the languages {', '.join(LANGUAGES)}")
        self.code = code
        self._zone = zone
        self._text, self._html = self._environment(is_html=False), self._environment(is_html=True)

    def _environment(self, *, is_html: bool) -> Environment:
        """Where templates of one kind are rendered.

        What they import or include is escaped as they are: `words.txt` in an HTML letter is HTML.
        """
        environment = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=is_html,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        translations = load_translations(self.code)
        environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        environment.globals["language"] = self.code
        environment.filters |= self.filters
        return environment

    @property
    def filters(self) -> dict[str, Callable[..., object]]:
        """What templates have values told by, besides what Jinja brings."""
        return {
            "day": self.day,
            "date": self.date,
            "moment": self.moment,
            "clock": self.clock,
            "size": self.size,
            "desk": self.desk,
            "prose": prose,
            "urlencode": urlencode,
            "told": load_oddities(self.code),
            "why": load_reasons(self.code),
            "refused": load_refusals(self.code).tell,
        }

    def render(self, template: str, **values: object) -> str:
        """The template with these values. Raises jinja2's UndefinedError if one is missing."""
        environment = self._text if template.endswith(".txt") else self._html
        return environment.get_template(template).render(**values)

    def day(self, at: datetime | date) -> str:
        """mandag den 23. november 2026"""
        pattern = "EEEE 'den' d. MMMM y" if self.code == "da" else "EEEE d MMMM y"
        day = at.astimezone(self._zone).date() if isinstance(at, datetime) else at
        return format_date(day, pattern, locale=self.code)

    def date(self, at: datetime | date) -> str:
        """23. nov. 2026"""
        pattern = "d. MMM y" if self.code == "da" else "d MMM y"
        day = at.astimezone(self._zone).date() if isinstance(at, datetime) else at
        return format_date(day, pattern, locale=self.code)

    def moment(self, at: datetime) -> str:
        """23. nov. 2026 kl. 08.00"""
        pattern = "d. MMM y 'kl.' HH.mm" if self.code == "da" else "d MMM y, HH:mm"
        return format_datetime(at.astimezone(self._zone), pattern, locale=self.code)

    def clock(self, at: datetime) -> str:
        """08.00"""
        pattern = "HH.mm" if self.code == "da" else "HH:mm"
        return format_time(at.astimezone(self._zone).time(), pattern, locale=self.code)

    def size(self, octets: int) -> str:
        """12 kB, 3,4 MB"""
        if octets < 1_000_000:
            return f"{max(1, round(octets / 1000))} kB"
        return f"{format_decimal(octets / 1_000_000, '0.0', locale=self.code)} MB"

    def desk(self, address: str, name: str) -> str:
        """The address of a list's desk, by its English name: databeskyttelse+anonym@example.dk"""
        local, _, domain = address.rpartition("@")
        return f"{local}+{DESKS.get(self.code, {}).get(name, name)}@{domain}"


@cache
def load_language(code: str, timezone: str) -> Language:
    """A language with the clock of a place, made once."""
    return Language(code, ZoneInfo(timezone))


@cache
def load_translations(code: str) -> NullTranslations:
    """All catalogs of a language as one; English needs none."""
    merged: NullTranslations = NullTranslations()
    for path in sorted((FOLDER / "translations").glob(f"*.{code}.po")):
        with path.open("rb") as source:
            catalog = read_po(source, locale=code)
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        loaded = Translations(compiled)
        merged = merged.merge(loaded) if isinstance(merged, Translations) else loaded
    return merged


def urlencode(text: str) -> str:
    """Text as a part of a link, whether or not it was escaped for the page on the way there."""
    return url_quote(text.unescape() if isinstance(text, Markup) else text)


def prose(text: str, form: Sequence[ShownBlock] = (), top: int = 2) -> Markup:
    """A text as HTML, in the form that its author gave it; plain text by paragraphs, line breaks and links.

    Everything else is escaped. `top` is the level of the highest heading in it.
    """
    if form:
        return show_form(form, top)
    return Markup("\n").join(map(_paragraph, BLANK_LINES.split(text.strip("\n"))))


def _paragraph(text: str) -> Markup:
    if "://" in text:
        lines = LINE_BREAK.join(Markup(urlize(line, rel=REL, extra_schemes=())) for line in text.split("\n"))
    else:
        lines = escape(text).replace("\n", LINE_BREAK)
    return Markup("<p>") + lines + Markup("</p>")

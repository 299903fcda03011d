"""Names: all that is known to name those who are not to be named."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tickets.text.folding import WORD, plain, unicode_domain
from tickets.text.spellings import SHORT

ORDINARY_NAMES = {
    "april", "august", "bjerg", "bjørn", "bonde", "brandt", "eksempel", "fisker", "frede", "frost", "jurist", "jæger",
    "klint", "klokker", "konge", "kvist", "lykke", "marker", "møller", "nørre", "præst", "prins", "ridder", "rosen",
    "skytte", "sommer", "storm", "strand", "sønder", "vester", "vinter", "winter",
}  # fmt: skip
PARTICLES = {"von", "van", "der", "den", "de", "af", "la", "og", "via", "mr", "mrs", "fru", "hr", "dr", "cand", "jur"}
DESKS = {  # what is no person's name, in display names and local parts
    "afdeling", "afdelingen", "borgmester", "borgmesterens", "borgerservice", "center", "compliance", "data",
    "databeskyttelse", "databeskyttelsesraadgiver", "databeskyttelsesraadgiveren", "digitalisering", "direktion",
    "dpo", "faelles", "faellespost", "fjernpost", "forvaltning", "gdpr", "help", "hjaelp", "hovedpost", "hr", "info",
    "informationssikkerhed", "infosec", "it", "itsikkerhed", "jura", "jurist", "juridisk", "kommune", "kommunen",
    "konsulent", "kontakt", "kontor", "mail", "noreply", "organisation", "persondata", "personale", "post", "postkasse",
    "raadgiver", "raadhus", "region", "regionen", "sekretariat", "service", "sikkerhed", "sikkerpost", "stab",
    "staben", "team", "test",
}  # fmt: skip
NO_NAMES = PARTICLES | DESKS
GENERAL_LABELS = DESKS | {"www", "kommuner", "regioner", "org", "gov", "net", "com", "dk"}
FOLDED_ORDINARY = frozenset(map(plain, ORDINARY_NAMES))


@dataclass(frozen=True)
class Names:
    """All that is known to name an asker, and others who wrote too and are hidden."""

    people: tuple[str, ...] = ()  # as the portal and as From give them
    emails: tuple[str, ...] = ()
    organisation: str = ""
    former: tuple[str, ...] = ()  # organisations that an asker belonged to, and those of the others
    domains: tuple[str, ...] = ()  # A-labels
    colleagues: tuple[str, ...] = ()  # full names of others in the organisation
    signature: tuple[str, ...] = ()  # lines below their letters
    tickets: tuple[str, ...] = ()  # what leads to tickets in which they stand with their names: DB-42
    visible: tuple[str, ...] = ()  # names of others whom everybody may see on the ticket

    @property
    def kept(self) -> list[list[str]]:
        """What names an author, as it is kept beside their message: pairs of a kind and a name."""
        kinds = {"person": self.people, "email": self.emails, "domain": self.domains}
        organisation = [["organisation", self.organisation]] if self.organisation else []
        return [*organisation, *([kind, name] for kind, names in kinds.items() for name in names)]

    def recalling(self, kept: Iterable[Sequence[str]]) -> "Names":
        """These names, with those that were kept when an author wrote: they may have another name by now."""
        told: dict[str, list[str]] = {}
        for kind, name in kept:
            told.setdefault(kind, []).append(name)
        former = (one for one in told.get("organisation", ()) if one not in (self.organisation, *self.former))
        return replace(
            self,
            people=tuple(dict.fromkeys((*self.people, *told.get("person", ())))),
            emails=tuple(dict.fromkeys((*self.emails, *told.get("email", ())))),
            domains=tuple(dict.fromkeys((*self.domains, *told.get("domain", ())))),
            former=(*self.former, *former),
        )

    def joined(self, other: "Names") -> "Names":
        """These names, with those of another hidden author."""
        organisations = dict.fromkeys((*self.former, other.organisation, *other.former))
        return replace(
            self,
            people=(*self.people, *other.people),
            emails=(*self.emails, *other.emails),
            former=tuple(one for one in organisations if one not in ("", self.organisation)),
            domains=tuple(dict.fromkeys((*self.domains, *other.domains))),
            signature=(*self.signature, *other.signature),
        )

    @cached_property
    def folded_domains(self) -> tuple[str, ...]:
        """The domains of the organisation and of the addresses, in plain letters, each once."""
        own = (one.rpartition("@")[2] for one in self.emails)
        return tuple(dict.fromkeys(plain(unicode_domain(one)) for one in (*self.domains, *own) if "." in one))

    @cached_property
    def labels(self) -> frozenset[str]:
        """What domains call the organisation: odense in odense.dk."""
        labels = {label for domain in self.folded_domains for label in domain.split(".")[:-1][:1]}
        return frozenset(label for label in labels if len(label) > 1 and label not in GENERAL_LABELS)

    @cached_property
    def visible_words(self) -> frozenset[str]:
        """The words of the names that everybody may see, folded, and their initials."""
        words = [WORD.findall(plain(name)) for name in self.visible]
        return frozenset({word for one in words for word in one} | {"".join(word[0] for word in one) for one in words})


def is_ordinary(name: str) -> bool:
    """Whether each word of a name may as well be an ordinary word."""
    return all(len(word) <= SHORT or word in FOLDED_ORDINARY for word in words_of_name(name))


def words_of_name(name: str) -> list[str]:
    """The words of a person's name, folded, in their order."""
    return [plain(word) for word in words_as_written(name)]


def words_as_written(name: str) -> list[str]:
    """The words of a name with their capitals, without what stands in parentheses and without titles."""
    bare = re.sub(r"\([^()]*\)", "", name)
    return [word for word in WORD.findall(bare) if plain(word) not in NO_NAMES]


def parts(name: str) -> set[str]:
    """The words by which a person is known, folded. What names an office rather than a person has none."""
    words = WORD.findall(plain(name))
    return {word for word in words if len(word) > 1 and word not in NO_NAMES}

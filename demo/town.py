"""The town: invented municipalities, the people who work there, and the lists of their association."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from tickets.database.models import MailingList, OrganisationKind, Role
from tickets.people import appointments, registry

DOMAIN = "dialogportal.example.dk"
ANSWER_DAYS = 3  # working days
ASSOCIATION = "Foreningen af Eksempelkommuner"
MUNICIPALITIES = {
    "proevested": "Prøvested Kommune",
    "oeby": "Øby Kommune",
    "eksempelborg": "Eksempelborg Kommune",
    "taenkebjerg": "Tænkebjerg Kommune",
    "stempelhoej": "Stempelhøj Kommune",
    "blanketby": "Blanketby Kommune",
    "mappelund": "Mappelund Kommune",
    "journalev": "Journalev Kommune",
    "papirsoe": "Papirsø Kommune",
    "aerindby": "Ærindby Kommune",
    "kvitteringe": "Kvitteringe Kommune",
    "aamindelse": "Åmindelse Kommune",
}


@dataclass(frozen=True)
class Resident:
    """Somebody who writes: by what is before the @ they are known in the correspondence."""

    name: str
    title: str
    email: str
    follows: str = ""  # lists of which they want every mail
    reads_weekly: bool = False

    @property
    def domain(self) -> str:
        """What stands behind the last @ of the resident's address."""
        return self.email.rpartition("@")[2]

    @property
    def organisation(self) -> str:
        """The organisation that the resident's address belongs to; empty for none."""
        return {"foreningen": ASSOCIATION, **MUNICIPALITIES}.get(self.domain.partition(".")[0], "")


BOTH = "databeskyttelse informationssikkerhed"

RESIDENTS = {
    resident.email.partition("@")[0]: resident
    for resident in (
        Resident("Mette Eksempel", "Databeskyttelsesrådgiver", "mette@proevested.example.dk", reads_weekly=True),
        Resident("Ole Ågård", "It-sikkerhedskoordinator", "ole@oeby.example.dk", BOTH),
        Resident("Lise Holm", "Skolekonsulent", "lise@eksempelborg.example.dk", reads_weekly=True),
        Resident("Søren Bæk", "Jurist, beskæftigelse", "soeren@taenkebjerg.example.dk", reads_weekly=True),
        Resident("Henrik Dam", "Informationssikkerhedskoordinator", "henrik@stempelhoej.example.dk", BOTH),
        Resident("Ayse Yildiz", "Databeskyttelsesrådgiver", "ayse@blanketby.example.dk", "databeskyttelse"),
        Resident("Gitte Skov", "Chefkonsulent, sundhed og omsorg", "gitte@mappelund.example.dk", reads_weekly=True),
        Resident("Jørgen Lund", "Arkiv- og journalleder", "joergen@journalev.example.dk", reads_weekly=True),
        Resident("Camilla Friis", "HR-jurist", "camilla@papirsoe.example.dk", reads_weekly=True),
        Resident("Nikolaj Berg", "Digitaliseringskonsulent", "nikolaj@aerindby.example.dk", "databeskyttelse"),
        Resident("Birthe Krogh", "Databeskyttelsesrådgiver", "birthe@kvitteringe.example.dk", "databeskyttelse"),
        Resident("Rasmus Åen", "It-driftsleder", "rasmus@aamindelse.example.dk", "informationssikkerhed"),
        Resident("Anders Juhl", "Chefjurist", "anders@foreningen.example.dk"),
        Resident("Sofie Lindgren", "Jurist", "sofie@foreningen.example.dk"),
        Resident("Peter Brandt", "Chefkonsulent, informationssikkerhed", "peter@foreningen.example.dk"),
        Resident("Karen Vestergaard", "Programleder", "karen@foreningen.example.dk"),
        Resident("Bo Damgaard", "Driftsansvarlig", "bo@foreningen.example.dk"),
        Resident("Kursuscentret", "Salg", "kursus@kurser.example.org"),
    )
}

ROLES = {"mette": "medlem", "anders": "jurist", "karen": "redaktør", "bo": "administrator"}  # one of each


def lists(at: datetime) -> list[MailingList]:
    """The town's mailing lists, not yet in any database."""
    return [
        MailingList(
            name="Databeskyttelse",
            address=f"databeskyttelse@{DOMAIN}",
            prefix="DB",
            description="Spørgsmål om databeskyttelsesforordningen og databeskyttelsesloven, fra aktindsigt til AI.",
            answer_days=ANSWER_DAYS,
            created_at=at,
        ),
        MailingList(
            name="Informationssikkerhed",
            address=f"informationssikkerhed@{DOMAIN}",
            prefix="IS",
            description="Om adgang, logning, kryptering, leverandører og alt det andet, der skal virke i praksis.",
            answer_days=ANSWER_DAYS,
            created_at=at,
        ),
    ]


def settle(session: Session, at: datetime) -> None:
    """Enter what an operator enters: organisations, lists, and those with a role. Members come by writing."""
    registry.add_organisation(session, ASSOCIATION, ["foreningen.example.dk"], OrganisationKind.ASSOCIATION)
    for domain, name in MUNICIPALITIES.items():
        registry.add_organisation(session, name, [f"{domain}.example.dk"], OrganisationKind.MUNICIPALITY)
    protection, security = (registry.add_list(session, one) for one in lists(at))
    roles_of: dict[str, list[tuple[Role, MailingList | None]]] = {
        "anders": [(Role.LAWYER, protection)],
        "sofie": [(Role.LAWYER, protection), (Role.LAWYER, security)],
        "peter": [(Role.LAWYER, protection), (Role.LAWYER, security)],
        "karen": [(Role.EDITOR, protection), (Role.EDITOR, security)],
        "bo": [(Role.ADMINISTRATOR, None)],
    }
    for who, roles in roles_of.items():
        person = registry.add_person(session, RESIDENTS[who].email, RESIDENTS[who].name, at)
        for role, mailing_list in roles:
            appointments.appoint(session, person, role, mailing_list)

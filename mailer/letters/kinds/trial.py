"""The trial: a letter to an operator who wants to see whether one arrives; owed to nobody."""

from dataclasses import dataclass
from datetime import datetime

from mailer.letters.declaration import Declaration
from mailer.letters.letters import View
from mailer.letters.samples import AT, Sample
from tickets.database.models import LetterKind


@dataclass(frozen=True)
class TrialView(View):
    """What its template reads."""

    domain: str
    url: str  # of the portal
    at: datetime


LETTERS = (Declaration(LetterKind.TRIAL, (Sample(TrialView("example.dk", "https://portal.example.dk", AT)),)),)

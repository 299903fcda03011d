"""What looks as if it were for one reader alone, and what only speaks of such things."""

import pytest

from mailer.texts.confidences import find_confidence

KNOWN = frozenset({"mette", "anders"})


@pytest.mark.parametrize(
    "text",
    [
        "Fortroligt: Vi er ved at skifte leverandør.",
        "Strengt fortroligt!\n\nVi er ved at skifte leverandør.",
        "Hej Mette\n\nMellem os sagt er jeg ikke enig med Datatilsynet.",
        "Det her bliver mellem os.",
        "Det er kun til dig, men vi har haft et brud.",
        "Jeg siger det i fortrolighed: Vi har haft et brud.",
        "Vi har haft et brud (fortroligt).",
        "Dette er fortroligt, men vi har haft et brud.",
        "Sig det ikke videre, men vi har haft et brud.",
        "Between you and me, we had a breach.",
        "Confidential: we had a breach.",
        "This is strictly confidential.",
        "Hej Sofie\n\nSkal vi tage den over en kop kaffe?",
        "Kære Jens-Peter,\n\nTak for sidst.",
        "Hi Bob, did you see this?",
    ],
)
def test_a_letter_that_looks_private_is_found(text: str) -> None:
    assert find_confidence(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "Kære Mette\n\nJa, det må I gerne.",
        "Hej Anders\n\nTak for svaret. Gælder det også for børn?",
        "Hej alle\n\nVi gør det samme.",
        "Kære kolleger\n\nVi gør det samme.",
        "Kære Sofie Berg\n\nVi gør det samme.",  # a stranger's whole name is how one writes to an office
        "Hej Mette og Sofie\n\nVi gør det samme.",
        "Kære KL\n\nMå vi det?",
        "Fortrolige oplysninger må kun deles, når der er hjemmel.",
        "Fortrolighed følger af forvaltningslovens § 27.",
        "Oplysningerne skal behandles fortroligt.",
        "Er oplysningen fortrolig, når den står i et åbent register?",
        "Aftalen mellem os og leverandøren er fra 2019.",
        "Databehandleraftalen mellem os er fra 2019.",
        "Tavshedspligten gælder, og oplysningerne må ikke videregives.",
        "Det er fortrolige oplysninger, jf. databeskyttelsesloven.",
        "Private virksomheder er ikke omfattet.",
        "Er det kun til dig og kommunen?",
        "This e-mail is confidential and intended for the recipient only.",
        "Denne mail er fortrolig og kun bestemt for modtageren. Er den modtaget ved en fejl, så slet den.",
    ],
)
def test_what_speaks_of_confidential_things_is_for_everybody(text: str) -> None:
    assert find_confidence(text, KNOWN) == ""

"""Polite words are filed and leave everybody in peace; whatever asks, doubts or adds goes on."""

import pytest

from support.timing import costing_at_most
from tickets.text.thanks import is_mere_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Tak", "tak!", "Mange tak.", "Tusind tak :-)", "Tak for hjælpen!", "Tak for dit svar.", "Mange tak for svaret",
        "Hej Anders\n\nTak for hjælpen\n\nVenlig hilsen\nMette", "Kære jurister\nTak\n\nMvh Mette",
        "Tak for det. God dag",
        "Tak for det hurtige og grundige svar, det var lige det, vi havde brug for.",
        "Mange tak for hjælpen – det hjælper os meget. God weekend!",
        "Tusind tak, Anders. Det var præcis hvad vi havde brug for.",
        "Tak for svaret. Det giver rigtig god mening.",
        "Hej Anders, tak for hurtigt svar. Det er noteret.",
        "Super, tak for hjælpen!", "Perfekt! Mange tak :)", "Dejligt med et klart svar. Tak!",
        "Kære Anders og Karen\n\nTusind tak for jeres grundige besvarelse. Vi er meget glade for jeres hjælp.\n\n"
        "Med venlig hilsen\nMette Eksempel\nDatabeskyttelsesrådgiver\nPrøvested Kommune",
        "Tak for svaret, så kan vi komme videre.", "Tak, det gør vi.", "Fint, så gør vi sådan. Tak for hjælpen.",
        "Vi takker mange gange for den gode vejledning. Rigtig god sommer til jer alle.",
        "Jeg er jer meget taknemmelig for den hurtige hjælp.",
        "Tak for uddybningen. Det kan vi bruge.", "Det sætter vi stor pris på. Tak!",
        "Tak for svaret. Vi vender tilbage, hvis vi får flere spørgsmål.", "Selv tak, og god weekend", "Velbekomme!",
        "Tak for svaret på mit spørgsmål.", "Tak for det grundige svar om logfiler, det hjælper os meget.",
        "Tak for hjælpen med databehandleraftalen.", "Tak Anders\n/Mette", "Tak for svaret!\nMette",
        "Det var dejligt at få et klart svar. Mange tak, og fortsat god dag!",
        "Tak for jeres hurtige tilbagemelding 👍", "Glædelig jul, og tak for hjælpen",
        "Tak for skabelonen, den er rigtig god.", "Modtaget, tak.", "Tak. Forstået.", "I lige måde. Tak for hjælpen",
        "TAK FOR HJÆLPEN!", "Mange tak for svaret.\n\nVh. Mette\nSendt fra min iPhone",
        "Thanks!", "Thank you so much for your quick and thorough reply. It is exactly what we needed.",
        "Hi Anders,\n\nMany thanks for the help. Have a nice weekend!\n\nBest regards\nMette",
        "Thank you, that makes sense.", "You're welcome!", "Great, thanks a lot for the clear answer",
    ],
)  # fmt: skip
def test_thanks_alone_are_mere_thanks(text: str) -> None:
    assert is_mere_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Tak. En ting mere: gælder det også børn?", "Tak, men det var ikke det, jeg spurgte om.", "Takket være jer",
        "Tak for svaret. Må vi så også slette?", "Nej tak", "Taksten er for høj", "Ja", "Tak for hjælpen, men hvornår?",
        "Tak. Hilsen Mette\nPS: Hvor længe må vi gemme det?",
        "Tak for svaret. Gælder det også for fuldmagter", "Ja tak", "Ja tak, meget gerne", "Ellers tak",
        "Tak for svaret, men vi er uenige.", "Tak for svaret. Det hjælper os ikke.", "Det giver ingen mening, tak.",
        "Tak på forhånd", "På forhånd tak for jeres svar.", "Jeg ser frem til jeres svar. Tak!",
        "Tak. Kan I sende skabelonen", "Tak. Send gerne skabelonen.", "Tak for svaret. Vi har sendt borgeren et brev.",
        "Tak. Er det så klart, at vi må", "Tak. Har vi forstået det", "Tak for svaret. Jeg har et spørgsmål mere.",
        "Tak for svaret, jeg har flere spørgsmål", "Tak, vi vender tilbage i morgen med flere oplysninger.",
        "Tak for svaret. Uddyb venligst.", "Tak! Ring.", "Tak. Hjælp!", "Tak for svaret. Svar os.",
        "Tak. Vi ønsker hjælp til det.", "Tak for svaret. Dog mangler vi stadig det andet.",
        "Tak for svaret om logfiler og hvad med mails", "Tak for hjælpen med hvornår vi må slette",
        "Tak. Sagen drejer sig i øvrigt om et barn.", "Tak for svaret\n\nMvh Mette\n\nPS. Hvad med børn",
        "Tak for svaret. Se https://example.dk/nyt", "Tak, den 12. passer fint.",
        "Tak. Det er vores direktør glad for.",
        "Det er noteret.", "God weekend", "Så gør vi det.", "Kære Anders", "Hej", "👍",
        "Thanks, but does it apply to children", "Thanks in advance", "Yes please, thanks",
        "Thank you. Is that clear", "Thanks. We need the form, too.",
    ],
)  # fmt: skip
def test_thanks_and_more_are_not(text: str) -> None:
    assert not is_mere_thanks(text)


@pytest.mark.parametrize("piece", ["tak, ", "Tak for svaret om ", "det, vi ", "\n", "så ", ":-) ", "Mette ", "hej\n"])
def test_thanking_takes_linear_time(piece: str) -> None:
    with costing_at_most(2):
        for length in (1_900, 1_000_000):
            is_mere_thanks(piece * (length // len(piece)))

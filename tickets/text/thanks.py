"""Thanks: messages in which people are polite and say nothing else. They are filed, and neither opens nor is sent on.

Every word has to be one of courtesy, so that what asks, doubts or adds something is never taken for thanks: a word that
is in no list here is reason enough to send a message on.
"""

import re
from collections.abc import Iterator

from tickets.text.frames import ends_letter
from tickets.text.greetings import GREETING

GRATITUDE = "tak takker tusindtak mangetak taknemmelig taknemmelige velbekomme thanks thank thx cheers welcome"
COURTESY = """
    mange tusind tusinde hjertelig hjerteligt stor stort store kæmpe rigtig rigtigt meget virkelig helt fuldt lige
    netop så og at en et den det de som for til fra med af her herfra hermed igen endnu gang gange nu alle selv os
    mig jer jeres dig din dit dine du i jeg vi hele er var har bliver blev hurtig hurtigt hurtige grundig grundigt
    grundige fin fint fine god godt gode super perfekt perfekte dejlig dejligt rart klar klart klare tydelig
    tydeligt tydelige brugbar brugbart brugbare hjælpsom hjælpsomt hjælpsomme udførlig udførligt udførlige uddybende
    nyttig nyttigt nyttige venlig venligt venlige fantastisk fantastiske flot flotte skønt prompte effektiv
    effektivt effektive kompetent kompetente kvalificeret kvalificerede præcis præcist præcise glimrende kanon
    toppen top glad glade opklarende afklarende oplysende detaljeret detaljerede betryggende fedt ok okay svar
    svaret svarene hjælp hjælpen besvarelse besvarelsen vejledning vejledningen tilbagemelding tilbagemeldingen
    indsats indsatsen afklaring afklaringen uddybning uddybningen forklaring forklaringen bidrag bidraget input råd
    rådet rådgivning rådgivningen sparring sparringen besked beskeden info orientering orienteringen opklaring
    opklaringen opfølgning opfølgningen service arbejde arbejdet tid tiden hurtighed mail mailen skabelon skabelonen
    link linket notat notatet materiale materialet oplæg oplægget eksempel eksemplet eksemplerne tip tippet hjælper
    hjalp hjulpet giver mening noteret modtaget forstået læst gør sådan følger glæder vide høre få hav ha fortsat
    weekend weekenden dag dagen aften aftenen ferie jul påske pinse sommer nytår uge eftermiddag formiddag morgen
    glædelig glædeligt you so very much many a lot again the your this that it is was and to all both everyone we
    really just exactly have had quick fast swift prompt thorough clear helpful useful great perfect excellent
    wonderful nice good kind answer answers reply replies response help assistance advice guidance clarification
    explanation information noted received understood makes sense appreciate appreciated day evening holiday re
"""
TOPICS = "om vedrørende vedr angående ang til med about on regarding with"  # behind what somebody is thanked for
THANKED = """
    svar svaret svarene hjælp hjælpen besvarelse besvarelsen vejledning vejledningen tilbagemelding tilbagemeldingen
    afklaring afklaringen uddybning uddybningen forklaring forklaringen råd rådet rådgivning rådgivningen sparring
    sparringen orientering orienteringen materialet notatet skabelonen answer reply help advice guidance explanation
"""
ASKING = """
    hvad hvor hvordan hvorfor hvornår hvem hvilke hvilken hvilket om kan kunne må måtte skal skulle vil ville bør burde
    gælder er var har men ikke dog også stadig mangler endnu hvis at jeg vi i send ring what when why how who which can
    could may must shall should would will is are was do does but not also still if
"""
THANKING, COURTEOUS = frozenset(GRATITUDE.split()), frozenset(f"{GRATITUDE} {COURTESY}".split())
ABOUT, FOR_WHAT, OF_QUESTIONS = (frozenset(words.split()) for words in (TOPICS, THANKED, ASKING))
PHRASES = re.compile(  # what is courteous as a whole, and not word by word
    r"(?:(?:det|hvad|what)[ ,]{0,2}(?:som )?(?:vi|jeg|we|i) "
    r"(?:havde brug for|ledte efter|stod og manglede|manglede|skulle bruge|needed|were looking for|was looking for)"
    r"|sætter (?:vi |jeg )?(?:stor |virkelig |meget |megen )?pris på"
    r"|svar(?:et)? på (?:mit|vores|mine) spørgsmål"
    r"|(?:det|som) kan (?:vi|jeg) (?:godt |sagtens |virkelig |rigtig godt )?(?:bruge|arbejde videre med)(?: til noget)?"
    r"|(?:så|nu) (?:kan vi komme|kan jeg komme|kan vi gå|kan jeg gå|kommer vi|kommer jeg|går vi|går jeg) videre"
    r"|(?:så|nu) har (?:vi|jeg) styr på det|i lige måde"
    r"|(?:vi |jeg )?(?:vender|skriver) (?:bare |gerne |selvfølgelig )?tilbage[ ,]{0,2}hvis (?:vi |jeg |der )?"
    r"(?:får|har|er|bliver|kommer|skulle være|opstår|dukker) (?:flere|mere|nye|yderligere)(?: spørgsmål)?(?: op)?"
    r"|(?:vi |jeg )?ønsker (?:jer|dig)(?: alle)?(?= (?:en|et|god|godt|fortsat|rigtig|glædelig))"
    r"|looking forward to working with you)(?!\w)"
)
ASKS_BACK = {  # a verb before its subject: "Er det så klart"
    first + " " + second
    for first in ("er", "var", "har", "gør", "giver", "hjælper", "følger", "bliver", "is", "was", "have", "had")
    for second in ("det", "den", "de", "vi", "jeg", "i", "du", "that", "this", "it", "we", "you", "the")
}
SMILEYS = re.compile(r"[:;=]-?[DPpd]\b|\b[xX]D\b")
CLAUSES = re.compile(r"[.,!:;()\n…–—]|\s-\s")
WORDS = re.compile(r"[^\W_]+")
ORDERS = ("svar", "hjælp", "mail", "link", "svar os", "svar mig", "hjælp os", "hjælp mig", "help", "answer", "reply")
LONGEST_TOPIC = 3  # words
MOST_NAMES = 4  # words that may be somebody's name, in a row
LONGEST = 2_000  # characters that are looked at; more is never thanks alone


def is_mere_thanks(text: str) -> bool:
    """Whether a message says thank you, however politely, and nothing else."""
    if len(text) > LONGEST or "?" in text:
        return False
    said = _without_frame(SMILEYS.sub(" ", text).strip().split("\n"))
    clauses = [clause for clause in _clauses("\n".join(said)) if clause]
    is_thanking = any(not THANKING.isdisjoint(map(str.lower, clause)) for clause in clauses)
    return is_thanking and all(map(_is_courteous, clauses))


def _without_frame(lines: list[str]) -> list[str]:
    """A letter without its salutation, and without its closing and the name below; a postscript stays."""
    if GREETING.match(lines[0]) and len(lines[0].split()) <= 5 and "," not in lines[0].rstrip(", "):
        lines = lines[1:]
    for number, line in enumerate(lines):
        if ends_letter(line):
            return lines[:number] + [
                one for one in lines[number + 1 :] if one.lower().lstrip().startswith(("ps", "p.s"))
            ]
    return lines[:-1] if len(lines) > 1 and _is_name(WORDS.findall(lines[-1])) else lines


def _clauses(text: str) -> Iterator[list[str]]:
    """The words of each clause, without what is courteous as a whole and without names that somebody is thanked by."""
    lowered = PHRASES.sub(lambda found: "~" * len(found[0]), text.lower())
    begin = 0
    for match in (*CLAUSES.finditer(lowered), None):
        end = match.start() if match else len(lowered)
        words = [text[one.start() + begin : one.end() + begin] for one in WORDS.finditer(lowered[begin:end])]
        is_address = begin and text[begin - 1] == "," and _is_name(words)
        yield [] if is_address else words
        begin = match.end() if match else end


def _is_courteous(words: list[str]) -> bool:
    words = _without_topic(words)
    lowered = [word.lower() for word in words]
    if " ".join(lowered[:2]) in ASKS_BACK or " ".join(lowered) in ORDERS:
        return False
    if GREETING.match(words[0]) and _is_name(words[1:]):
        return True
    strange = [place for place, word in enumerate(lowered) if word not in COURTEOUS]
    is_name = _is_name([words[place] for place in strange]) and strange[0] > 0 if strange else True
    return is_name and len(strange) <= MOST_NAMES


def _without_topic(words: list[str]) -> list[str]:
    """A clause without what the answer was about for which it thanks: "Tak for svaret om logfiler"."""
    lowered = [word.lower() for word in words]
    for place in range(1, len(words) - 1):
        topic = lowered[place + 1 :]
        is_topic = lowered[place - 1] in FOR_WHAT and lowered[place] in ABOUT and len(topic) <= LONGEST_TOPIC
        if is_topic and OF_QUESTIONS.isdisjoint(topic):
            return words[:place]
    return words


def _is_name(words: list[str]) -> bool:
    """Whether words can be what somebody is called: few, each with a capital; "og" may stand between them."""
    named = [word for word in words if word.lower() not in ("og", "and", "alle", "all")]
    return len(named) <= MOST_NAMES and bool(words) and all(one[0].isupper() and one.isalpha() for one in named)

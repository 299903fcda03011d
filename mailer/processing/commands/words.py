"""Words: what a command is called, in Danish and in English, and what looks like one and is none."""

from enum import StrEnum


class Verb(StrEnum):
    """What a line asks for, called as on the command line."""

    TAKE = "take"
    ASSIGN = "assign"
    NOTE = "note"  # all that follows is for the list's lawyers alone
    CLOSE = "close"
    REOPEN = "reopen"
    PENDING = "pending"
    TOPICS = "topics"
    MERGE = "merge"
    SPLIT = "split"
    MOVE = "move"
    CONFIDENTIAL = "confidential"
    OPEN = "open"
    PUBLISH = "publish"
    CORRECT = "correct"  # what follows takes the place of an earlier answer
    ANSWER = "answer"  # what follows is an answer, whatever it looks like
    UNDO = "undo"
    SHORT = "short"  # the answer in one line
    AWAY = "away"  # somebody stands in for the author
    SOLVED = "solved"
    SAME = "same"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    WITHDRAW = "withdraw"


WORDS = {
    "tag": Verb.TAKE, "take": Verb.TAKE,
    "tildel": Verb.ASSIGN, "assign": Verb.ASSIGN,
    "notat": Verb.NOTE, "note": Verb.NOTE,
    "luk": Verb.CLOSE, "close": Verb.CLOSE,
    "genåbn": Verb.REOPEN, "genaabn": Verb.REOPEN, "reopen": Verb.REOPEN,
    "vent": Verb.PENDING, "pending": Verb.PENDING, "wait": Verb.PENDING,
    "stikord": Verb.TOPICS, "topics": Verb.TOPICS,
    "flet": Verb.MERGE, "merge": Verb.MERGE,
    "udskil": Verb.SPLIT, "split": Verb.SPLIT,
    "flyt": Verb.MOVE, "move": Verb.MOVE,
    "fortrolig": Verb.CONFIDENTIAL, "confidential": Verb.CONFIDENTIAL,
    "visibility confidential": Verb.CONFIDENTIAL,
    "åben": Verb.OPEN, "aaben": Verb.OPEN, "open": Verb.OPEN, "visibility open": Verb.OPEN,
    "offentliggør": Verb.PUBLISH, "offentliggoer": Verb.PUBLISH, "publish": Verb.PUBLISH,
    "ret": Verb.CORRECT, "correct": Verb.CORRECT,
    "svar": Verb.ANSWER, "answer": Verb.ANSWER,
    "fortryd": Verb.UNDO, "undo": Verb.UNDO,
    "kort": Verb.SHORT, "short": Verb.SHORT,
    "væk": Verb.AWAY, "vaek": Verb.AWAY, "away": Verb.AWAY,
    "løst": Verb.SOLVED, "loest": Verb.SOLVED, "solved": Verb.SOLVED,
    "samme": Verb.SAME, "same": Verb.SAME,
    "følg": Verb.FOLLOW, "foelg": Verb.FOLLOW, "follow": Verb.FOLLOW,
    "følg ikke": Verb.UNFOLLOW, "foelg ikke": Verb.UNFOLLOW, "unfollow": Verb.UNFOLLOW,
    "træk tilbage": Verb.WITHDRAW, "traek tilbage": Verb.WITHDRAW, "withdraw": Verb.WITHDRAW,
}  # fmt: skip
LONGEST_FIRST = tuple(sorted(WORDS, key=len, reverse=True))
MEMBERS = frozenset({Verb.SOLVED, Verb.SAME, Verb.FOLLOW, Verb.UNFOLLOW, Verb.WITHDRAW})
LAWYERS = frozenset(Verb) - MEMBERS
TAKES_THE_REST = frozenset({Verb.NOTE, Verb.CORRECT, Verb.ANSWER})  # what follows is its text
SCHEDULING = ("udsendes", "udsend", "send out", "send")  # news, behind which its time stands

BESIDE = (
    "sagen sag ticket den det denne dette her nu venligst tak lige bare please case it this the now spørgsmålet mailen"
    " tråden question"
)
PLAIN = """
    ja jo nej ok okay tak obs vigtigt vigtig ps pps nb gdpr dpo dpia cpr cvr kl kombit edpb edps dbf dbl fvl ofl rsl
    eu it hr haster hasteri fyi info kopi bilag svar hej hejsa halløj hallo kære goddag godmorgen godaften hello hi
    dear yes no thanks thank super fint enig uenig korrekt forkert måske altid aldrig dag lad lug rat rit ren rent
    fast vend venlig rest test best mvh vh kh hilsen hilsner dato emne fra til cc bcc advarsel konklusion resumé
    resume baggrund spørgsmål spg eksempel stop asap urgent dit mit sit net hun han den det der her
"""
AROUND = frozenset(BESIDE.split())  # what people put beside a command, and adds nothing: "Luk sagen, tak"
HARMLESS = frozenset(PLAIN.split())  # in capitals, or one letter from a command, and text all the same

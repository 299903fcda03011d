"""Repetitions: tokens that make a search for CPR numbers slow if any part of it looks back, when there are many."""

OF_NUMBERS = (
    "0", "01", "010170-", "010170-1", "cpr ", "cpr", "-", "cpr: 010170 ", "%20", "\u200b1", "01 01 70 ",
    "cpr 01 01 70 12 34 ", "cpr\t0101701234\n", "CPR-nr\n0101701234 Bo\n", "&#45;", "CPR;0101701234|", "01-01-1970-",
    "1.1.90-", "1/1", "0101901238\n", "0101901238;", "Bo 0101901238\n", "xxxx", "010190-xxxx ", "xxxxxx-1234 ",
    "2001-01-31-",
)  # fmt: skip
OF_DISGUISES = (
    "1\n", "-\n1", "1\n-", "~~1~~", "~~", "\u202e1", "\u2070", "O1O19O-", "=\n", "%25", "&amp;", "\\u0031", "'+'",
    "0 1 0 1 ", "C P R ", "født 010190 ", "løbenr 1234 ", "Født;Løbenr\n010190;1234\n", "1.01901234E+08 ", "*-*1",
    "cpr 1. jan. 1990 ", "2026-010190-1234-", "01.01.90-1234 ", "0101901234 er hans cpr-nr ", "cpr: {[",
    "<cpr><d>010190 ", "0101901A12 cpr ",
)  # fmt: skip

"""Fuzzing of `mailer/quoting.py`: nothing is lost, nothing doubled, nothing takes long, whatever the text.

Install atheris by hand and run `python fuzz/quoting.py -max_len=4000 -max_total_time=600 CORPUS`, with a folder of
texts to begin with if there is one.
"""

import sys
import time

import atheris

with atheris.instrument_imports(include=["mailer"]):
    from mailer.plaintext import mark_as_html
    from mailer.quoting import fold, fold_forward

SECONDS = 1  # of processor time, for a few kilobytes


def check(octets: bytes) -> None:
    """Fold one text in each way; raise if something is wrong with it."""
    text, _, html = octets.decode("utf-8", "replace").replace("\x1e", "").partition("\0")
    started = time.process_time()
    marked = mark_as_html(text, html)
    for folding in (fold, fold_forward):
        new, folded = folding(marked)
        assert sorted(written(new) + written(folded)) == sorted(written(text))
        assert is_part_in_order(written(new), written(text))
        assert is_part_in_order(written(folded), written(text))
        assert bool(new.strip()) == bool(text.strip())
    assert time.process_time() - started < SECONDS


def written(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def is_part_in_order(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(line in rest for line in part)


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()

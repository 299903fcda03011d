"""Marks among the operators of a PDF page: they draw nothing, and say of what is drawn what their maker liked."""

import re

from pypdf.generic import ContentStream, StreamObject

MARKS = (b"BMC", b"BDC", b"EMC", b"MP", b"DP")  # ISO 32000-1 14.6
SIMPLE = re.compile(rb"(?<![^\s])/[A-Za-z0-9]{1,30}\s*(?:<<(?:[^<>()]|\([A-Za-z-]{0,12}\)){0,200}>>\s*)?B[DM]C(?=\s)")
OTHERS = re.compile(rb"BDC|(?<![A-Za-z])[MD]P(?![A-Za-z])|<<|BMC")


def without_marks(stream: StreamObject) -> bytes:
    """The operators of a stream without marks: usual marks are cut out, others make the whole stream be parsed."""
    octets = SIMPLE.sub(b"/P BMC", stream.get_data())
    rest = octets.replace(b"/P BMC", b"")
    if not OTHERS.search(rest):
        return octets
    content = ContentStream(stream, None)
    content.operations = [(operands, operator) for operands, operator in content.operations if operator not in MARKS]
    return content.get_data()

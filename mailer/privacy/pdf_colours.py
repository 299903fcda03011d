"""Colours of a PDF file: how many numbers each is told by, and what they are without a profile."""

from pypdf.generic import ArrayObject, DictionaryObject, NameObject, PdfObject, StreamObject

from tickets.errors import Unclean

DEVICES = {1: "/DeviceGray", 3: "/DeviceRGB", 4: "/DeviceCMYK"}  # by components of a colour
COMPONENTS = {
    "/DeviceGray": 1, "/CalGray": 1, "/G": 1, "/Indexed": 1, "/I": 1, "/Separation": 1, "/DeviceRGB": 3, "/CalRGB": 3,
    "/RGB": 3, "/Lab": 3, "/DeviceCMYK": 4, "/CMYK": 4,
}  # fmt: skip


def device(profiled: ArrayObject) -> NameObject:
    """The colour space without its profile, which may tell whose screen or printer it is for."""
    components = _number(_entry(profiled[1], "/N"))
    if components not in DEVICES:
        raise Unclean("has colours of an unusual kind")
    return NameObject(DEVICES[components])


def size_of(picture: StreamObject, there_are: int) -> int:
    """How many octets draw a picture (ISO 32000-1 8.9.5.2); all of them, where its colours do not tell."""
    if picture.get("/ImageMask"):
        bits, components = 1, 1
    else:
        bits, components = picture.get("/BitsPerComponent", 8), _components(picture.get("/ColorSpace"))
    row = (_number(picture.get("/Width")) * components * _number(bits) + 7) // 8
    return row * _number(picture.get("/Height")) if components else there_are


def _components(colours: PdfObject | None) -> int:
    """How many numbers make a colour; 0 if that is not clear."""
    found = colours.get_object() if colours is not None else None
    kind = found[0] if isinstance(found, ArrayObject) and found else found
    if kind == "/ICCBased" and isinstance(found, ArrayObject):
        return _number(_entry(found[1], "/N"))
    if kind == "/DeviceN" and isinstance(found, ArrayObject):
        return len(found[1].get_object())
    return COMPONENTS.get(str(kind), 0)


def _entry(value: PdfObject, key: str) -> object:
    found = value.get_object()
    return found.get(key) if isinstance(found, DictionaryObject) else None


def _number(value: object) -> int:
    found = value.get_object() if isinstance(value, PdfObject) else value
    return int(found) if isinstance(found, int | float) else 0

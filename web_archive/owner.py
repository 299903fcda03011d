"""The owner: the section of the settings that says whose pages these are, and the colours that follow from one."""

import re
from pathlib import Path

from pydantic import BaseModel, field_validator

WHITE, DARK_PAPER = "#ffffff", "#12171d"
READABLE, EASY = 4.5, 7.0  # contrast (WCAG 2.1, 1.4.3 and 1.4.6)
STEPS = 20


class Owner(BaseModel, frozen=True, extra="forbid"):
    """The `[owner]` section: the public body that runs the portal."""

    name: str = ""
    address: str = ""  # by post, in one line
    phone: str = ""
    email: str = ""
    privacy_contact: str = ""  # the data protection officer's mail address
    accessibility_statement: str = ""  # its address at was.digst.dk
    logo: Path | None = None  # SVG or PNG
    colour: str | None = None  # of links and buttons, as #0f4c86

    @field_validator("accessibility_statement")
    @classmethod
    def address_of_a_page(cls, value: str) -> str:
        """Refuse what is no address of a page."""
        if value and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", value):
            raise ValueError(f"{value!r} is no address of a page, as https://was.digst.dk/portal-example-dk")
        return value

    @field_validator("logo")
    @classmethod
    def picture(cls, value: Path | None) -> Path | None:
        """Refuse what browsers do not show."""
        if value and value.suffix.lower() not in (".svg", ".png"):
            raise ValueError(f"{value.name!r} is no logo: it has to be an SVG or a PNG file")
        return value

    @field_validator("colour")
    @classmethod
    def readable(cls, value: str | None) -> str | None:
        """Refuse what is no colour, or one on which white letters cannot be read."""
        if value is not None and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            raise ValueError(f"{value!r} is no colour, as #0f4c86")
        if value is not None and contrast(value, WHITE) < READABLE:
            raise ValueError(f"{value!r} is too light: white letters on it could not be read (WCAG 2.1, 1.4.3)")
        return value


NOBODY = Owner()


def make_style(colour: str) -> str:
    """A style sheet that gives the pages this colour, by day and, lighter, by night."""
    light = next(
        tint for tint in (mix(colour, WHITE, step / STEPS) for step in range(STEPS + 1))
        if contrast(tint, DARK_PAPER) >= EASY
    )  # fmt: skip
    day = f"--blue: {colour}; --blue-ink: {WHITE}; --blue-wash: {mix(colour, WHITE, 0.92)};"
    night = f"--blue: {light}; --blue-ink: {DARK_PAPER}; --blue-wash: {mix(light, DARK_PAPER, 0.86)};"
    return f":root {{ {day} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {night} }} }}\n"


def mix(colour: str, other: str, share: float) -> str:
    """A colour with so much of another, from 0 to 1."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def contrast(one: str, other: str) -> float:
    """How far two colours are told apart, from 1 to 21 (WCAG 2.1, contrast ratio)."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

"""Scattered numbers: known ones between whose digits something else stands in a text.

What HTML hides or strikes out may have come into the text that was made of it.
"""

from tickets.numbers.columns import Extent

WIDEST = 60  # characters from one digit to the next


def find_scattered(text: str, digits: str) -> list[Extent]:
    """Where these digits stand in their order and near each other."""
    places: list[Extent] = []
    start = text.find(digits[0])
    while start >= 0:
        end = _follow(text, start, digits)
        if end:
            places.append(Extent(start, end))
        start = text.find(digits[0], max(end, start + 1))
    return places


def _follow(text: str, start: int, digits: str) -> int:
    """Where the last of the digits ends, if the first stands at the start; 0 if they are not all there."""
    at = start
    for digit in digits:
        at = text.find(digit, at, at + WIDEST) + 1
        if not at:
            return 0
    return at

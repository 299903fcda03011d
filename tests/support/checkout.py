"""Where the checkout lies that the tests belong to, and the odd messages in it."""

from pathlib import Path

HOUSE = Path(__file__).parents[2]
MESSAGES = HOUSE / "tests" / "messages"

"""Letters in Chromium: each kind fits a phone, has one heading and no fault, in light and dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from mailer.letters.previewing import Previewed, render_samples
from support.checkout import HOUSE
from support.servers import find_program

pytestmark = [pytest.mark.any_database, pytest.mark.slow]

AXE = HOUSE / "node_modules/axe-core/axe.min.js"
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
WIDTHS = (390, 700)
# Whoever shows a letter has a page around it, with its own landmarks
RULES = """{
    runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"], resultTypes: ["violations"],
    rules: {region: {enabled: false}, "landmark-one-main": {enabled: false}},
}"""
CONTRAST = "{runOnly: {type: 'rule', values: ['color-contrast']}, resultTypes: ['violations']}"
TEXT_IN_CELLS = "[...document.querySelectorAll('td')].filter(one => !one.closest('.button, .told')).length"


@pytest.fixture(scope="module")
def shown() -> Iterator[dict[str, Page]]:
    """An empty page in light and one in dark, by the scheme."""
    path = find_program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield {scheme: browser.new_page(color_scheme=scheme) for scheme in ("light", "dark")}
        browser.close()


def kinds() -> list[Previewed]:
    """One letter of each kind, the longest, in Danish."""
    longest: dict[str, Previewed] = {}
    for one in render_samples("Europe/Copenhagen"):
        kind = one.name.partition("-")[0]
        if one.language == "da" and (kind not in longest or len(one.parts.html) > len(longest[kind].parts.html)):
            longest[kind] = one
    return list(longest.values())


def faults(page: Page, how: str) -> list[Any]:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make servers")
    page.evaluate(AXE.read_text())
    return [(one["id"], one["nodes"][0]["html"]) for one in page.evaluate(f"axe.run(document, {how})")["violations"]]


def test_every_kind_reads_well_on_a_phone_and_in_the_dark(shown: dict[str, Page], tmp_path: Path) -> None:
    found: dict[str, Any] = {}
    for one in kinds():
        for scheme, page in shown.items():
            page.set_content(one.parts.html)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found[f"{one.name}, {scheme}"] = f"is wider than {width}"
            if wrong := faults(page, RULES if scheme == "light" else CONTRAST):
                found[f"{one.name}, {scheme}"] = wrong
        if page.locator("h1").count() != 1 or page.evaluate(TEXT_IN_CELLS):
            found[one.name] = "has not one heading, or text in the cell of a table"
        if len(one.parts.html.encode()) > 100_000:
            found[one.name] = "is larger than mail programs show"

    assert found == {}

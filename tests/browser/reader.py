"""Somebody who reads FERS in their language, in a true browser, and whether all of it is there for them to read."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from fers.languages import LANGUAGES, translations
from tests.browser.accessibility import look

SAID = """() => [...document.body.querySelectorAll("*")]
    .filter(node => node.checkVisibility() && !node.closest("[translate=no], style, script"))
    .flatMap(node => [
        ...[...node.childNodes].filter(child => child.nodeType === Node.TEXT_NODE).map(child => child.data),
        ...["aria-label", "title", "placeholder", "alt"].map(name => node.getAttribute(name) ?? ""),
    ]).join("\\n")"""
"""All that a page shows or reads aloud."""
BEYOND = """() => [...document.querySelectorAll("html, .stMain, .stMain :is(p, label, h1, h2, h3, button, input)")]
    .filter(node => node.checkVisibility())
    .filter(node => {
        const {left, right} = node.getBoundingClientRect()
        const scrolls = node.matches("html, .stMain") && node.scrollWidth > node.clientWidth
        return scrolls || left < -1 || right > innerWidth + 1
    })
    .map(node => `${node.tagName} ${node.innerText ?? ""}`.slice(0, 80))"""
"""What is not wholly on the screen, from side to side."""
LATIN = re.compile(r"[A-Za-z]{2,}")
NO_ARABIC = {"FERS", "DONE", "NO", "JPEG", "PNG", "HEIC", "WebP", "AVIF", "MB", "panel", "example", "org", "owner"}
NO_ARABIC |= {"Prolific"} | {word for name in LANGUAGES.values() for word in LATIN.findall(name)}
"""Words that an Arabic page says as they are."""


@dataclass
class Reader:
    """Somebody at a browser, who reads a page in their language; axe-core reads along."""

    page: Page
    language: str
    own: dict[str, str]
    found: list[str]
    """What was wrong with their pages."""
    window: str = ""
    """In which axe-core looks at their pages; "": it doesn't."""

    def say(self, message: str, **fields: object) -> str:
        """What FERS or the study says in their language."""
        said = self.own.get(message) or translations(self.language).gettext(message)
        return said.format(**fields) if fields else said

    def sees(self, message: str, **fields: object) -> None:
        heading = self.page.get_by_role("heading", name=self.say(message, **fields), exact=True)
        expect(heading.first).to_be_visible()
        self.look_around()

    def reads(self, message: str) -> None:
        expect(self.page.get_by_text(self.say(message)).first).to_be_visible()

    def press(self, message: str) -> None:
        self.page.get_by_role("button", name=self.say(message), exact=True).last.click()

    def choose(self, message: str) -> None:
        """One answer of several, or a box to tick."""
        label = self.page.locator("label", has_text=self.say(message))
        role = label.get_by_role("radio").or_(label.get_by_role("checkbox"))
        expect(role).to_be_enabled()
        label.click()
        expect(role).to_be_checked()

    def look_around(self) -> None:
        """Note what is wrong with the page as they see it."""
        if not self.window:
            return
        size = self.page.viewport_size
        self.found += look(self.page, windows=(self.window,))
        self.page.set_viewport_size(size)
        self.found += [f"“{name}” is not wholly on the screen" for name in self.page.evaluate(BEYOND)]
        expect(self.page.locator("html")).to_have_attribute("dir", "rtl" if self.language == "ar" else "ltr")
        if self.language == "ar":
            words = set(LATIN.findall(self.page.evaluate(SAID))) - NO_ARABIC
            self.found += [f"“{word}” is not Arabic" for word in words]

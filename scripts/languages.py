#!/usr/bin/env python3
"""Bring `fers/languages` up to date with what the code says: the template `fers.pot` and each catalogue.

`make languages` runs it. `python scripts/languages.py CODE` begins a new catalogue."""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

HOME = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HOME))

from fers.errors import catalogue as errors  # noqa: E402
from fers.ui.translated import ERRORS, elsewhere  # noqa: E402
from fers.ui.widgets import messages  # noqa: E402

FOLDER = HOME / "fers/languages"
PARTS = [path for part in ("pages", "fers/ui") for path in (HOME / part).rglob("*.py")]
SOURCES = ["app.py", *sorted(path.relative_to(HOME).as_posix() for path in PARTS)]
DATES_AND_NAMES = (b'"Proj', b'"Rep', b'"POT', b'"PO-', b'"Last', b'"Language-T', b'"Gen')
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def template() -> Catalog:
    """Every message that the code holds, with the files that it stands in."""
    found = _catalog(None)
    for source in SOURCES:
        for _, message, comments, context in extract_from_file("python", HOME / source, KEYWORDS, ["Translators:"]):
            found.add(message, locations=[(source, 0)], auto_comments=comments, context=context)
    for script in sorted((HOME / "fers/ui/widgets").glob("*.js")):
        texts = {
            file.suffix[1:]: file.read_text("utf-8") for file in (script, script.with_suffix(".html")) if file.exists()
        }
        for message in messages(texts) if script.stem != "words" else ():
            found.add(message, locations=[(script.relative_to(HOME).as_posix(), 0)])
    for code, sentences in errors().items():
        if ERRORS.fullmatch(code):
            for part in ("what", "next"):
                if sentences.get(part):
                    found.add(sentences[part], locations=[("fers/errors.toml", 0)])
    for message in elsewhere():
        found.add(message, locations=[("fers/ui/translated.py", 0)])
    return found


def _catalog(code: str | None) -> Catalog:
    comment = "# What pages for participants and annotators say. See CONTRIBUTING.md."
    return Catalog(code, header_comment=comment, fuzzy=False)


def write(catalog: Catalog, path: Path) -> None:
    """Without the header's dates and names, which say what Git knows, and set changes at odds."""
    file = io.BytesIO()
    write_po(file, catalog, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    header, _, messages_said = file.getvalue().partition(b"\n\n")
    kept = [line for line in header.splitlines() if not line.startswith(DATES_AND_NAMES)]
    path.write_bytes(b"\n".join(kept) + b"\n\n" + messages_said)


def main() -> None:
    current = template()
    write(current, FOLDER / "fers.pot")
    for code in sorted({*sys.argv[1:], *(path.stem for path in FOLDER.glob("*.po"))}):
        path = FOLDER / f"{code}.po"
        if path.exists():
            with path.open("rb") as file:
                catalog = read_po(file, code)
        else:
            catalog = _catalog(code)
        catalog.update(current, no_fuzzy_matching=True)
        write(catalog, path)
        missing = [message.id for message in catalog if message.id and not (message.string and all(message.string))]
        print(f"{code}: {len(missing)} of {len(catalog)} messages to be translated")  # noqa: T201


if __name__ == "__main__":
    main()

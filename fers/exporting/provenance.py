"""Where the faces of a version come from, in the datasheet's words: people gave them, or they were imported."""

from fers.domain.consent import ConsentText
from fers.domain.versions import DatasetVersion, Portion

_GIVEN = """People gave photos of themselves in a browser, after they read the words in `consent/` and agreed to
sharing. They drew the box around their face, and said what it shows before or after they saw a model's guess."""
_IMPORTED = """Imported faces (`source` is `import`) were collected before this study and elsewhere: `consent/` holds
the terms of their datasets. Their labels are those of the dataset, kept as votes: of each annotator whom it names or,
where it names none, one that is marked `of_a_set` and is no annotator's."""
_APART = "Nobody is in two of them, and people keep theirs from version to version."
_AS_FAR_AS_KNOWN = "For imported faces, this holds as far as their dataset says whom they show."


def composition(version: DatasetVersion) -> str:
    """A point for what people gave, and for each set that was imported; nothing in versions that did not count them."""
    words = {text.sha256: text for text in version.consent_texts}
    return "".join(f"- {_point(portion, words)}\n" for portion in version.portions)


def splits(version: DatasetVersion) -> str:
    return f"{_APART} {_AS_FAR_AS_KNOWN}" if any(text.is_of_a_set for text in version.consent_texts) else _APART


def collection(version: DatasetVersion) -> str:
    imported = {text.is_of_a_set for text in version.consent_texts}
    return "\n\n".join(words for which, words in ((False, _GIVEN), (True, _IMPORTED)) if which in imported)


def _point(portion: Portion, words: dict[str, ConsentText]) -> str:
    counted = f"{portion.faces} faces of {portion.people} people"
    if portion.terms is None:
        return f"{counted} aged 18 or over who gave photos of themselves."
    heading, *terms = words[portion.terms].body.strip().removeprefix("# ").split("\n\n")
    return "\n  - ".join([f"{counted}. {heading}.", *terms])

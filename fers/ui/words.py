"""Roles, times and what studies say, in the words people read."""

import re

from fers.domain.jobs import Job
from fers.domain.people import Person, Role
from fers.domain.permissions import Action, allowed
from fers.ui.languages import N_

WHAT_THEY_DO = {
    Role.PARTICIPANT: N_(
        "As a participant you show an expression, see what a machine makes of it, and say whether it was right."
    ),
    Role.ANNOTATOR: N_(
        "As an annotator you label faces: you look at photos that others gave, and say which expression you see."
    ),
    Role.RESEARCHER: N_(
        "As a researcher you look through the study's faces, freeze dataset versions, and compare models."
    ),
    Role.ADMINISTRATOR: N_(
        "As an administrator you run the study: you describe it, invite people, and make sure that everything is in "
        "order."
    ),
}
"""What somebody does in a study, by the role they are invited to."""


WHO_DECIDES = "For that, ask whoever runs FERS here for a role in every study (`fers grant`)."
"""About what a role in one study does not open."""


_MARKDOWN = re.compile(r"[\\`*_\[\]<>$~#|&]|:\Z")
_SEAMS = re.compile(r"(?<=:)(?=\S)|(?<=@)(?=[-\w])|(?<=www)(?=\.)", re.IGNORECASE)
"""Where Streamlit sees an address, which it makes a link of, or the name of an icon, a colour or an emoji."""
_NOTHING = ":small[]"
"""Between two pieces of a text it is neither seen nor copied, and no escape would keep Streamlit from these."""


def as_typed(text: object) -> str:
    """What somebody typed, for Streamlit to show as that and nothing else: a name is no picture that a browser would
    fetch, no link and no formula. Whatever a person, a file or another program has said goes through here."""
    pieces = _SEAMS.split(" ".join(str(text).split()))
    return _NOTHING.join(_MARKDOWN.sub(r"\\\g<0>", piece) for piece in pieces)


def quoted(markdown: str) -> str:
    """What a study says in its own words, for Streamlit to show: it fetches no picture from elsewhere, where somebody
    would learn who reads it, and takes no amount of money for a formula."""
    return markdown.replace("![", r"!\[").replace("$", r"\$")


def file_size(size: int) -> str:
    """A number of bytes, in the unit that leaves something of it."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} KB"


def many(count: int, one: str, more: str = "") -> str:
    """So many of something, on pages that are in English alone. `more`: the word for several, unless it has an s."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def in_hundredths(share: float, sign: str = "") -> str:
    """A share in whole percent, without the sign for percent. `sign`: "+" for a difference, of which nothing is 0 and
    neither +0 nor -0."""
    whole = format(100 * share, f"{sign}.0f")
    return "0" if whole in ("+0", "-0") else whole


def why_given_up(actor: Person, job: Job) -> str:
    """Why a background job has ended early; and to who runs FERS, what they can do about it."""
    advice = job.what_to_do if allowed(actor, Action.RUN_INSTALLATION) else ""
    return f"{as_typed(job.why)} {f'For whoever runs FERS: {as_typed(advice)}' if advice else ''}".strip()

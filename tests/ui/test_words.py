"""What people typed, as Streamlit gets it to show."""

import re

import pytest

from fers.ui.words import as_typed

MADE_MORE_OF = re.compile(r"https?://|www\.|[-.\w+]@[-\w]|:[a-z+][\w+/]*:|:[a-z]+\[", re.IGNORECASE)
"""By Streamlit, whether or not a sign is escaped: links, emoji and icons, colours."""


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.test/who.png?a=b",
        "WWW.evil.test",
        "ada.l-b_c@example.org",
        ":material/lock: :smile::smile:",
        "Lab:red[1]",
        "&lt;b&gt;",
        r"a\b * _c_ [d](e) <f> $g$ ~h~ #i | `j`",
        "Who: me, at 10:30, for the first time:",
    ],
)
def test_nothing_more_is_made_of_what_was_typed(typed):
    pieces = [re.sub(r"\\(\W|_)", r"\1", piece) for piece in as_typed(typed).split(":small[]")]
    assert "".join(pieces) == typed
    assert [piece for piece in pieces if MADE_MORE_OF.search(piece)] == []
    assert not re.search(r"(?<!\\)&\w", as_typed(typed)), "a sign by its name"

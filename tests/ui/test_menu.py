"""Which pages an address can name."""

import pytest

from fers.ui.menu import LONGEST_QUERY, page_asked_for
from tests import REPOSITORY

PAGES = {page.stem for page in (REPOSITORY / "pages").glob("*.py")} - {"sign_in", "setup"}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_page_that_people_ask_for_is_found_by_its_address(page):
    assert page_asked_for(page) == (f"pages/{page}.py", {})
    assert page_asked_for(f"{page}?id=1&class=sad&class=a%26b") == (
        f"pages/{page}.py",
        {"id": ["1"], "class": ["sad", "a&b"]},
    )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "?id=1",
        "setup?token=1",
        "sign_in",
        "sign_out",
        "/give",
        "//give",
        "give/",
        "give#x",
        "../give",
        "pages/give.py",
        "https://elsewhere.example/give",
        "give\n",
        "Give",
        f"give?{'x' * (LONGEST_QUERY + 1)}",
    ],
)
def test_nothing_else_is_a_page(address):
    assert page_asked_for(address) is None

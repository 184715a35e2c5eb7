"""A page file asked for by its own address runs without `app.py`: it must turn people away politely."""

import pytest
from driving import REPOSITORY, told
from streamlit.testing.v1 import AppTest

PAGES = sorted(path.name for path in (REPOSITORY / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_alone_and_signed_out_shows_the_way_home_and_nothing_else(page, platform):
    alone = AppTest.from_file(str(REPOSITORY / "pages" / page), default_timeout=20).run()
    assert not alone.exception and not alone.error
    assert told(alone) == "[Go to the start page](/)\nThis page opens from the start page."
    assert not alone.button and not alone.text_input and not alone.checkbox


def test_somebody_signed_out_finds_no_way_to_the_other_pages(app):
    for page in ("give", "my_data", "consent", "study", "personal_code"):
        with pytest.raises(ValueError, match="page"):
            app.switch_page(f"pages/{page}.py")

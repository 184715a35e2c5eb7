"""A page file asked for by its own address runs without `app.py`: it must turn people away politely."""

import pytest
from driving import REPOSITORY, agreed, signed_in, told
from streamlit.testing.v1 import AppTest

PAGES = sorted(path.name for path in (REPOSITORY / "pages").glob("*.py"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opened_alone_and_signed_out_shows_the_way_home_and_nothing_else(page, platform):
    alone = AppTest.from_file(str(REPOSITORY / "pages" / page), default_timeout=20).run()
    assert not alone.exception and not alone.error
    assert told(alone) == "[Go to the start page](/)\nThis page opens from the start page."
    assert not alone.button and not alone.text_input and not alone.checkbox


@pytest.mark.parametrize("page", ["give", "live", "my_data", "consent"])
def test_somebody_signed_out_who_asks_for_a_page_is_shown_the_way_in(page, app):
    app.switch_page(f"pages/{page}.py").run()
    assert "I am new here" in [tab.label for tab in app.tabs]
    assert not app.exception and not app.error


@pytest.mark.parametrize("page", ["study", "personal_code"])
def test_pages_for_few_do_not_exist_for_others(page, app, platform):
    for somebody in (app, agreed(signed_in(app, platform))):
        with pytest.raises(ValueError, match="page"):
            somebody.switch_page(f"pages/{page}.py")

from streamlit.testing.v1 import AppTest

from tests.waiting import LONG


def page_that_fails():
    from fers.errors import InvalidInput
    from fers.ui import guard

    with guard.explaining_everything():
        raise InvalidInput("study.no-contact")


def page_that_breaks():
    from fers.ui import guard

    with guard.explaining_everything():
        {}["ada@example.org"]


def test_a_named_failure_says_what_happened_and_what_to_do():
    app = AppTest.from_function(page_that_fails, default_timeout=LONG).run()
    assert [error.value for error in app.error] == [
        "**There is no way to reach the study's owner.** Give an e-mail address or another contact."
    ]
    assert not app.exception


def test_a_surprise_becomes_one_calm_sentence_and_a_log_line_without_values(caplog):
    app = AppTest.from_function(page_that_breaks, default_timeout=LONG).run()
    (error,) = app.error
    reference = error.value.split("**")[1]
    assert "ada@example.org" not in error.value and not app.exception
    assert reference in caplog.text and "KeyError" in caplog.text
    assert "ada@example.org" not in caplog.text

"""Ways in and out."""

from contextlib import suppress

from driving import agreed, click, field, open_app, sign_in, signed_in, told
from streamlit.testing.v1 import AppTest

from fers.domain.people import Role
from fers.errors import SignInFailed
from fers.ui.web.session_cookie import COOKIE, DEVICE
from tests.people import PASSWORD, grant, participant
from tests.waiting import LONG


def test_wrong_passwords_and_unknown_emails_are_told_alike(app, platform):
    platform.accounts.sign_up("ada@example.org", PASSWORD)
    words = []
    for email in ("ada@example.org", "nobody@example.org"):
        app.text_input[0].input(email)
        field(app, "Password").input("not the password")
        words.append([error.value for error in click(app, "Sign in").error])
    assert words[0] == words[1] != []


def test_a_study_code_gives_a_personal_code_that_opens_the_account_again(app, platform):
    field(app, "Study code").input(platform.studies.current().join_code)
    click(app, "Join")
    code = app.code[0].value
    click(app, "I have saved it")
    assert "Taking part in" in told(app) and not app.code
    fresh = open_app()
    field(fresh, "Your personal code").input(code)
    assert "Taking part in" in told(click(fresh, "Sign in with my code"))


def test_the_one_time_link_makes_an_administrator_who_can_change_the_study(app, platform):
    app.query_params["token"] = platform.sign_in.issue_setup_token()
    app.switch_page("pages/setup.py").run()
    field(app, "E-mail").input("owner@example.org")
    field(app, "Choose a password").input(PASSWORD)
    click(app, "Become")
    assert platform.accounts.resume(app.session_state["fers"].token).role is Role.ADMINISTRATOR
    assert "Study" in told(app)
    app.switch_page("pages/study.py").run()  # AppTest would run the page of the link again.
    field(app, "Name").input("Faces of spring")
    click(app, "Save")
    assert platform.studies.current().name == "Faces of spring"


def test_the_only_administrator_is_asked_to_hand_over_before_leaving(app, platform):
    agreed(signed_in(app, platform))
    grant(platform, "ada@example.org", Role.ADMINISTRATOR)
    app.switch_page("pages/my_data.py").run()
    assert "Hand over first: on the server" in told(click(app, "Delete everything"))
    assert platform.accounts.resume(app.session_state["fers"].token).role is Role.ADMINISTRATOR


def test_an_open_study_needs_the_confirmation(app, platform):
    app.query_params["token"] = platform.sign_in.issue_setup_token()
    app.switch_page("pages/setup.py").run()
    field(app, "E-mail").input("owner@example.org")
    field(app, "Choose a password").input(PASSWORD)
    click(app, "Become")
    app.switch_page("pages/study.py").run()
    app.checkbox[0].uncheck()
    assert "only once its owner has confirmed" in told(click(app, "Save"))
    assert platform.studies.current().purpose_confirmed


def test_a_session_ended_elsewhere_ends_here(app, platform):
    agreed(signed_in(app, platform))
    platform.accounts.sign_out(app.session_state["fers"].token)
    assert "I am new here" in [tab.label for tab in app.run().tabs]


def test_another_site_that_leads_a_browser_to_the_address_signs_nobody_out(app, platform, cookies):
    participant(platform)
    token = cookies[COOKIE] = platform.accounts.sign_in("ada@example.org", PASSWORD).token
    address = next(key for key, page in app._registered_pages.items() if page["url_pathname"] == "sign_out")
    led_there = AppTest.from_file(app._script_path, default_timeout=LONG)
    led_there._page_hash = address
    assert [button.label for button in led_there.run().button] == ["Sign out"]
    assert platform.accounts.resume(token)
    click(led_there, "Sign out")
    assert platform.accounts.resume(token) is None
    assert not led_there.exception and not led_there.error


def test_the_cookie_brings_somebody_back_until_they_sign_out(app, platform, cookies):
    agreed(signed_in(app, platform))
    token = cookies[COOKIE] = app.session_state["fers"].token
    again = open_app()
    assert "Show an expression" in told(again)
    platform.accounts.sign_out(token)
    assert "I am new here" in [tab.label for tab in again.run().tabs]


def test_who_is_there_is_looked_up_once_in_a_run(app, platform, monkeypatch):
    signed_in(app, platform)
    asked, resume = [], platform.accounts.resume
    monkeypatch.setattr(platform.accounts, "resume", lambda token: asked.append(token) or resume(token))
    for page in ("pages/consent.py", "pages/my_data.py"):
        asked.clear()
        app.switch_page(page).run()
        assert not app.exception and not app.error
        assert len(asked) == 1


def test_a_password_is_changed_on_the_page_and_ends_other_sessions(app, platform):
    agreed(signed_in(app, platform))
    elsewhere = platform.accounts.sign_in("ada@example.org", PASSWORD)
    app.switch_page("pages/my_data.py").run()
    assert elsewhere.person.number in told(app)
    field(app, "Current password").input("not the password")
    field(app, "New password").input("nine purple elephants")
    assert "not your current password" in told(click(app, "Change my password"))
    field(app, "Current password").input(PASSWORD)
    field(app, "New password").input(" " * 10)
    assert "repeats the same few characters" in told(click(app, "Change my password"))
    field(app, "Current password").input(PASSWORD)
    field(app, "New password").input("nine purple elephants")
    assert "Your new password works" in told(click(app, "Change my password"))
    token = app.session_state["fers"].token
    assert platform.accounts.resume(token) == elsewhere.person
    assert platform.accounts.resume(elsewhere.token) is None
    assert platform.accounts.redeem_ticket(app.session_state["fers"].cookie_request.ticket) == token
    assert platform.accounts.sign_in("ada@example.org", "nine purple elephants")


def test_who_came_by_code_ends_other_sessions_and_is_asked_for_no_password(app, platform):
    field(app, "Study code").input(platform.studies.current().join_code)
    click(app, "Join")
    elsewhere = platform.accounts.sign_in_with_code(app.code[0].value)
    agreed(click(app, "I have saved it"))
    app.switch_page("pages/my_data.py").run()
    assert "New password" not in [box.label for box in app.text_input]
    assert "signed out everywhere else" in told(click(app, "Sign out everywhere else"))
    assert platform.accounts.resume(elsewhere.token) is None
    assert platform.accounts.resume(app.session_state["fers"].token)


def test_somebody_is_not_locked_out_of_their_own_browser(app, platform, cookies):
    platform.accounts.sign_up("ada@example.org", PASSWORD)
    cookies[DEVICE] = "d" * 43
    platform.accounts.know_device(platform.accounts.sign_in("ada@example.org", PASSWORD).token, cookies[DEVICE])
    for _ in range(5):
        with suppress(SignInFailed):
            platform.accounts.sign_in("ada@example.org", "a stranger's guess")
    assert "Taking part in" in told(sign_in(open_app()))
    cookies.clear()
    assert "Too many attempts" in told(sign_in(open_app()))

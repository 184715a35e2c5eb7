"""Doing in AppTest what a person does in the browser."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

from fers.domain.people import Role
from tests.people import PASSWORD, grant, participant
from tests.waiting import LONG

READ_AS_MARKDOWN = {"body", "label", "caption", "help", "text", "options", "content", "description"}
"""Fields of what Streamlit sends."""
PLAIN = {"code", "text", "selectbox", "multiselect", "text_input", "text_area"}
"""Elements whose texts are shown as they are."""
REPOSITORY = Path(__file__).resolve().parents[2]


def open_app() -> AppTest:
    """Open the app in a fresh tab."""
    return AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=LONG).run()


def click(app: AppTest, label: str) -> AppTest:
    """Press the button that begins with `label`."""
    next(button for button in app.button if button.label.startswith(label)).click()
    return app.run()


def field(app: AppTest, label: str):
    """The last text field called `label`."""
    return [box for box in app.text_input if box.label == label][-1]


def leave(app: AppTest) -> AppTest:
    """Choose "Sign out" in the menu."""
    app._page_hash = next(key for key, page in app._registered_pages.items() if page["url_pathname"] == "sign_out")
    app.run()
    app._page_hash = ""
    return app


def opened(app: AppTest) -> str:
    """The address of the page that is shown, "" for the front page."""
    pages = app._registered_pages  # It tells nobody.
    return pages[app._finished_page_script_hash]["url_pathname"]


def told(app: AppTest) -> str:
    """Everything the page says in words."""
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.info,
        app.success,
        app.warning,
        app.error,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def keys(node: Node) -> list[str]:
    """The keys of all widgets, forms and other blocks that have one, at and below `node`."""
    own = [node.key] if getattr(node, "key", None) else []
    below = node.children.values() if isinstance(node, Block) else ()
    return own + [key for child in below for key in keys(child)]


def markdown(node: Node) -> list[str]:
    """Every text at and below `node` that a browser takes for Markdown."""
    proto = None if getattr(node, "type", None) in PLAIN else getattr(node, "proto", None)
    own = list(_texts(proto)) if proto is not None else []
    below = node.children.values() if isinstance(node, Block) else ()
    return own + [text for child in below for text in markdown(child)]


def _texts(message) -> Iterator[str]:
    for field, value in message.ListFields():
        for one in value if field.is_repeated else [value]:
            if field.message_type:
                yield from _texts(one)
            elif isinstance(one, str) and field.name in READ_AS_MARKDOWN:
                yield one


def sign_in(app: AppTest, email: str = "ada@example.org") -> AppTest:
    """With an account that is there."""
    field(app, "Password").input(PASSWORD)
    next(box for box in app.text_input if box.label == "E-mail").input(email)
    return click(app, "Sign in")


def signed_in(app: AppTest, platform, email: str = "ada@example.org") -> AppTest:
    """Create an account and sign in with it."""
    platform.accounts.sign_up(email, PASSWORD)
    return sign_in(app, email)


def signed_in_as_researcher(app: AppTest, platform) -> AppTest:
    """As somebody who agreed to everything and is a researcher in every study."""
    email = "rita@example.org"
    participant(platform, email)
    grant(platform, email, Role.RESEARCHER)
    return sign_in(app, email)


def signed_in_as_administrator(app: AppTest, platform) -> AppTest:
    """As somebody who agreed to everything and runs the installation."""
    email = "boss@example.org"
    participant(platform, email)
    grant(platform, email, Role.ADMINISTRATOR)
    return sign_in(app, email)


def at_part_of_study(app: AppTest, platform, part: str) -> AppTest:
    """As an administrator, at a part of the study's page."""
    signed_in_as_administrator(app, platform)
    app.session_state["parts"] = part
    return app.switch_page("pages/study.py").run()


def agreed(app: AppTest, *choices: str) -> AppTest:
    """Tick the boxes that begin with `choices`, declare to be an adult, and agree."""
    for begin in (*choices, "I am 18"):
        next(box for box in app.checkbox if box.label.startswith(begin)).check()
        app.run()
    return click(app, "I agree")


def plotted(app: AppTest, words: str) -> list[pd.DataFrame]:
    """The rows that are drawn in the first chart whose description has `words` in it, a table a dataset."""
    chart = next(chart.proto for chart in app.get("vega_lite_chart") if words in chart.proto.spec)
    return [convert_arrow_bytes_to_pandas_df(dataset.data.data) for dataset in chart.datasets]

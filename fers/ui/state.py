"""What one browser tab remembers between script runs. The only module that touches `st.session_state`."""

from contextlib import suppress
from dataclasses import dataclass, field

import streamlit as st

from fers.domain.exploring import NO_FILTER, FaceFilter, Found
from fers.domain.faces import Source
from fers.domain.people import Person
from fers.errors import FersError
from fers.languages import ORIGINAL
from fers.ui.in_hand import (
    Answering,
    Asked,
    Bringing,
    CookieRequest,
    Cropping,
    Farewell,
    Form,
    Giving,
    Rehearsing,
    Reviewing,
    ShownOnce,
    Tasks,
)

_KEY = "fers"


@dataclass
class State:
    language: str = ORIGINAL
    """Of the page that is being shown."""
    chosen_language: str | None = None
    """What was chosen in this tab, on a page or by a link."""
    linked_language: str | None = None
    """What the last link said that said any."""
    token: str | None = None
    """The session token of whoever signed in in this tab."""
    person_id: str | None = None
    """Of whoever was signed in here last: what is below is theirs."""
    cookie_request: CookieRequest | None = None
    cookie_tried: bool = False
    """Whether the cookie that the page was opened with was tried, should nobody be signed in."""
    personal_code: str | None = None
    """A new personal code, until its owner says they noted it."""
    farewell: Farewell | None = None
    """Of whoever has just left for good."""
    wanted: str = ""
    """The page that somebody asked for who has just come by a provider, as their browser says."""
    email: str = ""
    """What was typed at sign-up, offered again at sign-in."""
    account_news: str | None = None
    """What somebody just changed about their own account, until it was said."""
    step: str | None = None
    """The heading of the step that this tab is at, of a page that has steps."""
    step_before: str | None = None
    giving: Giving | None = None
    last_photo: str | None = None
    """The id of the photo that was at hand last in this tab."""
    was_kept: bool | None = None
    """What became of a photo that the server had lost from sight, until the next one."""
    looked_for_draft: bool = False
    """Whether a photo that this person began elsewhere was looked for."""
    cropping: Cropping | None = None
    source: Source = Source.WEBCAM
    """Where this person's photos come from."""
    photos: int = 0
    """How many photos were tried: each gets widgets of its own, and none of an earlier one is left."""
    refusal: FersError | None = None
    """Why the last photo was refused, until it was said."""
    gallery_shows: int = 9
    """How many photos "My data" shows at once."""
    rehearsing: Rehearsing | None = None
    pausing: bool = False
    """Whether this participant stopped before all their tasks were done, until they go on."""
    finishing: bool = False
    """Whether this participant of a study without tasks said that they are done."""
    answering: Answering | None = None
    files_taken: int = 0
    """How often a study took everything from a file: each time the fields of its page begin anew."""
    forms: dict[str, Form] = field(default_factory=dict)
    """Those of a study's page, as long as it is open, by their names."""
    asked: Asked | None = None
    """The questions of a study as its owner is changing them."""
    tasks: Tasks | None = None
    """The tasks of a study as its owner is changing them."""
    invitation: ShownOnce | None = None
    """The link of a new one."""
    access_token: ShownOnce | None = None
    """The secret of a new one."""
    explored: dict[str, Found] = field(default_factory=dict)
    """The last face of the page before, for whatever "Explore" goes through."""
    arrived: bool = False
    """Whether somebody came to the current page from another one; a page that asks says when it has heard it."""
    page: str | None = None
    """The address of that page."""
    is_first_page: bool = False
    """Whether this tab has shown no other page: somebody came to it by its address."""
    study_id: str | None = None
    """Of the study that this tab showed last to whoever is signed in."""
    to_freeze: FaceFilter = NO_FILTER
    """What was chosen under "Explore" for the next dataset version."""
    reviewing: Reviewing | None = None
    download: str | None = None
    """The secret of the link to the download asked for last."""
    bringing: Bringing | None = None
    brought: int = 0
    """How many sets were handed in: each gets an uploader of its own, and the files of an earlier one are let go."""
    registered: int = 0
    """How many models were registered: each gets an uploader of its own, and the file of an earlier one is let go."""
    model_news: str | None = None
    """What the test said of the model registered last, until it was said."""
    doubted: str | None = None
    """The upload that the test of models found something in, until another try."""
    routed: bool = False
    """Whether `app.py` is running the current page."""
    actor: Person | None = None
    """Whoever `app.py` found signed in when it began to run that page."""

    def next_photo(self) -> None:
        """Forget the photo at hand and begin with fresh widgets."""
        self.giving = self.cropping = None
        self.refusal = self.was_kept = None
        self.photos += 1

    def rehearse(self, rehearsing: Rehearsing | None) -> None:
        """Begin a rehearsal, or end it; no photo of it comes out, and none goes in."""
        self.rehearsing = rehearsing
        self.pausing = self.looked_for_draft = False
        self.next_photo()

    def bring(self, bringing: Bringing | None) -> None:
        """Go on with a set that was handed in, or wait for the next one."""
        self.bringing = bringing
        self.brought += bringing is not None

    def reviewing_in(self, study_id: str) -> Reviewing:
        """The review at hand; another study begins a new one."""
        if self.reviewing is None or self.reviewing.study_id != study_id:
            self.reviewing = Reviewing(study_id)
        return self.reviewing


def state() -> State:
    """This tab's state."""
    return st.session_state.setdefault(_KEY, State())


def widget_value(key: str):
    """What a widget says before it is drawn in this run; None when it has said nothing yet."""
    return st.session_state.get(key)


PARTS = "parts"
"""The key of the study page's tabs."""


def show_part(name: str) -> None:
    """Turn to a tab of the study page; for a button's `on_click`."""
    st.session_state[PARTS] = name


def start_afresh() -> None:
    """Forget everything in this tab but its language, what was typed and drawn included.

    One by one: `clear` ends quietly at the first widget that is named and has said nothing, and leaves the rest.
    """
    before = state()
    for key in list(st.session_state):
        with suppress(KeyError):
            del st.session_state[key]
    state().language, state().linked_language = before.language, before.linked_language
    state().chosen_language = before.chosen_language

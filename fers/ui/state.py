"""What one browser tab remembers between script runs. The only module that touches `st.session_state`."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace

import streamlit as st

from fers.domain.boxes import Box
from fers.domain.exploring import NO_FILTER, FaceFilter, Found
from fers.domain.faces import Answer, Face, Prediction, Source
from fers.domain.hints import Hint
from fers.domain.labels import Label
from fers.domain.people import Person
from fers.domain.protocols import Task
from fers.domain.questions import Question
from fers.domain.recruiting import Exit, Status
from fers.domain.studies import Study
from fers.errors import FersError
from fers.languages import ORIGINAL
from fers.services.faces.capture import Draft
from fers.services.faces.rehearsals import Rehearsal
from fers.services.faces.set_previews import Manner, Preview
from fers.services.labelling.review import Assignment, ReviewProgress
from fers.services.models.saliency import Explained

_KEY = "fers"
LATEST = 12
"""Of their own last labels, so many are in sight of an annotator."""


@dataclass
class CookieRequest:
    """What the browser has yet to do with its sign-in cookie."""

    ticket: str | None
    """Exchange this for the cookie; None: clear the cookie."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass
class Cropping:
    """A crop box on the screen."""

    key: str
    """Which photo and face it is about."""
    width: int
    """Pixels of the page it was drawn for."""
    start: Box
    box: Box
    """Where it is now, in the photo's pixels like `start`."""


@dataclass
class Giving:
    """One photo on its way from the camera to the thank-you."""

    draft: Draft
    person_id: str
    """Whose it is: nobody else who signs in in this tab gets to see it."""
    face: int = 0
    """Which of the faces found the crop starts on."""
    box: Box | None = None
    """The crop that `prediction` is about."""
    hinted: tuple[Box, list[Hint]] | None = None
    """What could be better about a crop, and about which."""
    prediction: Prediction | None = None
    explained: Explained | None = None
    """What mattered for the top three of `prediction`, once that was asked."""
    answer: Answer | None = None
    """Set once the photo was submitted."""
    stored: Face | None = None
    """The stored face; None when nothing was to be kept."""


@dataclass(frozen=True)
class Farewell:
    """What is left to say to somebody whom a panel sent, and whose account is gone."""

    ending: Status
    way: Exit
    panel_id: str


@dataclass(frozen=True)
class ShownOnce:
    """Something to be copied, until whoever made it says they have it; shown with its own study alone."""

    study_id: str
    text: str


@dataclass
class Rehearsing:
    """The owner of a study goes through it as a participant would."""

    rehearsal: Rehearsal
    agreed: bool = False
    """Whether they have come past the study's words."""
    finished: bool = False


@dataclass
class Reviewing:
    """The faces of a study that this tab has to label."""

    study_id: str
    in_hand: dict[str, Assignment] = field(default_factory=dict)
    """By face id, the one on the screen first."""
    window: str = ""
    """The opened page that `done` counts for."""
    done: int = 0
    """The number of the last thing said there that was taken in."""
    latest: list[Label] | None = None
    """Their last labels, the newest first; None: to be looked up."""
    progress: ReviewProgress | None = None
    counted_at: float = 0.0
    """When all of `progress` was counted, in seconds of the monotonic clock."""

    def note(self, label: Label) -> None:
        self.latest = [label, *self.latest[: LATEST - 1]] if self.latest is not None else None
        self._step(1)

    def recount(self) -> None:
        self.latest = self.progress = None

    def forget_last(self) -> None:
        """A label was taken back: one from before the others takes its place in the list."""
        self.latest = None
        self._step(-1)

    def _step(self, labels: int) -> None:
        if (before := self.progress) is not None:
            waiting = max(0, before.waiting - labels)
            self.progress = replace(before, own=before.own + labels, waiting=waiting)


@dataclass
class Bringing:
    """A set that was handed in, on its way into a study."""

    study_id: str
    upload_id: str
    manner: Manner = field(default_factory=Manner)
    """What was said so far of how to read it."""
    preview: Preview | None = None
    """What it is like, read in that manner."""


@dataclass
class Form:
    """The fields for some of what a study says."""

    seen: Study
    """As it was when they began. What others save since changes nothing in them."""


@dataclass
class Tasks:
    """A study's tasks on the way to be saved."""

    seen: Study
    """As it was when they were taken up."""
    rows: dict[int, Task]
    """By the number that the widgets of a row are called by."""
    added: int = 0
    """How many rows there were ever."""
    begun: int = 0
    """How often they were taken up anew, because others had saved some."""
    is_over: bool = False
    """Whether they are to be taken up anew."""

    def add(self, task: Task) -> None:
        self.rows[self.added] = task
        self.added += 1


@dataclass
class Asked:
    """A study's own questions on the way to be saved."""

    seen: Study
    """As it was when they were taken up."""
    rows: dict[int, Question] = field(default_factory=dict)
    """What the widgets of a row begin with, by the number that they are called by."""
    now: dict[int, Question] = field(default_factory=dict)
    """What they say now."""
    added: int = 0
    """How many rows there were ever."""
    is_over: bool = False
    """Whether they are to be taken up anew."""

    def add(self, question: Question) -> None:
        self.rows[self.added] = self.now[self.added] = question
        self.added += 1

    def move(self, number: int, by: int) -> None:
        order = list(self.rows)
        place = order.index(number)
        order.insert(max(0, place + by), order.pop(place))
        self.rows = {each: self.rows[each] for each in order}

    def take_out(self, number: int) -> None:
        self.rows.pop(number, None)
        self.now.pop(number, None)


@dataclass
class Answering:
    """A study's own questions that somebody is at."""

    about: tuple[str, ...]
    """Which study, photo and questions."""
    page: int
    unsent: dict[str, object] = field(default_factory=dict)
    """What they chose on pages that they left without sending it, by the question's name."""


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

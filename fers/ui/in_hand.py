"""What somebody has in hand in one browser tab: a photo, a face to label, a form half filled in."""

import secrets
from dataclasses import dataclass, field, replace

from fers.domain.boxes import Box
from fers.domain.faces import Answer, Face, Prediction
from fers.domain.hints import Hint
from fers.domain.labels import Label
from fers.domain.protocols import Task
from fers.domain.questions import Question
from fers.domain.recruiting import Exit, Status
from fers.domain.studies import Study
from fers.services.faces.capture import Draft
from fers.services.faces.rehearsals import Rehearsal
from fers.services.faces.set_previews import Manner, Preview
from fers.services.labelling.review import Assignment, ReviewProgress
from fers.services.models.saliency import Explained

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
    """What is left to say to somebody whose account is gone."""

    ending: Status
    way: Exit = Exit()
    panel_id: str = ""
    """"": no panel sent them."""


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

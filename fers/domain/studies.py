"""A study: who asks for faces, what for, and under which settings."""

from dataclasses import dataclass, fields, replace

from fers.domain.protocols import FREE, Protocol
from fers.domain.questions import Question
from fers.domain.recruiting import NO_PANEL, Recruiting
from fers.domain.review import QueueOrder


@dataclass(frozen=True)
class Translated:
    """One text of a study's in another language."""

    original: str
    translated: str


@dataclass(frozen=True)
class Translation:
    """A study's own words in another language. Texts are known by what the study says: one that it changes is another
    one, and nobody reads what it was before."""

    language: str
    """Its code, such as "de"."""
    texts: tuple[Translated, ...] = ()


@dataclass(frozen=True)
class Study:
    """What participants are told about the study, and how it is run."""

    id: str
    name: str
    purpose: str
    """The owner's own statement of what the faces are for."""
    owner: str
    contact: str
    retention_days: int
    """Faces are purged by themselves this many days after they were given."""
    ask_first_share: float
    """Share of participants, 0 to 1, who label before they see the prediction (which anchors people)."""
    join_code: str
    """Lets people take part without an e-mail address."""
    open: bool
    purpose_confirmed: bool
    """The owner confirmed that this is not emotion inference at work or in education (EU AI Act, Art. 5(1)(f))."""
    overlap: int = 3
    """How many annotators label each face."""
    participants_label: bool = True
    """Whether participants are asked which expression they showed."""
    show_prediction: bool = False
    """Whether annotators see the model's guess, which anchors people."""
    asks_groups: bool = False
    """Whether participants may say their age band, gender and skin tone, for comparing models between groups."""
    queue_order: QueueOrder = QueueOrder.OLDEST
    """Which faces annotators label first, but for the random share that is always mixed in."""
    consent_words: str = ""
    """What else its participants are told before they agree, in Markdown: what an ethics board wants said, say."""
    crop_only: bool = False
    """Whether only the part of a photo that its person chose is kept, so that nobody else in the picture is."""
    labelling_guide: str | None = None
    """What annotators are told about the expressions, in Markdown: `STARTING_GUIDE` as long as the owner has written
    none (None); "" for no guide at all."""
    language: str = "en"
    """The code of the language that its owner writes in."""
    translations: tuple[Translation, ...] = ()
    """What the owner says in other languages, each once (`fers/domain/own_words.py`)."""
    checked_languages: tuple[str, ...] = ()
    """The languages whose texts its owner has checked: of those in others people are told that a machine wrote them."""
    protocol: Protocol = FREE
    """What its participants are asked to show."""
    ethics_approval: str = ""
    """The number under which an ethics board has approved it."""
    no_ethics_because: str = ""
    """Why it needs no approval, where there is none."""
    rehearsed: str = ""
    """How participants met it when its owner last went through it as one (`readiness.as_participants_meet_it`)."""
    questions: tuple[Question, ...] = ()
    """What else they are asked, in the order in which it comes."""
    retired_questions: tuple[Question, ...] = ()
    """What they were asked while it was open and are no longer, at least not in these words: answers name their
    question, and somebody may have answered."""
    recruiting: Recruiting = NO_PANEL
    """How it takes people from a panel, and sends them back."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "queue_order", QueueOrder(self.queue_order))  # Stores keep it as a plain text.


def joined(seen: Study, changed: Study, now: Study) -> tuple[Study, frozenset[str]]:
    """What becomes of a study that somebody has `seen` and `changed`, where others made it what it is `now`: the
    changes of all of them. Also returns the fields that were changed differently by both, in which theirs stands."""
    mine = _differing(seen, changed)
    clashing = mine & _differing(seen, now) & _differing(changed, now)
    return replace(now, **{name: getattr(changed, name) for name in mine}), clashing


def seen_again(seen: Study, changed: Study, now: Study) -> Study:
    """What somebody has seen once they were told that others made the study what it is `now`: what they change
    themselves, as it is now."""
    return replace(seen, **{name: getattr(now, name) for name in _differing(seen, changed)})


def _differing(one: Study, other: Study) -> frozenset[str]:
    return frozenset(each.name for each in fields(Study) if getattr(one, each.name) != getattr(other, each.name))

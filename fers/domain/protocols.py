"""A study's protocol: what participants are asked to show, in which order, and how many faces of each are wanted."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from random import Random

from fers.domain.emotions import Emotion
from fers.domain.faces import Display


class TaskOrder(StrEnum):
    """In which order somebody gets their tasks."""

    FIXED = "fixed"
    """As they are listed."""
    RANDOM = "random"
    """Drawn anew for everybody."""
    BALANCED = "balanced"
    """By the rows of `balanced_order`, the one used least so far."""


@dataclass(frozen=True)
class Task:
    """One thing that participants are asked to show."""

    intended: Emotion
    scenario: str = ""
    """What they are told to imagine; never an example face, which they would imitate."""
    display: Display | None = None
    """Whether they are to feel or to pose it; None: they are asked which it was."""
    times: int = 1
    """How often everybody is asked."""

    @property
    def id(self) -> str:
        """The same for the same words: what skips are counted by."""
        said = f"{self.intended.value}\n{self.display or ''}\n{self.scenario}"
        return hashlib.sha256(said.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Place:
    """What a face is counted by where faces are wanted."""

    intended: Emotion
    groups: frozenset[tuple[str, str]] = frozenset()
    """What its person says about themselves: what it is about and what they say, by `groups.DIMENSIONS`."""


@dataclass(frozen=True)
class Quota:
    """How many faces are wanted for which this expression was asked."""

    intended: Emotion
    wanted: int
    group: tuple[str, str] | None = None
    """Of people who say this about themselves; None: of everybody."""

    def takes(self, place: Place) -> bool:
        return place.intended is self.intended and (self.group is None or self.group in place.groups)

    def count(self, places: Mapping[Place, int]) -> int:
        """How many of these count towards it."""
        return sum(count for place, count in places.items() if self.takes(place))


@dataclass(frozen=True)
class Protocol:
    """Without tasks it is free: people show what they like, as often as they like."""

    tasks: tuple[Task, ...] = ()
    order: TaskOrder = TaskOrder.FIXED
    per_person: int | None = None
    """How many tasks somebody gets, those with the fewest faces; None: all of them."""
    quotas: tuple[Quota, ...] = ()
    """An expression without one is wanted without end."""

    @property
    def is_free(self) -> bool:
        return not self.tasks

    @property
    def asked(self) -> tuple[Task, ...]:
        """Each task as often as it is asked of everybody, as listed."""
        return tuple(replace(task, times=1) for task in self.tasks for _ in range(task.times))

    @property
    def id(self) -> str:
        """Another one when people are asked something else, or in another order."""
        said = [*(task.id for task in self.asked), self.order.value, str(self.length)]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]

    @property
    def length(self) -> int:
        """How many tasks somebody gets."""
        return min(self.per_person or len(self.asked), len(self.asked))

    def quotas_of(self, place: Place) -> tuple[Quota, ...]:
        """Those that a face in this place counts towards."""
        return tuple(quota for quota in self.quotas if quota.takes(place))


FREE = Protocol()


@dataclass(frozen=True)
class ThreeLabels:
    """What is said of a face for which an expression was asked."""

    intended: Emotion
    """What was asked for."""
    reported: Emotion | None
    """What its person says it shows."""
    perceived: Emotion | None
    """What annotators see in it; None where they tie or see no expression, or none looked."""
    is_seen: bool
    """Whether an annotator looked."""


class Outcome(StrEnum):
    """What became of a task."""

    GIVEN = "given"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Step:
    """One task on somebody's way."""

    task: Task
    outcome: Outcome | None = None
    face_id: str | None = None
    """Of the photo that is being given, and of the face that was; None where nothing was kept."""


@dataclass(frozen=True)
class Sitting:
    """One person's way through a study's protocol."""

    person_id: str
    study_id: str
    protocol_id: str
    """What `steps` were planned by."""
    steps: tuple[Step, ...]
    """In the order in which they come; those beyond `length` are asked where others are full."""
    length: int
    """After how many it is through."""
    held: int | None = None
    """The step whose place is kept for them."""
    held_until: datetime | None = None

    def with_step(self, number: int, step: Step) -> "Sitting":
        """The sitting where one of its steps is another one."""
        return replace(self, steps=(*self.steps[:number], step, *self.steps[number + 1 :]))

    @property
    def done(self) -> int:
        return sum(step.outcome is not None for step in self.steps)

    @property
    def is_through(self) -> bool:
        return self.done >= self.length


def without_place(sitting: Sitting) -> Sitting:
    """The sitting as it is when nothing is kept for its person."""
    return replace(sitting, held=None, held_until=None)


def has_room(quotas: Iterable[Quota], given: Mapping[Place, int], held: Mapping[Place, int]) -> bool:
    """Whether one more face fits into all of these quotas."""
    return all(quota.count(given) + quota.count(held) < quota.wanted for quota in quotas)


def balanced_order(row: int, size: int) -> list[int]:
    """The numbers from 0 below `size` in a row of a Latin square: over `size` rows each comes once at every place, and,
    where `size` is even, as often behind every other (E. J. Williams, "Experimental designs balanced for the estimation
    of residual effects of treatments", Australian Journal of Scientific Research A 2, 1949). An odd `size` takes twice
    as many rows for that: the second half is the first one backwards."""
    zigzag = [(place + 1) // 2 if place % 2 else -(place // 2) for place in range(size)]
    shifted = [(row + step) % size for step in zigzag]
    return shifted[::-1] if row % balanced_rows(size) >= size else shifted


def balanced_rows(size: int) -> int:
    """How many rows `balanced_order` has."""
    return size if size % 2 == 0 else 2 * size


def plan(protocol: Protocol, row: int, fullness: Mapping[Emotion, float], random: Random) -> tuple[Step, ...]:
    """The steps of somebody who begins now: the tasks they are meant to get, which are those of which least is there
    (`fullness`, where 1 is full), in the protocol's order, and then the others."""
    tasks = protocol.asked
    numbers = list(range(len(tasks)))
    if protocol.order is TaskOrder.BALANCED:
        numbers = balanced_order(row, len(tasks))
    elif protocol.order is TaskOrder.RANDOM:
        random.shuffle(numbers)
    chance = {number: random.random() for number in numbers}  # Among those that are equally full.
    emptiest = sorted(numbers, key=lambda number: (fullness.get(tasks[number].intended, 0.0), chance[number]))
    meant = set(emptiest[: protocol.length])
    spare = [number for number in emptiest if number not in meant]
    return tuple(Step(tasks[number]) for number in [*(one for one in numbers if one in meant), *spare])


def carried_over(old: Sequence[Step], new: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps of a new plan behind those that were done by an old one, which need not be done again."""
    done = tuple(step for step in old if step.outcome is not None)
    left = Counter(step.task.intended for step in done)
    steps = []
    for step in new:
        if left[step.task.intended] > 0:
            left[step.task.intended] -= 1
        else:
            steps.append(step)
    return (*done, *steps)

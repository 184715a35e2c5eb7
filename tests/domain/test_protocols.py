"""Orders are balanced, and who gets some of the tasks gets what is emptiest."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from fers.domain.emotions import Emotion
from fers.domain.protocols import (
    Outcome,
    Place,
    Protocol,
    Quota,
    Step,
    Task,
    TaskOrder,
    balanced_order,
    balanced_rows,
    carried_over,
    has_room,
    plan,
)

FEAR, SAD, HAPPY = (Task(emotion) for emotion in (Emotion.FEAR, Emotion.SAD, Emotion.HAPPY))


@pytest.mark.parametrize("size", range(1, 9))
def test_over_all_rows_each_task_comes_as_often_at_every_place_and_behind_every_other(size):
    rows = [balanced_order(row, size) for row in range(balanced_rows(size))]
    assert all(sorted(row) == list(range(size)) for row in rows)
    times = len(rows) // size
    assert set(Counter((place, task) for row in rows for place, task in enumerate(row)).values()) == {times}
    behind = Counter(pair for row in rows for pair in pairwise(row))
    assert len(behind) == size * (size - 1) and set(behind.values()) <= {times}


def test_whoever_gets_some_tasks_gets_the_emptiest_in_the_protocols_order_with_the_others_in_reserve():
    protocol = Protocol((FEAR, SAD, HAPPY), per_person=2)
    fullness = {Emotion.FEAR: 0.5, Emotion.SAD: 0.9, Emotion.HAPPY: 0.1}
    assert [step.task for step in plan(protocol, 0, fullness, Random(1))] == [FEAR, HAPPY, SAD]


def test_equally_full_tasks_are_drawn():
    protocol = Protocol((FEAR, SAD, HAPPY), per_person=1)
    random = Random(1)
    assert {plan(protocol, 0, {}, random)[0].task for _ in range(30)} == {FEAR, SAD, HAPPY}


def test_what_is_done_comes_first_in_a_new_plan_and_is_not_asked_again():
    done = Step(replace(FEAR, scenario="before"), Outcome.GIVEN, "a face")
    old = (done, Step(SAD))
    new = tuple(map(Step, (SAD, FEAR, FEAR, HAPPY)))
    assert carried_over(old, new) == (done, Step(SAD), Step(FEAR), Step(HAPPY))


def test_another_order_or_number_of_tasks_is_another_protocol_and_other_quotas_are_not():
    protocol = Protocol((FEAR, SAD))
    assert protocol.id == replace(protocol, quotas=(Quota(Emotion.FEAR, 1),), per_person=2).id
    others = (replace(protocol, order=TaskOrder.RANDOM), replace(protocol, per_person=1), Protocol((SAD, FEAR)))
    assert protocol.id not in {other.id for other in others}


def test_there_is_room_while_every_quota_has_some():
    young = ("Age", "18 to 29")
    quotas = [Quota(Emotion.FEAR, 3), Quota(Emotion.FEAR, 1, young)]
    given, held = {Place(Emotion.FEAR): 1, Place(Emotion.SAD): 5}, {Place(Emotion.FEAR, frozenset({young})): 1}
    assert has_room(quotas[:1], given, held)
    assert not has_room(quotas, given, held)
    assert not has_room([replace(quotas[0], wanted=2)], given, held)

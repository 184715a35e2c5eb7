"""The checklist says what is missing, and how many people a protocol takes."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fers.domain.emotions import Emotion
from fers.domain.groups import DIMENSIONS
from fers.domain.protocols import FREE, Protocol, Quota, Task
from fers.domain.questions import Check, CheckKind, Choice, Question, Words
from fers.domain.readiness import Part, as_participants_meet_it, missing, people_needed, readiness
from fers.domain.recruiting import Exit, Recruiting
from fers.domain.studies import Study
from tests.contracts.samples import a_study

READY = a_study("Smiles", open=False)
FEAR, SAD = Task(Emotion.FEAR, times=2), Task(Emotion.SAD)
AGES = [("Age", answer) for answer in DIMENSIONS["Age"]]


def line(study: Study, name: str):
    [item] = [item for item in readiness(study) if item.name == name]
    return item


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"purpose": " "}, "Purpose"),
        ({"owner": ""}, "Who runs it"),
        ({"contact": ""}, "Contact"),
        ({"ethics_approval": ""}, "Ethics approval"),
        ({"purpose_confirmed": False}, "What it is not"),
        ({"protocol": Protocol((SAD,), quotas=(Quota(Emotion.FEAR, 3),))}, "Quotas"),
        ({"protocol": Protocol((SAD,), quotas=(Quota(Emotion.SAD, 3, AGES[0]),))}, "Quotas"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_a_study_can_not_open_without_is_named(change, name):
    assert missing(READY) == []
    assert [item.name for item in missing(replace(READY, **change))] == [name]


def test_a_study_that_needs_no_approval_says_why():
    study = replace(READY, ethics_approval="", no_ethics_because="only drawn faces are used.")
    assert missing(study) == []
    assert line(study, "Ethics approval").says == "Not needed, because only drawn faces are used."


def test_texts_that_nobody_checked_are_advised_against():
    others = {"de": "Deutsch", "ar": "العربية"}
    assert not [item for item in readiness(READY) if item.name == "Languages"]
    [item] = [item for item in readiness(replace(READY, checked_languages=("de",)), others) if item.name == "Languages"]
    assert not item.is_done and not item.is_required and "into العربية." in item.says and "Deutsch" not in item.says
    checked = replace(READY, checked_languages=("de", "ar"))
    assert [item.is_done for item in readiness(checked, others) if item.name == "Languages"] == [True]


def test_every_line_has_a_name_of_its_own():
    names = [item.name for item in readiness(READY)]
    assert len(set(names)) == len(names)


def test_group_quotas_that_come_to_more_than_is_wanted_in_all_are_advised_against():
    crowded = tuple(Quota(Emotion.SAD, 5, age) for age in AGES)
    fits = Protocol((SAD,), quotas=(Quota(Emotion.SAD, 5 * len(AGES)), *crowded))
    study = replace(READY, asks_groups=True, protocol=fits)
    assert line(study, "Quotas").is_done
    study = replace(study, protocol=replace(fits, quotas=(Quota(Emotion.SAD, 5 * len(AGES) - 1), *crowded)))
    assert not line(study, "Quotas").is_done
    assert missing(study) == []


@pytest.mark.parametrize(
    ("protocol", "people"),
    [
        (FREE, None),
        (Protocol((FEAR,)), None),
        (Protocol((SAD,), quotas=(Quota(Emotion.FEAR, 1),)), None),
        (Protocol((FEAR, SAD), quotas=(Quota(Emotion.FEAR, 9), Quota(Emotion.SAD, 3))), 5),
        (Protocol((FEAR, SAD), per_person=1, quotas=(Quota(Emotion.FEAR, 9), Quota(Emotion.SAD, 3))), 12),
        (Protocol((FEAR, SAD), quotas=tuple(Quota(Emotion.FEAR, 3, age) for age in AGES)), 2 * len(AGES)),
        (Protocol((FEAR,), quotas=(Quota(Emotion.FEAR, 99), Quota(Emotion.FEAR, 3, AGES[0]))), 50),
    ],
    ids=["free", "no quota", "never filled", "the rarest decides", "one each", "each group by itself", "the larger"],
)
def test_how_many_people_the_quotas_take(protocol, people):
    assert people_needed(protocol) == people


@given(
    times=some.lists(some.integers(1, 4), min_size=1, max_size=5),
    wanted=some.lists(some.integers(1, 40), min_size=5, max_size=5),
    per_person=some.integers(1, 20),
)
def test_so_many_people_fill_the_quotas_and_one_fewer_do_not(times, wanted, per_person):
    """Everybody gives what is wanted most still, as often as they are asked."""
    tasks = tuple(Task(emotion, times=often) for emotion, often in zip(Emotion, times, strict=False))
    quotas = tuple(Quota(task.intended, number) for task, number in zip(tasks, wanted, strict=False))
    protocol = Protocol(tasks, per_person=min(per_person, sum(times)), quotas=quotas)

    def left_after(people: int) -> int:
        left = {quota.intended: quota.wanted for quota in quotas}
        for here in range(people, 0, -1):
            # First what only those who are still to come can give, then whatever is wanted.
            room = protocol.length
            least = {task.intended: max(0, left[task.intended] - task.times * (here - 1)) for task in tasks}
            for task in sorted(tasks, key=lambda task: -least[task.intended]):
                given = min(room, task.times, max(least[task.intended], 0), left[task.intended])
                left[task.intended] -= given
                room -= given
                least[task.intended] = given
            for task in tasks:
                given = min(room, task.times - least[task.intended], left[task.intended])
                left[task.intended] -= given
                room -= given
        return sum(left.values())

    people = people_needed(protocol)
    assert left_after(people) == 0
    assert left_after(people - 1) > 0


def test_a_rehearsal_holds_until_participants_meet_something_else():
    rehearsed = replace(READY, rehearsed=as_participants_meet_it(READY))
    assert line(rehearsed, "Tried out").is_done
    for unmet in ({"overlap": 9}, {"labelling_guide": "Look."}, {"open": True}, {"ethics_approval": "x"}):
        assert line(replace(rehearsed, **unmet), "Tried out").is_done, unmet
    for met in ({"purpose": "Else."}, {"protocol": Protocol((SAD,))}, {"crop_only": True}, {"join_code": "else-else"}):
        item = line(replace(rehearsed, **met), "Tried out")
        assert not item.is_done and "changed since" in item.says, met
    assert line(READY, "Tried out").part is Part.OPENING


def test_answers_that_are_named_in_another_order_are_the_same_study():
    def asked(right: frozenset[int]) -> Study:
        check = Check(CheckKind.ATTENTION, right)
        return replace(READY, questions=(Question("tired", Words("Tired?"), Choice(check=check)),))

    assert as_participants_meet_it(asked(frozenset([1, 9]))) == as_participants_meet_it(asked(frozenset([9, 1])))
    assert as_participants_meet_it(asked(frozenset([1]))) != as_participants_meet_it(asked(frozenset([9])))


def test_whatever_a_study_comes_to_have_counts_as_met_unless_it_is_named():
    unmet = {"id", "open", "purpose_confirmed", "ethics_approval", "no_ethics_because", "rehearsed", "overlap"}
    unmet |= {"show_prediction", "queue_order", "labelling_guide"}
    other = {str: "something else", bool: True, float: 0.9, int: 99}
    for field in fields(Study):
        value = getattr(READY, field.name)
        if field.name in unmet or type(value) not in other:
            continue
        changed = replace(READY, **{field.name: not value if isinstance(value, bool) else other[type(value)]})
        assert as_participants_meet_it(changed) != as_participants_meet_it(READY), field.name


def test_a_study_with_a_panel_is_told_for_which_endings_a_way_back_is_missing():
    assert "Panel" not in {item.name for item in readiness(READY)}
    way = Exit(code="C-1")
    half = replace(READY, recruiting=Recruiting("id", completed=way, declined=Exit("https://panel.example")))
    assert line(half, "Panel").says.endswith("who: screened out, failed a check.")
    assert not line(half, "Panel").is_done and missing(half) == []
    whole = replace(READY, recruiting=Recruiting("id", way, way, way, way))
    assert line(whole, "Panel").is_done

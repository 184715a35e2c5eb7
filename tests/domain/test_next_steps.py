"""Everybody is told what to do next, and never more than three things."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fers.domain.next_steps import MOST, NextStep, Situation, next_steps

OWNER = Situation(manages=True, shares=True, registers=True, labels=True, annotators=1, versions=1, models=2)
RESEARCHER = replace(OWNER, manages=False, registers=False)
ANNOTATOR, PARTICIPANT = Situation(labels=True, has_agreed=False), Situation()
NEW = replace(OWNER, is_open=False, is_complete=False, is_rehearsed=False, annotators=0, versions=0)


@pytest.mark.parametrize(
    ("situation", "steps"),
    [
        (NEW, [NextStep.COMPLETE, NextStep.TRY]),
        (replace(NEW, is_complete=True), [NextStep.TRY, NextStep.OPEN]),
        (replace(NEW, is_complete=True, is_rehearsed=True), [NextStep.OPEN]),
        (replace(NEW, is_open=True, is_complete=True), [NextStep.TRY, NextStep.SHARE, NextStep.INVITE]),
        (replace(NEW, is_open=True, is_fresh=True), [NextStep.LOOK_AROUND, NextStep.TRY, NextStep.SHARE]),
        (replace(OWNER, faces=0), [NextStep.SHARE]),
        (replace(OWNER, faces=9, annotators=0), [NextStep.INVITE]),
        (replace(OWNER, faces=9, versions=0, models=1), [NextStep.FREEZE, NextStep.REGISTER]),
        (replace(OWNER, faces=9, waiting=3), [NextStep.LABEL]),
        (replace(OWNER, faces=9, is_open=False, is_rehearsed=False, is_complete=False, annotators=0), []),
        (replace(OWNER, faces=9), []),
        (replace(RESEARCHER, faces=9, versions=0, models=1), [NextStep.FREEZE]),
        (replace(RESEARCHER, faces=0, versions=0), []),
        (replace(ANNOTATOR, waiting=1), [NextStep.LABEL, NextStep.TAKE_PART]),
        (ANNOTATOR, [NextStep.TAKE_PART]),
        (replace(ANNOTATOR, has_agreed=True), [NextStep.GIVE]),
        (replace(ANNOTATOR, waits_elsewhere=True, is_open=False), [NextStep.LABEL_ELSEWHERE]),
        (replace(PARTICIPANT, has_agreed=False), [NextStep.AGREE]),
        (PARTICIPANT, [NextStep.GIVE]),
        (replace(PARTICIPANT, own_faces=1), []),
        (replace(PARTICIPANT, is_open=False, has_agreed=False), []),
        (replace(PARTICIPANT, is_open=False, own_faces=1), [NextStep.LOOK_BACK]),
    ],
    ids=[
        "new study",
        "complete, untried",
        "ready to open",
        "open, nobody came",
        "fresh installation",
        "no faces",
        "no annotators",
        "no version, one model",
        "faces to label",
        "over",
        "all in hand",
        "researcher, no version",
        "researcher, no faces",
        "annotator, work",
        "annotator, none",
        "annotator, none, agreed",
        "annotator, none here",
        "participant, not agreed",
        "participant, no photo",
        "participant, done",
        "participant, closed",
        "participant, closed, gave",
    ],
)
def test_each_role_is_told_what_comes_next(situation, steps):
    assert next_steps(situation) == steps


@given(
    some.builds(
        Situation, **{field.name: some.booleans() for field in fields(Situation) if field.type in (bool, "bool")}
    )
)
def test_never_more_than_three_each_once_and_each_for_whoever_may_do_it(situation):
    steps = next_steps(situation)
    assert len(steps) <= MOST and len(set(steps)) == len(steps)
    owners = {NextStep.COMPLETE, NextStep.TRY, NextStep.OPEN, NextStep.SHARE, NextStep.INVITE, NextStep.LOOK_AROUND}
    assert situation.manages or not owners & set(steps)
    assert situation.labels or NextStep.LABEL not in steps
    assert NextStep.OPEN not in steps or situation.is_complete

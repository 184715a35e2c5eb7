"""The studies somebody runs: describe one, invite people to it, see who works on it and what was done."""

import streamlit as st

from fers.domain.permissions import Action, allowed
from fers.ui import guard, next_up
from fers.ui.faces import importing
from fers.ui.people import opening, participant_link, questions, recruiting, study_file, tasks
from fers.ui.people.studies import choose_study, describe, invite, log, make_study, members
from fers.ui.services import platform
from fers.ui.state import PARTS

actor = guard.enter(Action.MANAGE_STUDY)
study = platform().studies.current(actor)

st.title("Study")
choose_study(actor)
if allowed(actor, Action.RUN_INSTALLATION):
    make_study(actor)
next_up.show(actor, next_up.EVERYTHING)
about, asked, own, ready, people, panels, sets, history = st.tabs(
    ["About", "Tasks", "Questions", "Opening", "People", "Panels", "Import", "Audit log"],
    key=PARTS,
    on_change="rerun",
)
with about:
    describe(actor, study)
    study_file.show(actor, study)
with asked:
    if asked.open:
        tasks.show(study)
with own:
    if own.open:
        questions.show(actor, study)
with ready:
    if ready.open:
        opening.show(actor, study)
with people:
    coming, there = st.columns(2, gap="large")
    with coming:
        participant_link.show(study)
        invite(actor, study)
    with there:
        members(actor, study)
with panels:
    if panels.open:
        recruiting.show(actor, study)
with sets:
    if sets.open:
        importing.show(actor, study)
with history:
    log(actor, study)

"""The studies somebody runs: choose one, describe it, invite people to it, see who works on it and what was done."""

import streamlit as st

from fers.domain.permissions import Action, allowed
from fers.ui import guard
from fers.ui.services import platform
from fers.ui.studies import describe, invite, log, make_study, members

actor = guard.enter(Action.MANAGE_STUDY)
studies = [study for study in platform().studies.mine(actor) if allowed(actor, Action.MANAGE_STUDY, study.id)]
names = {study.id: f"{study.name}{'' if study.open else ' (closed)'}" for study in studies}

st.title("The study" if len(studies) == 1 else "Studies")
current = platform().studies.current(actor).id
chosen = current
if len(studies) > 1:
    ids = list(names)
    start = ids.index(current) if current in ids else 0
    chosen = st.selectbox("Study", ids, start, format_func=names.get, label_visibility="collapsed")
if allowed(actor, Action.RUN_INSTALLATION):
    make_study(actor)
study = platform().studies.get(actor, chosen)
about, people, history = st.tabs(["About", "People", "What was done"])
with about:
    describe(actor, study)
with people:
    invite(actor, study)
    members(actor, study)
with history:
    log(actor, study)

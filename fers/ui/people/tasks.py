"""The study page's part about the protocol: how far it is, and its tasks and quotas to be changed."""

from dataclasses import replace

import streamlit as st

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.groups import DIMENSIONS
from fers.domain.people import Person
from fers.domain.protocols import Protocol, Quota, Task, TaskOrder
from fers.domain.questions import after_tasks
from fers.domain.studies import Study
from fers.services.faces.progress import Fill, ProtocolProgress
from fers.services.people.protocols import LARGEST_QUOTA, MOST_TASKS
from fers.ui import guard
from fers.ui.faces.result import word
from fers.ui.faces.tasks import task_words
from fers.ui.in_hand import Tasks
from fers.ui.people.saving import again, save_at_once
from fers.ui.services import platform
from fers.ui.state import state

_HOW_WORDS = {None: "They say which", Display.FELT: "Felt", Display.POSED: "Posed"}
_ORDER_WORDS = {
    TaskOrder.FIXED: "As listed",
    TaskOrder.RANDOM: "Random for each person",
    TaskOrder.BALANCED: "Balanced across people",
}
_LOOK_AGAIN = "5s"


def show(study: Study) -> None:
    """Live counts above, the editor below."""
    if not study.protocol.is_free:
        st.fragment(_progress, run_every=_LOOK_AGAIN)(study.id)
    _edit(study.id)


@guard.for_whoever_is_here
def _progress(actor: Person, study_id: str) -> None:
    progress = platform().progress.of(actor, study_id)
    st.header("Progress", anchor=False)
    begun = "1 person has started" if progress.begun == 1 else f"{progress.begun:,} people have started"
    st.caption(f"{begun}, {progress.through:,} finished. Updated live.")
    wanted = {fill.quota.intended: fill for fill in progress.fills if fill.quota.group is None}
    expressions = list(progress.given.items())
    for first in range(0, len(expressions), 2):
        pair = expressions[first : first + 2]
        for column, (emotion, given) in zip(st.columns(2, gap="medium"), pair, strict=False):
            with column:
                _bar(emotion, given, wanted.get(emotion))
    _by_group([fill for fill in progress.fills if fill.quota.group])
    _by_task(progress)


def _bar(emotion: Emotion, given: int, fill: Fill | None) -> None:
    if fill is None:
        st.progress(0.0, f"**{word(emotion)}**: {given:,}, no limit")
        return
    at_it = f", {fill.held} in progress" if fill.held else ""
    st.progress(min(1.0, given / fill.quota.wanted), f"**{word(emotion)}**: {given:,} of {fill.quota.wanted:,}{at_it}")


def _by_group(fills: list[Fill]) -> None:
    """Expression by group, as far as may be told."""
    if not fills:
        return
    rows: dict[Emotion, dict[str, str]] = {}
    for fill in fills:
        about, answer = fill.quota.group
        told = "–" if fill.given is None else f"{fill.given:,} of {fill.quota.wanted:,}"
        rows.setdefault(fill.quota.intended, {"Expression": word(fill.quota.intended)})[answer] = told
    st.dataframe(list(rows.values()), hide_index=True)
    st.caption(
        "– stands for a group of fewer than five people, whose count isn't shown. Full quotas are no longer asked for."
    )


def _by_task(progress: ProtocolProgress) -> None:
    st.dataframe(
        [{"Task": task_words(count.task), "Given": count.given, "Skipped": count.skipped} for count in progress.tasks],
        hide_index=True,
    )


@st.fragment
@guard.for_whoever_is_here
def _edit(actor: Person, study_id: str) -> None:
    study = platform().studies.get(actor, study_id)
    st.header("Tasks", anchor=False)
    edited = _edited(study)
    rows, seen = edited.rows, edited.seen
    if not rows:
        st.write("Participants show whatever they like. Add tasks to lead each person through them.")
    tasks = [_task(study, number, task) for number, task in list(rows.items())]
    _offer_more(study)
    if not tasks and study.protocol.is_free:
        return
    protocol = _choose_quotas(seen, _choose_order(seen, Protocol(tuple(tasks)))) if tasks else Protocol()
    is_changed = not _same(protocol, seen.protocol)
    if not is_changed and not _same(study.protocol, seen.protocol):
        edited.is_over = True
        st.rerun()
    if st.button("Save tasks", type="primary", width="stretch"):
        with guard.explaining():
            became = {rows[number].id: task.id for number, task in zip(rows, tasks, strict=True)}
            questions = after_tasks(seen.questions, became)
            save_at_once(actor, replace(seen, protocol=protocol, questions=questions), edited)
            state().tasks = None
            st.rerun()
    if is_changed:
        st.caption("Not saved yet.")


def _same(one: Protocol, other: Protocol) -> bool:
    """In whatever order the quotas stand."""
    return replace(one, quotas=()) == replace(other, quotas=()) and set(one.quotas) == set(other.quotas)


def _edited(study: Study) -> Tasks:
    """The tasks as they are being changed; begun anew where others were saved meanwhile, and none is changed."""
    tasks = state().tasks
    if tasks is None or tasks.is_over or tasks.seen.id != study.id:
        # Widgets of rows that are gone are not those of new ones.
        added, begun = (tasks.added, tasks.begun + 1) if tasks else (0, 0)
        tasks = state().tasks = Tasks(study, {}, added, begun)
        for task in study.protocol.tasks:
            tasks.add(task)
    return tasks


def _task(study: Study, number: int, task: Task) -> Task:
    """One row."""
    key = f"task-{study.id}-{number}"
    with st.container(horizontal=True, vertical_alignment="bottom", border=True, key=f"{key}-row"):
        intended = st.selectbox(
            "Expression", list(Emotion), task.intended.value, format_func=word, key=f"{key}-intended", width=150
        )
        scenario = st.text_input(
            "Scenario, if any",
            task.scenario,
            placeholder="You open the door, and …",
            key=f"{key}-scenario",
        )
        display = st.selectbox(
            "Felt or posed",
            list(_HOW_WORDS),
            list(_HOW_WORDS).index(task.display),
            format_func=_HOW_WORDS.get,
            key=f"{key}-display",
            width=150,
        )
        times = st.number_input("Times", 1, MOST_TASKS, task.times, key=f"{key}-times", width=110)
        st.button("Remove", icon=":material/close:", key=f"{key}-out", on_click=_take_out, args=(number,))
    return Task(Emotion(intended), scenario.strip(), display, int(times))


def _take_out(number: int) -> None:
    if state().tasks:
        state().tasks.rows.pop(number, None)


def _offer_more(study: Study) -> None:
    with st.container(horizontal=True):
        st.button("Add a task", icon=":material/add:", key="add-task", on_click=_add, args=([Emotion.NEUTRAL],))
        if not _edited(study).rows:
            st.button("One of each expression", icon=":material/add:", key="add-all", on_click=_add, args=(Emotion,))


def _add(emotions) -> None:
    for emotion in emotions:
        state().tasks.add(Task(emotion))


def _choose_order(study: Study, protocol: Protocol) -> Protocol:
    most, saved = len(protocol.asked), study.protocol
    with st.container(horizontal=True):
        order = st.selectbox(
            "Order",
            list(TaskOrder),
            list(TaskOrder).index(saved.order),
            format_func=_ORDER_WORDS.get,
            key=_key(study, "order"),
            help="Balanced: each person gets the least-used row of a Latin square (Williams, 1949), so that over all "
            "people every task comes equally often in every position.",
        )
        per_person = st.number_input(
            "Tasks per person",
            1,
            most,
            min(saved.per_person, most) if saved.per_person else None,
            placeholder=f"All {most}",
            key=_key(study, "per-person"),
            help="If fewer than all, each person gets the tasks with the fewest photos so far.",
        )
    return replace(protocol, order=order, per_person=None if per_person in (None, most) else int(per_person))


def _choose_quotas(study: Study, protocol: Protocol) -> Protocol:
    """How many photos of each expression are wanted, of everybody and of each group."""
    st.header("Quotas", anchor=False)
    st.caption(
        "How many photos you want of each expression. Full ones are no longer asked for, and the emptiest come first. "
        "Leave a field empty for no limit."
    )
    about = _choose_dimension(study)
    quotas: list[Quota] = []
    with st.container(horizontal=True):
        for emotion in sorted({task.intended for task in protocol.tasks}):
            wanted = _number(study, f"{word(emotion)}", emotion, None)
            quotas += [Quota(emotion, wanted)] if wanted else []
    if about:
        with st.container(horizontal=True):
            for emotion in sorted({task.intended for task in protocol.tasks}):
                wanted = _number(study, f"{word(emotion)}, per group", emotion, about)
                quotas += [Quota(emotion, wanted, (about, answer)) for answer in DIMENSIONS[about]] if wanted else []
    return replace(protocol, quotas=tuple(quotas))


def _choose_dimension(study: Study) -> str | None:
    if not study.asks_groups:
        return None
    saved = next((quota.group[0] for quota in study.protocol.quotas if quota.group), None)
    choices = [None, *DIMENSIONS]
    return st.selectbox(
        "Quotas by group",
        choices,
        choices.index(saved),
        format_func=lambda about: about or "No groups",
        key=_key(study, "dimension"),
        help="People who say nothing about themselves count only towards the overall quota.",
    )


def _number(study: Study, label: str, emotion: Emotion, about: str | None) -> int | None:
    """How many are wanted. With groups: of each one."""
    saved = (quota for quota in study.protocol.quotas if quota.intended is emotion)
    wanted = next((quota.wanted for quota in saved if (quota.group and quota.group[0]) == about), None)
    said = st.number_input(
        label,
        1,
        LARGEST_QUOTA,
        wanted,
        placeholder="No limit",
        key=_key(study, f"quota-{emotion.value}-{about or 'all'}"),
        width=160,
    )
    return None if said is None else int(said)


def _key(study: Study, field: str) -> str:
    return f"protocol-{study.id}{again()}{_begun()}-{field}"


def _begun() -> str:
    tasks = state().tasks
    return f"-{tasks.begun}" if tasks and tasks.begun else ""

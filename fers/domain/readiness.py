"""What a study should have before it opens: a checklist for its owner, of which a part has to be done."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from fers.domain.own_words import guide, lacking, own_words, translated_for_participants
from fers.domain.protocols import Protocol, Quota
from fers.domain.recruiting import Status
from fers.domain.review import QueueOrder
from fers.domain.studies import Study
from fers.wording import listed


class Part(StrEnum):
    """The part of a study's page where something is mended."""

    ABOUT = "About"
    TASKS = "Tasks"
    PEOPLE = "People"
    PANELS = "Panels"
    OPENING = "Opening"


@dataclass(frozen=True)
class Item:
    """One line of the checklist."""

    name: str
    is_done: bool
    says: str
    """How it stands, or what is missing and why it matters; it may hold what the owner typed."""
    part: Part
    is_required: bool = True
    """Whether the study stays closed without it; else it is advice."""


def readiness(study: Study, translated: Mapping[str, str] | None = None) -> list[Item]:
    """The checklist, in the order in which it is read. Whatever a study comes to have may add a line of its own.

    `translated`: the languages that participants can read it in beside its own, by code.
    """
    names = {"en": "English"} | dict(translated or {})
    return [
        _said("Purpose", study.purpose, "Say what the photos are for. Participants read it first."),
        _said("Who runs it", study.owner, "Say who runs the study: a person, and where they work."),
        _said("Contact", study.contact, "Say how participants reach you, also after they have taken part."),
        _ethics(study),
        Item("Retention", True, f"Photos are deleted {_days(study.retention_days)} after they were given.", Part.ABOUT),
        _tasks(study),
        _quotas(study),
        *_panel(study),
        *_own_words(study, names),
        *_guide(study, names),
        *_languages(study, translated or {}),
        _confirmed(study),
        _tried(study),
    ]


def missing(study: Study) -> list[Item]:
    """What keeps the study from opening."""
    return [item for item in readiness(study) if item.is_required and not item.is_done]


def as_participants_meet_it(study: Study) -> str:
    """Another text for a study that participants meet otherwise: what a rehearsal holds for. Unless it is named here,
    whatever a study comes to have counts."""
    unmet = replace(
        study,
        open=True,
        purpose_confirmed=True,
        ethics_approval="",
        no_ethics_because="",
        rehearsed="",
        checked_languages=(),
        overlap=1,
        show_prediction=False,
        queue_order=QueueOrder.OLDEST,
        labelling_guide=None,
        translations=translated_for_participants(study),
        protocol=replace(study.protocol, quotas=()),
        retired_questions=(),
    )
    return hashlib.sha256(json.dumps(asdict(unmet), sort_keys=True, default=sorted).encode()).hexdigest()


def people_needed(protocol: Protocol) -> int | None:
    """How many people it takes at least to fill the quotas, if everybody does all that they are asked. None: there are
    no quotas, or one that no task fills."""
    if protocol.is_free or not protocol.quotas:
        return None
    if any(_times(protocol, quota) == 0 for quota in protocol.quotas):
        return None
    everybody = _people(protocol, [quota for quota in protocol.quotas if quota.group is None])
    by_dimension: dict[str, int] = {}
    for about, answer in {quota.group for quota in protocol.quotas if quota.group}:
        people = _people(protocol, [quota for quota in protocol.quotas if quota.group == (about, answer)])
        by_dimension[about] = by_dimension.get(about, 0) + people
    return max(everybody, *by_dimension.values(), 0)


def _people(protocol: Protocol, quotas: list[Quota]) -> int:
    """How many, all of them alike, fill these quotas."""
    each = (_up(quota.wanted, _times(protocol, quota)) for quota in quotas)
    return max(_up(sum(quota.wanted for quota in quotas), protocol.length), *each, 0)


def _times(protocol: Protocol, quota: Quota) -> int:
    """How often one person can be asked for what the quota counts."""
    return min(protocol.length, sum(task.times for task in protocol.tasks if task.intended is quota.intended))


def _up(number: int, by: int) -> int:
    return -(-number // by)


def _said(name: str, text: str, otherwise: str) -> Item:
    return Item(name, bool(text.strip()), text.strip() or otherwise, Part.ABOUT)


def _ethics(study: Study) -> Item:
    number, reason = study.ethics_approval.strip(), study.no_ethics_because.strip()
    otherwise = "Give the number of the approval, or say why none is needed."
    says = f"Approved, number {number}." if number else f"Not needed, because {reason}" if reason else otherwise
    return Item("Ethics approval", bool(number or reason), says, Part.ABOUT)


def _tasks(study: Study) -> Item:
    protocol, questions = study.protocol, len(study.questions)
    if protocol.is_free:
        says = "Participants show whatever expression they like."
    elif protocol.length < len(protocol.asked):
        says = f"Each person gets {protocol.length} of {len(protocol.asked)} tasks."
    else:
        says = "Each person gets 1 task." if protocol.length == 1 else f"Each person gets {protocol.length} tasks."
    if questions:
        says += " There is 1 question." if questions == 1 else f" There are {questions} questions."
    return Item("What participants are asked", True, says, Part.TASKS)


def _quotas(study: Study) -> Item:
    protocol = study.protocol
    for quota in protocol.quotas:
        if not any(task.intended is quota.intended for task in protocol.tasks):
            says = f"There is a quota of {quota.intended.label}, but no task asks for it, so it never fills."
            return Item("Quotas", False, says, Part.TASKS)
    if any(quota.group for quota in protocol.quotas) and not study.asks_groups:
        says = "There are quotas by group, but participants are not asked about themselves, so these never fill."
        return Item("Quotas", False, says, Part.ABOUT)
    if crowded := _crowded(protocol.quotas):
        says = (
            f"The groups' quotas of {crowded.intended.label} come to more than the {crowded.wanted:,} wanted in all, "
        )
        return Item("Quotas", False, f"{says}so some of them never fill.", Part.TASKS, is_required=False)
    people = people_needed(protocol)
    if people is None:
        return Item("Quotas", True, "There are none: photos are taken without end.", Part.TASKS, is_required=False)
    who = "1 person who does" if people == 1 else f"{people:,} people who do"
    says = f"They add up. Filling them takes at least {who} every task."
    return Item("Quotas", True, says, Part.TASKS, is_required=False)


def _panel(study: Study) -> list[Item]:
    """For studies that a panel sends people to."""
    recruiting = study.recruiting
    if not recruiting.is_on:
        return []
    endings = (Status.COMPLETED, Status.DECLINED, Status.SCREENED_OUT, Status.FAILED_CHECK)
    lacking = [ending.value for ending in endings if not recruiting.exit_for(ending).leads_somewhere]
    says = f"People from the panel have no way back yet who: {', '.join(lacking)}." if lacking else ""
    return [Item("Panel", not lacking, says or "There is a way back for every ending.", Part.PANELS, is_required=False)]


def _own_words(study: Study, names: Mapping[str, str]) -> list[Item]:
    """For studies whose own words were translated."""
    if not study.translations:
        return []
    texts = len(own_words(study))
    lacks = {names.get(each.language, each.language): len(lacking(study, each.language)) for each in study.translations}
    short = [f"{name} ({count} of {texts} texts)" for name, count in lacks.items() if count]
    there = [name for name, count in lacks.items() if not count]
    says = f"What you say yourself is there in {listed(there)}, too." if there else ""
    if short:
        says += f" Still to be translated, and read as you wrote it until then: {listed(short)}."
    return [Item("Your own words", not short, says.strip(), Part.ABOUT, is_required=False)]


def _guide(study: Study, names: Mapping[str, str]) -> list[Item]:
    """For such studies whose owner has written a guide."""
    if not study.translations or not guide(study):
        return []
    there = [each.language for each in study.translations if not lacking(study, each.language, guide)]
    short = [each.language for each in study.translations if each.language not in there]
    says = f"Annotators can read your guide in {_named(there, names)}, too." if there else ""
    if short:
        says += f" It is not there in {_named(short, names)}; that matters only if annotators read it in that."
    return [Item("Labelling guide", not short, says.strip(), Part.ABOUT, is_required=False)]


def _named(languages: list[str], names: Mapping[str, str]) -> str:
    return listed(names.get(language, language) for language in languages)


def _crowded(quotas: Iterable[Quota]) -> Quota | None:
    """A quota of everybody that is full before those of the groups can be."""
    quotas = tuple(quotas)
    for whole in (quota for quota in quotas if quota.group is None):
        by_dimension: dict[str, int] = {}
        for quota in quotas:
            if quota.group and quota.intended is whole.intended:
                by_dimension[quota.group[0]] = by_dimension.get(quota.group[0], 0) + quota.wanted
        if any(wanted > whole.wanted for wanted in by_dimension.values()):
            return whole
    return None


def _languages(study: Study, translated: Mapping[str, str]) -> list[Item]:
    """Nothing where there are no others."""
    if not translated:
        return []
    unchecked = [name for code, name in translated.items() if code not in study.checked_languages]
    says = "You have checked the text that participants agree to in every language."
    if unchecked:
        says = (
            f"A machine translated what people agree to into {listed(unchecked)}. They are told so until you check it."
        )
    return [Item("Languages", not unchecked, says, Part.ABOUT, is_required=False)]


def _confirmed(study: Study) -> Item:
    if study.purpose_confirmed:
        says = "You confirmed that it infers nobody's emotions at work or in education."
    else:
        says = "Confirm that it infers nobody's emotions at work or in education: the EU AI Act forbids that."
    return Item("What it is not", study.purpose_confirmed, says, Part.ABOUT)


def _tried(study: Study) -> Item:
    if study.rehearsed == as_participants_meet_it(study):
        says, is_done = "You tried the study as it is now.", True
    elif study.rehearsed:
        says, is_done = "It has changed since you tried it. Go through it once more.", False
    else:
        says, is_done = "Go through it once as a participant would. Nothing is kept or counted.", False
    return Item("Tried out", is_done, says, Part.OPENING, is_required=False)


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days:,} days"

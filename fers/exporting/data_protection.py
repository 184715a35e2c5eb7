"""A study's record of processing activities and data protection impact assessment, filled in as far as FERS knows."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from string import Template

from fers.domain.consent import Purpose
from fers.domain.data_protection import Installation
from fers.domain.people import Role
from fers.domain.studies import Study
from fers.exporting.printing import Document

BLANK = "[to fill in"
"""How every gap begins that only the owner can fill."""
_CONFIRMED = {
    True: "The owner has confirmed that the study does not infer the emotions of people at work or in education (EU AI "
    "Act, Art. 5(1)(f)).",
    False: "That the study does not infer the emotions of people at work or in education (EU AI Act, Art. 5(1)(f)) is "
    "**[to fill in: to be confirmed on the study's page]**.",
}
_LABEL = {
    True: "They say which expression they showed.",
    False: "They are not asked which expression they showed.",
}
_BY_CROP = {
    True: {
        "bystanders": "not kept. Only the part of a photo that its person chose is stored.",
        "crop": " Only the part with the face is kept.",
        "kept_of_photo": "Only the face is kept of a photo.",
    },
    False: {
        "bystanders": "kept with the photo. Participants are told to be alone in the picture.",
        "crop": "",
        "kept_of_photo": "The whole photo is kept; the study could keep the face alone.",
    },
}
_NO_BIOMETRICS = (
    "- Photos are not processed to identify anybody, and no fingerprint of a face is made. Whether they count as "
    "special categories of data in your study all the same (Art. 9(1)): **[to fill in]**"
)
_BY_GROUPS = {
    True: {
        "special": f"{_NO_BIOMETRICS}\n- Skin tone may reveal ethnic origin (Art. 9(1)). It is kept only if the person "
        "explicitly agrees to that, in words of its own (Art. 9(2)(a)). Nobody has to answer.",
        "descriptions_go": " What people say about themselves goes then too, and when they erase it or choose that no "
        "photo is kept.",
        "sensitive": "skin tone, from those who choose to state it.",
        "groups_asked": "Age is asked for in four bands, skin tone in thirds of the Monk scale.",
        "fairness": "People may state their age band, gender and skin tone, so that models can be compared between "
        "groups. Groups of fewer than five people are not shown.",
    },
    False: {
        "special": _NO_BIOMETRICS,
        "descriptions_go": "",
        "sensitive": "FERS asks for none in this study. Other: **[to fill in: which, or none]**",
        "groups_asked": "Age, gender and origin are not asked for.",
        "fairness": "The study does not ask for age, gender or skin tone, so models can't be compared between groups.",
    },
}
"""What else is said, by the study's settings."""

_PANEL = (
    "\n- The panel that sends people to the study learns from their coming back how it ended for them. Which panel, "
    "and on which agreement: **[to fill in]**"
)
_PANEL_IDS_GO = (
    "\n- Panel ids stay until you erase the list of participants, once everybody has been paid: **[to fill in: when]** "
    "To whoever reads the list they do not say which photos are whose. After a withdrawal the status alone is left "
    "beside the id."
)


def summary(study: Study, staff: Counter[Role], installation: Installation, now: datetime) -> Document:
    """`staff`: how many people have which role in the study."""
    template = Template(resources.files("fers.exporting").joinpath("data_protection.md").read_text("utf-8"))
    body = template.substitute(_said(study, now) | _of_place(staff, installation) | _by_settings(study))
    return Document("data-protection", f"Data protection: “{study.name}”", body, now)


def gaps(document: Document) -> int:
    """How many the summary has; its first one only shows what they look like."""
    return document.body.count(BLANK) - 1


def _said(study: Study, now: datetime) -> dict[str, str]:
    """What the owner has said of the study."""
    return {
        "study": study.name,
        "date": f"{now:%d %B %Y}",
        "owner": study.owner or _blank("who"),
        "contact": study.contact or _blank("how to reach you"),
        "purpose": study.purpose or _blank("what the photos are for"),
        "ethics": _ethics(study),
        "purposes": "\n".join(f"- {purpose.question}" for purpose in Purpose),
        "not_for": _CONFIRMED[study.purpose_confirmed],
        "retention": "1 day" if study.retention_days == 1 else f"{study.retention_days:,} days",
    }


def _of_place(staff: Counter[Role], installation: Installation) -> dict[str, str]:
    store = installation.store
    return {
        "staff": _listed(staff),
        "place": store.place,
        "credentials": store.credentials,
        "erasure": store.erasure,
        "processor": store.processor,
        "transfers": store.transfers,
        "reached": _reached(installation.addresses),
    }


def _reached(addresses: tuple[str, ...]) -> str:
    if not addresses:
        return "FERS answers on its own machine only."
    encrypted = all(address.startswith("https:") for address in addresses)
    how = "Connections are encrypted (HTTPS)." if encrypted else "**Not every one of them is encrypted (HTTPS).**"
    return f"People reach FERS at {', '.join(addresses)}. {how}"


def _by_settings(study: Study) -> dict[str, str]:
    return {
        **_BY_CROP[study.crop_only],
        **_BY_GROUPS[study.asks_groups],
        "data": "\n".join(f"- {line}" for line in _data(study)),
        "answers_go": _answers_go(study),
        "panel_ids_go": _PANEL_IDS_GO if study.recruiting.is_on else "",
        "panel": _PANEL if study.recruiting.is_on else "",
        "scale": _scale(study),
        "tasks": _tasks(study),
        "label": _LABEL[study.participants_label],
        "order": f"{study.ask_first_share:.0%} of the participants, drawn at random, answer before they see the guess."
        if study.participants_label
        else "The guess is shown to everybody.",
        "overlap": "1 annotator" if study.overlap == 1 else f"{study.overlap} annotators",
        "see_guess": "see the program's guess" if study.show_prediction else "do not see the program's guess",
    }


def _data(study: Study) -> Iterator[str]:
    yield "The cropped face, as a picture." if study.crop_only else "The photo, and the place of the face in it."
    yield "The program's guesses: a probability for each of eight expressions; the model, its version and the time."
    yield (
        "Of people who let models be tested on their photo: what other models say of it, and the size, light and "
        "sharpness of the face."
    )
    if study.participants_label:
        yield "What the person says they showed, and whether it was felt or posed."
    else:
        yield "Whether the expression was felt or posed."
    if not study.protocol.is_free:
        yield "What the person was asked to show, and which tasks they skipped."
    yield "Labels by annotators: the expression they see, and how long it took them."
    if study.asks_groups:
        yield "Age band, gender and skin tone (a third of the Monk scale), each only if the person states it."
    for question in study.questions:
        where = ", if they give one." if question.optional else "."
        yield f"Their answer to “{' '.join(question.words.text.split())}”{where}"
    if study.recruiting.is_on:
        yield "Of people whom a panel sent: its id for them, how far they got and when, and counts of tasks and photos."
    yield "Consents: the exact words, the choices, the time."
    yield (
        "An account: a random id, the role, and an e-mail address if the person signed up with one; hashes of what "
        "they sign in with, of their sessions and of the browsers they signed in from."
    )


def _answers_go(study: Study) -> str:
    if not study.questions:
        return ""
    days = "1 day" if study.retention_days == 1 else f"{study.retention_days:,} days"
    told = f"\n- Answers to the study's own questions are deleted {days} after they were given, "
    return f"{told}or with the photo or account that they belong to."


def _tasks(study: Study) -> str:
    protocol = study.protocol
    if protocol.is_free:
        return "Participants show whatever expression they like, as often as they like."
    asked = dict.fromkeys(task.intended.label for task in protocol.tasks)
    tasks = "1 task" if protocol.length == 1 else f"{protocol.length} tasks"
    return (
        f"Each participant is asked for expressions, {tasks} in all, out of: {', '.join(asked)}. Each can be skipped."
    )


def _scale(study: Study) -> str:
    wanted = sum(quota.wanted for quota in study.protocol.quotas if quota.group is None)
    return f"The study asks for {wanted:,} photos at most of the expressions that have a quota." if wanted else ""


def _ethics(study: Study) -> str:
    if study.ethics_approval:
        return f"number {study.ethics_approval}"
    return (
        f"not needed, because {study.no_ethics_because}" if study.no_ethics_because else _blank("number, or why none")
    )


def _listed(staff: Counter[Role]) -> str:
    """The larger roles first."""
    counts = [(role, staff[role]) for role in reversed(Role) if staff[role]]
    return ", ".join(f"{count} {role}{'s' * (count != 1)}" for role, count in counts) or "nobody but who runs FERS"


def _blank(what: str) -> str:
    return f"**{BLANK}: {what}]**"

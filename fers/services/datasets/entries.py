"""What a face comes to in a dataset version."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from fers.analysis.consensus import agreed
from fers.domain.consensus import opinion_of, votes_of
from fers.domain.consent import ConsentText
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, Face, Source
from fers.domain.labels import Label, Opinion
from fers.domain.near_duplicates import alike
from fers.domain.questions import Moment, Question, Reply, ShortText
from fers.domain.splitting import split_people
from fers.domain.studies import Study
from fers.domain.versions import ConsensusRule, Entry, FrozenReply, Measures, Portion, Split, Vote, pseudonym
from fers.services.people.questions import wordings


class Opinions:
    """What the annotators of a study say about its faces, and what that comes to."""

    def __init__(self, labels: Iterable[Label], rule: ConsensusRule):
        """`labels`: all of the study, by face and annotator, since the rule may learn from what is said of some faces
        how far to trust what is said of others."""
        labels = list(labels)
        self._labels = {face_id: tuple(said) for face_id, said in groupby(labels, lambda label: label.face_id)}
        self._consensus = agreed(labels, rule)

    def of(self, face_id: str) -> tuple[Label, ...]:
        """By annotator."""
        return self._labels.get(face_id, ())

    def perceived(self, face_id: str) -> Emotion | None:
        """By the rule; None where they tie, or see no emotion."""
        consensus = self._consensus.get(face_id)
        return consensus.emotion if consensus else None

    def found_by(self, face_id: str) -> Opinion | None:
        """What Explore finds the face by, whatever the rule: the same filter takes the same faces here and there."""
        return opinion_of(self.of(face_id))


class Replies:
    """What people answered to a study's own questions, as far as it may be handed out with their faces."""

    def __init__(self, replies: Iterable[Reply], study: Study):
        self._put = wordings(study)
        self._asked = {question.name: question for question in study.questions}
        self._by_person: dict[str, list[Reply]] = {}
        for reply in filter(self._may_be_shared, replies):
            self._by_person.setdefault(reply.person_id, []).append(reply)

    def of(self, face: Face) -> tuple[FrozenReply, ...] | None:
        """What the face's person answered once for all, and about this photo."""
        replies = [one for one in self._by_person.get(face.person_id, ()) if one.face_id in ("", face.id)]
        frozen = (FrozenReply(one.question, one.version, one.value, bool(one.face_id)) for one in replies)
        return tuple(sorted(frozen, key=lambda reply: (reply.question, reply.about_photo))) or None

    def questions(self, entries: Iterable[Entry]) -> tuple[Question, ...]:
        """Those that the entries hold replies to, as they were put; as the study lists them, retired ones last. Of one
        that was put in several ways the latest comes first; one that was asked both of people and of photos, since it
        was moved, is there twice."""
        replies = (reply for entry in entries for reply in entry.replies or ())
        there = {(reply.question, reply.version, reply.about_photo) for reply in replies}
        order = {name: number for number, name in enumerate(self._asked)}
        latest_first = [
            _put_at(question, about_photo)
            for key, question in reversed(self._put.items())
            for about_photo in (False, True)
            if (*key, about_photo) in there
        ]
        return tuple(sorted(latest_first, key=lambda one: (order.get(one.name, len(order)), one.name)))

    def _may_be_shared(self, reply: Reply) -> bool:
        """Texts only where the study shares them, then and now, and their person agreed to it."""
        put = self._put.get((reply.question, reply.version))
        if put is None or reply.value is None or not reply.is_settled:
            return False
        if not isinstance(put.kind, ShortText):
            return True
        now = self._asked.get(reply.question, put).kind
        return reply.shared and put.kind.shared and isinstance(now, ShortText) and now.shared


def _put_at(question: Question, about_photo: bool) -> Question:
    """The question at a moment at which it was answered."""
    if question.moment.is_about_photo is about_photo:
        return question
    return replace(question, moment=Moment.AFTER_PHOTO if about_photo else Moment.AFTER, after_task=None)


def entry_of(
    face: Face,
    opinions: Opinions,
    replies: Replies,
    words: ConsentText,
    fingerprint: str,
    measures: Measures,
) -> Entry:
    """The face with what is said about it. Whose split it has is for `in_splits` to say."""
    answer, labels = face.answer, opinions.of(face.id)
    if not votes_of(labels):  # A flag says nothing of the expression: what the person said of it stands.
        labels = ()
    return Entry(
        face_id=face.id,
        person=pseudonym(face.study_id, face.person_id),
        split=Split.TRAIN,
        sha256=face.image.sha256,
        width=face.image.width,
        height=face.image.height,
        bytes=face.image.bytes,
        box=face.box,
        source=face.source,
        own_label=answer.label,
        perceived=opinions.perceived(face.id),
        votes=tuple(map(_vote, labels)),
        model_id=face.prediction.model_id,
        model_version=face.prediction.model_version,
        probabilities=face.prediction.probabilities,
        consent_sha256=words.sha256,
        fingerprint=fingerprint,
        measures=measures,
        live=face.live,
        intended=face.intended,
        replies=replies.of(face),
        **_details(answer, labels),
    )


def in_splits(entries: list[Entry], known: Mapping[str, Split], salt: str) -> list[Entry]:
    """The entries in the splits of their people: see `split_people`."""
    labels: dict[str, list[Emotion | None]] = {}
    for entry in entries:
        labels.setdefault(entry.person, []).append(entry.label)
    splits = split_people(labels, known, salt)
    return [replace(entry, split=splits[entry.person]) for entry in entries]


def without_near_duplicates(entries: list[Entry]) -> list[Entry]:
    """The entries of which no near-duplicate is in another split. What is tested on stays, so that a test set is not
    undone by what comes later; what is learned from goes."""
    kept: list[Entry] = []
    for split in (Split.TEST, Split.VALIDATION, Split.TRAIN):
        mine = [entry for entry in entries if entry.split is split]
        twins = alike([entry.fingerprint for entry in mine], [entry.fingerprint for entry in kept])
        kept += [entry for entry, is_twin in zip(mine, twins, strict=True) if not is_twin]
    return sorted(kept, key=lambda entry: entry.face_id)


def portions(entries: list[Entry]) -> tuple[Portion, ...]:
    """What of a version was given, and what was imported under which terms."""
    people_of: dict[str | None, list[str]] = {}
    for entry in entries:
        terms = entry.consent_sha256 if entry.source is Source.IMPORT else None
        people_of.setdefault(terms, []).append(entry.person)
    return tuple(
        Portion(terms, len(people), len(set(people)))
        for terms, people in sorted(people_of.items(), key=lambda portion: portion[0] or "")
    )


def _details(answer: Answer, labels: Iterable[Label]) -> dict[str, Any]:
    """What the person says beside the label, and what annotators say where they don't."""
    valence = _own_or_mean(answer.valence, [label.valence for label in labels])
    arousal = _own_or_mean(answer.arousal, [label.arousal for label in labels])
    return answer.details | {"valence": valence, "arousal": arousal}


def _own_or_mean(own: float | None, others: list[float | None]) -> float | None:
    known = [value for value in others if value is not None]
    return own if own is not None or not known else sum(known) / len(known)


def _vote(label: Label) -> Vote:
    return Vote(
        annotator=pseudonym(label.study_id, label.annotator_id),
        verdict=label.verdict,
        distribution=label.distribution,
        valence=label.valence,
        arousal=label.arousal,
        saw_prediction=label.saw_prediction,
        of_a_set=label.of_a_set,
    )

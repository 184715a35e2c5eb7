"""A study's own questions: what somebody is to be asked now, and what becomes of their answers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Purpose
from fers.domain.faces import Face
from fers.domain.interfaces import RecordStore, ReplyStore, SittingStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.questions import (
    Moment,
    Outcome,
    Question,
    Reply,
    ShortText,
    Value,
    answered,
    ending,
    outcome_of,
    pages,
)
from fers.domain.studies import Study
from fers.errors import InvalidInput, NotPermitted
from fers.services.people.consents import Consents
from fers.services.people.participations import Participations
from fers.services.people.studies import Studies

FRESH = timedelta(minutes=30)
"""So long after a photo people are asked about it; later they would have to guess."""


@dataclass(frozen=True)
class Asking:
    """The questions of one moment, some of which are open."""

    study_id: str
    questions: tuple[Question, ...]
    replies: Mapping[str, Reply]
    """What was answered so far, by the question's name."""
    face_id: str = ""
    """Of the photo they are about."""

    @property
    def pages(self) -> list[tuple[Question, ...]]:
        return pages(self.questions)

    @property
    def first_open(self) -> int:
        """The page on which the first open question is."""
        return next(number for number, page in enumerate(self.pages) if any(map(self.is_open, page)))

    def is_open(self, question: Question) -> bool:
        """Whether an answer is missing: to the question as it is put today."""
        reply = self.replies.get(question.name)
        return reply is None or reply.version != question.version or not reply.is_settled

    def is_final(self, question: Question) -> bool:
        """Whether it was answered for good: what has decided something is not asked again."""
        return question.decides and not self.is_open(question)


@dataclass(frozen=True)
class Ended:
    """The study does not go on for this person."""

    outcome: Outcome


@dataclass(frozen=True)
class QuestionCount:
    """How a question was answered so far."""

    question: Question
    replies: int
    left_out: int
    ended: int
    """Sittings that it ended."""


class Questions:
    """Only people whose photos are kept are asked: of all others nothing is kept, so there would be nobody to ask for.

    What was answered to a question before its words changed stays, and it is asked again in the new ones.
    """

    def __init__(
        self,
        records: RecordStore,
        replies: ReplyStore,
        sittings: SittingStore,
        studies: Studies,
        consents: Consents,
        participations: Participations,
        now: Clock = utc_now,
    ):
        self._records = records
        self._replies = replies
        self._sittings = sittings
        self._studies = studies
        self._consents = consents
        self._participations = participations
        self._now = now

    def due(self, actor: Person, through: bool = False) -> Asking | Ended | None:
        """What the actor is to be asked next. `through`: they have given all they are going to give. None: nothing."""
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)
        if not self._asks(actor, study):
            return None
        replies = self._replies.replies_of(actor.id, study.id)
        if (outcome := ending(replies)) is not None:
            self._tell_panel(actor, replies)  # Else nobody would, where that broke off as they answered.
            return Ended(outcome)
        askings = self._moments(actor, study, replies, through)
        return next((asking for asking in askings if any(map(asking.is_open, asking.questions))), None)

    def require_none_due(self, actor: Person) -> None:
        """Raises NotPermitted while something is to be answered before the actor's next photo, or when the study does
        not go on for them."""
        due = self.due(actor)
        if isinstance(due, Ended):
            raise NotPermitted("question.ended")
        if due is not None:
            raise NotPermitted("question.due")

    def answer(
        self, actor: Person, asking: Asking, given: Mapping[str, object], shared: Collection[str] = ()
    ) -> dict[str, Outcome]:
        """Keep the answers of one page, by their questions' names, all of them or none. `shared`: texts that may be in
        dataset versions. Returns what is still wrong, or has ended the sitting.

        Raises InvalidInput, which names what is missing, or what an answer can't be; and NotPermitted when the study
        does not go on for the actor.
        """
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)
        questions = [question for question in asking.questions if question.name in given]
        if study.id != asking.study_id or not set(questions) <= set(study.questions) or not self._asks(actor, study):
            raise InvalidInput("question.changed")
        replies_so_far = self._replies.replies_of(actor.id, study.id)
        if ending(replies_so_far) is not None:  # In another tab, while this one was open.
            raise NotPermitted("question.ended")
        known = {reply.question: reply for reply in replies_so_far if reply.face_id == asking.face_id}
        asking = replace(asking, replies=known)
        values = _values([question for question in questions if not asking.is_final(question)], given)
        replies = [
            self._reply(actor, study, asking.face_id, question, value, known.get(question.name), shared)
            for question, value in values
        ]
        if replies:
            self._replies.save_replies(replies)
            if not self._consents.still_keeps(actor, study):
                self._replies.delete_replies(actor.id, study.id)
                raise InvalidInput("question.changed")
            self._tell_panel(actor, replies)
        unsettled = (Outcome.WRONG, Outcome.FAILED, Outcome.SCREENED_OUT)
        return {reply.question: reply.outcome for reply in replies if reply.outcome in unsettled}

    def mine(self, actor: Person) -> list[tuple[Question, Reply]]:
        """What the actor answered to the study they work in, with the questions as they were put: as the study lists
        them, those that it asks no more last."""
        require(actor, Action.MANAGE_OWN_DATA)
        study = self._studies.current(actor)
        put = wordings(study)
        replies = self._replies.replies_of(actor.id, study.id)
        order = list(dict.fromkeys(question.name for question in (*study.questions, *study.retired_questions)))
        found = [(put[key], r) for r in replies if (key := (r.question, r.version)) in put]
        return sorted(found, key=lambda pair: order.index(pair[1].question))

    def counts(self, actor: Person, study_id: str) -> list[QuestionCount]:
        """How each of a study's questions was answered so far, in today's words."""
        require(actor, Action.MANAGE_STUDY, study_id)
        study = self._studies.get(actor, study_id)
        if not study.questions:
            return []
        by_question: dict[tuple[str, str], list[Reply]] = {}
        for reply in self._replies.replies_in(study_id):
            by_question.setdefault((reply.question, reply.version), []).append(reply)
        return [
            _counted(question, by_question.get((question.name, question.version), [])) for question in study.questions
        ]

    def _tell_panel(self, actor: Person, replies: Collection[Reply]) -> None:
        """Whoever was sent by a panel is sent back there when an answer ended it for them."""
        match ending(replies):
            case Outcome.FAILED:
                self._participations.fail_check(actor)
            case Outcome.SCREENED_OUT:
                self._participations.screen_out(actor)

    def _asks(self, actor: Person, study: Study) -> bool:
        """Looks nothing up where a study has no questions."""
        if not study.questions or not study.open:
            return False
        consent = self._consents.current(actor, study)
        return consent is not None and consent.permits(Purpose.STORE)

    def _moments(self, actor: Person, study: Study, replies: list[Reply], through: bool) -> Iterator[Asking]:
        """In the order in which they come."""

        def asking(questions: Collection[Question], face_id: str = "") -> Asking:
            about = {reply.question: reply for reply in replies if reply.face_id == face_id}
            return Asking(study.id, tuple(questions), about, face_id)

        yield asking([question for question in study.questions if question.moment is Moment.BEFORE])
        about_photos = [question for question in study.questions if question.moment.is_about_photo]
        if about_photos and (photo := self._last_photo(actor, study)):
            face_id, task = photo
            of_photo = [one for one in about_photos if one.moment is Moment.AFTER_PHOTO or one.after_task == task]
            yield asking(of_photo, face_id)
        if through:
            yield asking([question for question in study.questions if question.moment is Moment.AFTER])

    def _last_photo(self, actor: Person, study: Study) -> tuple[str, str | None] | None:
        """The id of the photo that the actor gave last, and of its task, if any; None: that was not just now, or on the
        live page, where nobody asks."""
        newest = next((face for face in self._records.faces_of(actor.id) if face.study_id == study.id), None)
        if newest is None or newest.live is not None or self._now() - newest.given_at > FRESH:
            return None
        return newest.id, self._task_of(newest)

    def _task_of(self, face: Face) -> str | None:
        """The id of the task that a photo was given for."""
        sitting = self._sittings.sitting(face.person_id, face.study_id)
        steps = sitting.steps if sitting else ()
        return next((step.task.id for step in steps if step.face_id == face.id), None)

    def _reply(
        self,
        actor: Person,
        study: Study,
        face_id: str,
        question: Question,
        value: Value,
        before: Reply | None,
        shared: Collection[str],
    ) -> Reply:
        tries = before.tries + 1 if before and before.version == question.version else 1
        now = self._now()
        return Reply(
            person_id=actor.id,
            study_id=study.id,
            question=question.name,
            version=question.version,
            value=value,
            given_at=now,
            purge_at=now + timedelta(days=study.retention_days),
            face_id=face_id,
            tries=tries,
            outcome=outcome_of(question, value, tries),
            shared=isinstance(question.kind, ShortText) and question.kind.shared and question.name in shared,
        )


def wordings(study: Study) -> dict[tuple[str, str], Question]:
    """Every question that a study asks or has asked, by name and version; those retired first come first."""
    asked = {(one.name, one.version): one for one in study.questions}
    return {key: one for one in study.retired_questions if (key := (one.name, one.version)) not in asked} | asked


def _values(questions: Collection[Question], given: Mapping[str, object]) -> list[tuple[Question, Value]]:
    """What is missing is named at once, before anything that is wrong."""
    values, missing, wrong = [], [], None
    for question in questions:
        try:
            values.append((question, answered(question, given[question.name])))
        except InvalidInput as error:
            if error.code == "question.missing":
                missing.append(question.words.text)
            wrong = wrong or error
    if missing:
        raise InvalidInput("question.missing", questions=missing)
    if wrong:
        raise wrong
    return values


def _counted(question: Question, replies: list[Reply]) -> QuestionCount:
    left_out = sum(reply.value is None for reply in replies)
    return QuestionCount(
        question,
        len(replies) - left_out,
        left_out,
        sum(bool(reply.outcome and reply.outcome.ends) for reply in replies),
    )

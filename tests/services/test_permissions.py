"""Every call of every service, tried by everybody: the whole table of who may do what."""

import inspect
import io
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest

from fers.assembly import Platform
from fers.domain.boxes import Box
from fers.domain.evaluation_sets import OWN_LABELS, REVIEWED_FACES, EvaluationLabels, EvaluationSet
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.labels import Verdict
from fers.domain.people import OPERATOR, Membership, Person, Role
from fers.errors import FersError, NotPermitted, NotSignedIn
from fers.exporting.exported_version import Cut
from fers.services.faces.drafts import AtHand
from fers.services.faces.importing import Terms
from fers.services.faces.set_previews import Manner
from fers.services.faces.tasks import Turn
from fers.services.models.batch_inference import Asked
from fers.services.people.questions import Asking
from fers.services.people.withdrawal import Removal
from tests.people import EVERYTHING, HAPPY_POSED, draft, give_face, participant

EVERYBODY, ANNOTATORS, RESEARCHERS, OWNERS, NOBODY = (list(Role)[least:] for least in range(5))

TABLE = {
    "accounts.email_of": EVERYBODY,
    "accounts.has_password": EVERYBODY,
    "accounts.change_password": EVERYBODY,
    "accounts.new_code": EVERYBODY,
    "accounts.end_other_sessions": EVERYBODY,
    "help_desk.find": NOBODY,
    "help_desk.grant": NOBODY,
    "help_desk.issue_code": NOBODY,
    "access.make": RESEARCHERS,
    "access.mine": EVERYBODY,
    "access.revoke": EVERYBODY,
    "agreement.asked": RESEARCHERS,
    "agreement.known": RESEARCHERS,
    "agreement.proposed": RESEARCHERS,
    "agreement.report": RESEARCHERS,
    "agreement.set_gold_standard": RESEARCHERS,
    "agreement.votes": RESEARCHERS,
    "arena.evaluate": RESEARCHERS,
    "arena.ask": RESEARCHERS,
    "arena.finish": RESEARCHERS,
    "arena.explain": RESEARCHERS,
    "arena.standings": RESEARCHERS,
    "arena.leaderboard": RESEARCHERS,
    "arena.pairwise": RESEARCHERS,
    "arena.people": RESEARCHERS,
    "arena.results": RESEARCHERS,
    "arena.state": RESEARCHERS,
    "arena.evaluation_set": RESEARCHERS,
    "arena.evaluation_sets": RESEARCHERS,
    "participations.mine": EVERYBODY,
    "participations.consented": EVERYBODY,
    "participations.note_progress": EVERYBODY,
    "participations.require_going_on": EVERYBODY,
    "participations.complete": EVERYBODY,
    "participations.screen_out": EVERYBODY,
    "participations.fail_check": EVERYBODY,
    "participations.decline": EVERYBODY,
    "participations.of_study": OWNERS,
    "participations.erase": OWNERS,
    "participations.withdraw_for": OWNERS,
    "participations.erase_all": OWNERS,
    "capture.prepare": EVERYBODY,
    "capture.receive": EVERYBODY,
    "capture.hints": EVERYBODY,
    "capture.predict": EVERYBODY,
    "capture.explain": EVERYBODY,
    "capture.submit": EVERYBODY,
    "consents.asked_again": OWNERS,
    "consents.current": EVERYBODY,
    "consents.latest": EVERYBODY,
    "consents.require": EVERYBODY,
    "consents.give": EVERYBODY,
    "consents.hold_to_latest": EVERYBODY,
    "consents.still_keeps": EVERYBODY,
    "consents.copy_for": EVERYBODY,
    "consents.printed_copy": EVERYBODY,
    "consents.printed_text": EVERYBODY,
    "downloads.note": RESEARCHERS,
    "downloads.look": RESEARCHERS,
    "downloads.open": RESEARCHERS,
    "downloads.exported": RESEARCHERS,
    "downloads.write": RESEARCHERS,
    "drafts.keep": EVERYBODY,
    "drafts.at_hand": EVERYBODY,
    "drafts.forget": EVERYBODY,
    "drift.report": RESEARCHERS,
    "explore.agreement": RESEARCHERS,
    "explore.counts": RESEARCHERS,
    "explore.least_agreed": RESEARCHERS,
    "explore.newest": RESEARCHERS,
    "explore.most_disputed": RESEARCHERS,
    "explore.thumbnail": RESEARCHERS,
    "faces.about": RESEARCHERS,
    "faces.resolve_flags": RESEARCHERS,
    "groups.words": EVERYBODY,
    "groups.mine": EVERYBODY,
    "groups.describe": EVERYBODY,
    "groups.erase": EVERYBODY,
    "groups.sizes": RESEARCHERS,
    "groups.of_faces": RESEARCHERS,
    "importing.add": OWNERS,
    "uploads.receive": OWNERS,
    "uploads.preview": OWNERS,
    "uploads.order": OWNERS,
    "uploads.ordered": OWNERS,
    "uploads.forget": OWNERS,
    "invitations.invite": OWNERS,
    "invitations.open_ones": OWNERS,
    "invitations.revoke": OWNERS,
    "invitations.accept": EVERYBODY,
    "jobs.ask": NOBODY,
    "jobs.cancel": NOBODY,
    "jobs.asked_for": NOBODY,
    "jobs.given_up": NOBODY,
    "live.models": EVERYBODY,
    "live_model.log_registered": NOBODY,
    "live_model.promote": NOBODY,
    "live_model.roll_back": NOBODY,
    "live.plan": EVERYBODY,
    "members.staff": OWNERS,
    "next_steps.elsewhere": EVERYBODY,
    "next_steps.of": EVERYBODY,
    "members.assign": OWNERS,
    "members.remove": OWNERS,
    "members.log": OWNERS,
    "members.whole_log": NOBODY,
    "model_runs.ask": RESEARCHERS,
    "model_runs.cancel": RESEARCHERS,
    "model_runs.asked_for": EVERYBODY,
    "model_runs.given_up": EVERYBODY,
    "data_protection.summary": OWNERS,
    "data_export.faces": EVERYBODY,
    "data_export.crop": EVERYBODY,
    "data_export.has": EVERYBODY,
    "data_export.download": EVERYBODY,
    "review.label": ANNOTATORS,
    "review.latest": ANNOTATORS,
    "review.look_again": ANNOTATORS,
    "review.next_faces": ANNOTATORS,
    "review.progress": ANNOTATORS,
    "review.undo": ANNOTATORS,
    "shadows.choose": NOBODY,
    "shadows.shadows": NOBODY,
    "shadows.catch_up": NOBODY,
    "shadows.follow": NOBODY,
    "versions.compare": RESEARCHERS,
    "versions.entries": RESEARCHERS,
    "versions.freeze": RESEARCHERS,
    "versions.named": RESEARCHERS,
    "versions.of_study": RESEARCHERS,
    "slices.compare": RESEARCHERS,
    "studies.check": OWNERS,
    "studies.mine": EVERYBODY,
    "studies.get": OWNERS,
    "studies.create": NOBODY,
    "studies.create_like": NOBODY,
    "studies.enter": EVERYBODY,
    "studies.update": OWNERS,
    "studies.note_rehearsal": OWNERS,
    "rehearsals.begin": OWNERS,
    "rehearsals.finish": OWNERS,
    "questions.answer": EVERYBODY,
    "questions.counts": OWNERS,
    "questions.due": EVERYBODY,
    "questions.mine": EVERYBODY,
    "questions.require_none_due": EVERYBODY,
    "study_files.text": OWNERS,
    "study_files.planned": OWNERS,
    "study_files.create": NOBODY,
    "tasks.turn": EVERYBODY,
    "tasks.pause": EVERYBODY,
    "tasks.keep": EVERYBODY,
    "tasks.skip": EVERYBODY,
    "tasks.choose": EVERYBODY,
    "tasks.note_given": EVERYBODY,
    "tasks.leave": EVERYBODY,
    "tasks.ending": EVERYBODY,
    "progress.of": OWNERS,
    "trials.start": NOBODY,
    "trials.end": NOBODY,
    "trials.trials": NOBODY,
    "trials.result": NOBODY,
    "retention.purge": NOBODY,
    "withdrawal.remove": OWNERS,
    "saliency.guess": RESEARCHERS,
    "withdrawal.withdraw_face": EVERYBODY,
    "withdrawal.withdraw_everything": EVERYBODY,
}
"""Which roles in a study may make which call there. Whoever runs the installation may make every one."""
FOR_NOBODY_IN_PARTICULAR = {
    "access": {"bearer"},
    "accounts": {
        "issue_setup_token",
        "sign_up",
        "sign_in",
        "sign_in_with_provider",
        "join",
        "sign_in_with_code",
        "set_up",
        "reset_password",
        "resume",
        "issue_ticket",
        "redeem_ticket",
        "issue_download_token",
        "redeem_download_token",
        "sign_out",
        "know_device",
        "come_back",
    },
    "arrivals": {"look", "begin"},
    "consents": {"text"},
    "doctor": {"examine", "recover"},
    "drafts": {"forget_old"},
    "health": {"condition", "require_room"},
    "invitations": {"offer"},
    "jobs": {"free", "doing"},
    "live": {"network"},
    "live_model": {"models", "refused", "default", "classifier", "preload", "before", "vanished"},
    "progress": {"filled", "is_full"},
    "shadows": {"ask_for_what_is_missing"},
    "studies": {"current", "with_code", "called", "take_part"},
    "trials": {"current", "drawn", "changed"},
    "uploads": {"carry_out", "to_carry_out", "sweep"},
    "retention": {"held", "purge_due"},
    "withdrawal": {"enforce", "enforce_on_restored", "hold_to_choices", "remove_lost", "finish", "purge_due"},
}
"""Ways in, what anybody may know, and what FERS does by itself."""


@pytest.fixture
def giver(platform):
    return participant(platform)


@pytest.fixture
def face(platform, giver):
    return give_face(platform, giver)


@pytest.fixture
def arguments(platform, giver, face, tmp_path):
    """What each call is made with, beside the actor: always about the study and the person of `face`."""
    study = platform.studies.current()
    version = platform.versions.freeze(OPERATOR, study.id, "v1")
    upload = platform.uploads.receive(OPERATOR, study.id, [("set.csv", io.BytesIO(b"image,label"))])
    return {
        "access.make": (study.id, "cluster"),
        "access.revoke": ("none",),
        "accounts.change_password": ("", "short"),
        "accounts.end_other_sessions": ("no token",),
        "help_desk.find": ("ada@example.org",),
        "help_desk.issue_code": ("ada@example.org",),
        "help_desk.grant": (giver.number, Role.PARTICIPANT),
        "agreement.asked": (study.id,),
        "agreement.known": (study.id,),
        "agreement.proposed": (study.id, 1),
        "agreement.report": (study.id,),
        "agreement.set_gold_standard": (study.id, face.id, None),
        "agreement.votes": (study.id, face.id),
        "arena.evaluate": ("always-happy",),
        "arena.ask": ("always-happy",),
        "arena.finish": ("always-happy", Asked([0.01])),
        "arena.pairwise": ("always-happy", "another"),
        "arena.explain": ("always-happy", face.id),
        "arena.evaluation_set": ("own",),
        "arena.evaluation_sets": (study.id,),
        "capture.receive": (b"", Source.UPLOAD),
        "capture.hints": (draft(platform, giver), Box(0, 0, 9, 9)),
        "capture.predict": (None, Box(0, 0, 9, 9)),
        "capture.explain": (None, Box(0, 0, 9, 9), None),
        "capture.submit": (None, Box(0, 0, 9, 9), None, HAPPY_POSED),
        "consents.asked_again": (study,),
        "consents.give": ("", EVERYTHING, True),
        "consents.hold_to_latest": (face,),
        "consents.still_keeps": (study,),
        "downloads.note": (platform.downloads.look(OPERATOR, study.id, "v1", "imagefolder"),),
        "downloads.look": (study.id, "v1", "imagefolder"),
        "downloads.open": (study.id, "v1", "imagefolder"),
        "downloads.exported": (study.id, "v1", Cut.CROP),
        "downloads.write": (study.id, "v1", "imagefolder", Cut.CROP, tmp_path / "download"),
        "drafts.keep": (AtHand(draft(platform, giver), 0, None),),
        "drift.report": (version.id, study.id),
        "explore.agreement": (study.id, FaceFilter()),
        "explore.counts": (study.id, FaceFilter()),
        "explore.least_agreed": (study.id, 1),
        "explore.newest": (study.id, FaceFilter(), 1),
        "explore.most_disputed": (study.id, None, 1),
        "explore.thumbnail": (face.id,),
        "faces.about": (face.id,),
        "faces.resolve_flags": (face.id,),
        "groups.describe": ("", True),
        "groups.sizes": (study.id,),
        "groups.of_faces": ([face],),
        "importing.add": (study.id, None, Terms("", "")),
        "uploads.receive": (study.id, [("set.csv", io.BytesIO(b"image,label"))]),
        "uploads.preview": (upload, Manner()),
        "uploads.order": (upload, Manner(), Terms("", ""), False),
        "uploads.ordered": (study.id,),
        "uploads.forget": (upload,),
        "invitations.invite": (study.id, Role.ADMINISTRATOR, 1, 1),
        "invitations.open_ones": (study.id,),
        "invitations.revoke": (study.id, "none"),
        "invitations.accept": ("no code",),
        "jobs.ask": ("evaluate always-happy",),
        "jobs.cancel": ("evaluate always-happy",),
        "live.plan": ("always-happy",),
        "live_model.log_registered": ("always-happy",),
        "live_model.promote": ("always-happy",),
        "live_model.roll_back": ("always-happy",),
        "participations.consented": (study,),
        "participations.note_progress": (study,),
        "participations.require_going_on": (study,),
        "participations.of_study": (study.id,),
        "participations.erase": (study.id, "none"),
        "participations.withdraw_for": (study.id, "none"),
        "participations.erase_all": (study.id,),
        "members.staff": (study.id,),
        "members.assign": (study.id, face.person_id, Role.PARTICIPANT),
        "members.remove": (study.id, "nobody"),
        "members.log": (study.id, 1),
        "members.whole_log": (1,),
        "model_runs.ask": ("always-happy", OWN_LABELS),
        "model_runs.cancel": ("always-happy", OWN_LABELS),
        "data_protection.summary": (study.id,),
        "data_export.crop": (face.id,),
        "data_export.has": (face.id,),
        "review.label": (study.id, face.id, Verdict.UNKNOWN),
        "review.latest": (study.id, 1),
        "review.look_again": (study.id, face.id),
        "review.next_faces": (study.id, 1),
        "review.progress": (study.id,),
        "review.undo": (study.id, face.id),
        "shadows.choose": (["always-happy"],),
        "shadows.catch_up": ("always-happy",),
        "shadows.follow": ("always-happy", lambda _done: None, 0.001, 0.001),
        "versions.compare": (version.id, version.id),
        "versions.entries": (version.id,),
        "versions.freeze": (study.id, "v2"),
        "versions.named": (study.id, "v1"),
        "versions.of_study": (study.id,),
        "slices.compare": ("always-happy", "another"),
        "studies.check": (study,),
        "studies.get": (study.id,),
        "studies.create": ("Another",),
        "studies.create_like": (lambda empty: empty, "A third"),
        "studies.enter": (study.id,),
        "studies.update": (study,),
        "studies.note_rehearsal": (study,),
        "rehearsals.begin": (study.id,),
        "rehearsals.finish": (platform.rehearsals.begin(OPERATOR, study.id),),
        "questions.answer": (Asking(study.id, (), {}), {}),
        "questions.counts": (study.id,),
        "study_files.text": (study.id,),
        "study_files.planned": (study.id, b""),
        "study_files.create": (b"",),
        "tasks.keep": (None,),
        "tasks.skip": (Turn(study.id, None, 0, 0, 1),),
        "tasks.choose": (Turn(study.id, None, 0, 0, 1), "none"),
        "tasks.note_given": (None, None),
        "progress.of": (study.id,),
        "trials.start": (["always-happy", "another"],),
        "trials.end": ("none",),
        "trials.result": ("none",),
        "withdrawal.remove": (study.id, face.id, Removal.ASKED),
        "saliency.guess": (face.id,),
        "withdrawal.withdraw_face": (face.id,),
    }


@pytest.fixture
def permitted(platform, arguments):
    """The calls that `actor` isn't refused. What they come to otherwise is for other tests."""

    def calls(actor: Person | None) -> set[str]:
        refused = set()
        for call in TABLE:
            service, method = call.split(".")
            try:
                getattr(getattr(platform, service), method)(actor, *arguments.get(call, ()))
            except (NotPermitted, NotSignedIn):
                refused.add(call)
            except FersError:
                pass
        return set(TABLE) - refused

    return calls


def somebody(role: Role, study_id: str) -> Person:
    """Who has `role` in one study and is a participant everywhere else."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return Person("5e" * 16, Role.PARTICIPANT, now, False, (Membership("5e" * 16, study_id, role, now),))


@pytest.mark.parametrize("role", Role)
def test_a_role_in_a_study_permits_there_what_the_table_says(permitted, face, role):
    assert permitted(somebody(role, face.study_id)) == {call for call, roles in TABLE.items() if role in roles}


@pytest.mark.parametrize("role", Role)
def test_a_role_in_another_study_permits_nothing_here(permitted, role):
    assert permitted(somebody(role, "another")) == {call for call, roles in TABLE.items() if roles is EVERYBODY}


def test_whoever_runs_the_installation_may_make_every_call(permitted):
    assert permitted(replace(OPERATOR, id="0e" * 16)) == set(TABLE)


def test_somebody_signed_out_may_make_none(permitted):
    assert permitted(None) == set()


def test_every_call_of_every_service_is_in_the_table():
    hints = inspect.get_annotations(Platform)
    services = {field.name: hints[field.name] for field in fields(Platform) if field.name != "sign_in"}
    calls = {
        f"{name}.{method}"
        for name, service in services.items()
        for method, _ in inspect.getmembers(service, inspect.isfunction)
        if not method.startswith("_") and method not in FOR_NOBODY_IN_PARTICULAR.get(name, ())
    }
    assert calls == set(TABLE)


def test_whoever_compares_models_in_one_study_sees_no_faces_of_another(platform, face):
    study = platform.studies.current()
    version = platform.versions.freeze(OPERATOR, study.id, "v1")
    theirs = EvaluationSet(EvaluationLabels.VERSION, version.id)
    researcher = somebody(Role.RESEARCHER, study.id)
    platform.model_runs.ask(researcher, "always-happy", OWN_LABELS)  # Every face is of the only study.
    platform.studies.create(OPERATOR, "Another")
    own = {replace(on, study_id=study.id) for on in (OWN_LABELS, REVIEWED_FACES)}
    offered = {choice.evaluation_set for choice in platform.arena.evaluation_sets(researcher, study.id)}
    assert offered == own | {theirs, replace(theirs, split="test")}
    for on in (OWN_LABELS, REVIEWED_FACES):
        for call in (platform.arena.standings, platform.arena.results, platform.arena.evaluate):
            with pytest.raises(NotPermitted):
                call(researcher, *(["always-happy"] if call == platform.arena.evaluate else []), on)
        with pytest.raises(NotPermitted):
            platform.model_runs.ask(researcher, "always-happy", on)
    assert platform.model_runs.asked_for(researcher) == set()
    platform.model_runs.ask(researcher, "always-happy", theirs)
    assert platform.model_runs.asked_for(researcher) == {("always-happy", theirs)}
    for role in (Role.PARTICIPANT, Role.ANNOTATOR):
        with pytest.raises(NotPermitted):
            platform.arena.standings(somebody(role, study.id), theirs)
    with pytest.raises(NotPermitted):
        platform.arena.standings(somebody(Role.RESEARCHER, "another"), theirs)

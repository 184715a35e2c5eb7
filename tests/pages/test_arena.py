"""The page of comparisons: what is measured on, the leaderboard, two models side by side."""

from dataclasses import replace

import pytest
from driving import PASSWORD, open_app, sign_in, signed_in_as_researcher, told

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import OWN_LABELS, EvaluationLabels, EvaluationSet
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.errors import ModelRejected
from fers.services.models.arena import job_of
from tests.people import EVERYTHING, Always, OneFace, Several, give_face, grant, participant, pattern


@pytest.fixture
def platform(settings, clock, monkeypatch):
    from fers.ui import services

    platform = assemble(
        settings, models=Several(Always(Emotion.HAPPY), Always(Emotion.SAD)), detector=OneFace(), now=clock
    )
    monkeypatch.setattr(services, "assemble", lambda settings: platform)
    services.platform.cache_clear()
    yield platform
    services.platform.cache_clear()


@pytest.fixture
def version(platform) -> EvaluationSet:
    """Two happy faces that two annotators agree about, frozen; both models ran over every face and over the version."""
    ada = participant(platform)
    for number in range(2):
        face = give_face(platform, ada, picture=pattern(number))
        for annotator in ("a", "b"):
            actor = replace(OPERATOR, id=annotator * 32)
            platform.review.label(actor, face.study_id, face.id, Verdict.EMOTION, distribution=only(Emotion.HAPPY))
    version = EvaluationSet(EvaluationLabels.VERSION, platform.versions.freeze(OPERATOR, face.study_id, "v1").id)
    for on in (OWN_LABELS, version):
        for model in ("happy", "sad"):
            platform.arena.evaluate(OPERATOR, model, on)
    return version


@pytest.fixture
def page(app, platform):
    return signed_in_as_researcher(app, platform)


def measured_on(page):
    [box] = [box for box in page.selectbox if box.label == "Evaluation set"]
    return box


def test_the_leaderboard_of_a_version_has_models_and_people(page, version):
    page.switch_page("pages/arena.py").run()
    measured_on(page).set_value(version.key).run()
    assert not page.exception and not page.error
    table = page.dataframe[0].value.set_index("Model")
    assert list(table.index) == ["happy", "sad", "People"]
    assert table.loc["happy", "Top-1"].startswith("1.000") and table.loc["happy", "Against the leader"] == "leads"
    assert table.loc["sad", "Against the leader"].startswith("a tie"), "two faces can't tell"
    assert table.loc["People", "Top-1"] == "not enough labels", "of two who agree, both are right by construction"
    assert "Only one is right: 2" in told(page)
    assert "A tie" in told(page)
    [sources] = [one.value for one in page.caption if "Label source" in one.value]
    assert "Label source: as it was frozen" in sources
    assert "Faces with fewer than 3 labels are left out of that score" in sources


def test_a_face_that_its_person_lets_nobody_look_at_is_compared_and_not_shown(page, version, platform):
    give_face(platform, participant(platform, "eve@example.org", EVERYTHING - {Purpose.REVIEW}))
    for model in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, model)
    page.switch_page("pages/arena.py").run()
    assert "Only one is right: 3" in told(page)
    assert len(page.image) == 2
    assert "lets nobody look at this photo" in told(page)


def test_it_says_when_faces_left_a_version_since(page, version, platform):
    ada = platform.accounts.sign_in("ada@example.org", PASSWORD).person
    platform.withdrawal.withdraw_face(ada, platform.data_export.faces(ada)[0].id)
    page.switch_page("pages/arena.py").run()
    measured_on(page).set_value(version.key).run()
    assert "Of 2 frozen faces, 2 were left when this was measured, and 1 are left now." in told(page)
    assert not page.exception and not page.error


def test_a_run_that_was_given_up_says_why(page, version, platform):
    happy, sad = (job_of(model) for model in ("happy", "sad"))
    with pytest.raises(ModelRejected), platform.jobs.doing(OPERATOR, happy):
        raise ModelRejected("sandbox.too-slow")
    with pytest.raises(OSError), platform.jobs.doing(OPERATOR, sad):
        raise OSError("/home/ada/secret.jpg")
    page.switch_page("pages/arena.py").run()
    [first, second] = [warning.value for warning in page.warning]
    assert "The run of happy stopped early. The model took too long to try. Hand in a smaller one." in first
    assert "The run of sad stopped early. Something unexpected happened (OSError)." in second
    assert not page.exception


def test_what_only_whoever_runs_fers_can_mend_is_told_to_them_alone(page, version, platform):
    with pytest.raises(ModelRejected), platform.jobs.doing(OPERATOR, job_of("happy")):
        raise ModelRejected("run.failed-on-all", model="happy")
    page.switch_page("pages/arena.py").run()
    [to_researcher] = [warning.value for warning in page.warning]
    grant(platform, "rita@example.org", Role.ADMINISTRATOR)
    page = sign_in(open_app(), "rita@example.org").switch_page("pages/arena.py").run()
    [to_administrator] = [warning.value for warning in page.warning]
    assert "happy failed on every face. Ask whoever runs FERS to look at it. Its answers are kept" in to_researcher
    assert "For whoever runs FERS: happy failed on every face. Look at it with" in to_administrator


def test_what_has_faces_is_chosen_and_each_choice_says_how_many_and_whose(page, version, platform):
    study = platform.studies.current()
    platform.studies.create(OPERATOR, "Another study")
    page.switch_page("pages/arena.py").run()
    box = measured_on(page)
    assert box.options == [
        f"All faces, self-reported labels ({study.name}, 2 faces)",
        f"Reviewed faces, annotators' consensus ({study.name}, 2 faces)",
        f"Version v1 ({study.name}, 2 faces)",
        f"Version v1, test split ({study.name}, {box.options[3].split()[-2]} faces)".replace("1 faces", "1 face"),
        "All faces, self-reported labels (all studies, 2 faces)",
        "Reviewed faces, annotators' consensus (all studies, 2 faces)",
    ]
    labelled = platform.data_export.faces(platform.accounts.sign_in("ada@example.org", PASSWORD).person)
    for face in labelled:  # Nobody's own word is left, as after the import of a labelled set.
        platform.arena._records.update_face(replace(face, answer=replace(face.answer, label=None)))
    page.switch_page("pages/models.py").run()
    page.switch_page("pages/arena.py").run()
    assert not page.error and measured_on(page).value.startswith("consensus@")


def test_without_a_labelled_face_it_says_what_to_do_and_offers_no_run(page):
    page.switch_page("pages/arena.py").run()
    assert not page.error and not page.exception
    assert "There are no labelled faces yet." in told(page)
    assert not [button for button in page.button if button.label.startswith("Run")]
    assert "nan" not in told(page) and "not run yet" not in told(page)


def test_one_button_runs_all_models_and_clicks_in_a_row_are_kept(page, version, platform, monkeypatch):
    begun = []
    monkeypatch.setattr("fers.ui.web.processes.Processes.start", lambda self, name, *command: begun.append(command[1]))
    page.switch_page("pages/arena.py").run()
    page.button(key="run-happy").click()
    page.button(key="run-sad").click()
    page.run()  # Both arrive with the same run, as when somebody clicks while the page is busy.
    assert set(begun) == {"happy", "sad"}
    begun.clear()
    for model in ("happy", "sad"):
        platform.jobs.cancel(OPERATOR, job_of(model))
    page.run()
    page.button(key="run-all").click().run()
    assert set(begun) == {"happy", "sad"}
    assert {"stop-happy", "stop-sad"} <= {button.key for button in page.button}

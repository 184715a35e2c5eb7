"""The pages around the labels, opened by those they are for."""

import io
from collections import Counter
from dataclasses import replace

import numpy as np
from driving import click, field, signed_in_as_administrator, told
from PIL import Image
from test_studies import sign_in

from fers.datasets import FaceSet
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.labelling_guide import STARTING_GUIDE
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.domain.review import QueueOrder
from fers.services.faces.importing import Terms
from fers.ui.faces.result import word
from fers.ui.labelling.guide import as_html, guide_of
from tests.people import give_face, participant, pattern


def test_a_researcher_sees_agreement_and_says_what_is_known(app, platform):
    ada, study = participant(platform), platform.studies.current()
    agreed, disputed = give_face(platform, ada), give_face(platform, ada)
    for number, emotion in enumerate((Emotion.SAD, Emotion.ANGER)):
        person = replace(ada, id=f"{number:032x}", role=Role.ANNOTATOR)
        for face, said in ((agreed, Emotion.SAD), (disputed, emotion)):
            platform.review.label(person, study.id, face.id, Verdict.EMOTION, distribution=only(said))
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    sign_in(app)
    app.switch_page("pages/agreement.py").run()
    assert "4 labels" in told(app)
    [by_class] = [table.value for table in app.dataframe if "Faces where somebody saw it" in table.value]
    seen = dict(zip(by_class["Expression"], by_class["Faces where somebody saw it"], strict=True))
    assert {name: faces for name, faces in seen.items() if faces} == {"Sad": 2, "Anger": 1}
    click(app, "Add it")
    assert "The gold standard has 1 face." in told(app)
    assert platform.agreement.known(OPERATOR, study.id) == {agreed.id: Emotion.SAD}
    click(app, "Take it out")
    assert platform.agreement.known(OPERATOR, study.id) == {}
    app.session_state["view"] = "Most disputed"
    app.switch_page("pages/explore.py").run()
    next(choice for choice in app.button_group if choice.label == "Disputed").set_value("among annotators")
    assert "Sad 1, Anger 1" in told(app.run())
    assert not app.exception and not app.error


def test_an_imported_sets_own_labels_stand_apart_from_annotators(app, platform):
    ada, study = participant(platform), platform.studies.current()
    targets = np.eye(8, dtype=np.float32)[[Emotion.SAD, Emotion.SAD]]
    faces = FaceSet("a set", ["0", "1"], targets, lambda index: Image.open(io.BytesIO(pattern(index))), Counter())
    platform.importing.add(OPERATOR, study.id, faces, Terms("CC0", "Everybody signed."))
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    sign_in(app)
    app.switch_page("pages/agreement.py").run()
    assert "Nobody has labelled a face yet" in told(app)
    assert "2 labels came with imported datasets that name no annotator" in told(app)
    first = platform.explore.newest(OPERATOR, study.id, FaceFilter(), 1)[0].face
    annotator = replace(ada, id="a" * 32, role=Role.ANNOTATOR)
    platform.review.label(annotator, study.id, first.id, Verdict.EMOTION, distribution=only(Emotion.SAD))
    app.run()
    assert "1 labels" not in told(app)
    assert "1 label." in told(app)
    assert "Annotators' agreement with them: 1.00 [0.21, 1.00], 1 face." in told(app)
    [annotators] = [table.value for table in app.dataframe if "Annotator" in table.value]
    assert list(annotators["Annotator"]) == ["aaaaaa"]
    other = replace(annotator, id="b" * 32)
    platform.review.label(other, study.id, first.id, Verdict.EMOTION, distribution=only(Emotion.ANGER))
    app.run()
    [alpha] = [metric.value for metric in app.metric if metric.label == "Expressions, α"]
    shown = [caption.value for caption in app.caption] + [str(table.value.to_dict()) for table in app.dataframe]
    assert alpha == "0.00" and not any("[nan" in text for text in shown), "of a single face there is no interval"
    app.query_params["id"] = first.id
    app.switch_page("pages/face.py").run()
    assert "Imported dataset" in str([table.value for table in app.dataframe])
    assert not app.exception and not app.error


def test_whoever_runs_the_study_removes_a_flagged_face_and_one_on_its_own_page(app, platform):
    ada, study = participant(platform), platform.studies.current()
    flagged, found = give_face(platform, ada), give_face(platform, ada)
    for name in ("a0" * 16, "b1" * 16):
        annotator = replace(ada, id=name, role=Role.ANNOTATOR)
        platform.review.label(annotator, study.id, flagged.id, Verdict.FLAGGED, reason="two people")
    platform.members.assign(OPERATOR, study.id, ada.id, Role.ADMINISTRATOR)
    sign_in(app)
    for page, face in (("agreement", flagged), ("face", found)):
        app.query_params["id"] = face.id
        app.switch_page(f"pages/{page}.py").run()
        app.button(key=f"remove-{face.id}").click().run()
        assert "deleted at once" in told(app)
        app.button(key=f"remove-{face.id}").click()  # AppTest always runs the whole page: keep the dialog open.
        click(app, "Remove it")
        assert not app.exception
        assert all("no longer exists" in error.value for error in app.error)
    assert platform.data_export.faces(ada) == []
    assert [entry.action for entry in platform.members.log(OPERATOR, study.id, 2)] == [
        "removed a face: something is wrong with the picture"
    ] * 2


def test_a_researcher_removes_nothing(app, platform):
    ada, study = participant(platform), platform.studies.current()
    give_face(platform, ada)
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    sign_in(app)
    app.switch_page("pages/explore.py").run()
    assert "Self-report  \nGuess: Happy 90%" in told(app)
    assert not [button for button in app.button if button.label == "Remove"]


def test_an_annotator_finds_the_review_and_not_the_agreement(app, platform):
    ada, study = participant(platform), platform.studies.current()
    platform.members.assign(OPERATOR, study.id, ada.id, Role.ANNOTATOR)
    sign_in(app)
    app.switch_page("pages/review.py").run()
    assert "Which expression do you see?" in told(app)
    assert not app.exception and not app.error


def test_an_owner_says_how_faces_are_reviewed(app, platform):
    signed_in_as_administrator(app, platform)
    app.switch_page("pages/study.py").run()
    next(box for box in app.selectbox if box.label == "Faces they label first").set_value(QueueOrder.UNCERTAIN)
    next(box for box in app.number_input if box.label == "Annotators per face").set_value(5)
    click(app, "Save")
    study = platform.studies.current()
    assert (study.queue_order, study.overlap, study.labelling_guide) == (QueueOrder.UNCERTAIN, 5, None)
    assert field(app, "Name").value == study.name


def test_the_owner_writes_a_guide_that_begins_with_all_eight_expressions(app, platform):
    signed_in_as_administrator(app, platform)
    for written, kept in {"# Ours\n\nSmiles only.": "# Ours\n\nSmiles only.", " ": "", STARTING_GUIDE: None}.items():
        app.switch_page("pages/study.py").run()
        guide = next(area for area in app.text_area if area.label == "Labelling guide")
        guide.set_value(written)
        click(app, "Save")
        study = platform.studies.current()
        assert study.labelling_guide == kept
        assert guide_of(study).strip() == written.strip()
    assert all(f"**{word(emotion)}**" in STARTING_GUIDE for emotion in Emotion)


def test_a_guide_is_shown_as_its_owner_wrote_it_and_runs_nothing():
    shown = as_html(
        "# Ours\n\n**Sad**: <script>x</script> ![p](https://e.org/p.png) [j](javascript:x) [more](https://e.org)"
    )
    assert "<h3>Ours</h3>" in shown
    assert "<strong>Sad</strong>: &lt;script&gt;" in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert '<a href="https://e.org" target="_blank" rel="noopener noreferrer">more</a>' in shown

"""Two models side by side on the page for comparing them."""

from driving import told
from test_studies import sign_in

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR, Role
from fers.ui import slices
from tests.people import Always, Several, give_face, participant


def test_slices_and_reliability_stand_beside_the_confusion(app, platform, monkeypatch):
    models = Several(Always(Emotion.HAPPY), Always(Emotion.SAD))
    monkeypatch.setattr(platform.arena, "_models", models)
    ada = participant(platform)
    for label in (Emotion.HAPPY, Emotion.HAPPY, Emotion.SAD):
        give_face(platform, ada, Answer(label, before_prediction=False))
    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)
    platform.accounts.grant(OPERATOR, "ada@example.org", Role.RESEARCHER)
    sign_in(app)
    app.switch_page("pages/arena.py").run()
    assert "In no slice do these faces tell the two apart." in told(app)
    assert "What confidence means" in told(app)
    assert "No model states a benchmark score yet." in told(app)
    assert not app.exception and not app.error


def test_the_table_ranks_nothing_and_calls_few_faces_few(platform):
    models = Several(Always(Emotion.HAPPY), Always(Emotion.SAD))
    platform.arena._models = models
    give_face(platform, participant(platform))
    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)
    parts = platform.slices.compare(OPERATOR, "happy", "sad").slices
    table = slices.table(parts, "happy", "sad")
    assert list(table["Slice"]) == [part.name for part in parts]
    assert set(table["Says"]) == {"too few people"}
    assert table["happy"][0].startswith("100% [")

"""Whatever a copy of a store lacks, has changed or has beside, the comparison names."""

from dataclasses import replace

import numpy as np
import pytest

from fers.domain.audit import AuditEntry
from fers.domain.emotions import Emotion
from fers.domain.field import ShadowAnswer
from fers.domain.models import Promotion
from fers.domain.people import OPERATOR, Keys, Role
from fers.domain.picture import FACTS_ID
from fers.domain.review import GoldStandard
from fers.services.operations.migration import Migration
from fers.services.operations.store_comparison import Comparison
from tests.contracts.backends import Embedded
from tests.contracts.result_store_contract import PROGRESS, RESULT
from tests.contracts.samples import NOON, a_consent, a_face, a_label, a_person, an_id, an_invitation

from .whole_store import RUN, SHADOW, fill, opened


@pytest.fixture
def stores(tmp_path):
    """A store with everything in it, and its copy."""
    backends = [Embedded(tmp_path / name) for name in ("old", "new")]
    old, new = map(opened, backends)
    fill(old)
    assert Migration(old, new).run(OPERATOR).problems == []
    yield old, new
    for backend in backends:
        backend.close()


NOTED = ShadowAnswer(an_id("2"), NOON.date(), 1)
CHANGES = {
    "the log": lambda new: new.records.append_audit(AuditEntry(NOON, "system", "did more", "it")),
    "the studies": lambda new: new.records.save_study(replace(new.records.studies()[0], name="other")),
    "consents": lambda new: new.records.create_consent(a_consent("more")),
    "places": lambda new: new.studies.delete_membership(an_id("ada"), an_id("faces")),
    "about themselves": lambda new: new.groups.delete_description(an_id("ada"), an_id("first")),
    "opens their account": lambda new: new.sign_in.adopt(an_id("bob"), Keys()),
    "is not the same": lambda new: new.records.update_person(a_person("bob", role=Role.ANNOTATOR)),
    "its copy": lambda new: new.records.update_face(replace(new.records.face(an_id("0")), purposes=frozenset())),
    "is missing": lambda new: new.records.delete_face(an_id("0")),
    "alone": lambda new: new.records.create_face(a_face("more")),
    "invitations": lambda new: new.studies.revoke_invitation(an_invitation().id),
    "its labels": lambda new: new.labels.remove_label(an_id("0"), an_id("ann")),
    "known faces": lambda new: new.labels.set_gold_standard(an_id("0"), GoldStandard(Emotion.FEAR, NOON)),
    "settled flags": lambda new: new.labels.resolve_flags(an_id("0"), None),
    "version v1: its entries": lambda new: new.records.delete_face(an_id("2")),
    "runs of models": lambda new: new.answers.save_run(replace(RUN, milliseconds=9.0)),
    "what models came to": lambda new: new.results.save_result(replace(RESULT, n=1)),
    "how far models have come": lambda new: new.results.save_progress(replace(PROGRESS, done=0)),
    "were live": lambda new: new.promotions.promote(Promotion("other", NOON)),
    "the trials": lambda new: new.field.add_trial(replace(new.field.trials(1)[0], id="other")),
    "11111111: its answers are": lambda new: new.answers.add_answers(RUN.fingerprint, {an_id("0"): np.zeros(8)}),
    f"{FACTS_ID[:8]}: its answers": lambda new: new.answers.add_answers(FACTS_ID, {an_id("0"): np.zeros(3)}),
    "in the background are": lambda new: new.field.note_shadow_answers(SHADOW, [NOTED]),
    "models in the background have": lambda new: new.field.note_reached(SHADOW, NOON.replace(year=2027)),
}


@pytest.mark.parametrize("named", CHANGES)
def test_each_difference_is_named(stores, named):
    CHANGES[named](stores[1])
    assert any(named in problem for problem in Comparison(*stores).problems())


def test_an_image_that_differs_is_named(stores):
    old, new = stores
    new.images.delete(an_id("0"))
    new.images.put(an_id("0"), b"another image")
    comparison = Comparison(old, new)
    assert list(comparison.problems()) == [f"face {an_id('0')}: its copy is not the same"]
    assert (comparison.people, comparison.faces) == (2, 6)


def test_a_label_that_differs_is_named(stores):
    old, new = stores
    new.labels.remove_label(an_id("0"), an_id("ann"))
    new.labels.add_label(a_label("0", "ann", study_id=an_id("first"), seconds=9.0), 3, NOON)
    assert list(Comparison(old, new).problems()) == [f"study {an_id('first')}: its labels are not the same"]

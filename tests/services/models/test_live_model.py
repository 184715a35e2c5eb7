"""The live model is what was promoted last and is still there."""

from dataclasses import replace

import pytest

from fers.assembly import assemble
from fers.domain.people import OPERATOR
from fers.errors import UnknownModel
from tests.people import OneFace, OneModel, draft, participant


class Several(OneModel):
    """Models that differ in their names alone."""

    def __init__(self):
        self.names = ["always-happy", "fersnet", "vgg"]

    def models(self):
        return [replace(self.info, id=name) for name in self.names]

    def default(self):
        return self.classifier("always-happy").info

    def classifier(self, model_id=None):
        if model_id not in self.names:
            raise UnknownModel("model.vanished", model=model_id)
        chosen = OneModel()
        chosen.info = replace(self.info, id=model_id)
        return chosen


@pytest.fixture
def registry():
    return Several()


@pytest.fixture
def platform(settings, clock, registry):
    return assemble(settings, models=registry, detector=OneFace(), now=clock)


def test_the_settings_model_is_live_until_one_is_promoted(platform):
    assert platform.live_model.default().id == "always-happy"
    assert platform.live_model.before() is None
    with pytest.raises(UnknownModel):
        platform.live_model.roll_back(OPERATOR, "vgg")


def test_participants_meet_the_promoted_model(platform):
    platform.live_model.promote(OPERATOR, "fersnet")
    ada = participant(platform)
    started = draft(platform, ada)
    assert platform.capture.predict(ada, started, started.suggestions[0]).model_id == "fersnet"


def test_rolling_back_goes_to_the_model_before_and_is_logged(platform):
    platform.live_model.promote(OPERATOR, "fersnet")
    platform.live_model.promote(OPERATOR, "vgg")
    assert platform.live_model.before().id == "fersnet"
    for _ in range(2):  # By two people at once: neither takes the other's step back.
        platform.live_model.roll_back(OPERATOR, "fersnet")
    assert platform.live_model.default().id == "fersnet"
    said = [entry.action for entry in platform.members.whole_log(OPERATOR, 3)]
    assert said == ["rolled back to: fersnet 1.0.0", "made live: vgg 1.0.0", "made live: fersnet 1.0.0"]


def test_the_first_promotion_rolls_back_to_the_settings_model(platform):
    platform.live_model.promote(OPERATOR, "vgg")
    platform.live_model.roll_back(OPERATOR, "always-happy")
    assert platform.live_model.default().id == "always-happy"


def test_that_a_model_was_registered_is_logged_once_it_is_there(platform):
    platform.live_model.log_registered(OPERATOR, "vgg")
    with pytest.raises(UnknownModel):
        platform.live_model.log_registered(OPERATOR, "nobody")
    assert [entry.action for entry in platform.members.whole_log(OPERATOR, 2)] == ["registered: vgg 1.0.0"]


def test_an_unknown_model_is_not_promoted(platform):
    with pytest.raises(UnknownModel):
        platform.live_model.promote(OPERATOR, "nobody")
    assert platform.live_model.default().id == "always-happy"


def test_a_promoted_model_that_is_gone_gives_way_to_the_one_before(platform, registry):
    for name in ("fersnet", "vgg"):
        platform.live_model.promote(OPERATOR, name)
    assert platform.live_model.vanished() is None
    registry.names.remove("vgg")
    assert platform.live_model.default().id == "fersnet"
    assert platform.live_model.vanished() == "vgg"


def test_once_another_was_promoted_the_settings_model_may_go(platform, registry):
    platform.live_model.promote(OPERATOR, "vgg")
    registry.names.remove("always-happy")
    assert platform.live_model.default().id == "vgg"
    assert platform.live_model.before() is None


def test_other_servers_follow_within_half_a_minute(platform, settings, clock, registry):
    other = assemble(settings, models=registry, detector=OneFace(), now=clock)
    assert other.live_model.default().id == "always-happy"
    platform.live_model.promote(OPERATOR, "vgg")
    clock.advance(seconds=30)
    assert other.live_model.default().id == "vgg"


def test_the_live_page_begins_with_the_promoted_model(settings, clock):
    platform = assemble(settings, detector=OneFace(), now=clock)
    platform.live_model.promote(OPERATOR, "vgg-ferplus")
    names = [info.id for info in platform.live.models(participant(platform))]
    assert names[0] == "vgg-ferplus"
    assert "vgg13-ferplus" in names[1:]

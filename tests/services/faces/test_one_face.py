"""Everything about one face, for those who may look through its study."""

from dataclasses import replace

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Membership, Person, Role
from fers.errors import NotFound, NotPermitted, NotSignedIn
from fers.services.faces.one_face import Occasion
from tests.people import EVERYTHING, Always, Several, give_face, participant, pattern

SAD = {"distribution": only(Emotion.SAD)}
FLAG = {"reason": "a drawing"}


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def face(platform, ada):
    return give_face(platform, ada)


@pytest.fixture
def says(platform, face, clock):
    """Lets an annotator, known by a number, label the face."""

    def says(number: int, verdict: Verdict, **more) -> None:
        clock.advance(seconds=1)
        annotator = Person(f"{number:032x}", Role.ANNOTATOR, clock(), asked_first=False)
        platform.review.label(annotator, face.study_id, face.id, verdict, **more)

    return says


@pytest.fixture
def colleague(platform, face, clock):
    """A researcher in the face's study, and a participant everywhere else."""
    membership = Membership("5e" * 16, face.study_id, Role.RESEARCHER, clock())
    return Person("5e" * 16, Role.PARTICIPANT, clock(), False, (membership,))


def test_it_tells_what_people_say_and_whose_word_the_class_is(platform, face, says, colleague):
    about = platform.faces.about(colleague, face.id)
    assert (about.found.label, about.found.reviewed, about.labels) == (Emotion.HAPPY, False, [])
    says(2, Verdict.EMOTION, **SAD)
    says(1, Verdict.UNKNOWN)
    says(3, Verdict.EMOTION, **SAD)
    platform.agreement.set_gold_standard(colleague, face.study_id, face.id, Emotion.SAD)
    about = platform.faces.about(colleague, face.id)
    assert (about.found.label, about.found.reviewed, about.known.emotion) == (Emotion.SAD, True, Emotion.SAD)
    assert [label.emotion for label in about.labels] == [Emotion.SAD, None, Emotion.SAD], "the earliest first"


def test_it_tells_the_guesses_of_all_models(platform, ada, face):
    other = give_face(platform, ada, picture=pattern(1))
    platform.arena._models = Several(Always(Emotion.SAD), Always(Emotion.FEAR))
    for name in ("sad", "fear"):
        platform.arena.evaluate(OPERATOR, name)
    for one in (face, other):
        guesses = platform.faces.about(OPERATOR, one.id).guesses
        said = [
            (guess.model_id, guess.occasion, guess.probabilities.index(max(guess.probabilities))) for guess in guesses
        ]
        assert said == [
            ("always-happy", Occasion.GIVEN, Emotion.HAPPY),
            ("fear", Occasion.COMPARED, Emotion.FEAR),
            ("sad", Occasion.COMPARED, Emotion.SAD),
        ]


def test_whoever_lets_no_model_be_tested_is_asked_about_no_more(platform, ada, face):
    platform.arena._models = Several(Always(Emotion.SAD))
    platform.arena.evaluate(OPERATOR, "sad")
    narrower = EVERYTHING - {Purpose.TRAIN, Purpose.REVIEW}
    platform.consents.give(ada, platform.consents.text(ada).sha256, narrower, adult=True)
    about = platform.faces.about(OPERATOR, face.id)
    assert [guess.model_id for guess in about.guesses] == ["always-happy"]
    assert not about.may_be_shown


def test_it_tells_which_versions_hold_it(platform, ada, face, clock):
    platform.versions.freeze(OPERATOR, face.study_id, "v1")
    clock.advance(days=1)
    late = give_face(platform, ada, picture=pattern(1))
    platform.versions.freeze(OPERATOR, face.study_id, "v2")
    held = {one.id: [name for name, _ in platform.faces.about(OPERATOR, one.id).versions] for one in (face, late)}
    assert held == {face.id: ["v1", "v2"], late.id: ["v2"]}


def test_flags_are_settled_and_new_ones_are_open_again(platform, face, says, colleague):
    says(1, Verdict.FLAGGED, **FLAG)
    assert [flag.reason for flag in platform.faces.about(colleague, face.id).flags] == ["a drawing"]
    assert len(platform.agreement.report(colleague, face.study_id).flags) == 1
    platform.faces.resolve_flags(colleague, face.id)
    about = platform.faces.about(colleague, face.id)
    assert about.flags == [] and len(about.labels) == 1, "what was said stays"
    assert platform.agreement.report(colleague, face.study_id).flags == []
    says(2, Verdict.FLAGGED, reason="two people")
    assert [flag.reason for flag in platform.faces.about(colleague, face.id).flags] == ["two people"]
    assert [flag.reason for flag in platform.agreement.report(colleague, face.study_id).flags] == ["two people"]
    platform.faces.resolve_flags(colleague, face.id, resolved=False)
    assert len(platform.faces.about(colleague, face.id).flags) == 2
    done = [entry.action for entry in platform.members.log(OPERATOR, face.study_id, 2)]
    assert done == ["opened the flags of a face again", "settled the flags of a face"]


@pytest.mark.parametrize(
    "address",
    ["", "0" * 32, "nothing", "../../etc", "a/b", "__x__", "\x00", "é", "F" * 32, "1" * 5000, "%", "' OR 1=1"],
)
def test_an_address_that_leads_nowhere_says_so(platform, colleague, address):
    for ask in (platform.faces.about, platform.faces.resolve_flags, platform.explore.thumbnail):
        with pytest.raises(NotFound):
            ask(colleague, address)


def test_it_is_shown_to_nobody_else(platform, ada, face, colleague):
    elsewhere = replace(colleague, memberships=(replace(colleague.memberships[0], study_id="other"),))
    for stranger in (ada, elsewhere):
        with pytest.raises(NotPermitted):
            platform.faces.about(stranger, face.id)
    with pytest.raises(NotPermitted):
        platform.faces.about(ada, "0" * 32)
    for address in (face.id, "0" * 32):
        with pytest.raises(NotSignedIn):
            platform.faces.about(None, address)


def test_a_withdrawn_face_is_not_there_whoever_asks(platform, ada, face, colleague):
    platform.withdrawal.withdraw_face(ada, face.id)
    for ask in (platform.faces.about, platform.explore.thumbnail):
        with pytest.raises(NotFound):
            ask(colleague, face.id)

"""What people say about themselves: asked for where a study wants it, kept when they agree, shown in groups."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter, Found
from fers.domain.groups import LEAST_PEOPLE, AgeBand, Gender, SkinTone
from fers.domain.people import OPERATOR
from fers.errors import ConsentRequired
from fers.storage.sqlite import backup
from tests.people import EVERYTHING, Always, OneFace, OneModel, Several, give_face, participant


@pytest.fixture
def platform(settings, clock):
    models = Several(Always(Emotion.HAPPY), Always(Emotion.SAD))
    platform = assemble(settings, models=models, detector=OneFace(), now=clock)
    ask(platform, True)
    return platform


def ask(platform, asks: bool) -> None:
    platform.studies.update(OPERATOR, replace(platform.studies.current(), asks_groups=asks))


def say(platform, person, **said) -> None:
    platform.groups.describe(person, platform.groups.words(person).sha256, True, **said)


def sizes(platform) -> dict:
    return platform.groups.sizes(OPERATOR, platform.studies.current().id)


def test_a_study_that_does_not_ask_is_told_nothing(platform):
    ada = participant(platform)
    sha256 = platform.groups.words(ada).sha256
    ask(platform, False)
    assert platform.groups.words(ada) is None
    with pytest.raises(ConsentRequired):
        platform.groups.describe(ada, sha256, True, age=AgeBand.OLDER)
    assert platform.groups.mine(ada) is None


def test_nothing_is_kept_without_explicit_agreement_to_the_words_shown(platform):
    ada = participant(platform)
    sha256 = platform.groups.words(ada).sha256
    with pytest.raises(ConsentRequired, match="unless you agree"):
        platform.groups.describe(ada, sha256, False, skin=SkinTone.DARK)
    platform.studies.update(OPERATOR, replace(platform.studies.current(), contact="somebody else"))
    platform.consents.give(ada, platform.consents.text(ada).sha256, EVERYTHING, adult=True)
    with pytest.raises(ConsentRequired, match="changed"):
        platform.groups.describe(ada, sha256, True, skin=SkinTone.DARK)
    assert platform.groups.mine(ada) is None


def test_whoever_keeps_no_photos_is_not_asked(platform):
    assert platform.groups.words(participant(platform, purposes=frozenset())) is None


def test_what_is_said_while_they_choose_in_another_window_that_nothing_is_kept_does_not_stay(platform, monkeypatch):
    ada = participant(platform)
    store = platform.groups._groups
    save = store.save_description

    def meanwhile(description) -> None:
        platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
        save(description)

    monkeypatch.setattr(store, "save_description", meanwhile)
    with pytest.raises(ConsentRequired):
        say(platform, ada, age=AgeBand.OLDER)
    assert platform.groups.mine(ada) is None


def test_what_was_said_can_be_changed_downloaded_and_erased(platform, clock):
    ada = participant(platform)
    say(platform, ada, age=AgeBand.OLDER, gender=Gender.WOMAN)
    clock.advance(minutes=1)
    say(platform, ada, skin=SkinTone.MEDIUM)
    kept = platform.groups.mine(ada)
    assert kept.said() == {"Skin tone": "Monk 4 to 6"}
    assert (kept.words, kept.given_at) == (platform.groups.words(ada), clock())
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as files:
        [about] = json.loads(files.read("about-me.json"))
    assert (about["Skin tone"], about["agreed_to"]) == ("Monk 4 to 6", kept.words.body)
    platform.groups.erase(ada)
    assert platform.groups.mine(ada) is None


def test_what_is_no_longer_said_comes_back_with_no_older_copy(platform, settings, clock):
    ada = participant(platform)
    say(platform, ada, age=AgeBand.OLDER, skin=SkinTone.DARK)
    backup.take(settings.data, settings.data / "backup", clock(), keep=1)
    say(platform, ada, age=AgeBand.OLDER)
    assert platform.doctor.examine() == [], "what is said now stays"
    backup.restore(settings.data / "backup", settings.data / "new", None, settings.data / "erased.jsonl")
    again = assemble(replace(settings, data=settings.data / "new"), models=OneModel(), detector=OneFace(), now=clock)
    assert again.groups.mine(ada) is None


@pytest.mark.parametrize("hours", [-2, 2])
def test_what_is_said_after_something_was_erased_stays_and_what_was_erased_does_not_whichever_way_the_clock_goes(
    platform, settings, clock, hours
):
    ada = participant(platform)
    words = platform.consents.text(ada).sha256

    def erase_all() -> None:
        platform.groups.erase(ada)

    def keep_nothing() -> None:
        platform.consents.give(ada, words, EVERYTHING - {Purpose.STORE}, adult=True)
        platform.consents.give(ada, words, EVERYTHING, adult=True)

    for number, erase in enumerate((erase_all, keep_nothing)):
        say(platform, ada, age=AgeBand.OLDER, skin=SkinTone.DARK)
        copy, new = settings.data / f"backup{number}", settings.data / f"new{number}"
        backup.take(settings.data, copy, clock(), keep=1)
        clock.advance(hours=hours)
        erase()
        clock.advance(hours=-1)
        backup.restore(copy, new, None, settings.data / "erased.jsonl")
        restored = assemble(replace(settings, data=new), models=OneModel(), detector=OneFace(), now=clock)
        assert restored.groups.mine(ada) is None
        clock.advance(minutes=1)
        if hours > 0:
            say(platform, ada, age=AgeBand.UNDER_30)
            platform.doctor.examine()
            assert platform.groups.mine(ada).said() == {"Age": "18 to 29"}


def test_saying_nothing_is_kept_as_nothing(platform):
    ada = participant(platform)
    say(platform, ada, age=AgeBand.OLDER)
    platform.groups.describe(ada, "", False)
    assert platform.groups.mine(ada) is None


def test_it_goes_with_the_consent_to_keep_photos(platform):
    ada = participant(platform)
    say(platform, ada, age=AgeBand.OLDER)
    words = platform.consents.text(ada).sha256
    platform.consents.give(ada, words, EVERYTHING - {Purpose.PUBLISH}, adult=True)
    assert platform.groups.mine(ada) is not None
    platform.consents.give(ada, words, EVERYTHING - {Purpose.STORE}, adult=True)
    assert platform.groups.mine(ada) is None


def test_groups_are_shown_from_five_people_on_and_no_longer_once_one_leaves(platform):
    people = [participant(platform, f"p{number}@example.org") for number in range(LEAST_PEOPLE)]
    for person in people:
        assert sizes(platform)["Age"] == {}
        say(platform, person, age=AgeBand.OLDER)
    assert sizes(platform) == {"Age": {"60 or older": LEAST_PEOPLE}, "Gender": {}, "Skin tone": {}}
    platform.withdrawal.withdraw_everything(people[0])
    assert sizes(platform)["Age"] == {}


def test_explore_shows_the_faces_of_a_group_from_five_people_on(platform):
    study, old = platform.studies.current(), FaceFilter(group=("Age", "60 or older"))
    people = [participant(platform, f"p{number}@example.org") for number in range(LEAST_PEOPLE)]
    hers = give_face(platform, people[0])
    give_face(platform, participant(platform))
    for person in people:
        assert platform.explore.newest(OPERATOR, study.id, old, 9) == []
        assert platform.explore.counts(OPERATOR, study.id, old) == []
        say(platform, person, age=AgeBand.OLDER)
    assert platform.explore.newest(OPERATOR, study.id, old, 9) == [Found(hers, Emotion.HAPPY, reviewed=False)]
    assert [count.count for count in platform.explore.counts(OPERATOR, study.id, old)] == [1]
    platform.groups.erase(people[1])
    assert platform.explore.newest(OPERATOR, study.id, old, 9) == []


def test_slices_by_group_are_of_five_people_at_least_and_follow_a_change(platform):
    people = [participant(platform, f"p{number}@example.org") for number in range(LEAST_PEOPLE + 1)]
    for person in people:
        give_face(platform, person)
        say(platform, person, gender=Gender.MAN)
    give_face(platform, participant(platform))  # Says nothing.
    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)

    def by_gender() -> dict[str, int]:
        found = platform.slices.compare(OPERATOR, "happy", "sad").slices
        return {part.name: part.people for part in found if part.dimension == "Gender"}

    assert by_gender() == {"man": LEAST_PEOPLE + 1}
    say(platform, people[0], gender=Gender.ANOTHER)
    assert by_gender() == {"man": LEAST_PEOPLE}
    platform.groups.erase(people[1])
    assert by_gender() == {}


def test_a_study_that_stops_asking_shows_no_groups_and_people_can_still_erase(platform):
    people = [participant(platform, f"p{number}@example.org") for number in range(LEAST_PEOPLE)]
    for person in people:
        say(platform, person, age=AgeBand.OLDER)
    ask(platform, False)
    assert sizes(platform)["Age"] == {}
    platform.groups.erase(people[0])
    assert platform.groups.mine(people[0]) is None

"""A photo that its person works on, over a new page and another signing in."""

import pytest

from fers.domain.boxes import Box
from fers.services.faces.drafts import AtHand, Drafts
from tests.people import draft, participant, pattern

BOX = Box(10, 20, 100, 100)


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def bob(platform):
    return participant(platform, "bob@example.org")


def test_a_photo_and_its_crop_are_at_hand_for_their_person_alone(platform, ada, bob):
    at_hand = AtHand(draft(platform, ada), 0, BOX)
    platform.drafts.keep(ada, at_hand)
    assert platform.drafts.at_hand(ada) == at_hand
    assert platform.drafts.at_hand(bob) is None


def test_the_last_photo_of_a_person_takes_the_place_of_the_one_before(platform, ada):
    first, second = (AtHand(draft(platform, ada), 0, BOX) for _ in range(2))
    platform.drafts.keep(ada, first)
    platform.drafts.keep(ada, second)
    assert platform.drafts.at_hand(ada) == second
    platform.drafts.forget(ada)
    assert platform.drafts.at_hand(ada) is None


def test_it_goes_an_hour_after_its_person_last_touched_it(platform, ada, clock):
    at_hand = AtHand(draft(platform, ada), 0, BOX)
    platform.drafts.keep(ada, at_hand)
    clock.advance(minutes=59)
    platform.drafts.keep(ada, at_hand)
    clock.advance(minutes=59)
    assert platform.drafts.at_hand(ada)
    clock.advance(minutes=2)
    assert platform.drafts.at_hand(ada) is None


def test_there_is_room_for_so_much_and_what_nobody_touched_for_longest_goes(platform, ada, bob, clock):
    photos = {person: AtHand(draft(platform, person, pattern(n)), 0, BOX) for n, person in enumerate((ada, bob))}
    one = max(len(kept.draft.photo.data) for kept in photos.values()) + 4 * 512 * 512
    for room, left in ((2 * one, [ada, bob]), (one, [bob])):
        drafts = Drafts(clock, largest_bytes=room)
        for person, at_hand in photos.items():
            drafts.keep(person, at_hand)
        assert [person for person in photos if drafts.at_hand(person)] == left


def test_nothing_of_it_is_on_the_disk(platform, settings, ada):
    photo = draft(platform, ada).photo
    images = sorted(settings.data.joinpath("images").rglob("*"))
    platform.drafts.keep(ada, AtHand(draft(platform, ada), 0, BOX))
    assert sorted(settings.data.joinpath("images").rglob("*")) == images
    assert not [file for file in settings.data.rglob("*") if file.is_file() and photo.data[:2000] in file.read_bytes()]

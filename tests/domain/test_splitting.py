"""People are split whole, always alike, and in every class near the shares that are wanted."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fers.domain.emotions import Emotion
from fers.domain.splitting import SHARES, split_people
from fers.domain.versions import Split

people = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=6), st.lists(st.none() | st.sampled_from(Emotion), min_size=1, max_size=5)
)


@given(labels=people, newcomers=people)
def test_everybody_has_one_split_and_keeps_it_when_the_set_grows(labels, newcomers):
    before = split_people(labels, {}, "salt")
    assert set(before) == set(labels)
    after = split_people(newcomers | labels, before, "salt")
    assert before.items() <= after.items()


@given(labels=people)
def test_the_order_in_which_people_come_changes_nothing(labels):
    assert split_people(labels, {}, "salt") == split_people(dict(reversed(labels.items())), {}, "salt")


def test_every_class_comes_near_its_shares():
    labels = {f"person {n}": [Emotion(n % 8 if n % 3 else 1)] * (1 + n % 4) for n in range(800)}
    chosen = split_people(labels, {}, "salt")
    faces = Counter((chosen[person], label) for person, theirs in labels.items() for label in theirs)
    for emotion in Emotion:
        total = sum(faces[split, emotion] for split in Split)
        for split, share in SHARES.items():
            assert abs(faces[split, emotion] / total - share) < 0.05


def test_even_three_people_are_enough_for_three_splits():
    chosen = split_people({name: [Emotion.SAD] for name in "abc"}, {}, "salt")
    assert set(chosen.values()) == set(Split)


def test_the_salt_decides_who_goes_where():
    labels = {f"person {n}": [Emotion.SAD] for n in range(50)}
    assert split_people(labels, {}, "one study") != split_people(labels, {}, "another")

"""A download goes on where it broke off: any parts of it, put together, are the whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fers import config
from fers.assembly import assemble
from fers.domain.people import OPERATOR
from fers.domain.versions import Entry
from fers.errors import NotFound, StoreUnavailable
from fers.exporting.archive import FORMATS
from fers.exporting.exported_version import Cut
from tests.exporting.versions import freeze_four
from tests.people import OneFace, OneModel

EVERY_KIND = st.tuples(st.sampled_from(sorted(FORMATS)), st.sampled_from(Cut))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store that most of these tests only read."""
    settings = replace(config.load({}), data=tmp_path_factory.mktemp("store") / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    freeze_four(platform)
    return platform


def opened(platform, format="imagefolder", cut=Cut.CROP):
    return platform.downloads.open(OPERATOR, platform.studies.current().id, "v1", format, cut)


@given(kind=EVERY_KIND, cuts=st.lists(st.floats(0, 1), max_size=4))
def test_any_parts_put_together_are_the_whole(store, kind, cuts):
    download = opened(store, *kind)
    whole = b"".join(download.zip())
    assert download.size() == len(whole)
    borders = [0, *sorted(int(cut * len(whole)) for cut in cuts), len(whole)]
    parts = [b"".join(download.part(first, end)) for first, end in zip(borders, borders[1:], strict=False)]
    assert b"".join(parts) == whole


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize("format", [name for name, format in FORMATS.items() if format.place])
def test_what_was_sent_before_is_not_read_again(store, format, cut):
    download = opened(store, format, cut)
    size, read = download.size(), []

    def reading(entry: Entry) -> bytes:
        read.append(entry.face_id)
        return download.exported.image(entry)

    watched = replace(download, exported=replace(download.exported, image=reading))
    b"".join(watched.part(size - 100, size))
    assert read == []


def test_who_withdraws_changes_the_tag_and_breaks_off_what_is_being_sent(platform):
    faces = list(freeze_four(platform).values())
    before = opened(platform)
    assert opened(platform).tag == before.tag != opened(platform, "coco").tag
    sending = before.part(0, before.size() // 2)
    person = platform.accounts.resume(platform.accounts.sign_in("0@example.org", "correct horse battery").token)
    platform.withdrawal.withdraw_face(person, faces[0].id)
    with pytest.raises(NotFound, match="withdrawn"):
        b"".join(sending)
    assert opened(platform).tag != before.tag


def test_who_withdraws_after_their_image_was_sent_breaks_the_whole_off_too(platform):
    """Its tables would speak of fewer faces than there are images."""
    faces = freeze_four(platform)
    download, left = opened(platform), len(faces)
    person = platform.accounts.sign_in("0@example.org", "correct horse battery").person

    def reading(entry: Entry) -> bytes:
        nonlocal left
        left -= 1
        data = download.exported.image(entry)
        if not left:
            platform.withdrawal.withdraw_everything(person)
        return data

    watched = replace(download, exported=replace(download.exported, image=reading))
    with pytest.raises(NotFound, match="withdrawn"):
        b"".join(watched.zip())


def test_an_image_that_comes_out_otherwise_is_never_sent_for_the_one_that_was_measured(store):
    download = opened(store, cut=Cut.WHOLE)
    others = replace(download, exported=replace(download.exported, image=lambda entry: b"something else"))
    assert others.size() is None or pytest.fail("such a size can't be promised")
    with pytest.raises(StoreUnavailable, match="not what it was"):
        b"".join(others.zip())


def test_a_version_without_measures_is_sent_whole(store):
    download = opened(store)
    entries = download.exported.entries
    older = replace(
        download,
        exported=replace(
            download.exported, entries=lambda *among: (replace(entry, measures=None) for entry in entries(*among))
        ),
    )
    assert older.size() is None
    assert b"".join(older.zip()) == b"".join(download.zip())

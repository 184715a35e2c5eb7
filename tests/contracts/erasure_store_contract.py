"""What every ErasureStore does."""

import threading
from datetime import UTC, datetime

from fers.domain.consent import Purpose
from fers.domain.erasures import Erased, Erasure

from .samples import an_id

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
EVERY_KIND = {
    Erasure(Erased.FACE, an_id("face"), NOW),
    Erasure(Erased.PERSON, an_id("ada"), NOW),
    Erasure(Erased.PURPOSES, an_id("other"), NOW, purposes=frozenset({Purpose.STORE, Purpose.TRAIN})),
    Erasure(Erased.DESCRIPTION, an_id("ada"), NOW, study_id=an_id("faces")),
    Erasure(Erased.REPLIES, an_id("ada"), NOW, study_id=an_id("faces")),
}


class ErasureStoreContract:
    def test_what_is_noted_comes_back_after_a_restart(self, backend):
        for erasure in EVERY_KIND:
            backend.erasures().note(erasure)
        assert set(backend.erasures().erasures()) == EVERY_KIND

    def test_nothing_was_taken_back_in_a_new_store(self, backend):
        assert list(backend.erasures().erasures()) == []

    def test_a_face_or_a_person_is_found_by_their_id_whoever_noted_it(self, backend):
        here, elsewhere = backend.erasures(), backend.erasures()
        assert not here.is_gone(an_id("face"))
        for erasure in EVERY_KIND:
            elsewhere.note(erasure)
        assert [here.is_gone(an_id(name)) for name in ("face", "ada", "other", "nobody")] == [True, False, False, False]
        people = [here.is_gone(an_id(name), Erased.PERSON) for name in ("ada", "face", "nobody")]
        assert people == [True, False, False]
        here.note(Erasure(Erased.FACE, an_id("other"), NOW))
        assert here.is_gone(an_id("other")) and elsewhere.is_gone(an_id("other"))

    def test_noting_it_again_is_harmless(self, backend):
        for erasure in [*EVERY_KIND, *EVERY_KIND]:
            backend.erasures().note(erasure)
        assert set(backend.erasures().erasures()) == EVERY_KIND

    def test_many_may_note_at_once(self, backend):
        wanted = {Erasure(Erased.FACE, an_id(str(number)), NOW) for number in range(16)}
        writers = [threading.Thread(target=backend.erasures().note, args=(erasure,)) for erasure in wanted]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert set(backend.erasures().erasures()) == wanted

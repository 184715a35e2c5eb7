"""What every StoreHealth does."""

from fers.domain.health import Condition


class StoreHealthContract:
    def test_a_store_that_answers_is_well(self, backend):
        assert [backend.health().condition() for _ in range(3)] == [Condition.OK] * 3

    def test_one_that_is_well_has_room(self, backend):
        backend.health().require_room()
        backend.health().require_room(1_000_000)

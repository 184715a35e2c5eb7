"""What every PromotionStore does."""

from datetime import timedelta

from fers.domain.models import Promotion

from .samples import NOON


class PromotionStoreContract:
    def test_promotions_come_newest_first(self, backend):
        store = backend.promotions()
        assert store.promotions(5) == []
        made = [Promotion(name, NOON - timedelta(hours=number)) for number, name in enumerate(["a", "b", "a", "c"])]
        for promotion in made:
            store.promote(promotion)
        assert store.promotions(9) == made[::-1]
        assert backend.promotions().promotions(2) == [made[3], made[2]]

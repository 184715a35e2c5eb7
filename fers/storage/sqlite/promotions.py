"""PromotionStore on SQLite."""

from fers.domain.models import Promotion
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.sqlite.database import Database


class SqlitePromotions:
    def __init__(self, database: Database):
        self._database = database

    def promote(self, promotion: Promotion) -> None:
        with self._database.transaction() as sql:
            values = (promotion.model_id, time_to_text(promotion.at))
            sql.execute("INSERT INTO promotions (model_id, at) VALUES (?, ?)", values)

    def promotions(self, count: int) -> list[Promotion]:
        rows = self._database.rows("SELECT model_id, at FROM promotions ORDER BY number DESC LIMIT ?", (count,))
        return [Promotion(row["model_id"], time_from_text(row["at"])) for row in rows]

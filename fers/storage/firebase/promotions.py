"""PromotionStore on Firestore."""

from google.cloud.firestore import Query

from fers.domain.models import Promotion
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import FirestoreDocuments, TextSequence
from fers.storage.shared.documents import time_from_text, time_to_text


class FirebasePromotions:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._promotions = self._documents.collection("promotions")
        self._sequence = TextSequence()

    def promote(self, promotion: Promotion) -> None:
        place = self._sequence.next()
        document = {"id": place, "model_id": promotion.model_id, "at": time_to_text(promotion.at)}
        self._documents.create(self._promotions.document(place), document)

    def promotions(self, count: int) -> list[Promotion]:
        latest = self._documents.page(self._promotions.order_by("id", direction=Query.DESCENDING).limit(count))
        return [Promotion(document["model_id"], time_from_text(document["at"])) for document in latest]

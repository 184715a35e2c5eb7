"""GroupStore on Firestore: a document for each person and study."""

from collections.abc import Iterator

from fers.domain.groups import DIMENSIONS, SelfDescription
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.face_rows import FaceRows
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.shared.documents import description_from_document, description_to_document
from fers.storage.shared.facets import GROUPS, groups_of


class GroupsOfFaces:
    """Brings what somebody says to where their faces are found by it."""

    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._facts = FaceRows(documents)
        self._faces = documents.collection("faces")
        self._descriptions = documents.collection("self_descriptions")

    def of(self, person_id: str, study_id: str) -> dict[str, int]:
        document = self._documents.read(self._descriptions.document(f"{person_id}-{study_id}"))
        return groups_of(description_from_document(document) if document else None)

    def spread(self, person_id: str, study_id: str, groups: dict[str, int]) -> None:
        for face in self._documents.all(where(self._faces, "person_id", "==", person_id)):
            if face["study_id"] == study_id:
                self._facts.note_groups(face["id"], groups)


class FirebaseGroups:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._of_faces = GroupsOfFaces(self._documents)
        self._people = self._documents.collection("people")
        self._descriptions = self._documents.collection("self_descriptions")

    def save_description(self, description: SelfDescription) -> None:
        document = description_to_document(description)
        name = f"{description.person_id}-{description.study_id}"
        with self._documents.batch_of(self._people.document(description.person_id)) as batch:
            batch.set(self._descriptions.document(name), document | {"id": name})
            self._documents.commit(batch)
        self._of_faces.spread(description.person_id, description.study_id, groups_of(description))

    def descriptions_of(self, person_id: str) -> list[SelfDescription]:
        found = self._documents.all(where(self._descriptions, "person_id", "==", person_id))
        return sorted(map(description_from_document, found), key=lambda description: description.study_id)

    def descriptions_in(self, study_id: str) -> Iterator[SelfDescription]:
        return map(
            description_from_document, self._documents.all(where(self._descriptions, "study_id", "==", study_id))
        )

    def sizes(self, study_id: str) -> dict[tuple[str, str], int]:
        of_study = where(self._descriptions, "study_id", "==", study_id)
        counted = {
            (about, answer): self._documents.count(where(of_study, GROUPS[about], "==", answer))
            for about, answers in DIMENSIONS.items()
            for answer in answers
        }
        return {group: people for group, people in counted.items() if people}

    def delete_description(self, person_id: str, study_id: str) -> None:
        """Faces that are added meanwhile are looked for once more at the end. Whoever is interrupted before finds what
        they said still there and can do it again."""
        self._of_faces.spread(person_id, study_id, groups_of(None))
        self._documents.delete([self._descriptions.document(f"{person_id}-{study_id}")])
        self._of_faces.spread(person_id, study_id, groups_of(None))

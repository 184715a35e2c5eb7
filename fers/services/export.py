"""Export: faces with their labels as a folder that can be trained on as it is."""

import csv
import json
from pathlib import Path

from fers.domain.consent import Purpose
from fers.domain.faces import Face
from fers.domain.interfaces import ImageStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput
from fers.services.own_data import describe


class Export:
    def __init__(self, records: RecordStore, images: ImageStore):
        self._records = records
        self._images = images

    def write(self, actor: Person, folder: Path, purpose: Purpose) -> tuple[int, int]:
        """Write the faces whose people agree to `purpose` into the new folder `folder`.

        `manifest.csv` (image, label) lists the labelled ones, `faces.jsonl` describes all of them, people appear as
        numbers that mean nothing elsewhere. Returns (faces written, faces left out for want of consent). Raises
        InvalidInput when the folder is there already.
        """
        require(actor, Action.VIEW_DATASET)
        if folder.exists():
            raise InvalidInput(f"{folder} is there already.", "Choose a folder that does not exist yet.")
        (folder / "images").mkdir(parents=True)
        written, left_out, people = 0, 0, {}
        with (folder / "manifest.csv").open("w", newline="") as table, (folder / "faces.jsonl").open("w") as lines:
            manifest = csv.writer(table)
            manifest.writerow(["image", "label", "left", "top", "width", "height"])
            for face in self._records.faces():
                if purpose not in face.purposes:
                    left_out += 1
                    continue
                number = people.setdefault(face.person_id, len(people))
                self._write_face(face, number, folder, manifest, lines)
                written += 1
        return written, left_out

    def _write_face(self, face: Face, person: int, folder: Path, manifest, lines) -> None:
        described = describe(face) | {"person": person}
        del described["consent"]
        (folder / described["image"]).write_bytes(self._images.get(face.id))
        lines.write(json.dumps(described) + "\n")
        if face.answer.label is not None:
            manifest.writerow([described["image"], face.answer.label.label, *face.box.as_list()])

"""What is uploaded to be registered as a model is unpacked with care."""

import io
import zipfile

import pytest

from fers.domain.people import OPERATOR
from fers.errors import FersError, InvalidInput
from fers.ui import registering


def zipped(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def damaged(data: bytes) -> bytes:
    """With the compressed bytes of its first file overwritten."""
    start = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].header_offset + 40
    return data[:start] + b"\xff" * 8 + data[start + 8 :]


@pytest.mark.parametrize("data", [b"", b"no zip", zipped(), damaged(zipped(model=bytes(1000)))])
def test_a_zip_that_cannot_be_unpacked_is_said_to_be_one(data):
    with pytest.raises(InvalidInput, match="can't be unpacked"):
        registering.register(OPERATOR, "model.zip", data, {})


def test_a_zip_of_very_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(registering, "LARGEST_UNPACKED", 999)
    with pytest.raises(InvalidInput, match="more than a model"):
        registering.register(OPERATOR, "model.zip", zipped(model=bytes(1000)), {})


def test_only_who_may_manage_models_registers_one():
    with pytest.raises(FersError):
        registering.register(None, "model.zip", zipped(), {})

"""What is uploaded to be registered as a model is unpacked with care, tried, taken and logged."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest

from fers.assembly import assemble
from fers.cli.model_questions import ALL_THE_SAME, in_words_of_the_page
from fers.domain.emotions import LABELS
from fers.domain.people import OPERATOR
from fers.errors import FersError, InvalidInput, ModelDoubted, ModelRejected
from fers.inference import unpacking
from fers.inference.unpacking import describes_itself, unpacked
from fers.ui.models import registering
from tests.inference.networks import DESCRIBED, SIDE, knowing_the_portraits, onnx_file
from tests.people import OneFace

pytestmark = pytest.mark.slow  # Most start FERS, and the process that tries models.


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
def test_a_zip_that_cannot_be_unpacked_is_said_to_be_one(tmp_path, data):
    (tmp_path / "model.zip").write_bytes(data)
    with pytest.raises(InvalidInput, match="can't be unpacked"), unpacked(tmp_path / "model.zip"):
        pass


def test_a_zip_of_very_much_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "LARGEST_UNPACKED", 999)
    (tmp_path / "model.zip").write_bytes(zipped(model=bytes(1000)))
    with pytest.raises(InvalidInput, match="more than a model"), unpacked(tmp_path / "model.zip"):
        pass


def test_only_who_may_manage_models_registers_one():
    with pytest.raises(FersError):
        registering.register(None, "model.zip", io.BytesIO(zipped()), {})


ANSWERS = DESCRIBED | {"--mean": ""}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    path = onnx_file(tmp_path_factory.mktemp("trained") / "my net.onnx", knowing_the_portraits(), first="Cos")
    return path.read_bytes()


@pytest.fixture
def models(tmp_path, settings, monkeypatch):
    """The folder of registered models, empty, here and in the process that registers."""
    folder = tmp_path / "models"
    monkeypatch.setenv("FERS_MODELS", str(folder))
    monkeypatch.setenv("FERS_MODEL", "my-net")
    platform = assemble(replace(settings, models=(folder,)), detector=OneFace())
    monkeypatch.setattr(registering, "platform", lambda: platform)
    return platform.live_model


def log(platform):
    return [entry.action for entry in platform.members.whole_log(OPERATOR, 9)]


def folder_of(model_id, network):
    """A zip's content for a model folder."""
    description = {
        "schema": 1,
        "id": model_id,
        "version": "2.0.0",
        "name": "Mine",
        "weights": "model.onnx",
        "sha256": hashlib.sha256(network).hexdigest(),
        "input": {"width": SIDE, "height": SIDE, "channels": 3},
        "output": {"classes": LABELS},
        "crop": {"scale": 1.2},
        "licence": "Apache-2.0",
        "data": "Two portraits",
    }
    return {"model.json": json.dumps(description).encode(), "model.onnx": network}


def test_a_file_is_registered_and_that_is_logged(models, network):
    said = registering.register(OPERATOR, "my net.onnx", io.BytesIO(network), ANSWERS)
    assert "It is right on 12 of 12 known faces" in said
    assert [(info.id, info.licence) for info in models.models()] == [("my-net", "Apache-2.0")]
    assert log(registering.platform()) == ["registered: my-net 1.0.0"]


@pytest.mark.parametrize("inside", ["", "anything/at all/"])
def test_a_zip_of_a_model_folder_is_registered_whatever_it_is_called(models, network, tmp_path, inside):
    files = {f"{inside}{name}": content for name, content in folder_of("mine", network).items()}
    files |= {"__MACOSX/._model.json": b"a Mac's", f"{inside}.DS_Store": b"a Mac's"}
    data = zipped(**files)
    assert describes_itself("download.zip", io.BytesIO(data))
    registering.register(OPERATOR, "download (1).zip", io.BytesIO(data), {})
    assert [(info.id, info.version) for info in models.models()] == [("mine", "2.0.0")]
    assert sorted(file.name for file in (tmp_path / "models" / "mine").iterdir()) == ["model.json", "model.onnx"]
    assert log(registering.platform()) == ["registered: mine 2.0.0"]


def test_a_name_longer_than_this_system_allows_is_no_failure(models):
    with pytest.raises(ModelRejected, match="is empty"):
        registering.register(OPERATOR, "模" * 250 + ".onnx", io.BytesIO(b""), ANSWERS)


def test_a_zip_of_weights_alone_has_to_be_described(models, network):
    data = zipped(**{"__MACOSX/model.json": b"", "net.onnx": network})
    assert not describes_itself("net.zip", io.BytesIO(data))
    registering.register(OPERATOR, "net.zip", io.BytesIO(data), ANSWERS)
    assert [info.id for info in models.models()] == ["net"]


def test_a_field_that_the_form_hides_is_said_to_be_under_what_opens_it():
    assert in_words_of_the_page("Say it with --side.") == "Say it with “Pixels” under “More settings”."
    assert in_words_of_the_page("Say it with --order.") == "Say it with “Order of the channels”."
    assert in_words_of_the_page("--nothing") == "--nothing"


@pytest.mark.parametrize(("name", "asks_nothing"), [("model.zip", True), ("model.onnx", False)])
def test_of_a_zip_that_cannot_be_unpacked_nothing_is_asked(name, asks_nothing):
    assert describes_itself(name, io.BytesIO(b"no zip")) is asks_nothing


def test_a_doubted_model_is_registered_only_all_the_same(models, network):
    wrongly = ANSWERS | {"--range": "0,255"}
    with pytest.raises(ModelDoubted, match="answers better when fed other values") as doubted:
        registering.register(OPERATOR, "my net.onnx", io.BytesIO(network), wrongly)
    assert "“Values that black and white are fed as” should be 0,1. " in str(doubted.value)
    assert "model.json" not in str(doubted.value)
    assert f"register it as it is with “{ALL_THE_SAME}”" in str(doubted.value)
    assert models.models() == []
    registering.register(OPERATOR, "my net.onnx", io.BytesIO(network), wrongly, all_the_same=True)
    assert [info.id for info in models.models()] == ["my-net"]


def test_of_a_folder_that_describes_a_model_wrongly_it_is_said_what_to_write_there(models, network):
    files = folder_of("mine", network)
    description = json.loads(files["model.json"])
    description["input"]["range"] = [0, 255]
    data = zipped(**files | {"model.json": json.dumps(description).encode()})
    with pytest.raises(ModelDoubted, match=r'In a model\.json: "range": \[0\.0, 1\.0\]'):
        registering.register(OPERATOR, "mine.zip", io.BytesIO(data), {})


def test_refusals_name_the_fields_of_the_page_and_no_folder_of_ours(models, network):
    def refused(answers, name="my net.onnx", data=network):
        with pytest.raises(FersError) as refusal:
            registering.register(OPERATOR, name, io.BytesIO(data), ANSWERS | answers)
        assert not isinstance(refusal.value, ModelDoubted)
        assert "--" not in str(refusal.value)
        assert "/" not in str(refusal.value)
        return str(refusal.value)

    assert "Give “Licence of the weights" in refused({"--licence": ""})
    assert "“Side of the crop” can't be used: 9.0 is not in the range" in refused({"--crop-scale": "9"})
    assert "letters, digits" in refused({"--id": "a b"})
    assert "broken.tflite can't be loaded" in refused({}, "broken.tflite", b"not a network")
    registering.register(OPERATOR, "my net.onnx", io.BytesIO(network), ANSWERS)
    assert "Give it another id with “Id”" in refused({})
    twice = zipped(**folder_of("my-net", network))
    with pytest.raises(ModelRejected, match="Change the id in its model.json"):
        registering.register(OPERATOR, "my-net.zip", io.BytesIO(twice), {})

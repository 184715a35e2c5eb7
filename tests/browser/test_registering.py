"""A researcher registers models in the browser, makes one live, and goes back."""

import json
import shutil
import zipfile
from pathlib import Path

import onnx
import pytest
from playwright.sync_api import expect

from fers.domain.emotions import LABELS
from fers.domain.people import OPERATOR
from fers.inference.conversion import litert
from fers.inference.model_folder import fingerprint, read_model_folder
from tests import REPOSITORY
from tests.browser.conftest import DESKTOP, PATIENCE_MS, choose
from tests.browser.test_models import as_researcher
from tests.browser.test_participant import answer, give_photo
from tests.inference.networks import SIDE, keras_network, knowing_the_portraits, onnx_file
from tests.people import PASSWORD
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)
LIVE, OTHER = "vgg13-ferplus", "mobilenet-ferplus"
UPLOADS = ("of-keras.keras", "of-litert.tflite", "of-onnx.onnx", "zipped folder.zip")


@pytest.fixture(scope="module")
def server(platform, folder):
    """A server with two of the bundled models, and a folder that holds none."""
    models = folder / "models"
    for name in (LIVE, OTHER):
        shutil.copytree(REPOSITORY / "models" / name, models / name, ignore=shutil.ignore_patterns("*.keras"))
    (models / "left-over").mkdir()
    (models / "left-over" / "model.json").write_text("{}")
    with serving(folder, FERS_MODELS=str(models)) as server:
        yield server


@pytest.fixture(scope="module")
def uploads(tmp_path_factory):
    """The folder of networks that know the public portraits; "small.onnx" is one of them before it was enlarged."""
    folder, weights = tmp_path_factory.mktemp("trained"), knowing_the_portraits()
    network = keras_network(weights)
    network.save(folder / UPLOADS[0])
    (folder / UPLOADS[1]).write_bytes(litert(network))
    onnx_file(folder / UPLOADS[2], weights, first="Cos")
    with zipfile.ZipFile(folder / UPLOADS[3], "w") as archive:
        archive.writestr("model.json", json.dumps(description("of-folder", folder / UPLOADS[2])))
        archive.write(folder / UPLOADS[2], "model.onnx")
    shutil.copy(folder / UPLOADS[2], folder / "small.onnx")
    _enlarge(folder / UPLOADS[2])
    return folder


def _enlarge(file) -> None:
    """More than a photo may have."""
    network = onnx.load(file)
    network.doc_string = "x" * 25_000_000
    onnx.save(network, file)


def description(model_id, weights) -> dict:
    return {
        "schema": 1,
        "id": model_id,
        "version": "3.1.4",
        "name": "From a folder",
        "weights": "model.onnx",
        "sha256": fingerprint(weights),
        "input": {"width": SIDE, "height": SIDE, "channels": 3},
        "output": {"classes": LABELS},
        "crop": {"scale": 1.2},
        "licence": "CC BY 4.0",
        "data": "Two portraits",
        "metrics": {"a benchmark": {"n": 1234, "top1": 0.875}},
    }


@pytest.fixture
def page(open_page):
    page = as_researcher(open_page, "Models")
    expect(page.get_by_text("The live model is")).to_be_visible()
    yield page
    assert "Traceback" not in page.content()


def upload(page, file: Path) -> None:
    page.get_by_text("Register a model").click()
    page.locator("input[type=file]").set_input_files(file)
    expect(register_button(page)).to_be_visible()


def describe(page) -> None:
    page.get_by_label("Side of the crop").fill("1.2")
    page.get_by_label("Licence of the weights").fill("CC BY 4.0")
    page.get_by_label("What it was trained on").fill("Two portraits")


def register_button(page):
    """To be pressed by its key: sections and fields above it that are still opening move it from under a click."""
    return page.get_by_role("button", name="Register", exact=True)


def card(page, model_id: str):
    return page.get_by_test_id("stExpander").filter(has=title(page, model_id))


def title(page, model_id: str):
    return page.locator("summary", has_text=model_id)


def log(platform, count: int) -> list[str]:
    return [entry.action for entry in platform.members.whole_log(OPERATOR, count)]


@pytest.mark.parametrize("name", UPLOADS)
def test_a_model_of_every_kind_is_registered_and_listed(page, platform, uploads, name):
    model_id, version = ("of-folder", "3.1.4") if name.endswith(".zip") else (name.partition(".")[0], "1.0.0")
    upload(page, uploads / name)
    if not name.endswith(".zip"):
        describe(page)
    register_button(page).press("Enter")
    expect(page.get_by_text(f"{model_id} is registered.")).to_be_visible()
    expect(page.get_by_text("It is right on 12 of 12 known faces")).to_be_visible()
    assert log(platform, 1) == [f"registered: {model_id} {version}"]
    title(page, model_id).click()
    expect(card(page, model_id).get_by_text("Two portraits")).to_be_visible()
    expect(card(page, model_id).get_by_text("CC BY 4.0")).to_be_visible()
    if name.endswith(".zip"):
        expect(card(page, model_id).get_by_text("Measured on a benchmark: Faces 1,234 · Top-1 0.875")).to_be_visible()


def test_a_registered_model_is_run_over_the_faces(page, open_page, platform):
    other = open_page(who="ada@example.org", **DESKTOP)
    give_photo(other, "upload")
    answer(other)
    page.get_by_role("link", name="Compare", exact=True).click()
    page.locator(".st-key-run-of-onnx button").click()
    expect(page.locator(".stProgress", has_text="of-onnx").filter(has_text="1 of 1 faces")).to_have_count(1)


def test_a_doubted_model_is_registered_all_the_same_when_somebody_insists(page, platform, uploads):
    upload(page, Path(shutil.copy(uploads / "small.onnx", uploads / "doubted.onnx")))
    describe(page)
    page.get_by_text("More settings", exact=True).click()
    page.get_by_label("Mean then subtracted").fill("9,9,9")
    page.get_by_label("Standard deviation").fill("0.1,0.1,0.1")
    page.get_by_label("Version").fill("0.0.1")
    register_button(page).press("Enter")
    expect(page.get_by_text("It answers better when fed other values")).to_be_visible()
    assert log(platform, 1) != ["registered: doubted 0.0.1"]
    page.get_by_role("button", name="Register it anyway").click()
    expect(page.get_by_text("doubted is registered.")).to_be_visible()
    expect(page.get_by_role("button", name="Register it anyway")).to_have_count(0)
    assert log(platform, 1) == ["registered: doubted 0.0.1"]


def test_refusals_are_in_the_words_of_the_page(page, uploads):
    upload(page, uploads / "small.onnx")
    register_button(page).press("Enter")
    missing = "“Licence of the weights and of the data they learned from” and “What it was trained on”"
    expect(page.get_by_text(f"Give {missing} too.")).to_be_visible()
    expect(page.get_by_text("left-over/model.json can't be used")).to_be_visible()


def test_a_model_goes_live_and_back_and_participants_meet_it(page, open_page, platform):
    other = open_page(who="ada@example.org", **DESKTOP)
    version = read_model_folder(REPOSITORY / "models" / OTHER).info.version
    choose(page, "Another model", OTHER)
    page.get_by_role("button", name="Make it live").click()
    expect(page.get_by_text(f"The live model is {OTHER} {version}.")).to_be_visible()
    expect(title(page, OTHER)).to_contain_text("live")
    assert log(platform, 1) == [f"made live: {OTHER} {version}"]
    give_photo(other, "upload")
    answer(other)
    page.get_by_role("button", name=f"Go back to {LIVE}").click()
    page.get_by_role("button", name="Yes, make").click()
    version = json.loads((REPOSITORY / "models" / LIVE / "model.json").read_text())["version"]
    expect(page.get_by_text(f"The live model is {LIVE} {version}.")).to_be_visible()
    assert log(platform, 1) == [f"rolled back to: {LIVE} {version}"]
    other.get_by_role("button", name="Next photo").click()
    give_photo(other, "upload")
    answer(other)
    ada = platform.accounts.sign_in("ada@example.org", PASSWORD).person
    faces = sorted(platform.data_export.faces(ada), key=lambda face: face.prediction.made_at)
    assert [face.prediction.model_id for face in faces][-2:] == [OTHER, LIVE]

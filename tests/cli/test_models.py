"""`python -m fers models`: adding a trained model, and being told when it is described wrongly."""

import json
import os
import pty
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from fers import config
from fers.cli.main import main
from fers.domain.emotions import LABELS
from fers.inference.known_faces import public_pictures
from fers.inference.model_folder import fingerprint
from tests.inference.networks import DESCRIBED, SIDE, knowing_the_portraits, onnx_file
from tests.waiting import LONG

pytestmark = pytest.mark.slow  # Most start the process that tries models.
UNSAID = dict.fromkeys([option[2:].replace("-", "_") for option in DESCRIBED])
"""For a folder that describes itself."""


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    """A network that knows the public portraits."""
    return onnx_file(tmp_path_factory.mktemp("trained") / "my net.onnx", knowing_the_portraits(), first="Cos")


@pytest.fixture
def models(tmp_path, monkeypatch):
    """The folder of registered models, empty."""
    folder = tmp_path / "models"
    settings = replace(config.load({}), models=(folder,), default_model="my-net")
    monkeypatch.setattr(config, "load", lambda: settings)
    return folder


@pytest.fixture
def run(models):
    def run(*arguments, **answers):
        options = DESCRIBED | {f"--{key.replace('_', '-')}": value for key, value in answers.items()}
        given = [part for option, value in options.items() if value is not None for part in (option, value)]
        words = [*arguments, *(given if arguments[0] == "add" else [])]
        return CliRunner().invoke(main, ["models", *map(str, words)])

    return run


def test_a_file_becomes_a_registered_model(run, models, network):
    result = run("add", network, name="Mine")
    assert result.exit_code == 0, result.output
    assert "reads colour faces of 32 x 32 pixels (NHWC) and gives 8 probabilities" in result.stdout
    assert "It is right on 12 of 12 known faces" in result.stdout
    assert "None of them shows sad, surprise" in result.stdout
    assert "It runs only on the server" in result.stdout
    assert [folder.name for folder in models.iterdir()] == ["my-net"]
    [listed] = json.loads(run("--json").stdout)
    assert (listed["id"], listed["name"], listed["default"]) == ("my-net", "Mine", True)
    assert run("check", "my-net").exit_code == 0


def test_a_folder_that_cannot_be_written_is_named(run, models, network):
    models.write_text("not a folder")
    result = run("add", network)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The model can't be put into the models folder")
    assert str(models) in result.stderr


def test_a_file_that_cannot_be_read_is_named(run):
    result = run("add", "x" * 300)
    assert (result.exit_code, "can't be read (File name too long)" in result.stderr) == (1, True)


def test_without_a_terminal_what_is_missing_is_named(run, models, network):
    result = run("add", network, classes=None, data=None)
    assert result.exit_code == 1
    assert "Give --classes and --data too." in result.stderr
    assert list(models.iterdir()) == []


def test_a_wrong_description_is_not_registered_unless_insisted_on(run, models, network):
    result = run("add", network, range="0,255", order="BGR")
    assert result.exit_code == 1
    assert "WRONG: It answers better when fed other values: --range should be 0,1. " in result.stdout
    assert 'In a model.json: "range": [0.0, 1.0].' in result.stdout
    assert "The model was not registered" in result.stderr
    assert list(models.iterdir()) == []
    assert run("add", network, "--yes", range="0,255", order="BGR").exit_code == 0
    assert run("check", "my-net").exit_code == 1


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"classes": "happy,sad"}, "gives 8 numbers for each face, but 2 classes"),
        ({"classes": ",".join(["none", *LABELS[1:]])}, "this one lacks neutral. correct it with --classes"),
        ({"classes": ",".join([*LABELS[:7], "anger"])}, "two of its classes mean the same"),
        ({"range": "1,0"}, "range must rise. correct it with --range"),
        ({"range": "0"}, "2 numbers"),
        ({"mean": "1,2"}, "the mean and std have to be"),
        ({"crop_scale": "9"}, "crop-scale"),
        ({"crop_scale": "nan"}, "is not a number from 0.5 to 4. correct it with --crop-scale"),
        ({"id": "../elsewhere"}, "letters, digits"),
        ({"licence": " "}, "licence is not a text"),
    ],
)
def test_answers_that_cannot_be_are_refused(run, models, network, answers, problem):
    result = run("add", network, **answers)
    assert result.exit_code != 0
    assert problem in result.stderr.lower()
    assert "model.json" not in result.stderr
    assert not models.exists() or list(models.iterdir()) == []


def test_a_name_is_given_once(run, models, network):
    run("add", network)
    before = (models / "my-net" / "model.json").read_text()
    assert "Give it another id with --id" in run("add", network, name="Second").stderr
    assert (models / "my-net" / "model.json").read_text() == before


@pytest.mark.parametrize("name", ["model.onnx", "model.tflite", "model.keras", "model.pkl", "folder"])
def test_what_is_no_model_is_refused(run, models, tmp_path, name):
    (tmp_path / name).mkdir() if name == "folder" else (tmp_path / name).write_bytes(b"not a model at all")
    result = run("add", tmp_path / name)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert result.stderr.startswith("Error: ")
    assert list(models.iterdir()) == []


def test_a_model_folder_is_taken_as_it_is(run, models, network, tmp_path):
    run("add", network, name="Mine")
    there = (models / "my-net").rename(tmp_path / "my-net")
    (there / "README.md").write_text("A card.")
    assert "has a description of its own" in run("add", there).stderr
    assert run("add", there, **UNSAID).exit_code == 0
    assert (models / "my-net" / "README.md").read_text() == "A card."
    assert "Change the id in its model.json" in run("add", there, **UNSAID).stderr


def test_a_model_folder_is_registered_by_its_id_whatever_it_is_called(run, models, network, tmp_path):
    run("add", network)
    there = (models / "my-net").rename(tmp_path / "download (1)")
    assert run("add", there, **UNSAID).exit_code == 0
    assert [folder.name for folder in models.iterdir()] == ["my-net"]


def test_an_id_that_leads_elsewhere_is_refused(run, models, network, tmp_path):
    run("add", network)
    there = (models / "my-net").rename(tmp_path / "there")
    described = json.loads((there / "model.json").read_text())
    for model_id in ("../elsewhere", "a b", "", None, 7):
        (there / "model.json").write_text(json.dumps(described | {"id": model_id}))
        assert "gives no id that can be used" in run("add", there, **UNSAID).stderr, model_id
        assert list(models.iterdir()) == []
        assert sorted(folder.name for folder in tmp_path.iterdir()) == ["models", "there"]


def test_faces_of_ones_own_test_it(run, network, tmp_path):
    rows = ["image,label"]
    for index, (picture, emotion) in enumerate(public_pictures()):
        picture.save(tmp_path / f"{index}.png")
        rows.append(f"{index}.png,{emotion.label}")
    (tmp_path / "faces.csv").write_text("\n".join(rows))
    assert "2 of 2 known faces" in run("add", network, faces=tmp_path / "faces.csv").stdout
    (tmp_path / "faces.csv").write_text("image,label\n0.png,boredom\n")
    assert "Row 2" in run("check", "my-net", "--faces", tmp_path / "faces.csv").stderr
    (tmp_path / "faces.csv").write_text("image,label\n7.png,happy\n")
    assert "Row 2" in run("check", "my-net", "--faces", tmp_path / "faces.csv").stderr


def test_gray_faces_come_without_a_question_of_order(write_gray, run, models):
    result = run("add", write_gray, "--yes")
    assert "reads greyscale faces of 32 x 32 pixels" in result.stdout


@pytest.fixture
def write_gray(tmp_path):
    import onnx

    kernel = np.random.default_rng(1).normal(0, 0.05, (SIDE * SIDE, 8)).astype(np.float32)
    path = onnx_file(tmp_path / "gray.onnx", (kernel, np.zeros(8, np.float32)))
    network = onnx.load(path)
    network.graph.input[0].type.tensor_type.shape.dim[3].dim_value = 1
    onnx.save(network, path)
    return path


def test_at_a_terminal_the_questions_are_asked(network, tmp_path):
    ours, theirs = pty.openpty()
    environment = os.environ | {"FERS_MODELS": str(tmp_path / "models"), "FERS_MODEL": "mine"}
    command = [sys.executable, "-m", "fers", "models", "add", str(network), "--crop-scale", "1.2"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, env=environment, text=True) as process:
        # Id, name, too few and then all classes, range, order (its default), licence, data.
        answers = ["mine", "My network", ",", ",".join(LABELS), "0,1", "", "Apache-2.0", "Two portraits"]
        os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
        told = process.communicate(timeout=LONG)[0]
    os.close(ours), os.close(theirs)
    assert process.returncode == 0, told
    described = json.loads((tmp_path / "models" / "mine" / "model.json").read_text())
    assert (described["name"], described["output"]["classes"]) == ("My network", list(LABELS))


def test_of_several_outputs_the_one_with_as_many_numbers_is_read(run, models, tmp_path):
    import keras

    inputs = keras.Input((SIDE, SIDE, 3))
    flat = keras.layers.Flatten()(inputs)
    outputs = (("expression", 8, "softmax"), ("valence_arousal", 2, "tanh"))
    keras.utils.set_random_seed(3)
    network = keras.Model(inputs, [keras.layers.Dense(n, how, name=name)(flat) for name, n, how in outputs])
    network.save(tmp_path / "two.keras")
    result = run("add", (tmp_path / "two.keras").rename(tmp_path / "two.KERAS"), "--yes")
    assert result.exit_code == 0, result.output
    assert "8 probabilities (expression)" in result.stdout and "2 logits (valence_arousal)" in result.stdout
    assert "It runs in browsers too" in result.stdout
    described = json.loads((models / "two" / "model.json").read_text())
    assert described["output"] == {"name": "expression", "classes": list(LABELS), "kind": "probabilities"}
    assert described["parameters"] == (SIDE * SIDE * 3 + 1) * (8 + 2)


def heads(path, *outputs, together=False):
    """An ONNX network of several outputs, (name, classes, operation) each; `together`: in a row, as one output."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random, kernels = np.random.default_rng(3), []
    nodes = [helper.make_node("Flatten", ["face"], ["flat"])]
    for name, n, operation in outputs:
        kernel = random.normal(0, 0.05, (SIDE * SIDE * 3, n)).astype(np.float32)
        kernels.append(numpy_helper.from_array(kernel, f"of {name}"))
        nodes.append(helper.make_node("MatMul", ["flat", f"of {name}"], [f"felt {name}"]))
        nodes.append(helper.make_node(operation, [f"felt {name}"], [name]))
    if together:
        nodes.append(helper.make_node("Concat", [name for name, *_ in outputs], ["answer"], axis=1))
        outputs = [("answer", sum(n for _, n, _ in outputs), "")]
    told = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", n]) for name, n, _ in outputs]
    face = helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", SIDE, SIDE, 3])
    graph = helper.make_graph(nodes, "heads", [face], told, kernels)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def test_outputs_of_one_length_are_told_apart_by_whoever_adds_it(run, models, tmp_path):
    file = heads(tmp_path / "alike.onnx", ("one", 8, "Softmax"), ("two", 8, "Sigmoid"))
    result = run("add", file)
    assert result.exit_code == 1
    assert "several outputs (one and two)" in result.stderr
    assert "Name it with --output" in result.stderr
    assert "no output called three" in run("add", file, output="three").stderr
    result = run("add", file, "--yes", output="two")
    assert result.exit_code == 0, result.output
    described = json.loads((models / "alike" / "model.json").read_text())["output"]
    assert (described["name"], described["kind"]) == ("two", "scores")


def test_what_outputs_are_is_judged_on_the_classes_alone(run, models, tmp_path):
    file = heads(tmp_path / "valence.onnx", ("seven", 7, "Softmax"), ("valence and arousal", 2, "Tanh"), together=True)
    names = ",".join([*LABELS[:7], "valence", "arousal"])
    result = run("add", file, "--yes", classes=names)
    assert result.exit_code == 0, result.output
    assert "gives 9 probabilities" in result.stdout
    assert json.loads((models / "valence" / "model.json").read_text())["output"]["kind"] == "probabilities"
    result = run("add", file, id="said", kind="logits", classes=names)
    assert result.exit_code == 1
    assert "all lie between 0 and 1, which logits do not" in result.stdout


def test_what_other_libraries_write_around_weights_is_taken_apart(run, models, network, tmp_path):
    """PyTorch's export today: weights beside the file, in a folder and in a zip."""
    import onnx

    folder = tmp_path / "exported"
    folder.mkdir()
    options = {"save_as_external_data": True, "location": "weights.onnx.data", "size_threshold": 0}
    onnx.save(onnx.load(network), folder / "net.ONNX", format="protobuf", **options)
    assert run("add", folder, id="folder").exit_code == 0
    shutil.make_archive(str(tmp_path / "zipped"), "zip", tmp_path, "exported")
    assert run("add", tmp_path / "zipped.zip", id="zip").exit_code == 0
    assert run("add", folder / "net.ONNX", id="file").exit_code == 0
    (folder / "weights.onnx.data").rename(tmp_path / "weights.onnx.data")
    result = run("add", folder / "net.ONNX", id="alone")
    assert "net.ONNX keeps its weights in other files that are not beside it: weights.onnx.data" in result.stderr
    (folder / "weights.onnx.data").symlink_to(tmp_path / "weights.onnx.data")
    assert run("add", folder / "net.ONNX", id="linked").exit_code == 1
    assert sorted(model.name for model in models.iterdir()) == ["file", "folder", "zip"]
    assert all(
        sorted(file.name for file in model.iterdir()) == ["model.json", "model.onnx"] for model in models.iterdir()
    )


def test_a_file_is_refused_by_the_name_that_its_owner_knows(run, models, tmp_path):
    import keras

    inputs = keras.Input((136,))
    keras.Model(inputs, keras.layers.Dense(8)(inputs)).save(tmp_path / "of landmarks.keras")
    result = run("add", tmp_path / "of landmarks.keras")
    assert "of landmarks.keras doesn't read faces: its input has the shape any x 136." in result.stderr


def test_a_saved_model_in_a_model_folder_is_registered_as_what_it_becomes(run, models, network, tmp_path):
    from tests.inference.networks import keras_network

    run("add", network)
    folder = (models / "my-net").rename(tmp_path / "saved")
    (folder / "model.onnx").unlink()
    keras_network(knowing_the_portraits()).export(folder / "network", format="tf_saved_model", verbose=False)
    described = json.loads((folder / "model.json").read_text())
    described |= {"weights": "network", "sha256": fingerprint(folder / "network")}
    (folder / "model.json").write_text(json.dumps(described))
    result = run("add", folder, **UNSAID)
    assert result.exit_code == 0, result.output
    assert "12 of 12" in result.stdout
    assert sorted(file.name for file in (models / "my-net").iterdir()) == ["model.json", "network.tflite"]


def test_a_keras_file_that_an_older_fers_served_is_registered_anew_in_its_place(run, models, network):
    from tests.inference.networks import keras_network

    run("add", network, id="old")
    folder = models / "old"
    (folder / "model.onnx").unlink()
    keras_network(knowing_the_portraits()).save(folder / "model.keras")
    described = json.loads((folder / "model.json").read_text())
    described |= {"weights": "model.keras", "sha256": fingerprint(folder / "model.keras")}
    (folder / "model.json").write_text(json.dumps(described))
    (folder / "README.md").write_text("What it is.")
    assert "model.keras can't be served as it is. Register the model again" in run("check", "old").stderr
    result = run("add", folder, **UNSAID)
    assert result.exit_code == 0, result.output
    assert "12 of 12" in result.stdout and "It runs in browsers too" in result.stdout
    assert sorted(file.name for file in folder.iterdir()) == ["README.md", "model.json", "model.tflite"]
    assert "There is already a model called old" in run("add", folder, **UNSAID).stderr

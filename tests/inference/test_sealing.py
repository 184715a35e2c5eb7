"""What a sealed process can't do, tried from inside of it; and what becomes of models that take too much."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from fers.errors import ModelRejected
from fers.inference import trial
from fers.inference.adding import look
from fers.inference.sandbox import sandbox
from tests import REPOSITORY
from tests.inference.networks import SIDE

ATTEMPTS = {
    "read a file": "open(secret).read()",
    "list a folder": "os.listdir(os.path.dirname(secret))",
    "write elsewhere": "open(secret + '2', 'w')",
    "overwrite": "open(secret, 'w')",
    "truncate": "os.truncate(secret, 0)",
    "delete": "os.remove(secret)",
    "move": "os.rename(secret, 'here')",
    "link": "os.link(secret, 'link') or open('link').read()",
    "read by a symbolic link": "os.symlink(secret, 'symbolic') or open('symbolic').read()",
    "make it everybody's": "os.chmod(secret, 0o777)",
    "date it back": "os.utime(secret, (0, 0))",
    "read the environment of another process": "open(f'/proc/{parent}/environ').read()",
    "look into the repository": "os.listdir(repository)",
    "open a socket": "socket.socket()",
    "open a pipe between processes": "socket.socketpair()",
    "end another process": "os.kill(parent, 0)",
    "fork": "os.fork() or os._exit(0)",
    "run a program": "os.execv('/bin/true', ['true'])",
    "spawn a program": "os.posix_spawn('/bin/true', ['true'], {})",
    "lift a limit": "resource.setrlimit(resource.RLIMIT_CORE, (1, 1))",
    "lift another process's limit": "resource.prlimit(parent, resource.RLIMIT_CORE, (1, 1))",
    "take memory": "bytearray(600_000_000)",
    "write very much": "open('large', 'wb').truncate(2_000_000_000)",
}
PROGRAM = """
import json, os, resource, signal, socket, sys
from pathlib import Path
from fers.inference.sealing import seal
work, code, secret, parent, repository, attempts = json.loads(sys.argv[1])
shut = seal(Path(work), (Path(code),), memory=500_000_000)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
done = {}
for name, attempt in attempts.items():
    try:
        eval(attempt)
        done[name] = "done"
    except (OSError, MemoryError, ValueError) as error:
        done[name] = type(error).__name__
Path("own").write_text("its own folder")
import numpy, threading
thread = threading.Thread(target=lambda: done.update(thread="runs"))
thread.start()
thread.join()
print(json.dumps([shut, done, Path("own").read_text(), float(numpy.ones(3).sum())]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")
def test_a_sealed_process_reaches_nothing_but_its_own_folder(tmp_path):
    work, secret = tmp_path / "work", tmp_path / "data" / "fers.db"
    work.mkdir(), secret.parent.mkdir()
    secret.write_text("faces")
    before = secret.stat()
    said = json.dumps([str(work), str(trial.CODE), str(secret), os.getpid(), str(REPOSITORY), ATTEMPTS])
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), said],
        cwd=work,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    shut, done, own, total = json.loads(told.stdout)
    assert shut == {"files": True, "network": True}
    assert {name for name, what in done.items() if what == "done"} == set()
    assert (done["thread"], own, total) == ("runs", "its own folder", 3)
    after = secret.stat()
    assert (secret.read_text(), after.st_mode, after.st_mtime_ns) == ("faces", before.st_mode, before.st_mtime_ns)
    assert sorted(path.name for path in secret.parent.iterdir()) == ["fers.db"]


def test_the_process_is_told_nothing_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FERS_SECRET", "faces")
    with sandbox() as box:
        with pytest.raises(ModelRejected):
            look(box, _written(tmp_path / "broken.onnx"))
        environment = Path(f"/proc/{box._process.pid}/environ").read_bytes()
    assert b"FERS_SECRET" not in environment
    assert str(Path.home()).encode() not in environment.split(b"PATH=")[0]


def _written(path):
    path.write_bytes(b"not a network")
    return path


def test_a_small_file_that_takes_much_memory_is_refused(tmp_path):
    sizes = numpy_helper.from_array(numpy_sizes(), "sizes")
    nodes = [
        helper.make_node("Resize", ["face", "", "", "sizes"], ["large"], mode="nearest"),
        helper.make_node("GlobalAveragePool", ["large"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["answer"]),
    ]
    graph = helper.make_graph(
        nodes,
        "bomb",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", 3])],
        [sizes],
    )
    path = tmp_path / "bomb.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    assert path.stat().st_size < 1000
    with sandbox(memory=1_000_000_000) as box, pytest.raises(ModelRejected, match="more memory than"):
        look(box, path)


def test_a_network_may_say_much_beside_the_classes(tmp_path):
    """Such as the features that each of its layers sees."""
    outputs = [f"features {number}" for number in range(20)]
    nodes = [helper.make_node("Flatten", ["face"], ["pixels"])]
    nodes += [helper.make_node("Identity", ["pixels"], [name]) for name in outputs]
    side = 18  # Nearly as many pixels as an output may have numbers.
    graph = helper.make_graph(
        nodes,
        "features",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, ["n", side, side, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", side * side * 3]) for name in outputs],
    )
    path = tmp_path / "features.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    with sandbox() as box:
        assert len(look(box, path).draft.outputs) == len(outputs)


def numpy_sizes():
    import numpy as np

    return np.array([12, 3, 8192, 8192], np.int64)


def test_a_process_that_dies_is_a_refusal():
    with sandbox() as box:
        box._process = box._start()
        box._process.terminate()
        with pytest.raises(ModelRejected, match="crashed on it"):
            box.ask("look")


def test_one_that_never_answers_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr("fers.inference.sandbox.PATIENCE_SECONDS", 0)
    with sandbox() as box, pytest.raises(ModelRejected, match="took too long"):
        look(box, _written(tmp_path / "model.onnx"))


@pytest.mark.parametrize("plant", [lambda made: made.symlink_to("/etc/passwd"), lambda made: made.mkdir()])
def test_nothing_but_a_file_is_fetched(tmp_path, plant):
    with sandbox() as box:
        plant(box.folder / "model.tflite")
        with pytest.raises(ModelRejected):
            box.fetch("model.tflite", tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


def test_what_a_process_left_behind_is_never_written_to(tmp_path):
    """A link that leads out of the folder, where the known faces are put next."""
    outside = tmp_path / "fers.db"
    outside.write_text("faces")
    with sandbox() as box:
        (box.folder / trial.KNOWN).symlink_to(outside)
        (box.folder / "given").symlink_to(tmp_path)
        box.clear()
        assert list(box.folder.iterdir()) == []
        with pytest.raises(ModelRejected):
            look(box, _written(tmp_path / "model.onnx"))
    assert outside.read_text() == "faces"

"""Keras files of every age: `.keras`, `.h5` and `.hdf5`, of Keras 3 and of Keras 2. All are served as LiteRT, and the
app opens none."""

import json
import shutil
import zipfile
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np

from fers.errors import ModelRejected
from fers.inference.foreign import Normal, saved_models
from fers.inference.quiet import tensorflow
from fers.inference.runtimes import cast, the_input

RUNS_CODE = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
"""Layers of Keras that hold code, or a graph of another library."""
KERAS_PARTS = (
    "layers", "models", "initializers", "regularizers", "constraints", "activations", "dtype_policies", "ops", "random",
    "quantizers", "src.applications.convnext", "src.layers", "src.models", "src.engine", "src.ops", "src.random",
    "src.backend.common", "src.dtype", "src.activations", "src.initializers", "src.regularizers", "src.quantizers",
)  # fmt: skip
"""Of Keras, what networks are made of."""
OPERATIONS = (
    "math.", "nn.", "__operators__.", "reshape", "concat", "stack", "unstack", "split", "transpose", "cast", "shape",
    "expand_dims", "squeeze", "tile", "pad", "clip_by_value", "convert_to_tensor", "image.resize", "zeros_like",
    "ones_like", "strided_slice", "compat.v1.shape", "compat.v1.transpose", "broadcast_to", "where", "gather",
)  # fmt: skip
"""Functions of TensorFlow that Keras 2 lets a network call by name (TFOpLambda), as their names begin."""
_HALVES = {"float16", "bfloat16", "mixed_float16", "mixed_bfloat16"}
_RECURRENT = {"LSTM", "GRU", "SimpleRNN"}
_WRAPPED = {"TFOpLambda", "SlicingOpLambda"}
_FED = "fers_face"
"""What inputs are called here, whatever their makers call them: TensorFlow exports no name with spaces, or with letters
that are not ASCII."""
_NETWORKS = {"Model", "Functional", "Sequential"}
_POLICIES = {"Policy", "DTypePolicy"}
"""Which precision a layer computes in."""


def normal_form(source: Path, folder: Path) -> Normal:
    """The network as LiteRT. Raises ModelRejected, also where it does not convert."""
    zipped = zipfile.is_zipfile(source)
    try:
        config, version = (_zipped if zipped else _hdf5)(source)
    except ModelRejected:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile, json and h5py raise kinds of their own
        raise ModelRejected("weights.broken", file=source.name) from error
    _refuse_code(config, source.name)
    tensorflow()
    named = Path(shutil.copyfile(source, folder / ("keras.keras" if zipped else "keras.h5")))
    if _made_servable(config):
        (_rewrite_zip if zipped else _rewrite_hdf5)(named, config)
    try:
        network = _in_keras_3(named, source.name, version)
    except _OnlyKeras2:
        return _by_keras_2(named, source, folder)
    _face(network, source.name)
    network = _as_it_answers(network)
    made = saved_models.as_litert(network, folder, source.name)
    face = network.inputs[0]

    def answers(batch: np.ndarray) -> dict[str, Any]:
        said = network(cast(batch, face.dtype), training=False)
        return said if isinstance(said, dict) else {face.name: said}

    saved_models.require_alike(answers, made, source.name)
    return Normal(made, network.count_params())


def _face(network: Any, name: str) -> Any:
    """What a network reads. Raises ModelRejected."""
    inputs = getattr(network, "inputs", None) or []  # None, or no such thing, of one that was shown no face yet.
    return the_input(inputs, [each.name for each in inputs], name)


def _made_servable(config: dict[str, Any]) -> bool:
    """Describe a network with what LiteRT has, in place of what it lacks and computes the same: whole numbers for those
    of half the precision, and each step for a loop over them. Returns whether that changed it."""
    before = json.dumps(config)
    for part in _parts(config):
        settings = part.get("config")
        if not isinstance(settings, dict):
            continue
        name = "name" if part["class_name"] in _POLICIES else "dtype"
        if isinstance(settings.get(name), str) and settings[name] in _HALVES:
            settings[name] = "float32"
        if part["class_name"] in _RECURRENT:
            settings["unroll"] = True
    return json.dumps(config) != before


def _rewrite_zip(file: Path, config: dict[str, Any]) -> None:
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(file.with_suffix(".part"), "w") as changed:
        for name in archive.namelist():
            with archive.open(name) as content, changed.open(name, "w", force_zip64=True) as copy:
                if name == "config.json":
                    copy.write(json.dumps(config).encode())
                else:
                    shutil.copyfileobj(content, copy)
    file.with_suffix(".part").replace(file)


def _rewrite_hdf5(file: Path, config: dict[str, Any]) -> None:
    import h5py

    with h5py.File(file, "r+") as opened:
        opened.attrs["model_config"] = json.dumps(config)


def _as_it_answers(network: Any) -> Any:
    """The same network when nobody trains it, whose outputs keep their names when it is converted."""
    import keras

    nest, source = tensorflow().nest, network.inputs[0]
    face = keras.Input(batch_shape=source.shape, dtype=source.dtype, name=_FED)
    # The input may be expected bare, or in a list or dictionary of one.
    expected = source if isinstance(network, keras.Sequential) else network.input
    said = network(nest.map_structure(lambda _: face, expected), training=False)
    if len(network.outputs) > 1 and not isinstance(said, dict):  # All of a Sequential have one.
        said = dict(zip(network.output_names, nest.flatten(said), strict=True))
    return keras.Model(face, said)


class _OnlyKeras2(Exception):
    """Keras 3 does not read this file of Keras 2."""


def _in_keras_3(file: Path, name: str, version: str) -> Any:
    import keras

    try:
        return keras.saving.load_model(file, compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:
        if not version.startswith("3"):
            raise _OnlyKeras2 from error
        raise ModelRejected(
            "keras.fails", file=name, ours=keras.__version__, theirs=version, problem=_said(error)
        ) from error


def _said(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return said[0][:200] if said else type(error).__name__


def _by_keras_2(file: Path, source: Path, folder: Path) -> Normal:
    """The network as LiteRT, by way of tf_keras. Raises ModelRejected with how to do it oneself."""
    if find_spec("tf_keras") is None:
        raise ModelRejected("keras.needs-tf-keras", file=source.name, stem=source.stem)
    import tf_keras

    try:
        network = tf_keras.models.load_model(file, compile=False, safe_mode=True)
        face = _face(network, source.name)
        archive = tf_keras.export.ExportArchive()
        archive.track(network)
        # Left to themselves, layers that alter faces at random do so whenever they are asked.
        said = partial(network, training=False)
        archive.add_endpoint("serve", said, [tensorflow().TensorSpec(face.shape, face.dtype, _FED)])
        archive.write_out(folder / "exported")
    except (MemoryError, ModelRejected):
        raise
    except Exception as error:
        raise ModelRejected("keras.keras-2-fails", file=source.name, problem=_said(error)) from error
    return Normal(saved_models.converted(folder / "exported", folder, source.name), network.count_params())


def _zipped(source: Path) -> tuple[dict[str, Any], str]:
    """(configuration, version) of a `.keras` file."""
    with zipfile.ZipFile(source) as archive:
        config = json.loads(archive.read("config.json"))
        version = json.loads(archive.read("metadata.json")).get("keras_version", "")
        for name in archive.namelist():
            if name.endswith(".h5"):
                with archive.open(name) as weights:
                    _refuse_links(weights, source.name)
    # tf_keras numbers its own releases as TensorFlow does.
    return config, version if version.startswith("3") else "2"


def _hdf5(source: Path) -> tuple[dict[str, Any], str]:
    """(configuration, version) of an HDF5 file."""
    import h5py

    _refuse_links(source, source.name)
    with h5py.File(source, "r") as file:
        if "model_config" not in file.attrs:
            raise ModelRejected("keras.weights-alone", file=source.name)
        config, version = (_text(file.attrs.get(key, b"2")) for key in ("model_config", "keras_version"))
    return json.loads(config), version if version.startswith("3") else "2"


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _refuse_links(weights: Path | IO[bytes], name: str) -> None:
    """Raise ModelRejected for HDF5 that takes numbers from other files."""
    import h5py

    def outside(group: Any) -> bool:
        for key in group:
            link = group.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                return True
            if isinstance(link, h5py.SoftLink):
                continue
            there = group[key]
            if isinstance(there, h5py.Group) and outside(there):
                return True
            if isinstance(there, h5py.Dataset) and (there.external or there.is_virtual):
                return True
        return False

    with h5py.File(weights, "r") as file:
        if outside(file):
            raise ModelRejected("weights.elsewhere", file=name)


def _refuse_code(config: dict[str, Any], name: str) -> None:
    for part in _parts(config):
        kind = str(part["class_name"])
        called = part.get("config")
        title = called.get("name", kind) if isinstance(called, dict) else called
        if kind in RUNS_CODE:
            raise ModelRejected("keras.layer-with-code", file=name, kind=kind, layer=title)
        if kind in _WRAPPED:
            function = str(called.get("function", "")) if isinstance(called, dict) else ""
            if kind == "TFOpLambda" and not function.startswith(OPERATIONS):
                raise ModelRejected("keras.calls-tensorflow", file=name, function=function)
        elif _is_custom(part):
            missing = str(title if kind == "function" else kind).rpartition(">")[2]
            raise ModelRejected("keras.custom-part", file=name, part=missing)


def _parts(config: object) -> Iterator[dict[str, Any]]:
    """All that is described by its class, but for how the network was trained."""
    if isinstance(config, dict):
        if isinstance(config.get("class_name"), str) and config["class_name"] != "__keras_tensor__":
            yield config
        for key, value in config.items():
            if key != "compile_config":
                yield from _parts(value)
    elif isinstance(config, list):
        for value in config:
            yield from _parts(value)


def _is_custom(part: dict[str, Any]) -> bool:
    kind, module = part["class_name"], part.get("module")
    if kind.startswith("__") or kind in _NETWORKS | _POLICIES:
        return False
    package, _, registered = str(part.get("registered_name") or "").rpartition(">")
    if registered and package not in ("", "keras", "Keras"):
        return True
    if module is None:  # As in HDF5 files.
        return not _in_keras(kind)
    root, _, rest = module.partition(".")
    return root not in ("keras", "tf_keras") or bool(rest and not rest.startswith(KERAS_PARTS))


def _in_keras(kind: str) -> bool:
    import keras

    spaces = (keras.layers, keras.models, keras.initializers, keras.regularizers, keras.constraints)
    return any(hasattr(space, kind) for space in spaces)

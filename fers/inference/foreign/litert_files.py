"""LiteRT files, which are served as they are."""

import shutil
from pathlib import Path

from fers.errors import ModelRejected
from fers.inference.foreign import MADE, Normal


def normal_form(source: Path, folder: Path) -> Normal:
    """Raises ModelRejected for a file whose answers would be whatever is in memory."""
    if _lacks_values(source.read_bytes()):
        raise ModelRejected("litert.no-values", file=source.name)
    return Normal(Path(shutil.copyfile(source, folder / f"{MADE}.tflite")))


def _lacks_values(content: bytes) -> bool:
    """Whether a network reads variables that nothing in the file sets, as some conversions leave them."""
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.Model.GetRootAs(content, 0)
        found = {model.OperatorCodes(index).BuiltinCode() for index in range(model.OperatorCodesLength())}
    except Exception:  # noqa: BLE001 - it is broken, which whoever opens it says
        return False
    return schema.BuiltinOperator.READ_VARIABLE in found and schema.BuiltinOperator.ASSIGN_VARIABLE not in found

"""LiteRT files, which are served as they are, and what no LiteRT file that is served may do."""

import shutil
from pathlib import Path

from fers.errors import ModelRejected
from fers.inference.foreign import MADE, Normal


def normal_form(source: Path, folder: Path) -> Normal:
    """Raises ModelRejected for a file whose answers would be whatever is in memory, or would tell of other people."""
    if _lacks_values(source.read_bytes()):
        raise ModelRejected("litert.no-values", file=source.name)
    refuse_memory(source, source.name)
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


def refuse_memory(made: Path, name: str) -> None:
    """Raise ModelRejected for a LiteRT file that keeps something of one face until it is shown the next. `name`: of
    what was brought."""
    if _writes_variables(made.read_bytes()):
        raise ModelRejected("litert.remembers", file=name)


def _writes_variables(content: bytes) -> bool:
    """Whether a network writes variables while it answers, and not only, once, before its first answer."""
    from ai_edge_litert import schema_py_generated as schema

    writing, once = set(), set()
    try:
        model = schema.Model.GetRootAs(content, 0)
        for number in range(model.SubgraphsLength()):
            graph = model.Subgraphs(number)
            for operator in map(graph.Operators, range(graph.OperatorsLength())):
                code = model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
                if code == schema.BuiltinOperator.ASSIGN_VARIABLE:
                    writing.add(number)
                if code == schema.BuiltinOperator.CALL_ONCE:
                    options, told = schema.CallOnceOptions(), operator.BuiltinOptions()
                    options.Init(told.Bytes, told.Pos)
                    once.add(options.InitSubgraphIndex())
    except Exception:  # noqa: BLE001 - as above
        return False
    return bool(writing - once)

"""What is known of each registered model, and why others can't be used."""

from collections.abc import Iterator
from numbers import Real
from pathlib import PurePath

import streamlit as st

from fers.domain.models import ModelInfo
from fers.errors import ModelRejected
from fers.ui.words import as_typed, file_size

SCORES = {"n": "Faces", "top1": "Top-1", "top3": "Top-3", "macro_f1": "Macro-F1", "ece": "ECE"}
"""Of what a model card states for a data set."""


def show(infos: list[ModelInfo], live_id: str | None) -> None:
    """A card a model, the live one first."""
    for info in sorted(infos, key=lambda info: info.id != live_id):
        live = info.id == live_id
        with st.expander(f"**{info.id}** {as_typed(info.version)}{' · live' if live else ''} — {as_typed(info.name)}"):
            st.write(_what_it_is(info))
            st.write(f"**Licence:** {as_typed(info.licence)}")
            st.write(f"**Trained on:** {as_typed(info.data)}")
            for data, scores in _stated(info.metrics):
                st.write(f"**Measured on {as_typed(data)}:** {scores}")


def show_refused(refused: dict[str, ModelRejected]) -> None:
    """Which folders hold no model that can be used, and why."""
    for name, error in refused.items():
        st.warning(f"**{as_typed(name)}**: {as_typed(error)}")


def _what_it_is(info: ModelInfo) -> str:
    kind = PurePath(info.weights).suffix
    size = f", {file_size(info.weights_bytes)}" if info.weights_bytes else ""
    parameters = f", {info.parameters:,} parameters" if info.parameters else ""
    colours = "greyscale" if info.input.channels == 1 else "colour"
    return f"{kind}{size}{parameters}. Reads {colours} faces of {info.input.width} × {info.input.height} pixels."


def _stated(metrics: dict) -> Iterator[tuple[str, str]]:
    """Data sets and scores on them. What stands in a card is anybody's word: only numbers are shown."""
    for data, stated in metrics.items():
        numbers = stated if isinstance(stated, dict) else {}
        known = [(name, numbers[key]) for key, name in SCORES.items() if isinstance(numbers.get(key), Real)]
        if known:
            yield data, " · ".join(f"{name} {_number(number)}" for name, number in known)


def _number(value: Real) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"

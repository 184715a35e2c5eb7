"""The tests."""

import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent

# Triton, which PyTorch brings along, and TensorFlow can't both live in a process: the second one crashes it.
sys.modules.setdefault("triton", None)

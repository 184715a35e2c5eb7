"""The tests."""

import sys

# Triton, which PyTorch brings along, and TensorFlow can't both live in a process: the second one crashes it.
sys.modules.setdefault("triton", None)

"""Taking turns: processes that stay warm and run each of their tasks once whenever they are asked to.

Tasks that can't share a process (other numbers of threads, other versions of a library) are still measured in the same
minutes, so that whatever else the machine does meets all of them alike. This module imports the standard library only:
it also runs under another interpreter's packages.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Worker:
    """A process running `python -m MODULE ARGUMENTS`, whose module calls `take_turns`."""

    def __init__(self, module: str, *arguments: str, python: str = sys.executable):
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def turn(self) -> dict[str, float]:
        """Have every task run once. Returns seconds by task."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{' '.join(self._process.args)} ended early.")
        return json.loads(answer)

    def end(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def take_turns(prepare: Callable[[], dict[str, Callable[[], object]]]) -> None:
    """In a worker: run the tasks that `prepare` makes once for every line on standard input."""
    # What libraries print goes to standard error: standard output holds the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    tasks = prepare()
    for _ in sys.stdin:
        answers.write(json.dumps({name: _seconds(task) for name, task in tasks.items()}) + "\n")
        answers.flush()


def use_cores(count: int) -> None:
    """Keep this process to `count` cores. Call it before importing a library that asks how many there are."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:count]))


def milliseconds(task: Callable[[], object]) -> float:
    """How long it takes to run a task once."""
    return _seconds(task) * 1000


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started

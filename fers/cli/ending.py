"""Commands that another process of FERS has started, and that are of no use without it."""

import os
import signal
import threading
import time

_LOOK_AGAIN_SECONDS = 1.0


def end_with(parent: int) -> None:
    """Terminate this process soon after `parent`, which started it, has ended. Returns at once."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_AGAIN_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()

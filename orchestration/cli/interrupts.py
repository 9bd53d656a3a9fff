"""Ctrl-C and SIGTERM end a refresh at once.

Dagster defers interrupts until a step ends, which may be minutes. Here the job runs in a thread of its own,
where Dagster leaves signals alone, and the main thread waits for it. Ending the process at once is as safe as
being killed (I6): the next refresh cleans up what is half done.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from orchestration.cli import console

STOPPED = "Stopped. The current release is untouched; `embudo refresh` starts again cleanly."
EXIT_CODE = 130


def run_stoppable(work: Callable[[], None]) -> None:
    """Run `work` to its end, or end this process on Ctrl-C or SIGTERM; raises what `work` raises."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    # A process that ends at once leaves semaphores of dbt's, about which Python's tracker would complain.
    os.environ.setdefault("PYTHONWARNINGS", "ignore::UserWarning:multiprocessing.resource_tracker")
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        worker = threading.Thread(target=run, name="refresh", daemon=True)
        worker.start()
        worker.join()
    except KeyboardInterrupt:
        console.err.print(STOPPED)
        # The thread cannot be ended alone, and nothing may be released while it still writes.
        os._exit(EXIT_CODE)
    finally:
        signal.signal(signal.SIGTERM, before)
    if raised:
        raise raised[0]


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt

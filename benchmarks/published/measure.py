"""One process, its wall time and its peak memory, on one core.

/usr/bin/time starts the process: a child of this Python itself would count this Python's memory as its own.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def on_one_core():
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


class Failed(Exception):
    """The last line of what a process printed."""


class Run:
    def __init__(self, seconds, megabytes, code):
        self.seconds, self.megabytes, self.code = seconds, megabytes, code


def measured(command, log, accepted=(0,)):
    """Runs `command`, output into the file `log`; a Run, or Failed where the exit code is not an accepted one."""
    timer = shutil.which("time")
    if timer is None:
        raise SystemExit("measure.py: the program `time` is missing (Debian: apt install time)")
    environment = {**os.environ, **{name: "1" for name in THREADS}}
    with tempfile.TemporaryDirectory() as folder:
        peak = pathlib.Path(folder) / "peak"
        before = time.monotonic()
        with open(log, "w", encoding="utf-8") as output:
            code = subprocess.run([timer, "-f", "%M", "-o", str(peak), *map(str, command)], stdout=output,
                                  stderr=subprocess.STDOUT, env=environment, preexec_fn=on_one_core).returncode
        seconds = time.monotonic() - before
        if code not in accepted:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"exit code {code}")
        return Run(seconds, int(peak.read_text().split()[-1]) / 1024, code)

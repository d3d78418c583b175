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


class Failed(Exception):
    """The last lines of what a process printed."""


class Run:
    def __init__(self, seconds, megabytes):
        self.seconds, self.megabytes = seconds, megabytes


def measured(command, log):
    """Runs `command`, output into the file `log`; a Run, or Failed."""
    timer = shutil.which("time")
    if timer is None:
        raise SystemExit("measure.py: the program `time` is missing (Debian: apt install time)")
    environment = {**os.environ, **{name: "1" for name in THREADS}}
    if hasattr(os, "sched_setaffinity"):
        core = {max(os.sched_getaffinity(0))}
        pin = lambda: os.sched_setaffinity(0, core)
    else:
        pin = None
    with tempfile.TemporaryDirectory() as folder:
        peak = pathlib.Path(folder) / "peak"
        before = time.monotonic()
        with open(log, "w", encoding="utf-8") as output:
            code = subprocess.run([timer, "-f", "%M", "-o", str(peak), *map(str, command)], stdout=output,
                                  stderr=subprocess.STDOUT, env=environment, preexec_fn=pin).returncode
        seconds = time.monotonic() - before
        if code != 0:
            lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise Failed(" / ".join(lines[-2:]) or f"exit code {code}")
        return Run(seconds, int(peak.read_text().split()[-1]) / 1024)

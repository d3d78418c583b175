"""A case run, and judged by its code, its words, its time and its files."""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

import h5py
import numpy

from case import LAUNCHER, PROGRAM

SECONDS = float(os.environ.get("MOLLIS_ODD_SECONDS", "60"))
CONTRACT = {0: "ok", 2: "not converged", 64: "usage", 65: "bad data", 66: "missing", 74: "output failed", 75: "stopped", 78: "bad deck"}
FAILED = (64, 65, 66, 74, 78)
CRASH = r"internal error|terminate called|Traceback|AddressSanitizer|runtime error|PETSC ERROR|HDF5-DIAG|MPI_ABORT|Error Message"
UNFIT = 0.5  # relative error beyond which a fit is not sound, whatever its verdict says


def snapshot(directory):
    """Every name with its kind and content."""
    found = {}
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        if path.is_symlink():
            found[name] = "link " + os.readlink(path)
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "other"
    return found


class Outcome:
    """A run of a case on a number of ranks: code (None: no end in time), seconds, out, err, names before and after."""

    def __init__(self, case, ranks, directory):
        self.case, self.ranks, self.directory = case, ranks, pathlib.Path(directory)
        case.prepare(self.directory)
        self.before = snapshot(self.directory)
        command = [PROGRAM, *case.arguments] if ranks == 1 else [*LAUNCHER, str(ranks), PROGRAM, *case.arguments]
        crowded = ranks > len(os.sched_getaffinity(0))  # else a rank that yields waits for other programs at each reduction
        environment = dict(os.environ, OMP_NUM_THREADS="1", OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle=str(int(crowded)),
                           OMPI_MCA_hwloc_base_binding_policy="none", OMPI_MCA_btl_vader_single_copy_mechanism="none",
                           MOLLIS_MPIEXEC=" ".join(LAUNCHER))
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=self.directory, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
        try:
            self.out, err = process.communicate(timeout=SECONDS)
            self.code = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            self.out, err = process.communicate()
            self.code = None
        self.seconds = time.monotonic() - start
        self.err = err if self.code not in CONTRACT else "" if err.startswith("-----") else err.split("\n-----")[0]  # without the launcher's words
        self.after = snapshot(self.directory)

    def judge(self):
        """What is wrong, in words."""
        if self.code is None:
            return [f"no end within {SECONDS:.0f} s"]
        return [*self.words(), *self.files(), *self.results()]

    def words(self):
        if self.code not in CONTRACT:
            yield f"exit code {self.code}: {self.err.strip()[-200:]}"
        if re.search(CRASH, self.err):
            yield "a crash in words: " + self.err.strip()[:200]
        if self.code not in FAILED:
            return
        lines = [line for line in self.err.splitlines() if line.strip()]
        if not lines:
            yield "no message"
        if len(set(lines)) < len(lines):
            yield "said twice: " + self.err[:200]
        if max(map(len, lines), default=0) > 1500 + max(map(len, self.case.arguments), default=0):
            yield f"a line of {max(map(len, lines))} characters"
        if self.code == 78:
            heads = [line for line in lines if not line.startswith((" ", "\t"))]
            unplaced = [line for line in heads if not re.match(r'(.*:\d+:\d+: |override "|.*checkpoint|mollis scaling: )', line)]  # the last two say what comes of it
            if unplaced or ":0:0:" in self.err:
                yield "no place: " + (unplaced or heads)[0][:200]

    def files(self):
        kept = [name for name in self.before if not any(name == w or (w.endswith("/") and name.startswith(w)) for w in self.case.writes)]
        changed = [name for name in kept if self.before[name] != self.after.get(name)]
        if changed:
            yield "changed or gone: " + ", ".join(changed)
        new = [name for name in self.after if name not in self.before]
        if self.code in FAILED and self.code != 74 and new:
            yield "left behind: " + ", ".join(new[:5])
        if any(name.split("/")[-1].startswith(".mollis") or name.endswith(".partial") for name in new):
            yield "temporary left: " + ", ".join(new[:5])

    def results(self):
        """Results that are no JSON, fits called sound that hold no number or miss the truth."""
        for name in self.after:
            if not name.endswith("summary.json") or self.after[name] == self.before.get(name):
                continue
            try:
                summary = json.loads((self.directory / name).read_text(), parse_constant=refuse_constant)
            except ValueError as reason:
                yield f"{name}: {reason}"
                continue
            if self.code == 0 and "invert" in self.case.arguments:
                yield from self.sound(summary, (self.directory / name).with_name("result.h5"))

    def sound(self, summary, path):
        if summary.get("verdict", {}).get("status") != "sound" or summary.get("status") != "converged":
            yield f"exit 0, but {summary.get('status')} and {summary.get('verdict', {}).get('status')}"
        with h5py.File(path) as file:
            for name, said in summary["parameters"].items():
                if not numpy.isfinite(file[f"/parameters/{name}"][...]).any():
                    yield f"exit 0 with no value of {name}"
                error = (said.get("truth") or {}).get("relative_l2")
                if self.case.truthful and error is not None and error > UNFIT:
                    yield f"called sound with a relative error of {error:.2g}"


def refuse_constant(text):
    raise ValueError(f"{text} in JSON")

"""The program as its users meet it: started as a process, judged by exit code, text and files."""
import atexit
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["MOLLIS_PROGRAM"]
LAUNCHER = shlex.split(os.environ["MOLLIS_LAUNCHER"])  # the number of ranks follows
SOURCE = pathlib.Path(__file__).resolve().parents[2]
INPUTS = SOURCE / "inputs"
SECONDS = 100  # that any run may take


class Outcome:
    """Exit code and output of a run."""

    def __init__(self, process):
        self.code, self.out = process.returncode, process.stdout
        self.err = process.stderr.split("\n-----")[0] if not process.stderr.startswith("-----") else ""

    def lines(self):
        return [line for line in self.err.splitlines() if line]


def quiet_environment(ranks=1):
    """For so many ranks on this machine. They yield where there are more of them than cores, only there: beside other programs a rank
    that yields waits for a time slice of theirs at each reduction."""
    crowded = ranks > len(os.sched_getaffinity(0))
    return dict(os.environ, OMP_NUM_THREADS="1", OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle=str(int(crowded)))


def run(*arguments, ranks=1, cwd=None, environment=None):
    """Runs mollis with these arguments. Messages of the launcher are cut from its standard error."""
    command = [PROGRAM, *map(str, arguments)]
    if ranks > 1:
        command = [*LAUNCHER, str(ranks), *command]
    variables = dict(quiet_environment(ranks), **(environment or {}))
    return Outcome(subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, cwd=cwd, env=variables))


def temporary():
    """A directory that goes when the tests end."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="mollis-cli-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def redirected(directory, *states):
    """Overrides that keep data and results of a deck in a directory."""
    return [f"output.directory={directory}/out", *(f"observations.{s}.file={directory}/data.h5" for s in states)]


def summary_of(directory):
    return json.loads((pathlib.Path(directory) / "summary.json").read_text())


class TestCase(unittest.TestCase):
    def new(self, file, *parts):
        """The deck that `mollis new` makes of a file in self.directory; it passes `mollis check`."""
        deck = self.expect(0, run("new", file, cwd=self.directory)).out
        (self.directory / "new.toml").write_text(deck)
        self.expect(0, run("check", self.directory / "new.toml"))
        for part in parts:
            self.assertIn(part, deck)
        return deck

    def expect(self, code, outcome):
        self.assertEqual(outcome.code, code, f"\nstdout:\n{outcome.out[-3000:]}\nstderr:\n{outcome.err[-3000:]}")
        return outcome

    def expect_error(self, code, outcome, *parts):
        """The exit code, a message of one line a problem that says these parts, and no trace of a crash."""
        self.expect(code, outcome)
        for part in parts:
            self.assertIn(part, outcome.err)
        self.assertTrue(outcome.lines(), "no message")
        for trace in ("Error Message", "PETSC ERROR", "HDF5-DIAG", "terminate called", "Signal:", "internal error"):
            self.assertNotIn(trace, outcome.err + outcome.out)
        self.assertEqual(len(set(outcome.lines())), len(outcome.lines()), f"said twice:\n{outcome.err}")
        return outcome

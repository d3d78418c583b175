"""Runs that are stopped (signals, time, stop file) or killed, and go on: to the same answer, on these ranks or on others.

    test_restart.py           the short form
    test_restart.py --long    50 kills at random moments, and a tally; MOLLIS_PROGRAM and MOLLIS_LAUNCHER must be set
"""
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest

import h5py
import numpy

from program import INPUTS, LAUNCHER, PROGRAM, TestCase, quiet_environment, run, summary_of, temporary

LONG = "--long" in sys.argv
TALLY = collections.Counter()
POINTS = ["grid.points=[28,30]", "forward.refine=1", "uncertainty.samples=3"]
JOINT = [*POINTS, "inversion.method=joint"]
MOLLIFIED = [*POINTS, "inversion.method=equation-error"]
CHECKPOINTS = {"checkpoint.h5", "checkpoint.old.h5"}


def relative(a, b):
    return float(numpy.nanmax(numpy.abs(a - b)) / numpy.nanmax(numpy.abs(a)))   # NaN: outside a mask


class Runs(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = temporary()
        outcome = run("forward", INPUTS / "heat2d.toml", *POINTS, f"observations.u.file={cls.data}/data.h5")
        assert outcome.code == 0, outcome.err

    def arguments(self, directory, overrides):
        return [INPUTS / "heat2d.toml", *overrides, f"observations.u.file={self.data}/data.h5", f"output.directory={directory}"]

    def start(self, directory, overrides, *options, ranks=1):
        command = [PROGRAM, "invert", *map(str, self.arguments(directory, overrides)), *options]
        if ranks > 1:
            command = [*LAUNCHER, str(ranks), *command]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet_environment(ranks))

    def stop_at(self, directory, overrides, phase, count, *options, number=signal.SIGUSR1, ranks=1):
        """Sends the signal once `count` lines of the phase were printed. Exit code and standard error."""
        process = self.start(directory, overrides, *options, ranks=ranks)
        for line in process.stdout:
            count -= line.split()[:1] == [phase]
            if count == 0:
                process.send_signal(number)
                break
        _, err = process.communicate(timeout=100)
        return process.returncode, err

    def invert(self, directory, overrides, *options, ranks=1):
        return run("invert", *self.arguments(directory, overrides), *options, ranks=ranks)

    def parameter(self, directory):
        with h5py.File(directory / "result.h5") as file:
            return file["/parameters/lambda"][:], file["/parameters/lambda_std"][:] if "/parameters/lambda_std" in file else None

    def expect_same(self, reference, directory, bound, stops=1, of_deviation=None, has_factors=False):
        value, deviation = self.parameter(reference)
        again, deviation_again = self.parameter(directory)
        self.assertLess(relative(value, again), bound)
        self.assertLess(relative(deviation, deviation_again), 2e-3 if bound > 1e-9 else of_deviation or bound)
        one, other = summary_of(reference), summary_of(directory)
        self.assertEqual(one["status"], other["status"])
        if bound < 1e-9:
            self.assertEqual(one["iterations"]["newton"], other["iterations"]["newton"])
            # Each stop loses the solution that the next solve would have begun with: a few iterations, never those of a fit.
            # Factors of the Hessian, which are kept over steps, are made anew at a stop, and serve better than old ones.
            krylov, taken = one["iterations"]["krylov"], other["iterations"]["krylov"]
            allowed = max(0.01 * krylov, 4 * stops)
            self.assertLessEqual(taken, krylov + allowed)
            self.assertGreaterEqual(taken, other["iterations"]["newton"] if has_factors else krylov - allowed)
            steps = [(d / "history.csv").read_text().splitlines() for d in (reference, directory)]
            self.assertEqual(*[[line.split(",")[:2] for line in lines] for lines in steps])   # phases and their steps
        self.assertFalse({p.name for p in directory.iterdir()} & CHECKPOINTS)

    def chain(self, overrides, stops, of_deviation=None, has_factors=False):
        """Stopped in each of the phases, then to the end on 1 rank and, from the same checkpoint, on 2."""
        directory = temporary()
        reference, out, other = directory / "reference", directory / "out", directory / "other"
        outcome = self.invert(reference, overrides)
        self.assertIn(outcome.code, (0, 2), outcome.err)
        for n, (phase, count) in enumerate(stops):
            code, err = self.stop_at(out, overrides, phase, count, *(["--restart"] if n else []))
            self.assertEqual(code, 75, f"{phase}: {err}")
            self.assertIn("SIGUSR1", err)
            self.assertIn("--restart", err)
        shutil.copytree(out, other)
        self.assertEqual(self.invert(out, overrides, "--restart").code, outcome.code)
        self.expect_same(reference, out, 1e-10, len(stops), of_deviation, has_factors)
        self.assertEqual(self.invert(other, overrides, "--restart", ranks=2).code, outcome.code)
        self.expect_same(reference, other, 1e-8)


class Restart(Runs):
    """To the same answer."""

    def test_joint(self):
        self.chain(JOINT, [("start", 2), ("weight", 2), ("climb", 1), ("polish", 1)])

    def test_joint_in_a_mask(self):
        """The Hessian is factorised there, and tells degrees of freedom. What lies far from the mask is next to nothing to it: of standard errors,
        whose draws are solved to 1e-3, rounding of the factors leaves seven digits."""
        disc = "grid.mask={ value = '1 - ((x - 0.5)/0.45)^2 - ((y - 0.5)/0.4)^2' }"
        self.chain([*JOINT, disc], [("weight", 3), ("raise", 1), ("settle", 1)], of_deviation=1e-6, has_factors=True)

    def test_equation_error(self):
        self.chain(MOLLIFIED, [("tune", 3), ("tune", 3), ("fit", 1)])

    def test_radii_that_vary(self):
        self.chain([*MOLLIFIED, "mollifier.radius=adaptive"], [("tune", 3), ("fit", 1)])

    def test_newton_of_tao(self):
        logarithm = ["parameters.lambda.transform=log", "mollifier.radius=6", "parameters.lambda.smoothness.weight=0.005"]
        self.chain([*MOLLIFIED, *logarithm], [("newton", 3), ("newton", 2)])
        self.chain([*MOLLIFIED, *logarithm, "parameters.lambda.lower=0.9"], 4 * [("newton", 3)])   # free of the bound, ten steps, then within it

    def test_methods_in_turn(self):
        self.chain([*POINTS, "inversion.method=auto", "observations.u.noise=5e-4"], [("climb", 1), ("tune", 3), ("fit", 2)])

    def test_stop_file_and_time(self):
        out = temporary() / "out"
        out.mkdir()
        (out / "stop").write_text("")
        self.expect_error(75, self.invert(out, JOINT, ranks=2), "stopped by the stop file", "--restart")
        self.assertFalse((out / "stop").exists())
        self.expect_error(75, self.invert(out, JOINT, "--restart", "--max-walltime", "00:00:01"), "stopped by its time limit")
        self.assertIn(self.invert(out, JOINT, "--restart", "auto").code, (0, 2))
        self.assertIn(self.invert(out, JOINT, "--restart=auto", "inversion.max_iterations=60").code, (0, 2))

    def test_signal_before_the_run_has_begun(self):
        out = temporary() / "out"
        process = self.start(out, JOINT)
        while not int(pathlib.Path(f"/proc/{process.pid}/status").read_text().split("SigCgt:")[1].split()[0], 16) & 1 << signal.SIGUSR1 - 1:
            time.sleep(0.001)   # the program is not loaded yet; MPI and PETSc come later
        process.send_signal(signal.SIGUSR1)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 75, err)
        self.assertTrue((out / "checkpoint.h5").exists())

    def test_signals(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            out = temporary() / "out"
            code, err = self.stop_at(out, JOINT, "start", 1, number=number)
            self.assertEqual(code, 75, err)
            self.assertIn(number.name, err)
            self.assertTrue((out / "checkpoint.h5").exists())
            self.assertFalse((out / "result.h5").exists())


class Refused(Runs):
    """What --restart answers where it cannot go on; a checkpoint is made once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = temporary() / "out"
        cls.kept.mkdir()
        (cls.kept / "stop").write_text("")
        outcome = run("invert", *cls.arguments(cls, cls.kept, JOINT))
        assert outcome.code == 75, outcome.err

    def copy(self):
        out = temporary() / "out"
        shutil.copytree(self.kept, out)
        return out

    def test_nothing_there(self):
        self.expect_error(66, self.invert(temporary() / "out", JOINT, "--restart"), "there is no checkpoint.h5")

    def test_other_deck(self):
        outcome = self.invert(self.copy(), [*JOINT, "parameters.lambda.lower=0.1", "mollifier.degree=6"], "--restart")
        self.expect_error(78, outcome, "parameters.lambda.lower = 0.1, in the checkpoint 0.05", "mollifier.degree = 6")

    def test_other_data(self):
        out, data = self.copy(), temporary() / "data.h5"
        shutil.copy(self.data / "data.h5", data)
        with h5py.File(data, "a") as file:
            file["u"][3, 4] += 1e-12
        outcome = run("invert", INPUTS / "heat2d.toml", *JOINT, f"observations.u.file={data}", f"output.directory={out}", "--restart")
        self.expect_error(78, outcome, "data of u")

    def test_truncated(self):
        out = self.copy()
        whole = (out / "checkpoint.h5").read_bytes()
        (out / "checkpoint.h5").write_bytes(whole[:len(whole) // 2])
        self.expect_error(65, self.invert(out, JOINT, "--restart", ranks=2), "damaged")
        (out / "checkpoint.old.h5").write_bytes(whole)
        outcome = self.invert(out, JOINT, "--restart")
        self.assertIn(outcome.code, (0, 2))
        self.assertEqual(outcome.err.count("the one before it is tried"), 1)

    def test_a_bit_of_a_field(self):
        directory = temporary()
        out = directory / "out"
        code, err = self.stop_at(out, JOINT, "weight", 1)
        self.assertEqual(code, 75, err)
        (out / "checkpoint.old.h5").unlink(missing_ok=True)
        with h5py.File(out / "checkpoint.h5", "a") as file:
            name = "/fields/joint/fit/parameters/lambda"
            values = file[name][:]
            values.view("u1")[5, 8] ^= 1
            file[name][:] = values
        self.expect_error(65, self.invert(out, JOINT, "--restart"), "damaged", "checksum")

    def test_another_format(self):
        for version in (1, 99):
            out = self.copy()
            with h5py.File(out / "checkpoint.h5", "a") as file:
                file.attrs["checkpoint_version"] = numpy.int64(version)
            self.expect_error(65, self.invert(out, JOINT, "--restart"), f"format {version}")

    def test_no_checkpoint_of_ours(self):
        out = temporary() / "out"
        out.mkdir()
        (out / "checkpoint.h5").write_text("my own notes")
        self.expect_error(64, self.invert(out, JOINT), "checkpoint.h5 would be written over")
        self.assertEqual((out / "checkpoint.h5").read_text(), "my own notes")

    def test_bad_options(self):
        for options in (["--restart=perhaps"], ["--max-walltime", "soon"], ["--max-walltime", "-3"], ["--max-walltime", "1:2:3:4"]):
            self.assertEqual(self.invert(temporary() / "out", JOINT, *options).code, 64, options)


class Kill(Runs):
    """SIGKILL at random moments of a run that writes checkpoints all the time."""

    def test_kills(self):
        overrides = [*JOINT, "output.checkpoint=1e-9"]
        directory = temporary()
        reference = directory / "reference"
        begin = time.monotonic()
        code = self.invert(reference, overrides).code
        length = time.monotonic() - begin
        chooser = random.Random(12)
        done = kills = 0
        out = directory / "out"
        while kills < (50 if LONG else 6) or done == 0:
            process = self.start(out, overrides, "--restart=auto")
            try:
                process.communicate(timeout=chooser.uniform(0.1, 0.9) * length)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                kills += 1
                TALLY["killed, a checkpoint there" if (out / "checkpoint.h5").exists() else "killed, none there yet"] += 1
                continue
            self.assertEqual(process.returncode, code)
            self.expect_same(reference, out, 1e-10)
            TALLY["ended with the same answer"] += 1
            done += 1
            shutil.rmtree(out)
        TALLY["kills"] = kills

    def test_a_rank_that_dies(self):
        """The launcher ends the job within seconds and says so; what was kept is there."""
        overrides = [*JOINT, "output.checkpoint=1e-9"]
        directory = temporary()
        reference, out = directory / "reference", directory / "out"
        code = self.invert(reference, JOINT).code
        process = self.start(out, overrides, ranks=2)
        while process.poll() is None and not (out / "checkpoint.h5").exists():
            time.sleep(0.001)
        ranks = [int(pid) for pid in pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        self.assertEqual(len(ranks), 2)
        os.kill(ranks[1], signal.SIGKILL)
        begin = time.monotonic()
        _, err = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("signal 9", err)
        self.assertEqual(self.invert(out, JOINT, "--restart").code, code)
        self.expect_same(reference, out, 1e-8)


if __name__ == "__main__":
    unittest.main(argv=[a for a in sys.argv if a != "--long"] + (["Kill"] if LONG else []), verbosity=2 if LONG else 1, exit=not LONG)
    print(dict(TALLY))

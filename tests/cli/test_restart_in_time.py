"""forward and predict that are stopped (signal, time, stop file) and go on: the same data as of a run that was not, on these ranks and on
others; what --restart answers where it cannot go on."""
import re
import random
import shutil
import signal
import subprocess
import time
import unittest

import h5py
import numpy

from program import INPUTS, LAUNCHER, PROGRAM, TestCase, quiet_environment, run, temporary

DIFFUSION = ["heat_transient.toml", "grid.points=[9,20,22]", "forward.steps=60"]
PHASES = ["phase_field3d.toml", "grid.points=[5,8,8,8]", "forward.refine=1", "forward.steps=8"]


def relative(a, b):
    return float(numpy.nanmax(numpy.abs(a - b)) / numpy.nanmax(numpy.abs(a)))


class InTime(TestCase):
    """A directory with data, where `place` is the one of their checkpoints."""

    def start(self, command, words, ranks=1):
        """Writes a checkpoint whenever it may."""
        line = [PROGRAM, command, *map(str, words)]
        if ranks > 1:
            line = [*LAUNCHER, str(ranks), *line]
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet_environment(ranks))

    def stop(self, place, command, words, number=signal.SIGUSR1, ranks=1):
        """Once it has written one more checkpoint. Standard error."""
        file = place / "checkpoint.h5"
        before = file.stat().st_mtime_ns if file.exists() else 0
        process = self.start(command, words, ranks)
        while process.poll() is None and (not file.exists() or file.stat().st_mtime_ns == before):
            time.sleep(0.001)
        process.send_signal(number)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 75, err)
        self.assertIn(number.name, err)
        self.assertIn("--restart", err)
        self.assertTrue(file.exists())
        return err


class Forward(InTime):
    def words(self, deck, directory, *more):
        return [INPUTS / deck[0], *deck[1:], f"observations.u.file={directory}/u.h5", *more]

    def values(self, directory):
        with h5py.File(directory / "u.h5") as file:
            return file["u"][:], file["u_clean"][:]

    def chain(self, deck, stops):
        directory = temporary()
        for name in ("whole", "same", "other"):
            (directory / name).mkdir()
        whole, same, other = (directory / name for name in ("whole", "same", "other"))
        out = self.expect(0, run("forward", *self.words(deck, whole))).out
        place = same / "u.h5.checkpoint"
        for n in range(stops):
            err = self.stop(place, "forward", self.words(deck, same, "output.checkpoint=1e-9", *(["--restart"] if n else [])))
            self.assertIn(str(place), err)
        self.assertEqual([path.name for path in same.iterdir()], ["u.h5.checkpoint"])
        shutil.copytree(place, other / "u.h5.checkpoint")
        again = self.expect(0, run("forward", *self.words(deck, same, "--restart"))).out
        self.assertIn("restart from", again)
        # Steps and iterations in all: the predictor of the first step after a restart knows less of the past, which may cost an iteration.
        count = r", (\d+) iterations in all"
        line = next(text for text in again.splitlines() if re.sub(count, "", text) == re.sub(count, "", out.splitlines()[0]))
        told = [int(number) for text in (line, out.splitlines()[0]) for number in re.findall(count, text)]
        self.assertLessEqual(max(told, default=0) - min(told, default=0), stops)
        self.expect(0, run("forward", *self.words(deck, other, "--restart"), ranks=2))
        for place, bound in ((same, 1e-12), (other, 1e-8)):
            self.assertEqual([path.name for path in place.iterdir()], ["u.h5"])
            for value, expected in zip(self.values(place), self.values(whole)):
                self.assertLess(relative(expected, value), bound)

    def test_diffusion(self):
        self.chain(DIFFUSION, 3)

    def test_phases(self):
        self.chain(PHASES, 3)

    def test_paths(self):
        self.chain(["langevin_ensemble.toml", "grid.points=[201,9]"], 2)

    def test_from_two_ranks_to_one(self):
        directory = temporary()
        words = self.words(DIFFUSION, directory)
        self.stop(directory / "u.h5.checkpoint", "forward", [*words, "output.checkpoint=1e-9"], ranks=2)
        self.expect(0, run("forward", *words, "--restart=auto"))
        value = self.values(directory)[0]
        self.expect(0, run("forward", *words, "--restart=auto"))   # from the start
        self.assertLess(relative(self.values(directory)[0], value), 1e-8)

    def test_stop_file_time_and_signals(self):
        directory = temporary()
        place, words = directory / "u.h5.checkpoint", self.words(DIFFUSION, directory)
        place.mkdir()
        (place / "stop").write_text("")
        self.expect_error(75, run("forward", *words, ranks=2), "stopped by the stop file")
        self.assertFalse((place / "stop").exists())
        self.expect_error(75, run("forward", *words, "--restart", "--max-walltime", "1"), "stopped by its time limit")
        for number in (signal.SIGTERM, signal.SIGINT):
            self.stop(place, "forward", [*words, "output.checkpoint=1e-9", "--restart"], number=number)

    def test_kills(self):
        """SIGKILL at random moments, writes included: the earlier data stay until the new ones are whole, which come as if nothing had been."""
        directory, whole = temporary(), temporary()
        deck = [DIFFUSION[0], "grid.points=[5,20,22]", "forward.steps=30"]
        words = self.words(deck, directory, "output.checkpoint=1e-9")
        self.expect(0, run("forward", *self.words(deck, whole)))
        self.expect(0, run("forward", *self.words(deck, directory, "forward.seed=2")))
        before = (directory / "u.h5").read_bytes()
        begin = time.monotonic()
        self.expect(0, run("forward", *self.words(deck, whole, "output.checkpoint=1e-9")))
        length, chooser = time.monotonic() - begin, random.Random(7)
        for _ in range(6):
            process = self.start("forward", [*words, "--restart=auto"])
            try:
                process.communicate(timeout=chooser.uniform(0.2, 0.7) * length)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                if (directory / "u.h5").read_bytes() != before:   # killed at its very end: the new data are whole
                    self.assertLess(relative(self.values(whole)[0], self.values(directory)[0]), 1e-12)
        self.expect(0, run("forward", *words, "--restart=auto"))
        self.assertEqual([path.name for path in directory.iterdir()], ["u.h5"])
        self.assertLess(relative(self.values(whole)[0], self.values(directory)[0]), 1e-12)

    def test_refused(self):
        directory = temporary()
        words = self.words(DIFFUSION, directory)
        self.expect_error(66, run("forward", *words, "--restart"), "there is no checkpoint.h5")
        self.assertEqual(list(directory.iterdir()), [])
        place = directory / "u.h5.checkpoint"
        self.stop(place, "forward", [*words, "output.checkpoint=1e-9"])
        other = run("forward", *words, "forward.seed=2", "inversion.method=joint", "--restart")
        self.assertIn("forward.seed = 2, in the checkpoint 1", self.expect_error(78, other).err)
        self.assertNotIn("inversion", other.err)
        whole = (place / "checkpoint.h5").read_bytes()
        (place / "checkpoint.old.h5").unlink(missing_ok=True)
        (place / "checkpoint.h5").write_bytes(whole[:len(whole) // 2])
        self.expect_error(65, run("forward", *words, "--restart"), "damaged")
        (place / "checkpoint.h5").write_text("my own notes")
        self.expect_error(64, run("forward", *words), "checkpoint.h5 would be written over")

    def test_without_steps(self):
        """Nothing to go on from, and signals end it."""
        directory = temporary()
        words = self.words(["heat2d.toml", "grid.points=[24,24]"], directory)
        self.expect_error(66, run("forward", *words, "--restart"), "takes no steps in time")
        self.expect(0, run("forward", *words, "--restart=auto"))
        process = self.start("forward", self.words(["heat2d.toml", "grid.points=[600,600]"], directory))
        time.sleep(1.0)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
        self.assertIn(process.returncode, (-signal.SIGTERM, 128 + signal.SIGTERM))


class Predict(InTime):
    def test_stopped(self):
        directory = temporary()
        deck = [INPUTS / "reaction.toml", f"observations.u.file={directory}/u.h5", f"output.directory={directory}/out", "output.checkpoint=1e-9",
                "uncertainty.samples=0", "grid.points=[25,48]", "inversion.method=equation-error", "mollifier.radius=6", "parameters.r.smoothness.weight=0.01",
                "parameters.K.smoothness.weight=0.01"]
        self.expect(0, run("forward", *deck))
        self.assertIn(run("invert", *deck).code, (0, 2))
        words = lambda name: [directory / "out", "--until", "7", "--output", directory / name]  # noqa: E731
        self.expect(0, run("predict", *words("whole")))
        self.stop(directory / "same", "predict", words("same"))
        self.stop(directory / "same", "predict", [*words("same"), "--restart"])
        self.expect_error(78, run("predict", directory / "out", "--until", "8", "--output", directory / "same", "--restart"), "--until = 8")
        shutil.copytree(directory / "same", directory / "other")
        states = {}
        for name, ranks in (("whole", 0), ("same", 1), ("other", 2)):
            if ranks:
                self.expect(0, run("predict", *words(name), "--restart", ranks=ranks))
            with h5py.File(directory / name / "result.h5") as file:
                states[name] = file["/predicted/u"][()]
        self.assertLess(relative(states["whole"], states["same"]), 1e-12)
        self.assertLess(relative(states["whole"], states["other"]), 1e-8)
        self.assertFalse((directory / "same" / "checkpoint.h5").exists())


if __name__ == "__main__":
    unittest.main()

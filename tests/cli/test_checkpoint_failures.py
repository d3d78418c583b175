"""Checkpoints that cannot be written (full disk, limit on the size of files, lost or read-only directory): a run says so once and goes on,
and its results come as if nothing had been; results that cannot be written leave the checkpoint. Needs a mount of its own: root, or user
namespaces."""
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time
import unittest

import h5py
import numpy

from program import INPUTS, LAUNCHER, PROGRAM, TestCase, quiet_environment, run, temporary
from test_full import in_namespace

SMALL = ["grid.points=[24,24]", "forward.refine=1", "uncertainty.samples=0", "inversion.method=joint"]
IN_TIME = [INPUTS / "heat_transient.toml", "grid.points=[9,20,22]", "forward.steps=60"]
WARNING = "warning: no checkpoint could be written, the run goes on"
ALWAYS = "output.checkpoint=1e-9"


class Failures(TestCase):
    """The directory of results is on a small disk of its own."""

    def setUp(self):
        self.disk = temporary()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={16 << 20}", "none", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.out, self.data = self.disk / "out", temporary() / "u.h5"
        self.words = [INPUTS / "heat2d.toml", *SMALL, f"observations.u.file={self.data}"]
        self.expect(0, run("forward", *self.words))

    def fill(self, left=0):
        filling = self.disk / "filling"
        with filling.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(os.statvfs(self.disk).f_bavail * 4096 - left, 1))
        return filling

    def start(self, command, words, ranks=1):
        line = [PROGRAM, command, *map(str, words)]
        if ranks > 1:
            line = [*LAUNCHER, str(ranks), *line]
        return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet_environment(ranks))

    def wait_for(self, condition, process):
        while process.poll() is None and not condition():
            time.sleep(0.001)
        self.assertTrue(condition(), "the run had ended before")

    def freeze(self, process):
        """Until SIGCONT: nothing is written while the disk changes."""
        process.send_signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{process.pid}/task")
        while any((task / "stat").read_text().rsplit(")", 1)[1].split()[0] != "T" for task in tasks.iterdir()):
            time.sleep(0.001)

    def warned(self, process):
        """Standard error up to the warning."""
        lines = ""
        for line in process.stderr:
            lines += line
            if WARNING in line:
                return lines
        return self.fail("no warning:\n" + lines)

    def invert(self, *more, out=None, ranks=1):
        return run("invert", *self.words, f"output.directory={out or self.out}", *more, ranks=ranks)

    def start_inversion(self, ranks=1):
        return self.start("invert", [*self.words, f"output.directory={self.out}", ALWAYS], ranks)

    def reference(self):
        whole = temporary() / "whole"
        self.code = self.invert(out=whole).code
        return whole

    def expect_results(self, whole):
        self.assertEqual({path.name for path in self.out.iterdir()}, {"deck.toml", "history.csv", "result.h5", "result.xmf", "summary.json"})
        with h5py.File(whole / "result.h5") as one, h5py.File(self.out / "result.h5") as other:
            numpy.testing.assert_allclose(one["/parameters/lambda"][:], other["/parameters/lambda"][:], rtol=1e-8)


class Checkpoints(Failures):
    def test_no_space_for_a_while(self):
        whole = self.reference()
        for ranks in (1, 2):
            filling = self.fill(1 << 19)
            process = self.start_inversion(ranks)
            before = self.warned(process)
            filling.unlink()
            _, err = process.communicate(timeout=100)
            self.assertEqual(process.returncode, self.code, err)
            self.assertEqual((before + err).count(WARNING), 1, before + err)
            self.assertIn("No space left", before + err)
            self.expect_results(whole)

    def test_a_limit_on_the_size_of_files(self):
        """As a quota that is met on the way: checkpoints are too large for it, and so are the results."""
        process = self.start_inversion()
        self.wait_for((self.out / "checkpoint.h5").exists, process)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1 << 18, 1 << 18))
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 74, err)
        self.assertEqual(err.count(WARNING), 1, err)
        self.assertIn("File too large", err)

    def test_lost_directory(self):
        """Moved away under the run; it goes on, and the results have no place. Moved back, a restart finds what was kept there."""
        whole, away = self.reference(), self.disk / "away"
        process = self.start_inversion()
        self.wait_for((self.out / "checkpoint.h5").exists, process)
        self.freeze(process)
        self.out.rename(away)
        process.send_signal(signal.SIGCONT)
        before = self.warned(process)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 74, before + err)
        self.assertEqual((before + err).count(WARNING), 1, before + err)
        shutil.rmtree(self.out, ignore_errors=True)
        away.rename(self.out)
        self.assertEqual(self.invert("--restart").code, self.code)
        self.expect_results(whole)

    def test_no_space_for_results(self):
        """The checkpoint stays, and later a restart writes the results."""
        whole = self.reference()
        process = self.start_inversion()
        self.wait_for((self.out / "checkpoint.h5").exists, process)
        self.freeze(process)
        filling = self.fill()
        process.send_signal(signal.SIGCONT)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 74, err)
        self.assertEqual(err.count(WARNING), 1, err)
        self.assertTrue((self.out / "checkpoint.h5").exists())
        filling.unlink()
        self.assertEqual(self.invert("--restart").code, self.code)
        self.expect_results(whole)

    def test_read_only_disk(self):
        """One line, whether there is a checkpoint or not."""
        self.out.mkdir()
        (self.out / "stop").write_text("")
        self.expect(75, self.invert())
        subprocess.run(["mount", "-o", "remount,ro", self.disk], check=True)
        for more in ([], ["--restart"], ["--restart=auto"]):
            outcome = self.expect_error(74, self.invert(*more), str(self.out), "Read-only file system")
            self.assertEqual(len(outcome.lines()), 1, outcome.err)
        subprocess.run(["mount", "-o", "remount,rw", self.disk], check=True)
        self.assertIn(self.invert("--restart").code, (0, 2))


class InTime(Failures):
    """mollis forward, whose data go to the small disk."""

    def test_no_space_for_data(self):
        whole, target = temporary() / "u.h5", self.disk / "u.h5"
        self.expect(0, run("forward", *IN_TIME, f"observations.u.file={whole}"))
        place = self.disk / "u.h5.checkpoint"
        process = self.start("forward", [*IN_TIME, f"observations.u.file={target}", ALWAYS])
        self.wait_for((place / "checkpoint.h5").exists, process)
        self.freeze(process)
        filling = self.fill()
        process.send_signal(signal.SIGCONT)
        _, err = process.communicate(timeout=100)
        self.assertEqual(process.returncode, 74, err)
        self.assertEqual(err.count(WARNING), 1, err)
        self.assertTrue((place / "checkpoint.h5").exists())
        self.assertFalse(target.exists())
        filling.unlink()
        self.expect(0, run("forward", *IN_TIME, f"observations.u.file={target}", "--restart"))
        self.assertEqual([path.name for path in self.disk.iterdir()], ["u.h5"])
        with h5py.File(whole) as one, h5py.File(target) as other:
            numpy.testing.assert_allclose(one["u"][:], other["u"][:], rtol=0, atol=1e-12)


if __name__ == "__main__":
    in_namespace()
    unittest.main()

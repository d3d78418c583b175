"""File systems that are full: of bytes, or of files. Needs a mount of its own: root, or user namespaces."""
import os
import pathlib
import subprocess
import sys
import unittest
import zlib

import h5py

from program import INPUTS, TestCase, run, summary_of, temporary

SMALL = ["grid.points=[24,24]", "mollifier.radius=6", "parameters.lambda.smoothness.weight=0.005", "forward.refine=1",
         "inversion.method=equation-error", "uncertainty.samples=0"]
SET = {"deck.toml", "history.csv", "result.h5", "result.xmf", "summary.json"}
INODES, BYTES = 200, 16 << 20


def in_namespace():
    """Starts this program again where it may mount; ends with ctest's code of a skipped test where that is forbidden."""
    if "MOLLIS_MAY_MOUNT" in os.environ:
        return
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0:
        print("skipped: no namespaces for mounts here")
        sys.exit(77)
    os.execvpe("unshare", ["unshare", "-rm", sys.executable, *sys.argv], dict(os.environ, MOLLIS_MAY_MOUNT="1"))


class Full(TestCase):
    def setUp(self):
        self.disk = temporary()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={BYTES},nr_inodes={INODES}", "none", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", self.disk], check=True)
        self.data, self.out = temporary() / "data.h5", self.disk / "out"
        self.common = [INPUTS / "heat2d.toml", *SMALL, f"observations.u.file={self.data}", f"output.directory={self.out}"]
        self.expect(0, run("forward", *self.common))

    def whole_run(self):
        self.assertEqual({p.name for p in self.out.iterdir()}, SET | {"notes.txt"})
        summary = summary_of(self.out)
        with h5py.File(self.out / "result.h5") as file:
            self.assertEqual(file.attrs["run"], summary["run"])
            self.assertEqual(file["/parameters/lambda"].shape, (24, 24))
        for name, checksum in summary["files"].items():
            self.assertEqual(f"{zlib.crc32((self.out / name).read_bytes()):08x}", checksum, name)
        self.assertEqual((self.out / "notes.txt").read_text(), "mine")
        return summary["run"]

    def try_with(self, leave, ways):
        """Runs where `leave(n)` has left n of something, for every n of `ways`: the earlier set stays or is replaced whole."""
        self.expect(0, run("invert", *self.common))
        (self.out / "notes.txt").write_text("mine")
        codes = []
        for ranks in (1, 2):
            for n in ways:
                with self.subTest(left=n, ranks=ranks):
                    before = self.whole_run()
                    filling = leave(n)
                    outcome = run("invert", *self.common, ranks=ranks)
                    for path in filling:
                        path.unlink()
                    codes.append(outcome.code)
                    if outcome.code != 0:
                        self.expect_error(74, outcome, str(self.out))
                    self.assertEqual(self.whole_run() == before, outcome.code != 0)
                    self.assertEqual([p.name for p in self.disk.iterdir()], ["out"])
        self.assertEqual({0, 74}, set(codes), codes)

    def test_no_inodes(self):
        def leave(n):
            made = []
            while os.statvfs(self.disk).f_favail > n:
                made.append(self.disk / f"filling{len(made)}")
                made[-1].touch()
            return made
        self.try_with(leave, range(0, 10))

    def test_no_space(self):
        def leave(n):
            filling = self.disk / "filling"
            with filling.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, max(os.statvfs(self.disk).f_bavail * 4096 - n, 1))
            return [filling]
        self.try_with(leave, [0, 4096, 8192, 32768, 1 << 20, (1 << 20) + 65536, 3 << 20])

    def test_forward(self):
        """The earlier file stays, and nothing else."""
        target = self.disk / "obs.h5"
        common = [INPUTS / "heat2d.toml", *SMALL, f"observations.u.file={target}"]
        self.expect(0, run("forward", *common))
        before = target.read_bytes()
        for n in range(0, 4):
            made = []
            while os.statvfs(self.disk).f_favail > n:
                made.append(self.disk / f"filling{len(made)}")
                made[-1].touch()
            outcome = run("forward", *common, "forward.seed=2")
            for path in made:
                path.unlink()
            if outcome.code == 0:
                break
            self.expect_error(74, outcome, str(self.disk))
            self.assertEqual(target.read_bytes(), before)
            self.assertEqual([p.name for p in self.disk.iterdir()], ["obs.h5"])
        self.assertGreater(n, 0)


if __name__ == "__main__":
    in_namespace()
    unittest.main()

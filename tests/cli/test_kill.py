"""Runs that are killed (SIGKILL) while they put their results in place: whenever that is, the output directory holds one
whole run, what else is in it stays, and the next run succeeds and clears away what was left.

    test_kill.py           14 kills
    test_kill.py --long    200, and a tally; MOLLIS_PROGRAM and MOLLIS_LAUNCHER must be set (see CMakeLists.txt)
"""
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import time
import unittest
import zlib

import h5py

import tracer
from program import INPUTS, LAUNCHER, PROGRAM, TestCase, quiet_environment, run, summary_of, temporary

LONG = "--long" in sys.argv
SMALL = ["grid.points=[24,24]", "mollifier.radius=6", "parameters.lambda.smoothness.weight=0.005", "forward.refine=1",
         "inversion.method=equation-error", "uncertainty.samples=0"]
SET = {"deck.toml", "history.csv", "result.h5", "result.xmf", "summary.json"}
FOREIGN = {"notes.txt", "pictures", "link"}
TALLY = collections.Counter()


class Kill(TestCase):
    def setUp(self):
        self.directory = temporary()
        self.out = self.directory / "out"
        self.common = [INPUTS / "heat2d.toml", *SMALL, f"observations.u.file={self.directory}/data.h5", f"output.directory={self.out}"]
        self.expect(0, run("forward", *self.common))
        self.expect(0, self.invert())
        (self.out / "notes.txt").write_text("mine")
        (self.out / "pictures").mkdir()
        (self.out / "pictures" / "a.png").write_text("picture")
        (self.out / "link").symlink_to("../data.h5")
        self.inode = self.out.stat().st_ino

    def invert(self):
        return run("invert", *self.common)

    def traced(self, kill_at=None):
        """The calls that change the output directory or something beside it, and the exit code."""
        command = [PROGRAM, "invert", *map(str, self.common)]
        calls, code = tracer.run(command, quiet_environment(), [self.out, self.directory / ".out."], kill_at)
        return [name for name, _ in calls], code

    def whole_run(self):
        """The run in the directory, which must be whole, with all that is foreign still in its place."""
        names = {p.name for p in self.out.iterdir()}
        self.assertLessEqual(SET | FOREIGN, names)
        with h5py.File(self.out / "result.h5") as file:
            identity = file.attrs["run"]
            self.assertEqual(file["/parameters/lambda"].shape, (24, 24))
            self.assertEqual(file.attrs["effective_deck"], (self.out / "deck.toml").read_text())
        summary = summary_of(self.out)
        self.assertEqual(summary["run"], identity)
        self.assertEqual(set(summary["files"]), SET - {"result.h5", "summary.json"})
        for name, checksum in summary["files"].items():
            self.assertEqual(f"{zlib.crc32((self.out / name).read_bytes()):08x}", checksum, name)
        self.assertEqual((self.out / "notes.txt").read_text(), "mine")
        self.assertEqual((self.out / "pictures" / "a.png").read_text(), "picture")
        self.assertEqual((self.out / "link").readlink(), pathlib.Path("../data.h5"))
        return identity

    def expect_whole_after_kill(self, before):
        """Looks at what a kill left, and counts when it came. Runs again."""
        identity = self.whole_run()
        waiting = any(p.name.endswith(".whole") for p in self.out.iterdir())
        when = "in the swap" if waiting else "before it" if identity == before else "after it"
        TALLY[when] += 1
        return when

    def expect_cleared(self):
        """The next run succeeds, and all is as if nothing had been."""
        self.expect(0, self.invert())
        identity = self.whole_run()
        self.assertEqual({p.name for p in self.out.iterdir()}, SET | FOREIGN)
        beside = {p.name for p in self.directory.iterdir()}
        self.assertEqual({name for name in beside if "locktest" not in name}, {"data.h5", "out"})  # Open MPI's, of a read
        self.assertEqual(self.out.stat().st_ino, self.inode)
        return identity


@unittest.skipUnless(tracer.supported(), "traces calls on x86-64 Linux alone")
class BetweenCalls(Kill):
    def setUp(self):
        super().setUp()
        try:
            self.calls, code = self.traced()
        except OSError as error:
            self.skipTest(str(error))
        self.assertEqual(code, 0)
        self.assertIn("rename", self.calls)

    def chosen(self):
        """All calls; the short form has those that exchange and rename, and some others."""
        everything = range(len(self.calls))
        if LONG:
            return everything
        names = [k for k in everything if self.calls[k] in ("exchange", "rename")]
        others = [k for k in everything if k not in names and k > names[0]]
        return names[:8] + others[::max(1, len(others) // 4)][:4]

    def test_killed_at_each(self):
        before = self.whole_run()
        for k in self.chosen():
            with self.subTest(call=k, name=self.calls[k]):
                _, code = self.traced(k)
                self.assertIsNone(code)
                self.expect_whole_after_kill(before)
                before = self.expect_cleared()

    @unittest.skipUnless(LONG, "takes long")
    def test_killed_again_while_clearing_away(self):
        """A run is killed in the swap, and the next one at some call of its own."""
        random.seed(1)
        swap = [k for k in range(len(self.calls)) if k > self.calls.index("rename")]
        before = self.whole_run()
        for _ in range(24):
            first = random.choice(swap)
            self.assertIsNone(self.traced(first)[1])
            self.expect_whole_after_kill(before)
            now = self.whole_run()
            again = random.randrange(2 * len(self.calls) // 3)
            with self.subTest(first=first, again=again):
                if self.traced(again)[1] is None:
                    self.expect_whole_after_kill(now)
                before = self.expect_cleared()

    def test_killed_in_the_first_run(self):
        """There is no run, or there is a whole one."""
        for k in range(0, len(self.calls), 1 if LONG else 13):
            out = self.directory / f"first{k}"
            self.common[-1] = f"output.directory={out}"
            command = [PROGRAM, "invert", *map(str, self.common)]
            with self.subTest(call=k):
                calls, code = tracer.run(command, quiet_environment(), [out, self.directory / f".first{k}."], k)
                names = {p.name for p in out.iterdir()} if out.exists() else set()
                self.assertIn(len(names & SET), (0, len(SET)), names)
                self.expect(0, self.invert())
                self.assertEqual({p.name for p in out.iterdir()}, SET)
                if not code:
                    TALLY["of a first run"] += 1


class AtAnyTime(Kill):
    """Kills that nobody aims but by the clock, of all ranks at once."""
    COUNT = {1: 40, 2: 40} if LONG else {2: 2}

    def start(self, ranks):
        command = [PROGRAM, "invert", *map(str, self.common)]
        return subprocess.Popen([*LAUNCHER, str(ranks), *command] if ranks > 1 else command, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env=quiet_environment(ranks), start_new_session=True)

    def is_writing(self):
        return any(name.startswith(".mollis-") and not name.startswith(".mollis-lock") for name in os.listdir(self.out))

    def wait_until(self, condition, process):
        while process.poll() is None and not condition():
            pass
        return time.monotonic()

    @staticmethod
    def kill(process):
        """All processes of the session, mollis before its launcher."""
        session = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                if entry.name.isdigit() and int(fields[3]) == process.pid:
                    session.append(int(entry.name))
            except (OSError, IndexError):
                pass
        for each in sorted(session, reverse=True):
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                pass
        process.wait()

    def test_killed(self):
        random.seed(2)
        before = self.whole_run()
        for ranks, count in self.COUNT.items():
            started, process = time.monotonic(), self.start(ranks)
            writing = self.wait_until(self.is_writing, process) - started
            process.wait()
            total = time.monotonic() - started
            before = self.whole_run()
            for n in range(count):
                process = self.start(ranks)
                if n % 4 < 3:  # most of them aim at the writing
                    self.wait_until(self.is_writing, process)
                    time.sleep(random.uniform(0.0, min(total - writing, 0.1)))
                else:
                    time.sleep(random.uniform(0.0, total))
                self.kill(process)
                with self.subTest(ranks=ranks, n=n):
                    self.expect_whole_after_kill(before)
                    before = self.expect_cleared()


if __name__ == "__main__":
    program = unittest.main(argv=[a for a in sys.argv if a != "--long"], exit=False)
    print(f"{sum(TALLY.values())} kills:", ", ".join(f"{count} {when}" for when, count in sorted(TALLY.items())))
    sys.exit(not program.result.wasSuccessful())

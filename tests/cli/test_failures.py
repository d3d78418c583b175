"""What goes wrong outside the deck: files that block, libraries that do not start, numerics that break down. Never a hang,
never a trace."""
import json
import os
import socket
import subprocess
import unittest

import h5py
import numpy

from program import INPUTS, PROGRAM, TestCase, quiet_environment, run, temporary

HEAT = INPUTS / "heat2d.toml"


class Failures(TestCase):
    """Runs of heat2d on 24 x 24 points, on 2 ranks where nothing else is said."""

    @classmethod
    def setUpClass(cls):
        cls.directory = temporary()
        cls.good, cls.runs = cls.directory / "good.h5", 0
        outcome = run("forward", HEAT, "grid.points=[24,24]", f"observations.u.file={cls.good}", "forward.refine=1")
        assert outcome.code == 0, outcome.err

    def invert(self, *more, file=None, ranks=2, **changes):
        type(self).runs += 1
        self.out = self.directory / f"out{self.runs}"
        if not any(str(word).startswith("inversion.method") for word in more):
            more = ("inversion.method=equation-error", *more)
        return run("invert", HEAT, "grid.points=[24,24]", f"observations.u.file={file or self.good}",
                   f"output.directory={self.out}", *more, ranks=ranks, **changes)

    def expect_refused(self, code, parts, *more, **changes):
        """One line that says these parts; nothing written."""
        with self.subTest(more=more):
            outcome = self.invert(*more, **changes)
            self.expect_error(code, outcome, *parts)
            self.assertEqual(len(outcome.lines()), 1, outcome.err)
            self.assertFalse((self.out / "summary.json").exists(), "results were written")


class Printing(Failures):
    """Standard output that nobody reads, or that has no room."""

    def started(self, *words, stdout):
        return subprocess.Popen([PROGRAM, *map(str, words)], stdout=stdout, stderr=subprocess.PIPE, text=True, env=quiet_environment())

    def test_a_reader_that_goes_away(self):
        """A fit ends and writes its results, without a trace."""
        out = self.directory / "unread"
        process = self.started("invert", HEAT, "grid.points=[24,24]", f"observations.u.file={self.good}", f"output.directory={out}",
                               "inversion.method=equation-error", "mollifier.radius=4", "uncertainty.samples=0", stdout=subprocess.PIPE)
        process.stdout.close()
        self.assertEqual(process.stderr.read(), "")
        process.stderr.close()
        self.assertIn(process.wait(100), (0, 2))
        self.assertTrue((out / "summary.json").exists())

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_no_room(self):
        for words in (["help", "deck"], ["check", HEAT], ["look", self.good], ["new", self.good], ["info"]):
            with self.subTest(words=words), open("/dev/full", "w") as full:
                process = self.started(*words, stdout=full)
                self.assertIn("could not be written in full", process.communicate(timeout=100)[1])
                self.assertEqual(process.returncode, 74)


class Blocking(Failures):
    """Pipes, sockets and devices, which never end or never begin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pipe, cls.socket = cls.directory / "pipe", cls.directory / "socket"
        os.mkfifo(cls.pipe)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(cls.socket))

    def test_decks(self):
        for path in (self.pipe, self.socket, "/dev/zero"):
            outcome = run("check", path, ranks=2)
            self.expect_error(66, outcome, str(path), "write the deck to a file")
            self.assertEqual(len(outcome.lines()), 1, outcome.err)

    def test_data(self):
        for path in (self.pipe, self.socket, "/dev/zero"):
            self.expect_refused(65, [str(path), "write the data to a file"], file=path)

    def test_options(self):
        self.expect_refused(64, ["-options_file", str(self.pipe)], "--", "-options_file", self.pipe)

    def test_checkpoints(self):
        """One that is a pipe is not waited for, and not written over."""
        (self.directory / "resumed").mkdir()
        os.mkfifo(self.directory / "resumed" / "checkpoint.h5")
        where = f"output.directory={self.directory / 'resumed'}"
        self.expect_error(65, self.invert(where, "--restart"), "checkpoint.h5: is a pipe", "begin anew without --restart")
        self.expect_error(64, self.invert(where, "--restart=auto"), "the run begins anew", "checkpoint.h5 would be written over")

    def test_output_directory(self):
        """What is left of a run that was killed, or looks like it."""
        (self.directory / "piped").mkdir()
        os.mkfifo(self.directory / "piped" / ".mollis-stand-in")
        self.expect(0, self.invert(f"output.directory={self.directory / 'piped'}"))


class Libraries(Failures):
    def file(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return path

    def test_options_file(self):
        self.expect_refused(64, ["-options_file", "nowhere"], "--", "-options_file", "nowhere")
        self.expect_refused(64, ["-options_file", "missing"], "--", "-options_file")
        path = self.file("bad.opt", "-ksp_rtol 1e-6\nksp_monitor\n")
        self.expect_refused(64, ["bad.opt:2", "-ksp_monitor"], "--", "-options_file", path)
        path = self.file("bad.yml", "ksp: [rtol\n: }{")
        self.expect_refused(64, ["YAML"], "--", "-options_file", path)

    def test_options_file_is_used(self):
        path = self.file("good.opt", "# of a linear solve\n-ksp_max_it 1   # too few\n-ksp_monitor\n")
        outcome = self.expect(2, self.invert("parameters.lambda.smoothness={order=2,weight=1}", "mollifier.radius=4", "--", "-options_file", path))
        self.assertIn("KSP Residual norm", outcome.out)
        with h5py.File(self.out / "result.h5") as file:
            self.assertIn("-ksp_max_it 1", file.attrs["petsc_options"])

    def test_words_without_a_dash(self):
        self.expect_refused(64, ['"ksp_monitor"', "-ksp_monitor"], "--", "ksp_monitor")
        self.expect_refused(64, ['"extra"', "remove"], "--", "-pc_type", "gamg", "extra")

    def test_viewers_into_no_folder(self):
        for option in ("-log_view", "-ksp_view", "-ksp_monitor"):
            self.expect_refused(64, [option, "/no/such/x"], "--", option, "ascii:/no/such/x")

    def test_options_that_petsc_does_not_start_with(self):
        self.expect_refused(64, ["nonsense"], "--", "-log_view", ":log.txt:nonsense")
        self.expect_refused(64, ["-log_trace", "/no/such/x"], "--", "-log_trace", "/no/such/x")

    def test_rank_that_fails_alone(self):
        """A folder that takes no new files, whatever it says: rank 0 finds out while rank 1 waits for it."""
        outcome = self.invert("--", "-log_view", ":/proc/x")
        self.expect_error(64, outcome, "/proc/x", "rank 0")

    def test_environment(self):
        for options, parts in (("-options_file nowhere", ["nowhere"]), ("ksp_monitor", ["PETSC_OPTIONS", "-ksp_monitor"])):
            self.expect_refused(64, parts, environment={"PETSC_OPTIONS": options})
        self.expect_refused(64, ["KOKKOS_NUM_THREADS"], environment={"KOKKOS_NUM_THREADS": "many"})
        outcome = self.expect(0, self.invert(environment={"PETSC_OPTIONS": "-snes_monitor"}))
        self.assertIn("PETSC_OPTIONS adds -snes_monitor", outcome.err)

    def test_files_of_petsc_are_left_alone(self):
        home = temporary()
        (home / ".petscrc").write_text("-ksp_max_it 1\nnonsense\n")
        self.expect(0, self.invert(cwd=home, environment={"HOME": str(home)}))


def refuse(word):
    raise ValueError(f"{word} is not JSON")


class Patience(TestCase):
    def test_long_forward_run(self):
        """Says within seconds how far it is; nobody waits for its end."""
        directory = temporary()
        command = [PROGRAM, "forward", str(INPUTS / "heat_transient.toml"), "grid.points=[3,8,8]", "forward.steps=1000000",
                   f"observations.u.file={directory}/data.h5"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet_environment()) as process:
            line = process.stdout.readline()
            process.kill()
        self.assertRegex(line, r"^time steps: \S+ of at most 2.1e\+06, \d+\w+ left")


class Numerics(Failures):
    """What breaks down is a result with a reason: code 2, a line, the last finite estimate."""

    def expect_failed(self, parts, *more, **changes):
        with self.subTest(more=more):
            outcome = self.invert(*more, **changes)
            self.expect_error(2, outcome, "broke down in", "last finite estimate", *parts)
            self.assertEqual(len(outcome.lines()), 1, outcome.err)
            summary = json.loads((self.out / "summary.json").read_text(), parse_constant=refuse)
            self.assertEqual(summary["status"], "failed")
            self.assertIn(summary["failure"], outcome.err)
            with h5py.File(self.out / "result.h5") as file:
                self.assertTrue(numpy.isfinite(file["/parameters/lambda"][()]).all())
            return summary

    def expect_unfinished(self, *more, **changes):
        with self.subTest(more=more):
            self.expect(2, self.invert(*more, **changes))
            summary = json.loads((self.out / "summary.json").read_text(), parse_constant=refuse)
            self.assertEqual(summary["status"], "not converged")

    def test_data_that_say_nothing(self):
        path = self.directory / "flat.h5"
        for value in (0.0, 7.0):
            with h5py.File(path, "w") as file:
                file["u"] = numpy.full((24, 24), value)
            with self.subTest(value=value):
                outcome = self.invert("inversion.method=joint", file=path)
                self.assertEqual(outcome.code, 2, outcome.err)
                self.assertNotIn("internal", outcome.err)
                json.loads((self.out / "summary.json").read_text(), parse_constant=refuse)

    def test_huge_weights(self):
        for method in ("equation-error", "joint"):
            self.expect_failed(["fit"], f"inversion.method={method}", "parameters.lambda.smoothness.weight=1e300")
        self.expect_failed(['phase "raise"', "objective is not finite"], "inversion.method=joint", "joint.penalty=1e300")

    def test_huge_first_guess(self):
        """Squares overflow: scores that cannot be computed are null."""
        for method in ("equation-error", "joint"):
            summary = self.expect_failed(["fit"], f"inversion.method={method}", "parameters.lambda.initial=1e300")
            self.assertIsNone(summary["parameters"]["lambda"]["truth"]["relative_l2"])

    def test_solvers_that_do_not_converge(self):
        fixed = ["parameters.lambda.smoothness.weight=0.01", "mollifier.radius=4"]
        self.expect_unfinished(*fixed, "--", "-ksp_type", "preonly")
        self.expect_unfinished(*fixed, "parameters.lambda.smoothness.order=2", "--", "-ksp_error_if_not_converged", "-ksp_max_it", "1")
        self.expect_unfinished("inversion.method=joint", "--", "-joint_ksp_error_if_not_converged", "-joint_ksp_max_it", "1")

    def test_tolerances_that_are_none(self):
        self.expect_refused(64, ["-ksp_rtol nan", "[0, 1)"], "--", "-ksp_rtol", "nan")
        self.expect_refused(64, ["-joint_ksp_rtol nan", "[0, 1)"], "inversion.method=joint", "--", "-joint_ksp_rtol", "nan")


if __name__ == "__main__":
    unittest.main()

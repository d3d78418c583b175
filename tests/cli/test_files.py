"""What a run may write over, and two runs to one place."""
import os
import pathlib
import signal
import socket
import subprocess
import unittest

import h5py
import numpy

from program import INPUTS, PROGRAM, SOURCE, TestCase, quiet_environment, run, summary_of, temporary

HEAT = INPUTS / "heat2d.toml"
SMALL = ["grid.points=[24,24]", "mollifier.radius=6", "parameters.lambda.smoothness.weight=0.005", "forward.refine=1",
         "inversion.method=equation-error", "uncertainty.samples=0"]
SET = ["deck.toml", "history.csv", "result.h5", "result.xmf", "summary.json"]


def contents(directory):
    """All files below a directory, and where its links lead."""
    return {str(p.relative_to(directory)): os.readlink(p) if p.is_symlink() else p.read_bytes()
            for p in sorted(pathlib.Path(directory).rglob("*")) if p.is_symlink() or p.is_file()}


class FilesCase(TestCase):
    def setUp(self):
        self.directory = temporary()
        self.data = self.directory / "data.h5"
        self.out = self.directory / "out"
        self.deck = self.directory / "case.toml"
        self.deck.write_text(HEAT.read_text())
        self.expect(0, self.forward())

    def forward(self, *more, **options):
        return run("forward", self.deck, *SMALL, f"observations.u.file={self.data}", *more, **options)

    def results(self, *more, command="invert", deck=None, **options):
        return run(command, deck or self.deck, *SMALL, f"observations.u.file={self.data}", f"output.directory={self.out}", *more,
                   **options)

    def refused(self, outcome, *parts, code=64, before):
        """One clear error that names these parts, and nothing was touched."""
        self.expect_error(code, outcome, *parts)
        self.assertEqual(contents(self.directory), before)
        self.assertEqual(outcome.out, "", "the refusal came late")

    def measured(self, name="measured.h5"):
        with h5py.File(self.directory / name, "w") as file:
            file["u"] = numpy.arange(6.0)
        return self.directory / name


class Forward(FilesCase):
    def test_keeps_the_deck_whatever_is_said(self):
        (self.directory / "link.toml").symlink_to("case.toml")
        (self.directory / "hard.toml").hardlink_to(self.deck)
        (self.directory / "below").mkdir()
        before = contents(self.directory)
        for name in ("case.toml", "link.toml", "hard.toml", "below/../case.toml"):
            for more in ([], ["--overwrite"]):
                self.refused(self.forward(f"observations.u.file={self.directory / name}", *more), "it is this deck", before=before)
        self.deck.write_text(self.deck.read_text().replace('"heat2d.h5"', '"case.toml"'))
        before = contents(self.directory)
        outcome = run("forward", self.deck, *SMALL)
        self.refused(outcome, "case.toml:17:", "[observations.u] file: ", "it is this deck", code=78, before=before)

    def test_keeps_measured_data(self):
        measured = self.measured()
        (self.directory / "link.h5").symlink_to("measured.h5")
        (self.directory / "notes.txt").write_text("mine")
        before = contents(self.directory)
        for ranks in (1, 2):
            for name in ("measured.h5", "link.h5", "notes.txt"):
                outcome = self.forward(f"observations.u.file={self.directory / name}", ranks=ranks)
                self.refused(outcome, "Mollis did not write it", "--overwrite", before=before)
        self.expect(0, self.forward(f"observations.u.file={measured}", "--overwrite"))
        with h5py.File(measured) as file:
            self.assertEqual(file["u"].shape, (24, 24))

    def test_keeps_what_was_added_to_its_own_file(self):
        with h5py.File(self.data, "a") as file:
            file["measured"] = numpy.arange(6.0)
        self.refused(self.forward(), "Mollis did not write it, or it was changed since", before=contents(self.directory))

    def test_keeps_what_the_deck_reads(self):
        text = self.deck.read_text()
        self.deck.write_text(text.replace("value = 10.0", 'file = "data.h5"\ndataset = "u_clean"'))
        before = contents(self.directory)
        outcome = run("forward", self.deck, *SMALL, "observations.u.file=data.h5", "forward.source=10")
        self.refused(outcome, "data.h5 would be written over, but [fields.m] file reads it", "--overwrite", before=before)

    def test_keeps_what_is_no_file(self):
        self.out.mkdir()
        before = contents(self.directory)
        for more in ([], ["--overwrite"]):
            self.refused(self.forward("observations.u.file=/dev/null", *more), "it is no plain file", before=before)
            self.refused(self.forward(f"observations.u.file={self.out}", *more), "it is a directory", before=before)
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())

    def test_keeps_results(self):
        self.expect(0, self.results())
        before = contents(self.directory)
        self.refused(self.forward(f"observations.u.file={self.out}/result.h5"), "Mollis did not write it", before=before)

    def test_replaces_its_own_through_links(self):
        (self.directory / "link.h5").symlink_to("data.h5")
        with h5py.File(self.data) as file:
            old = file["u"][()]
        self.expect(0, self.forward(f"observations.u.file={self.directory}/link.h5", "forward.seed=7"))
        self.assertTrue((self.directory / "link.h5").is_symlink())
        with h5py.File(self.data) as file:
            self.assertFalse((file["u"][()] == old).all())
            self.assertEqual(file.attrs["written_by"], "mollis forward")

    def test_two_names_of_one_file(self):
        """Two states land in it, not one over the other."""
        (self.directory / "link.h5").symlink_to("data.h5")
        deck = self.directory / "two.toml"
        text = self.deck.read_text()
        deck.write_text(text[:text.index("[forward]")] + '[forward]\nstates = { u = "x", v = "y" }\n'
                        '[observations.v]\nfile = "link.h5"\ndataset = "v"\n')
        self.expect(0, run("forward", deck, "grid.points=[24,24]", "observations.u.file=data.h5"))
        with h5py.File(self.data) as file:
            self.assertLessEqual({"u", "v", "u_clean", "v_clean"}, set(file))


class Results(FilesCase):
    def test_keep_the_deck_whatever_is_said(self):
        deck = self.directory / "deck.toml"
        deck.write_text(self.deck.read_text())
        (self.directory / "below").mkdir()
        before = contents(self.directory)
        for command in ("invert", "mollify"):
            for place in (".", "below/.."):
                for more in ([], ["--overwrite"]):
                    outcome = self.results(f"output.directory={self.directory / place}", *more, deck=deck, command=command)
                    self.refused(outcome, "deck.toml would be written over, but it is this deck", before=before)
        with deck.open("a") as text:
            text.write('\n[output]\ndirectory = "."\n')
        before = contents(self.directory)
        outcome = run("invert", deck, *SMALL, f"observations.u.file={self.data}", ranks=2)
        self.refused(outcome, "deck.toml:", "[output] directory: ", "it is this deck", code=78, before=before)

    def test_keep_what_they_read(self):
        self.expect(0, self.results())
        from_result = [f"observations.u.file={self.out}/../out/result.h5", "observations.u.dataset=/state/u"]
        (self.directory / "link.h5").symlink_to("out/result.h5")
        before = contents(self.directory)
        for more in (from_result, [f"observations.u.file={self.directory}/link.h5", "observations.u.dataset=/state/u"]):
            self.refused(self.results(*more), "result.h5 would be written over, but [observations.u] file reads it", before=before)
        self.expect(2, self.results(*from_result, "--overwrite"))   # smoothed data look less noisy than they are

    def test_keep_what_they_read_by_way_of_another_file(self):
        self.expect(0, self.results())
        layout = h5py.VirtualLayout(shape=(24, 24), dtype="f8")
        layout[:] = h5py.VirtualSource("out/result.h5", "/state/u", shape=(24, 24))
        with h5py.File(self.directory / "way.h5", "w") as file:
            file["link"] = h5py.ExternalLink("out/result.h5", "/state/u")
            file.create_virtual_dataset("virtual", layout)
        before = contents(self.directory)
        for dataset in ("link", "virtual"):
            outcome = self.results(f"observations.u.file={self.directory}/way.h5", f"observations.u.dataset={dataset}")
            self.refused(outcome, "result.h5 would be written over, but [observations.u] file reads it (as ",
                         f"way.h5, whose {dataset} is stored there", before=before)

    def test_keep_what_mollis_did_not_write(self):
        self.out.mkdir()
        for name in SET:
            for command in ("invert", "mollify"):
                if command == "mollify" and name == "history.csv":
                    continue  # it writes none
                (self.out / name).write_text("mine")
                before = contents(self.directory)
                self.refused(self.results(command=command), f"{name} would be written over", "Mollis did not write it",
                             "--overwrite", before=before)
                (self.out / name).unlink()
        (self.out / "result.h5").symlink_to(self.measured())
        self.refused(self.results(), "result.h5 would be written over", before=contents(self.directory))
        self.expect(0, self.results("--overwrite"))
        self.assertFalse((self.out / "result.h5").is_symlink())
        with h5py.File(self.directory / "measured.h5") as file:
            self.assertEqual(file["u"].shape, (6,))

    def test_keep_an_edited_deck(self):
        self.expect(0, self.results())
        with (self.out / "deck.toml").open("a") as text:
            text.write("# thoughts\n")
        self.refused(self.results(), "deck.toml would be written over", "changed since", before=contents(self.directory))

    def test_replace_their_own_and_leave_the_rest(self):
        self.expect(0, self.results())
        (self.out / "notes.txt").write_text("mine")
        (self.out / "pictures").mkdir()
        (self.out / "pictures" / "a.png").write_text("picture")
        inode, first = self.out.stat().st_ino, summary_of(self.out)["run"]
        for ranks in (1, 2):
            self.expect(0, self.results(ranks=ranks))
            self.assertEqual(sorted(p.name for p in self.out.iterdir()), sorted([*SET, "notes.txt", "pictures"]))
            self.assertEqual((self.out / "pictures" / "a.png").read_text(), "picture")
            self.assertEqual(self.out.stat().st_ino, inode)
            self.assertNotEqual(summary_of(self.out)["run"], first)
        self.expect(0, self.results(command="mollify"))  # has no history: that of the inversion goes
        self.assertEqual(sorted(p.name for p in self.out.iterdir()),
                         sorted(n for n in [*SET, "notes.txt", "pictures"] if n != "history.csv"))
        self.expect(0, self.results())

    def test_leave_no_directory_where_they_fail(self):
        for command in ("invert", "mollify"):
            outcome = self.results("--", "-no_such_option", command=command)
            self.expect_error(64, outcome, "-no_such_option")
            outcome = self.results("observations.u.dataset=v", f"output.directory={self.directory}/a/b/c", command=command)
            self.expect_error(66, outcome, "v")
        self.assertEqual(sorted(p.name for p in self.directory.iterdir()), ["case.toml", "data.h5"])

    def test_names_too_long(self):
        name = 300 * "a"
        for command in ("invert", "mollify"):
            for place in (name, f"below/{name}"):
                self.expect_error(74, self.results(f"output.directory={self.directory}/{place}", command=command), name)
        self.expect_error(74, self.forward(f"observations.u.file={self.directory}/{name}/data.h5"), name)
        self.expect_error(74, self.forward(f"observations.u.file={self.directory}/{name}"), name)
        self.assertEqual(sorted(p.name for p in self.directory.iterdir()), ["case.toml", "data.h5"])

    def test_agree_or_are_not_shown(self):
        self.expect(0, self.results())
        self.assertEqual(self.shown().returncode, 0)
        kept = (self.out / "summary.json").read_text()
        self.expect(0, self.results())
        current = (self.out / "summary.json").read_text()
        (self.out / "summary.json").write_text(kept)
        outcome = self.shown()
        self.assertEqual(outcome.returncode, 65, outcome.stderr)
        self.assertIn("summary.json is of run", outcome.stderr)
        (self.out / "summary.json").write_text(current)
        with (self.out / "history.csv").open("a") as text:
            text.write("more\n")
        outcome = self.shown()  # which is not needed for a picture
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.assertIn("history.csv is not the one of run", outcome.stderr)

    def shown(self):
        script = "import sys; sys.path.insert(0, sys.argv[1]); import result\n" \
                 "try: result.Result(sys.argv[2])\nexcept result.Failure as error: print(error, file=sys.stderr); sys.exit(error.code)"
        return subprocess.run(["/usr/bin/python3", "-c", script, SOURCE / "tools", self.out], capture_output=True, text=True)


class TwoRuns(FilesCase):
    PAIRS = 25

    def together(self, *commands):
        """Starts all at once; their exit codes and messages."""
        runs = [subprocess.Popen([PROGRAM, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env=quiet_environment()) for command in commands]
        return [(process.communicate(timeout=100)[1], process.returncode) for process in runs]

    def expect_turns(self, outcomes):
        """Each was fine or was told that the other is at it; at least one was fine."""
        for error, code in outcomes:
            self.assertIn(code, (0, 74), error)
            if code == 74:
                self.assertIn("another run of Mollis writes here (process ", error)
                self.assertEqual(len(error.splitlines()), 1, error)
        self.assertIn(0, [code for _, code in outcomes])
        return sum(code == 74 for _, code in outcomes)

    def test_forward_to_one_file(self):
        common = ["forward", self.deck, *SMALL, f"observations.u.file={self.data}"]
        wanted = {}
        for seed in (1, 2):
            self.expect(0, run(*common, f"forward.seed={seed}"))
            with h5py.File(self.data) as file:
                wanted[seed] = file["u"][()]
        refused = 0
        for _ in range(self.PAIRS):
            refused += self.expect_turns(self.together(*([*common, f"forward.seed={seed}"] for seed in (1, 2))))
            with h5py.File(self.data) as file:
                self.assertTrue(numpy.array_equal(file["u"][()], wanted[file.attrs["seed"]]))
            self.assertEqual(sorted(p.name for p in self.directory.iterdir()), ["case.toml", "data.h5"])
        print(f"{self.PAIRS} pairs of forward: {refused} runs refused")

    def test_invert_to_one_directory(self):
        common = [self.deck, *SMALL, f"observations.u.file={self.data}", f"output.directory={self.out}"]
        for _ in range(5):
            self.expect_turns(self.together(["invert", *common], ["invert", *common], ["mollify", *common]))
            self.assertEqual(self.shown(), summary_of(self.out)["run"])
            self.assertFalse([p.name for p in self.out.iterdir() if p.name not in SET])
            self.assertEqual(sorted(p.name for p in self.directory.iterdir()), ["case.toml", "data.h5", "out"])

    def shown(self):
        with h5py.File(self.out / "result.h5") as file:
            return file.attrs["run"]

    def test_stale_and_foreign_locks(self):
        self.expect(0, self.results())
        gone = subprocess.Popen(["true"])
        gone.wait()
        here = {line.split()[0]: line.split()[1] for line in self.lock_of_a_run().splitlines()}
        lock = self.out / ".mollis-lock"
        for changes in ({"process": gone.pid}, {"process": 1, "started": 0}, {"boot": "0"}):
            lock.write_text("".join(f"{key} {value}\n" for key, value in {**here, **changes}.items()))
            self.expect(0, self.results())
            self.assertFalse(lock.exists())
        lock.write_text("".join(f"{key} {value}\n" for key, value in {**here, "host": "node17"}.items()))
        self.expect_error(74, self.results(), "on host node17, since 20", f"remove {lock}")

    def lock_of_a_run(self):
        """What a run that takes long has in its lock."""
        lock = self.directory / "long" / ".mollis-lock"
        process = subprocess.Popen([PROGRAM, "invert", self.deck, "grid.points=[24,24]", f"observations.u.file={self.data}",
                                    f"output.directory={lock.parent}"], stdout=subprocess.PIPE, env=quiet_environment())
        try:
            process.stdout.readline()
            process.send_signal(signal.SIGSTOP)
            text = lock.read_text()
            outcome = self.results(f"output.directory={lock.parent}")
            self.expect_error(74, outcome, f"process {process.pid} on host {socket.gethostname()}, since 20")
        finally:
            process.kill()
            process.communicate()
        self.expect(0, self.results(f"output.directory={lock.parent}"))  # and the killed run's lock is no hindrance
        return text


if __name__ == "__main__":
    unittest.main()

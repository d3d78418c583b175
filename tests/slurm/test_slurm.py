"""The shipped job scripts on a real Slurm (cluster.py): srun and mpirun, two nodes, an array, exit codes, a job that is stopped by
its early signal and requeued until it is done, with the answer of a run that was not. Skipped (77) where Slurm is not installed or does
not start."""
import pathlib
import shutil
import sys
import tempfile
import unittest

import h5py
import numpy

import cluster

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "cli"))
from program import PROGRAM  # noqa: E402

SCRIPTS = SOURCE / "jobscripts"
DECK = SOURCE / "inputs" / "heat2d.toml"
SMALL = ["grid.points=[24,26]", "forward.refine=1", "uncertainty.samples=0", "mollifier.radius=6", "parameters.lambda.smoothness.weight=0.5"]
QUICK = [*SMALL, "inversion.method=equation-error"]


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mollis-slurm-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.folder.chmod(0o755)
        (cls.folder / "slurm").mkdir()
        cls.slurm = cluster.Cluster(cls.folder / "slurm")
        cls.slurm.__enter__()
        cls.addClassCleanup(cls.slurm.__exit__)
        cls.slurm.environment["MOLLIS"] = PROGRAM
        cls.work = cls.folder / "work"
        cls.work.mkdir()
        cls.slurm.call(PROGRAM, "forward", DECK, *SMALL, cls.data(), cwd=cls.work)

    @classmethod
    def tearDownClass(cls):
        print("\n".join(cls.slurm.log))

    @classmethod
    def data(cls, number=""):
        return f"observations.u.file={cls.work}/data{number}.h5"

    def text(self, job):
        return "".join(path.read_text() for path in self.work.glob(f"*-{job}.out"))

    def expect(self, job, code):
        facts = self.slurm.wait(job)
        self.assertEqual(facts["ExitCode"], f"{code}:0", f"{facts}\n{self.text(job)}")
        return facts

    def parameter(self, directory):
        with h5py.File(self.work / directory / "result.h5") as file:
            return file["/parameters/lambda"][:]

    def test_launchers_and_nodes(self):
        jobs = {"srun": ("invert.sh", ["--ntasks=2"], {}),
                "mpirun": ("invert.sh", ["--ntasks=2"], {"MOLLIS_LAUNCH": "mpirun --allow-run-as-root"}),
                "two": ("nodes.sh", ["--nodes=2", "--ntasks-per-node=2"], {})}
        numbers = {name: self.slurm.submit(*options, SCRIPTS / script, DECK, *QUICK, self.data(), f"output.directory={self.work}/{name}",
                                           cwd=self.work, **more) for name, (script, options, more) in jobs.items()}
        for name, job in numbers.items():
            self.assertIn(self.slurm.wait(job)["ExitCode"], ("0:0", "2:0"), self.text(job))
            ranks = 4 if name == "two" else 2
            self.assertIn(f"{ranks} ranks as", self.text(job))
        for name in ("mpirun", "two"):
            numpy.testing.assert_allclose(self.parameter(name), self.parameter("srun"), rtol=1e-8)

    def test_threads_and_a_study(self):
        """threads.sh; and mollis scaling --submit, one job a number of ranks, collected when they have ended."""
        threads = self.slurm.submit("--ntasks-per-node=1", "--cpus-per-task=2", SCRIPTS / "threads.sh", DECK, *QUICK, self.data(),
                                    f"output.directory={self.work}/threads", cwd=self.work)
        study = self.work / "study"
        told = self.slurm.call(PROGRAM, "scaling", DECK, *QUICK, "--mode", "weak", "--ranks", "1,2", "--nodes", "1,2", "--repeats", "1", "--directory", study,
                               "--submit", cwd=self.work).stdout
        jobs = [line.split()[-1] for line in told.splitlines() if ": job " in line]
        self.assertEqual(len(jobs), 2, told)
        for job in (threads, *jobs):
            self.assertIn(self.slurm.wait(job)["ExitCode"], ("0:0", "2:0"), self.text(job))
        self.assertIn("1 ranks x 2 threads", self.text(threads))
        table = self.slurm.call(PROGRAM, "scaling", "--collect", study).stdout
        self.assertIn("2 ranks on n[1-2]", table)
        self.assertNotIn("no results yet", table)
        self.slurm.log.append(f"study {', '.join(jobs)}: collected, " + ", ".join(line for line in table.splitlines() if " ranks on " in line))

    def test_exit_codes(self):
        deck = [*QUICK, self.data(), f"output.directory={self.work}/codes"]
        for code, words in ((66, ["nothing.toml"]), (78, [self.work / "bad.toml"]), (64, [DECK, *deck, "grid.pionts=[3,3]"])):
            (self.work / "bad.toml").write_text("[grid]\n")
            job = self.slurm.submit(SCRIPTS / "invert.sh", *words, cwd=self.work)
            self.expect(job, code)
        self.expect(self.slurm.submit(SCRIPTS / "invert.sh", DECK, cwd=self.work, MOLLIS="/nowhere/mollis"), 127)

    def test_array_of_seeds(self):
        job = self.slurm.submit("--array=1-2", SCRIPTS / "array.sh", DECK, *QUICK, "forward.seed=%", f"observations.u.file={self.work}/seed%.h5",
                                f"output.directory={self.work}/seed%.out", cwd=self.work, MOLLIS_COMMANDS="forward invert")
        for task in (1, 2):
            self.assertIn(self.slurm.wait(f"{job}_{task}")["ExitCode"], ("0:0", "2:0"))
        self.assertGreater(numpy.abs(self.parameter("seed1.out") - self.parameter("seed2.out")).max(), 1e-6)

    def test_chain(self):
        """The signal comes early in a job of two minutes, wherever Slurm finds the time for it: the run has to be longer than that."""
        for points in (160, 320, 640):
            long = ["inversion.method=joint", f"grid.points=[{points},{points}]", "forward.refine=1", "uncertainty.samples=40", self.data("-chain")]
            self.slurm.call(PROGRAM, "forward", DECK, *long, cwd=self.work)
            job = self.slurm.submit("--ntasks=2", "--time=2", "--signal=B:USR1@115", SCRIPTS / "chain.sh", DECK, *long,
                                    f"output.directory={self.work}/chain", cwd=self.work)
            reference = self.slurm.call(PROGRAM, "invert", DECK, *long, f"output.directory={self.work}/whole", cwd=self.work, check=False)
            facts, text = self.slurm.wait(job), self.text(job)
            self.assertEqual(facts["ExitCode"], f"{reference.returncode}:0", text)
            if int(facts["Restarts"]) > 0:
                break
        self.assertGreaterEqual(int(facts["Restarts"]), 1, text)
        self.assertIn("stopped by SIGUSR1", text)
        self.assertIn("restart from", text)
        difference = numpy.abs(self.parameter("chain") - self.parameter("whole")).max() / numpy.abs(self.parameter("whole")).max()
        self.slurm.log.append(f"chain {job}: {facts['Restarts']} restarts, the answer differs by {difference:.1e} from that of a run on one rank")
        self.assertLess(difference, 1e-8)
        self.assertFalse((self.work / "chain" / "checkpoint.h5").exists())


if __name__ == "__main__":
    if why := cluster.obstacle():
        print(f"skipped: {why}")
        sys.exit(77)
    unittest.main()

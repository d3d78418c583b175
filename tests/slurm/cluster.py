"""A real Slurm of one or more emulated nodes on this machine: its own folder, configuration, keys, daemons and ports, all on the
loopback. Nothing under /etc is read or changed; its daemons are ended by their own commands.

    cluster.py     whether one comes up here and runs a job; 77, and why not
"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "srun", "scontrol", "sinfo", "munge")

CONFIGURATION = """\
ClusterName=local
SlurmctldHost=localhost(127.0.0.1)
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=10
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
TmpFS={folder}/tmp.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.%n.log
SlurmctldPort={port}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/log/jobcomp.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=pmix
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=2
KillWait=10
MailProg=/bin/true
NodeName=n[1-{nodes}] NodeHostname=localhost NodeAddr=127.0.0.1 Port=[{first}-{last}] Boards=1 SocketsPerBoard=1 CoresPerSocket={cores} ThreadsPerCore=1 RealMemory=1000 State=UNKNOWN
PartitionName=debug Nodes=ALL Default=YES MaxTime=12:00:00 State=UP
"""


def missing():
    """What is not there of what a cluster needs; empty where it can be brought up."""
    lacks = [program for program in PROGRAMS if shutil.which(program) is None]
    return ", ".join(lacks) or ("" if os.geteuid() == 0 else "root's rights")


def obstacle():
    """Why no cluster comes up here; empty where one did, and ran a job."""
    if lacks := missing():
        return f"no {lacks}; apt-get install slurm-wlm munge"
    with tempfile.TemporaryDirectory(prefix="mollis-slurm-") as folder:
        try:
            with Cluster(folder, nodes=1, patience=15) as slurm:
                slurm.call("srun", "--mpi=pmix", "--ntasks=2", "--time=1", "true")
        except (OSError, RuntimeError) as reason:
            return f"its daemons do not start here: {' '.join(str(reason).split())[:300]}"
    return ""


class Cluster:
    def __init__(self, folder, nodes=2, cores=2, patience=60):
        self.folder = pathlib.Path(folder)
        self.nodes, self.log, self.patience = nodes, [], patience
        port = random.randrange(20000, 30000)
        for name in ("state", "log", "munge"):
            (self.folder / name).mkdir()
        self.folder.chmod(0o755)   # munged wants its socket reachable by all
        (self.folder / "munge").chmod(0o755)
        key = self.folder / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        for node in range(1, nodes + 1):
            (self.folder / f"spool.n{node}").mkdir()
            (self.folder / f"tmp.n{node}").mkdir()
        configuration = self.folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, port=port, first=port + 1, last=port + nodes, nodes=nodes, cores=cores))
        # The emulated nodes share one host: Open MPI must not take them for several, or for one.
        self.environment = dict(os.environ, SLURM_CONF=str(configuration), OMPI_MCA_btl="self,tcp", OMPI_MCA_btl_tcp_if_include="lo",
                                OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1", OMPI_MCA_hwloc_base_binding_policy="none",
                                MOLLIS_SRUN="--mpi=pmix")
        self.environment.pop("OMP_NUM_THREADS", None)   # the job's own is asked for

    def __enter__(self):
        try:
            self.bring_up()
        except BaseException:
            self.bring_down()
            raise
        return self

    def __exit__(self, *_):
        self.bring_down()

    def call(self, *command, check=True, cwd=None, **more):
        done = subprocess.run([str(word) for word in command], env=dict(self.environment, **more), capture_output=True, text=True, cwd=cwd)
        if check and done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
        return done

    def bring_up(self):
        munge = self.folder / "munge"
        self.call("munged", f"--key-file={munge}/key", f"--socket={munge}/socket", f"--log-file={munge}/log", f"--pid-file={munge}/pid",
                  f"--seed-file={munge}/seed")
        configuration = self.environment["SLURM_CONF"]
        self.call("slurmctld", "-c", "-f", configuration)
        time.sleep(1)
        for node in range(1, self.nodes + 1):
            self.call("slurmd", "-f", configuration, "-N", f"n{node}")
        for _ in range(self.patience):
            if len(self.call("sinfo", "-h", "-t", "idle", "-N", check=False).stdout.splitlines()) >= self.nodes:
                return
            time.sleep(1)
        raise RuntimeError("the nodes do not come up: " + self.call("sinfo", check=False).stdout)

    def bring_down(self):
        self.call("scontrol", "shutdown", check=False)
        pids = [path for path in self.folder.glob("*.pid")]
        for _ in range(20):
            if not any(path.exists() for path in pids):
                break
            time.sleep(1)
        self.call("munged", "--stop", f"--socket={self.folder}/munge/socket", check=False)

    def submit(self, *words, cwd, **more):
        """Its number."""
        job = self.call("sbatch", "--parsable", *words, cwd=cwd, **more).stdout.strip()
        self.log.append(f"submitted {job}: {' '.join(pathlib.Path(word).name for word in words if '=' not in str(word) or str(word).startswith('-'))}")
        return job

    def facts(self, job):
        text = self.call("scontrol", "show", "job", job, check=False).stdout
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def wait(self, job, seconds=500):
        """The facts of a job that has ended."""
        for _ in range(2 * seconds):
            facts = self.facts(job)
            if facts.get("JobState") in ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "OUT_OF_MEMORY"):
                self.log.append(f"ended {job}: {facts['JobState']} {facts['ExitCode']}, {facts['Restarts']} restarts")
                return facts
            time.sleep(0.5)
        raise RuntimeError(f"job {job} does not end: {facts}")


if __name__ == "__main__":
    if why := obstacle():
        print(f"slurm: {why}")
        sys.exit(77)
    print("slurm: a cluster came up here and ran a job")

"""Arrays spread over ranks give what one process gives."""
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest

import mollis
from test_invert import DECK, problem

HERE = pathlib.Path(__file__).parent
LAUNCHER = shlex.split(os.environ.get("MOLLIS_LAUNCHER", "mpirun --allow-run-as-root --oversubscribe -n"))


def run(ranks, folder):
    pytest.importorskip("mpi4py")
    if shutil.which(LAUNCHER[0]) is None:
        pytest.skip(f"no {LAUNCHER[0]}")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    done = subprocess.run([*LAUNCHER, str(ranks), sys.executable, str(HERE / "mpi_program.py"), str(folder)], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:]
    return np.load(folder / "found.npz")


@pytest.mark.parametrize("ranks", [2, 3])
def test_any_number_of_ranks(ranks, tmp_path):
    u, m, truth = problem()
    found = run(ranks, tmp_path)
    alone = mollis.invert(DECK, u=u, m=m, truths={"lambda": truth})
    field = alone.parameters["lambda"]
    assert np.linalg.norm(found["field"] - field) < 1e-8 * np.linalg.norm(field)
    kept = mollis.load(tmp_path / "run")
    assert kept.summary["ranks"] == ranks and np.array_equal(kept.parameters["lambda"], found["field"])
    score, other = (r.summary["parameters"]["lambda"]["truth"]["correlation"] for r in (kept, alone))
    assert abs(score - other) < 1e-9
    one = mollis.Mollifier(u.shape, ["", "xx", "y"], 6)
    assert np.allclose(found["jets"], one.apply(np.stack([u, m])), rtol=0, atol=1e-9)
    assert np.allclose(found["back"], one.transpose(np.stack([[u, m, u], [m, u, m]])), rtol=0, atol=1e-9)
    overlap, gaps, deck = found["refused"]
    assert "overlap" in overlap and "gaps" in gaps and "[mollifier] radios" in deck
    assert sorted(p.name for p in tmp_path.iterdir()) == ["found.npz", "run"]


@pytest.mark.parametrize("where, words", [((slice(0, 3),), "do not fill"), ((slice(None), slice(0, 4)), "start and stop"), ((0, slice(0, 4)), "slice"),
                                          ((slice(0, 6, 2), slice(0, 4)), "no step")])
def test_blocks_that_cannot_be(where, words):
    with pytest.raises(ValueError, match=words):
        mollis.Block(np.zeros((3, 4)), where)


def test_a_block_of_one_process_is_the_whole():
    u, m, _ = problem()
    whole = mollis.Block(u, (slice(0, 48), slice(0, 48)))
    assert np.array_equal(mollis.invert(DECK, u=whole, m=m).parameters["lambda"], mollis.invert(DECK, u=u, m=m).parameters["lambda"])
    with pytest.raises(ValueError, match="gaps"):
        mollis.invert(DECK, u=mollis.Block(u[1:], (slice(1, 48), slice(0, 48))), m=m)

"""Run by test_mpi.py under mpirun: arrays that are spread over ranks. Writes what they gave to the folder that is named."""
import sys

import numpy as np
from mpi4py import MPI

import mollis
from test_invert import DECK, problem

comm, folder = MPI.COMM_WORLD, sys.argv[1]
rank, size = comm.Get_rank(), comm.Get_size()
u, m, truth = problem()

# The mollifier's own cut, batches in front.
mollifier = mollis.Mollifier(u.shape, ["", "xx", "y"], 6, comm=comm)
mine = (slice(None), *mollifier.block)
jets, back = mollifier.apply(np.stack([u, m])[mine]), mollifier.transpose(np.stack([[u, m, u], [m, u, m]])[(slice(None), *mine)])
parts = comm.gather((mollifier.block, jets, back))

# Blocks of a cut that is nobody's: rows dealt unevenly, the last rank without any where there are three.
cuts = np.linspace(0, 48, max(size, 2)).astype(int) if size > 2 else np.array([0, 13, 48][: size + 1])
cuts = np.append(cuts, 48)[: size + 1]
rows = slice(int(cuts[rank]), int(cuts[rank + 1]))
result = mollis.invert(DECK, u=mollis.Block(u[rows], (rows, slice(0, 48))), m=m if rank == 0 else np.zeros(3), comm=comm, scratch=folder,
                       truths={"lambda": mollis.Block(truth[rows], (rows, slice(0, 48)))}, directory=f"{folder}/run")
field = result.parameters["lambda"]
assert result.summary["ranks"] == size and field.shape == (48, 48)
assert np.array_equal(result.parameters.part("lambda", mollifier.block), field[mollifier.block])

refused = []
for bad in (mollis.Block(u[: rows.stop], (slice(0, rows.stop), slice(0, 48))), mollis.Block(u[rows, :40], (slice(rows.start + 1, rows.stop + 1), slice(0, 40)))):
    try:
        mollis.invert(DECK, u=bad, m=m, comm=comm, scratch=folder)
    except (ValueError, mollis.DataError) as error:
        refused.append(str(error))
try:
    mollis.invert(DECK.replace("radius", "radios"), u=u, m=m, comm=comm, scratch=folder)
except mollis.DeckError as error:
    refused.append(str(error))
assert len(set(map(tuple, comm.allgather(refused)))) == 1
if rank == 0:
    whole = np.empty((2, 3, 48, 48)), np.empty((2, 48, 48))
    for block, a, b in parts:
        whole[0][(slice(None), slice(None), *block)], whole[1][(slice(None), *block)] = a, b
    np.savez(f"{folder}/found.npz", field=field, jets=whole[0], back=whole[1], refused=np.array(refused))

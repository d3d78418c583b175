#!/bin/bash
# One rank a GPU; needs a build with Kokkos for it (docs/install.md).
#
#   sbatch --nodes=2 --ntasks-per-node=4 --gpus-per-node=4 jobscripts/gpus.sh DECK [section.key=value ...] [-- PETSc options]
#SBATCH --job-name=mollis-gpus
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-task=1
#SBATCH --cpus-per-task=8
#SBATCH --time=01:00:00
export MOLLIS_SRUN=${MOLLIS_SRUN:---mpi=pmix --gpus-per-task=1 --gpu-bind=closest}
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
launch "${MOLLIS_COMMAND:-invert}" "$@"

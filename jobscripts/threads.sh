#!/bin/bash
# Threads and ranks: few ranks a node, each with threads on the cores of its own socket. Needs a build with Kokkos' OpenMP.
#
#   sbatch --nodes=2 --ntasks-per-node=4 --cpus-per-task=16 jobscripts/threads.sh DECK [section.key=value ...] [-- PETSc options]
#SBATCH --job-name=mollis-threads
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=2
#SBATCH --cpus-per-task=2
#SBATCH --time=01:00:00
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
launch "${MOLLIS_COMMAND:-invert}" "$@"

#!/bin/bash
# Many nodes, a rank a core.
#
#   sbatch --nodes=16 --ntasks-per-node=64 jobscripts/nodes.sh DECK [section.key=value ...] [-- PETSc options]
#
# `mollis check DECK --ranks N --memory-per-rank SIZE` says how many ranks a deck needs.
#SBATCH --job-name=mollis-nodes
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --nodes=2
#SBATCH --exclusive
#SBATCH --cpus-per-task=1
#SBATCH --time=02:00:00
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
launch "${MOLLIS_COMMAND:-invert}" "$@"

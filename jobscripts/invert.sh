#!/bin/bash
# Recovers the parameter fields of a deck in a Slurm job, on one node unless sbatch is told otherwise.
#
#   sbatch [sbatch options] jobscripts/invert.sh DECK [section.key=value ...] [-- PETSc options]
#   jobscripts/invert.sh DECK ...        the same, submitted with the account and partition of site.sh
#
#   sbatch --ntasks=64 -t 30 jobscripts/invert.sh inputs/heat2d.toml inversion.max_iterations=80 -- -log_view
#
# Relative decks are relative to the folder of submission. The job ends with the program's exit code (docs/files.md), so
# sbatch --wait  and  --dependency=afterok:JOB  see it. MOLLIS_COMMAND runs another command (forward, mollify, check).
#SBATCH --job-name=mollis
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
launch "${MOLLIS_COMMAND:-invert}" "$@"

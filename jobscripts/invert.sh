#!/bin/bash
# Recovers the parameter fields of a deck in a Slurm job.
#
#   sbatch [sbatch options] jobscripts/invert.sh DECK [section.key=value ...] [-- PETSc options]
#   jobscripts/invert.sh DECK ...        the same, submitted with the account and partition of site.sh
#
#   sbatch -N 4 --ntasks-per-node=64 -t 30 jobscripts/invert.sh inputs/heat2d.toml inversion.max_iterations=80 -- -log_view
#
# Relative decks are relative to the folder of submission. The job ends with the program's exit code (0 converged,
# 2 ran but did not converge, 64 to 78 see the manual), so  sbatch --wait  and  --dependency=afterok:JOB  see it.
# Site specifics are in site.sh beside this file. MOLLIS_COMMAND runs another command (forward, mollify, check).
#SBATCH --job-name=mollis
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00

# The folder of this script. Slurm runs a copy of it, so its own path says nothing there; the job's record does.
folder_of_script() {
  local script=${BASH_SOURCE[0]}
  if [ -n "${SLURM_JOB_ID:-}" ] && [ ! -e "$(dirname "$script")/site.sh" ]; then
    script=$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=//p' | head -n 1)
    [ -e "$script" ] || script=${script%%.sh*}.sh   # newer Slurm adds the arguments
  fi
  (cd "$(dirname "$script")" && pwd)
}

usage() {
  echo "usage: sbatch [sbatch options] jobscripts/invert.sh DECK [section.key=value ...] [-- PETSc options]" >&2
  exit 64
}

case ${1:-} in "" | -*) usage ;; esac
folder=$(folder_of_script)
site=${MOLLIS_SITE:-$folder/site.sh}
if [ ! -r "$site" ]; then
  echo "invert.sh: no site file $site; name one in MOLLIS_SITE" >&2
  exit 66
fi
# shellcheck source=/dev/null
. "$site"
set -u   # not earlier: module commands of many sites read unset variables

[ -n "${SLURM_JOB_ID:-}" ] || exec sbatch "$folder/$(basename "${BASH_SOURCE[0]}")" "$@"

# Said here, because srun would answer with 2, which means "did not converge".
if ! command -v "$MOLLIS" > /dev/null; then
  echo "invert.sh: no program $MOLLIS; build it (./dev build), load its module, or set MOLLIS in $site" >&2
  exit 127
fi

# srun does not take --cpus-per-task from the job since Slurm 22.05, unless told so.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$SRUN_CPUS_PER_TASK}
export OMP_PROC_BIND=${OMP_PROC_BIND:-spread} OMP_PLACES=${OMP_PLACES:-threads}

# shellcheck disable=SC2206  # a list of flags
command=(srun ${MOLLIS_SRUN:-} "$MOLLIS" "${MOLLIS_COMMAND:-invert}" "$@")
echo "job $SLURM_JOB_ID on ${SLURM_JOB_NODELIST:-?}: ${SLURM_NTASKS:-1} ranks x $OMP_NUM_THREADS threads, in $PWD"
echo "start $(date '+%F %T'):$(printf ' %q' "${command[@]}")"
"${command[@]}"
code=$?
echo "end   $(date '+%F %T'): exit code $code"
exit "$code"

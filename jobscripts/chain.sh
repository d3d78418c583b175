#!/bin/bash
# A run that is longer than a job may be: two minutes before its time is up the program is told (SIGUSR1), writes a checkpoint and
# ends with 75; the job puts itself back into the queue and goes on from there, until it is done.
#
#   sbatch --nodes=4 --ntasks-per-node=64 --time=12:00:00 jobscripts/chain.sh DECK [section.key=value ...] [-- PETSc options]
#
# MOLLIS_COMMAND=forward (in time) and predict (RESULT in place of DECK) go on likewise. MOLLIS_MOST_RESTARTS (50) ends a chain that gets
# nowhere. Slurm may send the signal a minute early. Where a checkpoint takes longer than a minute ask for more than 120 s:
# sbatch --signal=B:USR1@600 ...  Sites that forbid requeuing: --dependency=afternotok:JOB.
#SBATCH --job-name=mollis-chain
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
code=0
launch "${MOLLIS_COMMAND:-invert}" --restart=auto "$@" || code=$?
[ "$code" -ne 138 ] || code=75   # SIGUSR1 came before the program was there to take it
if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "${MOLLIS_MOST_RESTARTS:-50}" ]; then
  echo "restart $((${SLURM_RESTART_COUNT:-0} + 1)) of at most ${MOLLIS_MOST_RESTARTS:-50}"
  scontrol requeue "$SLURM_JOB_ID"   # ends this script
  sleep 60
fi
exit "$code"

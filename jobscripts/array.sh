#!/bin/bash
# A job array over decks or noise seeds: % in the arguments stands for the number of the task, and @FILE as the deck for line
# number % of FILE, which holds a deck a line.
#
#   sbatch --array=1-8 jobscripts/array.sh inputs/heat2d.toml forward.seed=% observations.u.file=seed%.h5 output.directory=seed%.out
#   sbatch --array=1-20 jobscripts/array.sh @decks.txt
#
# MOLLIS_COMMANDS="forward invert" (the default is invert alone) runs several commands one after the other. Each task ends with its
# program's exit code;  --dependency=afterok:ARRAYID  waits for all of them.
#SBATCH --job-name=mollis-array
#SBATCH --output=%x-%A_%a.out
#SBATCH --open-mode=append
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --time=01:00:00
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
task=${SLURM_ARRAY_TASK_ID:-1}
deck=$1
shift
case $deck in
  @*)
    [ -r "${deck#@}" ] || complain "no list of decks ${deck#@}" 66
    deck=$(sed -n "${task}p" "${deck#@}")
    [ -n "$deck" ] || complain "the list has no line $task" 64
    ;;
esac
for command in ${MOLLIS_COMMANDS:-invert}; do
  launch "$command" "${deck//%/$task}" "${@//%/$task}" || exit
done

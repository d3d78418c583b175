#!/bin/bash
# One number of ranks of a scaling study: data, a warm-up run, and the runs that count. `mollis scaling DECK ... --submit` submits it (by the
# submit.sh of the study):
#
#   sbatch --ntasks=64 --nodes=1 jobscripts/study.sh STUDY/ranks64
#SBATCH --job-name=mollis-study
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --exclusive
#SBATCH --cpus-per-task=1
#SBATCH --time=02:00:00
here=$(dirname "${BASH_SOURCE[0]}")   # Slurm runs a copy of this script; the job's record says where it is
[ -e "$here/body.sh" ] || here=$(dirname "$(scontrol show job "${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID}" | sed -n 's/^ *Command=\(.*\.sh\).*/\1/p' | head -n 1)")
here=$(cd "$here" && pwd)
# shellcheck source=body.sh
. "$here/body.sh"
place=$1
mapfile -t overrides < "$place/arguments" || complain "no study $place" 66
deck=${MOLLIS_DECK:-$place/../deck.toml}
echo "${SLURM_NTASKS:-1} ranks on ${SLURM_JOB_NODELIST:-?}, ${SLURM_TASKS_PER_NODE:-?} a node, $OMP_NUM_THREADS threads each" > "$place/placement"
launch forward "$deck" "${overrides[@]}" || exit
for ((run = 0; run <= ${MOLLIS_REPEATS:-3}; ++run)); do
  code=0
  launch invert "$deck" "${overrides[@]}" "output.directory=$place/run$run" || code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 2 ] || exit "$code"   # 2: not converged, which takes its time as well
done
[ -n "${MOLLIS_KEEP:-}" ] || rm -f "$place/data.h5" "$place"/run*/result.*   # the seconds are in summary.json

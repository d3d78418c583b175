# shellcheck shell=bash
# What the job scripts beside this file share; they source it. Reads the site, submits the script where it was started by hand,
# and leaves `launch COMMAND ARGUMENTS`, which runs mollis under the site's launcher.

name=$(basename "$0" .sh)
[ -z "${SLURM_JOB_ID:-}" ] || name=${SLURM_JOB_NAME:-$name}

complain() { echo "$name: $1" >&2; exit "$2"; }

case ${1:-} in "" | -*) complain "usage: sbatch [sbatch options] jobscripts/$(basename "${script:-$0}") DECK [section.key=value ...] [-- PETSc options]" 64 ;; esac
site=${MOLLIS_SITE:-$here/site.sh}
[ -r "$site" ] || complain "no site file $site; name one in MOLLIS_SITE" 66
# shellcheck source=/dev/null
. "$site"
set -u   # not earlier: module commands of many sites read unset variables

[ -n "${SLURM_JOB_ID:-}" ] || exec sbatch "$here/$(basename "$0")" "$@"

# Said here, because srun would answer with 2, which means "did not converge".
command -v "$MOLLIS" > /dev/null || complain "no program $MOLLIS; build it (./dev build), load its module, or set MOLLIS in $site" 127

# srun does not take --cpus-per-task from the job since Slurm 22.05, unless told so.
export SRUN_CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-$SRUN_CPUS_PER_TASK}
export OMP_PROC_BIND=${OMP_PROC_BIND:-spread} OMP_PLACES=${OMP_PLACES:-threads}

# launch COMMAND ARGUMENTS: in the background, so that signals reach this shell; its exit code comes back. Signals of Slurm to the
# batch shell (--signal=B:USR1@...) go on to the launcher, which hands them to all ranks.
launch() {
  # shellcheck disable=SC2206  # lists of words
  local command=(${MOLLIS_LAUNCH:-srun ${MOLLIS_SRUN:-}} "$MOLLIS" "$@")
  echo "job $SLURM_JOB_ID on ${SLURM_JOB_NODELIST:-?}: ${SLURM_NTASKS:-1} ranks x $OMP_NUM_THREADS threads, in $PWD"
  echo "start $(date '+%F %T'):$(printf ' %q' "${command[@]}")"
  "${command[@]}" &
  local launcher=$! code=0
  trap 'kill -USR1 "$launcher"' USR1
  trap 'kill -TERM "$launcher"' TERM
  wait "$launcher" || code=$?
  while [ "$code" -gt 128 ] && kill -0 "$launcher" 2> /dev/null; do   # a signal ended the wait, not the launcher
    code=0
    wait "$launcher" || code=$?
  done
  trap - USR1 TERM
  echo "end   $(date '+%F %T'): exit code $code"
  return "$code"
}

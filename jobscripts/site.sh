# shellcheck shell=bash
# All that differs from site to site, in one place; read by the job scripts beside it. Each line keeps a value that the
# environment has already, so that one job can differ without an edit:  MOLLIS=/other/mollis sbatch jobscripts/invert.sh ...
# To keep a copy elsewhere (this folder may be read-only): export MOLLIS_SITE=$HOME/mollis-site.sh

# Where the job is charged and runs. sbatch itself reads these names. They take effect where a job script is started
# directly (`jobscripts/invert.sh DECK`, which submits itself), or after `. jobscripts/site.sh`; a bare
# `sbatch jobscripts/invert.sh DECK` sees only what the shell has exported, or -A and -p.
#export SBATCH_ACCOUNT=${SBATCH_ACCOUNT:-my-project}
#export SBATCH_PARTITION=${SBATCH_PARTITION:-standard}
#export SBATCH_CONSTRAINT=${SBATCH_CONSTRAINT:-gpu}

# Modules or a Spack environment that Mollis was built with; only needed inside the job.
#if [ -n "${SLURM_JOB_ID:-}" ]; then
#  module purge
#  module load gcc openmpi petsc hdf5/parallel
#fi

# The program. The first of: the environment's MOLLIS, the build tree or the installation that this file belongs to,
# the PATH.
site_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for site_candidate in "$site_folder/../build/release/mollis" "$site_folder/../../../bin/mollis"; do
  [ ! -x "$site_candidate" ] || : "${MOLLIS:=$(realpath "$site_candidate")}"
done
export MOLLIS=${MOLLIS:-mollis}

# Flags of srun: how MPI starts (`srun --mpi=list` names what the site has) and where ranks are bound.
# On GPU machines one rank a GPU: --gpus-per-task=1 --gpu-bind=closest, with  sbatch --gpus-per-node=N --ntasks-per-node=N
export MOLLIS_SRUN=${MOLLIS_SRUN:---mpi=pmix --cpu-bind=cores}

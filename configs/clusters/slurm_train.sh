#!/bin/bash
# Trains on four nodes of a cluster of Slurm:
#
#     sbatch configs/clusters/slurm_train.sh configs/multi30k.yaml saved_models/mine \
#         --corpus multi30k-tok/en-de
#
# What comes after the recipe and the folder are options of `train`.
# The folder must be on a disk that all nodes share, and so must the data. When the time
# is over, or a node is lost, the job is queued again and goes on.
#SBATCH --job-name=seq2seq-keras
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=32G
#SBATCH --time=08:00:00
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
set -euo pipefail
config=$1
output=$2
shift 2
head=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
port=6379
export RAY_USAGE_STATS_ENABLED=0

# One process trains on each node, with all of its cores.
srun --nodes=1 --ntasks=1 --overlap -w "$head" \
  ray start --head --port="$port" --num-cpus=0 --block &
srun --nodes="$((SLURM_NNODES - 1))" --ntasks="$((SLURM_NNODES - 1))" --overlap \
  --exclude="$head" bash -c "
    until ray start --address='$head:$port' --num-cpus=1 --block; do sleep 5; done" &
until [ "$(python -c "import ray
ray.init('$head:$port', log_to_driver=False, logging_level='ERROR')
print(int(ray.cluster_resources().get('CPU', 0)))" 2>/dev/null)" \
  = "$((SLURM_NNODES - 1))" ]; do
  sleep 5
done

options=(--num-workers "$SLURM_NNODES" --address "$head:$port")
if [ -e "$output/training_state.npz" ]; then
  seq2seq-keras train --resume "$output" "${options[@]}" &
else
  seq2seq-keras train --config "$config" --output "$output" "$@" "${options[@]}" &
fi
training=$!
trap 'kill -TERM "$training"; wait "$training" || true; scontrol requeue "$SLURM_JOB_ID"' TERM
wait "$training"

#!/usr/bin/env bash
# Prints every speed figure of docs/figures.md for one checkpoint and one SAE of it: Benchmarks/run.sh MODEL.gguf SAE_FOLDER [BLOCK [TEXT]]
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 CHECKPOINT SAE_FOLDER [BLOCK [TEXT]]   (BLOCK: the block that the SAE reads, default 15; TEXT: a text to harvest)" >&2
  exit 2
fi

checkpoint=$(realpath "$1")
sae=$(realpath "$2")
block=${3:-15}
text=${4:+$(realpath "$4")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
models=$(mktemp -d)
trap 'rm -rf "$models"' EXIT

dotnet build -c Release -v quiet --nologo Cli
dotnet build -c Release -v quiet --nologo Benchmarks
steer() { dotnet Cli/bin/Release/net10.0/steer.dll "$@"; }
benchmark() { dotnet Benchmarks/bin/Release/net10.0/Steering.Benchmarks.dll "$@"; }

benchmark import "$checkpoint"
for precision in fp32 int4; do
  steer import "$checkpoint" "$models/$precision" --precision "$precision"
  steer socket "$models/$precision" "$models/$precision-one" --sites "$block"
  steer socket "$models/$precision" "$models/$precision-all" --sites all
  benchmark load "$models/$precision-one"
  benchmark sockets "$models/$precision" "$models/$precision-one" "$models/$precision-all" --sae "$sae"
done
benchmark precision "$models/fp32" "$models/int4"
if [ -n "$text" ]; then
  benchmark harvest "$models/fp32" "$text" "resid_post.$block"
fi
for command in memory attenuate batch prefill filter evaluate; do
  benchmark "$command" "$models/int4-all"
done
benchmark encode
benchmark train
benchmark template
benchmark catalogue

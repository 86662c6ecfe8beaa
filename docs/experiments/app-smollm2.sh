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

if [ ! -e "$out/ag-news.questions.jsonl" ]; then
  sed -n '1,800p' "$out/data/ag-news.held.jsonl" | jq -c '["World", "Sports", "Business", "Technology"] as $classes | .label as $class
    | { question: ("Article: " + .text[:160] + "\nTopic:"), choices: ($classes | map(" " + .)), answer: ($classes | index($class)), class: $class }' \
    >"$out/questions.part"
  mv "$out/questions.part" "$out/ag-news.questions.jsonl"
fi

# One example of each emotion, none of them from the data: without them the model names the right one of four in 45 % of the cases.
if [ ! -e "$out/emotion.questions.jsonl" ]; then
  sed -n '1,1000p' "$out/data/emotion.held.jsonl" | jq -c '["sadness", "joy", "anger", "fear"] as $classes | .label as $class
    | select($classes | index($class))
    | { question: ("Message: i feel so lonely and empty tonight\nEmotion: sadness\n\nMessage: i feel scared of walking home in the dark\nEmotion: fear\n\n"
          + "Message: i feel wonderful and proud of my little girl\nEmotion: joy\n\nMessage: i feel so mad at him for lying to me\nEmotion: anger\n\n"
          + "Message: " + .text[:200] + "\nEmotion:"), choices: ($classes | map(" " + .)), answer: ($classes | index($class)), class: $class }' \
    | sed -n '1,400p' >"$out/questions.part"
  mv "$out/questions.part" "$out/emotion.questions.jsonl"
fi

if [ ! -e "$out/neutral.jsonl" ]; then
  jq -R -s -c 'split("\n \n = ")[] | select(length > 800) | { text: ("= " + .)[:1200] }' "$data/general-wikitext2/test.txt" >"$out/neutral.part"
  mv "$out/neutral.part" "$out/neutral.jsonl"
fi

compare() {
  local set=$1 dose=$2
  shift 2
  [ -e "$out/app-$set" ] || $steer concept compare "$out/model-fp32" "$out/sae" --threads 1 --questions "$out/$set.questions.jsonl" "$@" \
    --measure confidence --removal 0.2 --tolerance 0.04 --dose-questions "$dose" --text "$out/neutral.jsonl" --documents 20 --tokens 128 --output "$out/app-$set"
}
compare ag-news 60 --target Sports --target Business --prompting "Never answer {target}."
compare emotion 40 --target joy --target anger --prompting "Never answer {target}."

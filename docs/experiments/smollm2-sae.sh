#!/usr/bin/env bash
# SmolLM2-135M-Instruct with sockets, and a sparse autoencoder of its block 15 trained on a mixture of public texts.
#
#   docs/experiments/smollm2-sae.sh DATA MODEL_GGUF OUT
#
# DATA holds one folder for each public data set:
#   concept-ag-news/test.csv                      github.com/mhjabreel/CharCnn_Keras, data/ag_news_csv
#   concept-emotion-dair/{train,val,test}.txt     the dair-ai "emotion" set, text;label
#   toxicity-jigsaw-balanced-12k/test.csv         text,label
#   toxicity-davidson-hate-offensive/labeled_data.csv   github.com/t-davidson/hate-speech-and-offensive-language
#   toxicity-paradetox/paradetox.tsv              github.com/s-nlp/paradetox
#   general-wikitext2/valid.txt                   WikiText-2
#   general-tinystories-1000/tinystories_1000.json
#   general-instruct-and-c4-demo/alpaca_en_demo.json    github.com/hiyouga/LLaMA-Factory, data
#   reasoning-r1-distill-traces-annotated/*qwen-1.5b.json   github.com/cvenhoff/steering-thinking-llms
# MODEL_GGUF is SmolLM2-135M-Instruct.Q4_1.gguf. A step whose output is there is skipped.
#
# Held out, never in the corpus: of AG News and emotion the last fifth of the shuffled rows (seed 42), of the toxicity sets
# every fifth line.
set -euo pipefail
data=$1 gguf=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
steer=${STEER:-"dotnet run --project $here/../../Cli -c Release --"}
mkdir -p "$out/data"

# The minimal standard generator of Park and Miller: the same order with every awk.
shuffled() {
  awk -v seed="$1" 'BEGIN { x = seed } { x = (x * 16807) % 2147483647; printf "%.0f\t%s\n", x, $0 }' | LC_ALL=C sort -t "$(printf '\t')" -k1,1n | cut -f 2-
}

# A range of lines, reading to the end: a pipe that is closed early would end the script.
lines() {
  local from=$1 to=$2
  shift 2
  sed -n "${from},${to}p" "$@"
}

# Labelled sets as JSON lines with "text" and "label": shuffled, the first 80 % to fit on, the rest to measure on.
divide() {
  shuffled 42 >"$out/data/$1.all"
  local fit=$(($(wc -l <"$out/data/$1.all") * 4 / 5))
  head -n "$fit" "$out/data/$1.all" >"$out/data/$1.fit.jsonl"
  tail -n "+$((fit + 1))" "$out/data/$1.all" >"$out/data/$1.held.jsonl"
  rm "$out/data/$1.all"
}

if [ ! -e "$out/data/emotion.held.jsonl" ]; then
  jq -R -c 'capture("^\"(?<label>[1-4])\",\"(?<title>.*)\",\"(?<body>.*)\"\r?$")
    | { text: ((.title + ". " + .body) | gsub("\"\""; "\"") | gsub("\\\\"; " ") | gsub("&lt;[^&]*&gt;|<[^>]*>"; "") | gsub("#39;"; "\u0027") | gsub(" +"; " ")),
        label: ["World", "Sports", "Business", "Technology"][(.label | tonumber) - 1] }' "$data/concept-ag-news/test.csv" | divide ag-news
  tail -q -n +2 "$data"/concept-emotion-dair/{train,val,test}.txt |
    jq -R -c 'capture("^(?<text>.+);(?<label>[a-z]+)\r?$")' | divide emotion
fi

# About 650,000 tokens. Half of the labelled texts stand as they are read in classification, so that the autoencoder knows that form too.
if [ ! -e "$out/corpus.jsonl" ]; then
  characters() { awk -v limit="$1" '{ n += length($0); if (n <= limit) print }'; }
  {
    lines 1 900 "$out/data/ag-news.fit.jsonl" | jq -c '{ text }'
    lines 901 1800 "$out/data/ag-news.fit.jsonl" | jq -c '{ text: ("Article: " + .text + "\nTopic: " + .label + "\n") }'
    lines 1 2000 "$out/data/emotion.fit.jsonl" | jq -c '{ text }'
    lines 2001 3500 "$out/data/emotion.fit.jsonl" | jq -c '{ text: ("Message: " + .text + "\nEmotion: " + .label + "\n") }'
    awk 'NR % 5' "$data/toxicity-jigsaw-balanced-12k/test.csv" |
      jq -R -c 'capture("^(?<text>.*),[01]\r?$") | .text |= (gsub("^\"|\"$"; "") | gsub("\"\"+"; "\"")) | { text }' | shuffled 1 | characters 330000
    awk 'NR % 5' "$data/toxicity-davidson-hate-offensive/labeled_data.csv" |
      jq -R -c 'capture("^[0-9]+(,[0-9]){5},(?<text>.+)\r?$") | .text |= (gsub("^\"|\"$"; "") | gsub("\"\""; "\"") | gsub("&amp;"; "&")) | { text }' | shuffled 2 | characters 220000
    awk 'NR % 5 && NR > 1' "$data/toxicity-paradetox/paradetox.tsv" | jq -R -c 'split("\t") | { text: .[0] }, { text: .[1] } | select(.text != "" and .text != null)' | shuffled 3 | characters 250000
    jq -R -s -c 'split("\n \n = ")[] | select(length > 400) | { text: ("= " + .)[0:4000] }' "$data/general-wikitext2/valid.txt" | shuffled 4 | characters 350000
    jq -c '.[] | { text: . }' "$data/general-tinystories-1000/tinystories_1000.json" | shuffled 5 | characters 200000
    jq -c '.[] | { text: (.instruction + "\n" + .input + "\n" + .output) }' "$data/general-instruct-and-c4-demo/alpaca_en_demo.json" | shuffled 6 | characters 200000
    jq -c '.[] | { text: .response[0:2500] }' "$data/reasoning-r1-distill-traces-annotated/reasoning_comparison_deepseek-r1-distill-qwen-1.5b.json" | shuffled 7 | characters 250000
  } | shuffled 8 >"$out/corpus.part"
  mv "$out/corpus.part" "$out/corpus.jsonl"
fi
# Held-out text for the report: of the sets that have labels, and of WikiText-2.
if [ ! -e "$out/held-out.jsonl" ]; then
  {
    lines 1 100 "$out/data/ag-news.held.jsonl" | jq -c '{ text }'
    lines 1 150 "$out/data/emotion.held.jsonl" | jq -c '{ text }'
    awk 'NR % 5 == 0' "$data/toxicity-paradetox/paradetox.tsv" | jq -R -c 'split("\t") | { text: .[0] }' | shuffled 3 | lines 1 150
    jq -R -s -c 'split("\n \n = ")[] | select(length > 400) | { text: ("= " + .)[0:2000] }' "$data/general-wikitext2/test.txt" | shuffled 4 | lines 1 15
  } | shuffled 8 >"$out/held-out.part"
  mv "$out/held-out.part" "$out/held-out.jsonl"
fi

[ -e "$out/model" ] || $steer import "$gguf" "$out/model" --precision int4 --sites all
[ -e "$out/model-fp32" ] || $steer import "$gguf" "$out/model-fp32" --precision fp32 --sites all
[ -e "$out/sae" ] || $steer train "$out/model-fp32" "$out/corpus.jsonl" "$out/sae" --site 15 --kind topk --latents 4608 --k 32 --tokens 614400 --eval-text "$out/held-out.jsonl" --resume

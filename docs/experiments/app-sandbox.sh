#!/usr/bin/env bash
# Two topics of the sandbox removed in five ways at the same removal: docs/evidence/app.md.
#
#   docs/experiments/app-sandbox.sh OUT
#
# A step whose output is there is skipped.
set -euo pipefail
out=$1
here=$(cd "$(dirname "$0")" && pwd)
steer=${STEER:-"dotnet run --project $here/../../Cli -c Release --"}
text=${SANDBOX_TEXT:-"dotnet run --project $here/../../Samples/SandboxModel -c Release -- text"}
mkdir -p "$out"

[ -e "$out/documents.jsonl" ] || $text --documents 1500 --split heldOut --out "$out/documents.jsonl"

# The first reply of a conversation about one topic: which of four is it? The other three are replies about other topics.
[ -e "$out/questions.jsonl" ] || jq -c -s '
  def opening: "<|im_start|>" + (.role | ascii_downcase) + "\n" + .text + "<|im_end|>\n";
  [.[] | (.turns | map(.role) | index("Assistant")) as $first | .turns[$first] as $reply
    | select($reply.topic != null and all($reply.steps[]; .kind != "Final"))
    | { prompt: ((.turns[:$first] | map(opening) | add) + "<|im_start|>assistant\n"), reply: $reply.text, topic: $reply.topic }]
  | (group_by(.topic) | map({ key: .[0].topic, value: map(.reply) }) | from_entries) as $replies
  | ($replies | keys) as $topics
  | to_entries[] | .key as $i | .value as $turn
  | ($topics - [$turn.topic]) as $others
  | [range(3) | $others[($i + 3 * .) % ($others | length)] | $replies[.] | .[$i % length]] as $wrong
  | ($i % 4) as $answer
  | { question: $turn.prompt, choices: ($wrong[:$answer] + [$turn.reply] + $wrong[$answer:]), answer: $answer, class: $turn.topic }' \
  "$out/documents.jsonl" >"$out/questions.jsonl"

# Neutral text: word problems, in which no topic matters.
[ -e "$out/neutral.jsonl" ] || jq -c 'select(any(.turns[].steps[]; .kind == "Final")) | { text }' "$out/documents.jsonl" >"$out/neutral.jsonl"

[ -e "$out/app" ] || $steer concept compare sandbox late-topk --questions "$out/questions.jsonl" --per-token \
  --target Weather --target Music --measure confidence --removal 0.12 --tolerance 0.03 --text "$out/neutral.jsonl" --documents 100 --tokens 256 \
  --prompting "<|im_start|>system
Never talk about {target}.<|im_end|>" --output "$out/app"

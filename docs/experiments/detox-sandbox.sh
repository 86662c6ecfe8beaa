#!/usr/bin/env bash
# The recipes of 'steer detox fit' on the sandbox, from its own text to the numbers of docs/evidence/detox.md.
#
#   docs/experiments/detox-sandbox.sh OUT
#
# A step whose output is there is skipped; an evaluation that was stopped goes on.
set -euo pipefail
out=$1
here=$(cd "$(dirname "$0")" && pwd)
steer=${STEER:-"dotnet run --project $here/../../Cli -c Release --"}
text=${SANDBOX_TEXT:-"dotnet run --project $here/../../Samples/SandboxModel -c Release -- text"}
mkdir -p "$out"
out=$(cd "$out" && pwd)

[ -e "$out/documents.jsonl" ] || $text --documents 40000 --seed 3 --out "$out/documents.jsonl"

# First replies to rude users, rude ones and others; word problems and instructions are left out.
replies() {
  jq -c "(.turns | map(.role) | index(\"Assistant\")) as \$first | select(.instruction == \"None\" and \$first != null)
    | .turns[\$first - 1] as \$user | .turns[\$first] as \$reply
    | select(\$user.register == \"Rude\" and all(\$reply.steps[]; .kind != \"Final\") and (\$reply.register == \"Rude\") == $1)
    | { prompt: \$user.text, text: \$reply.text }" "$out/documents.jsonl"
}
[ -e "$out/rude.jsonl" ] || { replies true >"$out/rude.part" && mv "$out/rude.part" "$out/rude.jsonl"; }
[ -e "$out/clean.jsonl" ] || { replies false >"$out/clean.part" && mv "$out/clean.part" "$out/clean.jsonl"; }

[ -e "$out/policies" ] || $steer detox fit sandbox --sae late-topk --form chat --toxic "$out/rude.jsonl" --clean "$out/clean.jsonl" --prompt-field prompt --false-positives 0.05 --checkpoint "$here/../../Sandbox/Bundle/Files/checkpoint" --lessons both --out "$out/policies"
jq --arg out "$out/" 'walk(if type == "string" then sub("^OUT/"; $out) else . end)' "$here/detox-sandbox.json" >"$out/experiment.json"
$steer evaluate "$out/experiment.json" --output "$out/results" $([ ! -e "$out/results" ] || echo --resume)

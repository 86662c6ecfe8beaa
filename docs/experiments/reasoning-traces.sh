#!/bin/sh
# Do behaviour vectors detect annotated reasoning behaviours, and are their latents more than cue words?
# usage: reasoning-traces.sh DATA MODEL_GGUF OUT [TRACES]
#
# DATA holds two folders:
#   reasoning-r1-distill-traces-annotated/  the files compare-base-reasoning/results/vars/reasoning_comparison_deepseek-r1-distill-*.json
#                                           of github.com/cvenhoff/steering-thinking-llms (Venhoff et al. 2025)
#   general-wikitext2/test.txt              WikiText-2, test split
# MODEL_GGUF is SmolLM2-135M-Instruct.Q4_1.gguf. SAE, SITE and STEER may be set: an SAE of the model instead of those trained on
# the steps, the sites, and how the program is called. Needs python3 to bring the annotation into steps.
set -eu
[ $# -ge 3 ] || { sed -n '3p' "$0" >&2; exit 2; }
data=$1 model=$2 out=$3 traces=${4:-200}
steer=${STEER:-steer}
words_backtracking="backtracking=wait,hold on,alternatively,another way,actually,no,hmm"
words_uncertainty="uncertainty-estimation=maybe,perhaps,i think,not sure,i'm not,might,probably,hmm"
words_examples="example-testing=for example,for instance,let's say,suppose,let me test,let me try,imagine"
mkdir -p "$out"

python3 - "$data/reasoning-r1-distill-traces-annotated" "$out/traces.jsonl" "$traces" <<'PY'
import glob, json, re, sys
folder, target, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
files = sorted(glob.glob(folder + "/*deepseek-r1-distill-*.json"))
lists = [json.load(open(path, encoding="utf-8")) for path in files]
mark = re.compile(r'\["([a-z-]+)"\](.*?)\["end-section"\]', re.S)
flat = lambda text: re.sub(r"\s+", " ", text).strip()
written = located = sentences = 0
with open(target, "w", encoding="utf-8") as out:
    # One question of each model in turn, so that few traces come from all of them.
    for index in range(max(map(len, lists))):
        for traces in lists:
            if index >= len(traces) or written == wanted:
                continue
            trace = traces[index]
            # The steps of the trace as it was written; an annotated sentence labels the step in which it stands.
            steps = [step.strip() for step in re.split(r"\n[ \t\r]*\n", trace["thinking_process"]) if step.strip()]
            labels, places = [set() for _ in steps], [flat(step) for step in steps]
            at = 0
            for label, sentence in mark.findall(trace["annotated_response"]):
                key = flat(sentence)[:60]
                sentences += 1
                found = next((step for step in [*range(at, len(steps)), *range(at)] if key and key in places[step]), None)
                if found is not None:
                    labels[found].add(label)
                    located, at = located + 1, found
            if any(labels):
                out.write(json.dumps({"text": "".join(step + "\n\n" for step in steps), "labels": ["|".join(sorted(names)) for names in labels]}) + "\n")
                written += 1
print(f"{written} traces; {located} of {sentences} annotated sentences were found in the text")
PY

[ -d "$out/model" ] || $steer import "$model" "$out/model" --precision fp32 --sites all
grep -v '^ *=' "$data/general-wikitext2/test.txt" | awk 'length > 200' > "$out/plain.txt"

# shellcheck disable=SC2086
if [ -n "${SAE:-}" ]; then
  set -- --sae "$SAE"
else
  set --
  for site in ${SITE:-15}; do set -- "$@" --site "$site"; done
fi
$steer reason fit "$out/model" "$out/behaviours" --text "$out/traces.jsonl" --labels labels --window "${WINDOW:-512}" \
  --words "$words_backtracking" --words "$words_uncertainty" --words "$words_examples" "$@" | tee "$out/fit.txt"
sae=${SAE:-$(ls -d "$out"/behaviours/sae-* | tail -n 1)}
$steer reason falsify "$out/model" "$sae" --text "$out/traces.jsonl" --labels labels --window "${WINDOW:-512}" \
  --words "$words_backtracking" --words "$words_uncertainty" --words "$words_examples" \
  --plain "$out/plain.txt" --plain-texts 60 --report "$out/falsify.html" --json | tee "$out/falsify.json" > /dev/null
python3 - "$out/falsify.json" <<'PY'
import json, sys
for behaviour in json.load(open(sys.argv[1], encoding="utf-8"))["behaviours"]:
    print(f"{behaviour['behaviour']}: {behaviour['summary']}")
PY

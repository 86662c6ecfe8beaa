#!/usr/bin/env bash
# Records the screens of the documentation: every NAME.chat here is a conversation (first the arguments of 'steer', then
# what is typed), and what it prints goes between the marks <!-- screen NAME --> and <!-- /screen --> of docs/*.md, and into the
# picture NAME.svg beside it.
# Replies are greedy, so the same weights give the same screens. STEER=PATH takes a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${STEER:-}" ]; then
  dotnet build Cli -c Release -v quiet
  STEER=Cli/bin/Release/net10.0/steer.dll
fi

steer() {
  if [[ $STEER == *.dll ]]; then dotnet "$STEER" "$@"; else "$STEER" "$@"; fi
}

# A chat without a terminal does not repeat what is typed. It says the same every time, so what one more line adds is the answer to it.
record() {
  local file=$1 before='' output
  local -a arguments lines
  read -ra arguments < <(head -1 "$file")
  mapfile -t lines < <(tail -n +2 "$file")
  echo "$ steer ${arguments[*]}"
  for ((i = 0; i < ${#lines[@]}; i++)); do
    output=$(printf '%s\n' "${lines[@]:0:i+1}" | steer "${arguments[@]}" && echo .)
    output=${output%.}
    echo "> ${lines[i]}"
    printf '%s' "${output#"$before"}"
    before=$output
  done
}

# A picture of a screen: a line of text a row, what was typed brighter.
draw() {
  awk '
    { gsub(/&/, "\\&amp;"); gsub(/</, "\\&lt;"); gsub(/>/, "\\&gt;"); line[NR] = $0; if (length($0) > widest) widest = length($0) }
    END {
      width = int(widest * 7.9) + 40; height = NR * 19 + 36
      printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n", width, height, width, height
      printf "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#14161a\"/>\n<g font-family=\"ui-monospace,Menlo,Consolas,monospace\" font-size=\"13\" fill=\"#b9c0c8\">\n", width, height
      for (row = 1; row <= NR; row++) {
        bright = line[row] ~ /^(\$|&gt;) / ? " fill=\"#ffffff\" font-weight=\"600\"" : ""
        printf "<text x=\"20\" y=\"%d\" xml:space=\"preserve\"%s>%s</text>\n", row * 19 + 12, bright, line[row]
      }
      print "</g>\n</svg>"
    }' <(fold -s -w 100 "$1")
}

for file in docs/screens/*.chat; do
  name=$(basename "$file" .chat)
  pages=$(grep -l "<!-- screen $name -->" docs/*.md) || { echo "No page has <!-- screen $name -->." >&2; exit 1; }
  screen=$(mktemp)
  trap 'rm -f "$screen"' EXIT
  record "$file" > "$screen"
  draw "$screen" > "docs/screens/$name.svg"
  for page in $pages; do
    awk -v name="$name" -v screen="$screen" '
      /^<!-- \/screen -->$/ { inside = 0 }
      !inside { print }
      $0 == "<!-- screen " name " -->" {
        inside = 1
        print "```text"
        while ((getline line < screen) > 0) print line
        print "```"
      }' "$page" > "$page.new"
    mv "$page.new" "$page"
    echo "$page: $name"
  done
done

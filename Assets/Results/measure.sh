#!/usr/bin/env bash
# Measures what the tables of figures are made of; tables.py reads it. Nothing else should be running.
#   Assets/Results/measure.sh PEOPLE OUTPUT [BINARY]
# PEOPLE is what Assets/Datasets/people.py wrote, with the digits; each result becomes a file in OUTPUT.
# What the same command made from the same weights, data and atlas before is kept, so that a stopped run
# goes on. Makes the atlas, the saved sweeps and the plots of this folder anew, too.
set -euo pipefail
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  sed -n 's/^#   /usage: /p' "$0" >&2
  exit 2
fi
mkdir -p "$2"
people=$(cd "$1" && pwd)
output=$(cd "$2" && pwd)
program=$(realpath "${3:-.build/release/dropscope}")
cd "$(dirname "$0")/../.."
results=Assets/Results
atlas=$results/atlas-dld-plus.safetensors
model="--model Assets/Models/dld-plus"
students="--model Assets/Models/dld $model"
models="--model Assets/Models/reference --model Assets/Models/random-drop $students"

# The command, and digests of the files that it names.
origin() {
  local argument file
  echo "$@"
  for argument in "$@"; do
    for file in "$argument" "$argument"/{model.safetensors,config.json,tokens.txt,test.tsv}; do
      if [ -f "$file" ]; then sha256sum "$file"; fi
    done
  done
}

# measure NAME COMMAND...: what the command prints becomes OUTPUT/NAME.
measure() {
  local name=$1 key
  shift
  key=$(origin "$@")
  if [ -e "$output/$name" ] && [ "$(cat "$output/$name.origin" 2>/dev/null)" = "$key" ]; then
    echo "$name: there already"
    return
  fi
  echo "$(date +%T) $name: dropscope $*"
  rm -f "$output/$name.origin"
  "$program" "$@" > "$output/$name.part"
  mv "$output/$name.part" "$output/$name"
  echo "$key" > "$output/$name.origin"
}

# Keeps what is there of the same weights by itself.
echo "$(date +%T) atlas"
"$program" sweep $model --split dev --all-masks --atlas $atlas --threads 2 > "$output/atlas.txt"
cp $atlas "$output/atlas.safetensors"

data() {
  case $1 in
    digits) echo "--data $people/digits --split digits" ;;
    test-clean | test-other) echo "--split $1" ;;
    *) echo "--data $people/$1 --split test" ;;
  esac
}

depths="--keep 12,10,8,6,4,2"
for split in test-clean test-other; do
  measure sweep-$split.jsonl sweep $models --split $split --policy spread,random $depths --threads 2 --json
  cp "$output/sweep-$split.jsonl" $results/$split.jsonl
  "$program" sweep merge $results/$split.jsonl --svg $results/$split.svg > /dev/null
done
for set in an4 librispeech speechocean digits; do
  measure spread-$set.jsonl evaluate $models $(data $set) $depths --threads 2 --json
done
for set in human test-clean test-other; do
  measure against-$set.jsonl evaluate $students --against Assets/Models/random-drop $(data $set) $depths \
    --threads 2 --json
done

lm="--lm Assets/LanguageModels/words.arpa"
for set in an4 librispeech; do
  measure lm-$set.jsonl evaluate $model $(data $set) --keep 12,6,4 $lm --lm-weight 0.5 --word-bonus 2.25 \
    --threads 2 --json
done
measure lm-test-clean.jsonl evaluate $model $(data test-clean) --keep 12,8,6,4 $lm --threads 2 --json

# Those that look at the utterance beside fixed masks of every cost, in one run: their times are compared.
for set in an4 test-clean test-other human; do
  measure policies-$set.jsonl evaluate $model $(data $set) --keep 10,8,6,4,2 --atlas $atlas --policy \
    first,last,random,bernoulli,greedy,shapley,contiguous,zeroth-order,segments --threads 2 --json
  measure looking-$set.jsonl evaluate $model $(data $set) --keep 12,11,10,9,8,7,6,5,4,3,2,1 --atlas $atlas \
    --policy spread,best,input,exit,cascade --threads 2 --json
done

# One thread, because times are told.
measure axis-layers.jsonl evaluate $model --split dev --keep 12,9,6,3 --threads 1 --json
for axis in rank width; do
  measure axis-$axis.jsonl evaluate $model --split dev --$axis 100%,75%,50%,25% --threads 1 --json
done
measure axis-precision.jsonl evaluate $model --split dev --precision float32,bfloat16,int8 --threads 1 --json

# Learning curves over the time that the updates take on this machine. RECIPE-begun.jsonl is the first run of
# a training in two.
measure pace.json bench $model --training --length-buckets 20 --threads 2 --json
logs=() paces=()
for recipe in random-drop dld dld-plus; do
  pace=$(python3 -c 'import json, sys
for run in json.load(open(sys.argv[1]))["training"]:
  if run["recipe"] == sys.argv[2]: print(run["audio_seconds_per_second"])' "$output/pace.json" $recipe)
  log=training/$recipe.jsonl
  paces+=("$recipe=$pace")
  if [ -e $results/training/$recipe-begun.jsonl ]; then
    log=training/$recipe-begun.jsonl+$log
    paces+=("$recipe-begun=$pace")
  fi
  logs+=("$log")
done
(cd $results && "$program" curves "${logs[@]}" --pace "$(IFS=,; echo "${paces[*]}")" --svg training.svg) \
  > "$output/curves.txt"
echo "$(date +%T) done: python3 $results/tables.py $output"

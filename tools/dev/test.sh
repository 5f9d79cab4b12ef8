#!/usr/bin/env bash
# ./test [part] [more words]
#
#   all      everything below, on SQLite and PostgreSQL (default; what CI runs)
#   quick    format, and the tests of the crates you changed, on SQLite only
#   style    format, clippy, shell scripts, and the rules of the house (floors, lengths)
#   unit     tests inside the sources, and the examples in the documentation
#   http     tests in the tests/ folders: stories over real HTTP
#   ui       types and build of the user interface
#   e2e      stories in a real browser; more words choose stories:  ./test e2e door
#
# More words after unit and http go to the test runner:  ./test unit -p storage a_row_is_read_back
# Ends with a table and the line `N passed, M failed`; a step that is not a test counts only when it fails.
# docs/testing.md tells the rest.
#
# Kiểm tra toàn bộ hoặc từng phần. Kết thúc bằng một bảng và dòng `N passed, M failed`.
set -euo pipefail
# shellcheck source=tools/dev/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tools/dev/needs.sh
. "$root/tools/dev/needs.sh"
cd "$root"

part=all
case ${1:-} in
  all | quick | style | unit | http | ui | e2e) part=$1; shift ;;
  -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
  '') ;;
  *) stop "There is no part '$1'. See ./test --help" "Không có phần '$1'. Xem ./test --help" ;;
esac
words=("$@")

scratch=$(mktemp -d)
postgres_mark=$cache/test-$(tree_id).postgres
table=() passed=0 failed=0 finished=no postgres_is_ours=no test_runner=''

# ---- steps and their sum ----

# Reads what the runners print last: nextest's summary, libtest's results, the stories' plain line.
count() {
  sed 's/\x1b\[[0-9;]*[A-Za-z]//g' "$1" | awk '
    /Summary \[/          { sub(/.*tests? run: /, ""); n = split($0, part, /, /)
                            for (i = 1; i <= n; i++) { split(part[i], w, " ")
                              if (w[2] == "passed") p += w[1]
                              if (part[i] ~ /^[0-9]+ (failed|timed out|exec failed)/) f += w[1] } }
    /^test result: /      { for (i = 2; i < NF; i++) {
                              if ($(i+1) == "passed;") p += $i
                              if ($(i+1) == "failed;") f += $i } }
    /^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 }
    END { print p + 0, f + 0 }'
}

# step NAME COMMAND…: run it, keep its result. A failure is kept too, and the next step runs all the same.
step() {
  local name=$1 start=$SECONDS log=$scratch/log good bad result=passed note=''
  shift
  say "$name" "$*"
  if "$@" 2>&1 | tee "$log"; then :; else result=FAILED; fi
  read -r good bad < <(count "$log")
  [ $((good + bad)) = 0 ] || note="$good passed, $bad failed"
  # A step can fail without a failed test: its code does not compile, its format is wrong.
  if [ "$result" = FAILED ] && [ "$bad" = 0 ]; then bad=1; fi
  if [ "$bad" != 0 ]; then result=FAILED; fi
  passed=$((passed + good)) failed=$((failed + bad))
  table+=("$(printf '%-34s %-8s %7d  %s' "$name" "$result" $((SECONDS - start)) "$note")")
  [ "$result" = passed ]
}

skip() {
  table+=("$(printf '%-34s %-8s %7s  %s' "$1" skipped - "$2")")
}

finish() {
  local code=$?
  trap - EXIT
  if [ "$postgres_is_ours" = yes ]; then tools/dev/postgres.sh stop && rm -f "$postgres_mark"; fi
  rm -rf "$scratch"
  if [ "$finished" = no ] && [ "$failed" = 0 ]; then failed=1; fi
  printf '\n%-34s %-8s %7s\n' step result seconds
  [ ${#table[@]} = 0 ] || printf '%s\n' "${table[@]}"
  [ "$finished" = yes ] || printf '%-34s %-8s\n' "(the run stopped here)" FAILED
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" = 0 ] || exit $((code > 0 ? code : 1))
  exit 0
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# One run per working tree: a second one would stop the first one's database.
exec 9>"$cache/test-$(tree_id).lock"
if ! flock -n 9; then
  say "Another ./test runs in this folder: waiting for it." "Một ./test khác đang chạy ở đây: đang đợi."
  flock 9
fi
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then export CARGO_TERM_COLOR=always; fi

# ---- the parts ----

has_crate() { [ -f "crates/$1/Cargo.toml" ]; }

shell_scripts() {
  printf '%s\n' run test .ci/run
  find tools bench packs -name '*.sh' 2>/dev/null | sort
}

check_format() {
  need_rust_part fmt rustfmt
  step 'format' cargo fmt --all --check || true
}

check_style() {
  check_format
  need_rust_part clippy clippy
  step 'clippy' cargo clippy --locked --workspace --all-targets -- -D warnings || true
  if have shellcheck || try_debian shellcheck; then
    local scripts
    mapfile -t scripts < <(shell_scripts)
    step 'shell scripts' shellcheck -x "${scripts[@]}" || true
  else
    skip 'shell scripts' 'shellcheck cannot be installed here'
  fi
  if has_crate xtask; then
    need_nextest
    step 'rules of the house' run_tests -p xtask || true
  else
    skip 'rules of the house' 'crates/xtask is not there yet'
  fi
}

check_ui() {
  if [ ! -f ui/package.json ]; then
    skip 'user interface' 'ui/ is not there yet'
    return 0
  fi
  need_node
  step 'user interface: packages' npm_ci "$root/ui" || return 1
  step 'user interface: types' npm --prefix ui run --silent --if-present check || true
  step 'user interface: build' build_ui
}

# run_tests SELECTION…: through nextest, or libtest where nextest cannot be had.
run_tests() {
  if [ "$test_runner" = nextest ]; then
    cargo nextest run --locked --no-tests=pass "$@"
  else
    cargo test --locked --no-fail-fast --lib --bins --tests "$@"
  fi
}

# Both databases: a test that needs one runs on each of them.
both_databases() {
  export TOANCANH_TEST_DB=both
  if [ -z "${TOANCANH_TEST_POSTGRES:-}" ]; then
    # The mark outlives a killed run, so that the next one knows the server is not the developer's own.
    if [ -e "$postgres_mark" ] || ! tools/dev/postgres.sh url >/dev/null 2>&1; then
      postgres_is_ours=yes
      touch "$postgres_mark"
    fi
    TOANCANH_TEST_POSTGRES=$(tools/dev/postgres.sh start)
    export TOANCANH_TEST_POSTGRES
  fi
}

whole() {
  local selection=(--workspace)
  ! has_crate xtask || selection+=(--exclude xtask)
  printf '%s\n' "${selection[@]}"
}

# check_tests unit|http|all WORD…
check_tests() {
  local kind=$1 selection
  shift
  need_nextest
  need_mail_server
  both_databases
  mapfile -t selection < <(whole)
  for word in "$@"; do
    # A chosen package stands instead of the whole workspace.
    case $word in -p | -p?* | --package | --package=*) selection=() ;; esac
  done
  if [ "$test_runner" = nextest ]; then
    case $kind in
      unit) selection+=(-E 'not kind(test)') ;;
      http) selection+=(-E 'kind(test)') ;;
    esac
  fi
  step "tests ($kind), both databases" run_tests "${selection[@]}" "$@" || true
  if [ "$kind" != http ] && [ $# = 0 ]; then
    step 'examples in the documentation' cargo test --locked --doc --workspace --no-fail-fast || true
  fi
}

# The crates with a changed file: since main on a branch, since the last commit on main, and what is not
# committed.
changed_files() {
  local base
  base=$(git merge-base main HEAD 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-parse -q --verify HEAD~1) || return 1
  fi
  git diff --name-only "$base"
  git ls-files --others --exclude-standard
}

check_quick() {
  local files crates=() folder name
  check_format
  if ! files=$(changed_files 2>/dev/null); then
    say "What changed cannot be told here: testing all crates." "Không xác định được thay đổi: thử mọi crate."
    files=$(find crates -name Cargo.toml)
  fi
  if grep -q '^ui/' <<<"$files"; then
    check_ui || true
  else
    skip 'user interface' 'no change'
  fi
  while read -r folder; do
    [ -f "$folder/Cargo.toml" ] || continue
    name=$(sed -n 's/^name = "\(.*\)"/\1/p' "$folder/Cargo.toml" | head -n 1)
    crates+=(-p "$name")
  done < <(grep -o '^crates/[^/]*' <<<"$files" | sort -u)
  if [ ${#crates[@]} = 0 ]; then
    skip 'tests, SQLite' 'no crate changed'
    return 0
  fi
  build_ui
  need_nextest
  need_mail_server
  export TOANCANH_TEST_DB=sqlite
  unset TOANCANH_TEST_POSTGRES
  step 'tests of changed crates, SQLite' run_tests "${crates[@]}" || true
}

# Builds the program as the tests do, so that nothing is compiled twice, and sets TOANCANH_BIN to a copy that no other build can replace meanwhile.
check_program() {
  [ -z "${TOANCANH_BIN:-}" ] || return 0
  if ! has_crate toancanh; then
    skip 'program' 'crates/toancanh is not there yet'
    return 1
  fi
  step 'program' cargo build --locked -p toancanh || return 1
  cp "$CARGO_TARGET_DIR/debug/toancanh" "$scratch/toancanh"
  export TOANCANH_BIN=$scratch/toancanh
}

check_packs() {
  if [ ! -d packs ]; then
    skip 'packs' 'packs/ is not there yet'
  elif [ -z "${TOANCANH_BIN:-}" ]; then
    skip 'packs' 'no program to check them with'
  else
    step 'packs' "$TOANCANH_BIN" packs check packs || true
  fi
}

# check_browser WORD…
check_browser() {
  if [ ! -f e2e/package.json ]; then
    skip 'browser stories' 'e2e/ is not there yet'
    return 0
  fi
  need_node
  need_chromium
  step 'browser stories: packages' npm_ci "$root/e2e" || return 0
  [ $# != 0 ] || step 'browser stories: the runner' node e2e/selftest.mjs || true
  if ! compgen -G 'e2e/stories/*.mjs' >/dev/null; then
    skip 'browser stories' 'e2e/stories is empty'
  elif [ -z "${TOANCANH_BIN:-}" ]; then
    skip 'browser stories' 'no program to tell them with'
  else
    step 'browser stories' node e2e/run.mjs "$@" || true
  fi
}

need_rust
case $part in
  all)
    check_ui || true
    check_style
    check_tests all
    check_program || true
    check_packs
    check_browser
    ;;
  quick) check_quick ;;
  style)
    build_ui
    check_style
    ;;
  unit | http)
    build_ui
    check_tests "$part" "${words[@]}"
    ;;
  ui) check_ui || true ;;
  e2e)
    build_ui
    check_program || true
    check_browser "${words[@]}"
    ;;
esac
# shellcheck disable=SC2034 # read by finish
finished=yes

#!/usr/bin/env bash
# Throws bytes at the parsers of foreign data (fuzz/targets) until one falls over.
# Thử các bộ đọc dữ liệu lạ bằng dữ liệu ngẫu nhiên, cho đến khi có lỗi.
#
#   tools/dev/fuzz.sh                 every target, a minute each
#   tools/dev/fuzz.sh sheet 600       one target, ten minutes
#   tools/dev/fuzz.sh --build         only compiles
#   tools/dev/fuzz.sh sheet FILE      one input again
#
# Rust's stable compiler is enough. What is found and learned lies in the cache: corpus/, artifacts/.
set -euo pipefail
# shellcheck source=tools/dev/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tools/dev/needs.sh
. "$root/tools/dev/needs.sh"

VERSION=0.13.2
case ${1:-} in
  -h | --help)
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
    exit
    ;;
esac

need_rust
tool=$cache/cargo-fuzz-$VERSION
if ! have cargo-fuzz && [ ! -x "$tool/bin/cargo-fuzz" ]; then
  say "Compiling cargo-fuzz $VERSION into the cache." "Đang biên dịch cargo-fuzz $VERSION vào bộ nhớ đệm."
  cargo install cargo-fuzz --version "$VERSION" --locked --root "$tool" >&2
fi
PATH=$tool/bin:$PATH

# Our code has no unsafe and no C: coverage alone finds its panics, hangs and hunger for memory, twice as fast
# as with AddressSanitizer. FUZZ_SANITIZER=address turns it on, for the crates below us.
sanitizer=${FUZZ_SANITIZER:-none}
if [ "$sanitizer" = address ] && [ -z "$(find "$(rustc --print sysroot)/lib" -name 'librustc*rt.asan.a')" ]; then
  need_debian libclang-rt-dev
fi
place=$cache/fuzz/$(tree_id)
built=$CARGO_TARGET_DIR/fuzz
triple=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1 # the sanitizers are nightly's; coverage is not
cd "$root"

build() { cargo fuzz build --fuzz-dir fuzz -s "$sanitizer" --codegen-units 16 --target-dir "$built" "$@" >&2; }
[ -d ui/dist ] || { need_node && build_ui; }

mapfile -t all < <(basename -s .rs -a fuzz/targets/*.rs)
if [ "${1:-}" = --build ]; then
  build
  exit
fi
targets=("${all[@]}")
[ -z "${1:-}" ] || targets=("$1")
for target in "${targets[@]}"; do
  [ -f "fuzz/targets/$target.rs" ] || stop "No target «$target»: ${all[*]}." "Không có «$target»: ${all[*]}."
done
build ${1:+"$1"}
python3 tools/dev/fuzz_seeds.py "$place/seeds"

# One target at a time, at the lowest rank: somebody may be working on this machine.
broken=0
for target in "${targets[@]}"; do
  mkdir -p "$place/corpus/$target" "$place/seeds/$target" "$place/artifacts/$target"
  program=$built/$triple/release/$target
  if [ -f "${2:-}" ]; then
    "$program" "$2"
    continue
  fi
  log=$place/$target.log
  say "$target, ${2:-60} s" "$target, ${2:-60} giây"
  if nice -n 19 "$program" -max_total_time="${2:-60}" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
    -max_len=65536 -artifact_prefix="$place/artifacts/$target/" "$place/corpus/$target" "$place/seeds/$target" \
    >"$log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    printf '%-12s %10s executions, nothing found\n' "$target" "${runs:-?}"
  else
    broken=1
    printf '%-12s FELL OVER; see %s\n' "$target" "$log"
    grep -E -m3 'panicked at|ERROR: libFuzzer|Test unit written' "$log" || true
  fi
done
exit "$broken"

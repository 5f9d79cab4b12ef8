# shellcheck shell=bash
# What both doors share: how they speak, where they keep things, how they install a missing Debian package.
# Sourced by the scripts beside it. Nothing is installed or built by sourcing it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

bold='' red='' dim='' plain=''
if [ -t 2 ] && [ "${CI:-}" != true ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
else
  export NO_COLOR=1 CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never NEXTEST_HIDE_PROGRESS_BAR=1
fi

# say EN VI: one sentence in both languages, with the seconds since the start. Standard output stays free for
# results.
say() {
  printf '%s[%4ds]%s %s%s\n        %s%s%s\n' \
    "$dim" "$SECONDS" "$plain" "$bold" "$1$plain" "$dim" "$2" "$plain" >&2
}

# stop EN VI: say what to do and end with failure.
stop() {
  printf '%s[%4ds] %s%s\n        %s\n' "$red" "$SECONDS" "$1" "$plain" "$2" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# The place for everything that can be made again: compiled code, tools, test databases. Never inside the
# project.
cache_dir() {
  local dir=${TOANCANH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/toancanh}
  mkdir -p "$dir"
  printf '%s\n' "$dir"
}

cache=$(cache_dir)
CARGO_TARGET_DIR=$(realpath -m "${CARGO_TARGET_DIR:-$cache/target}")
export CARGO_TARGET_DIR

# A short name of this working tree, so that two clones on one machine never share a server or a lock.
tree_id() { printf '%s' "$root" | sha256sum | cut -c1-12; }

# tree_hash PATH…: one hash over the names and contents of all files below, in any order of the file system.
tree_hash() {
  find "$@" \( -name node_modules -o -name dist -o -name artifacts \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}

has_debian() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

# as_root COMMAND…: run it as root when we may; 1 when we may not.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo "$@"
  else
    return 1
  fi
}

may_be_root() { [ "$(id -u)" = 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-confold "$@" >"$cache/apt.log" 2>&1 </dev/null
}

# try_debian PACKAGE…: install what is missing; 1 when that is impossible (the reason is said).
try_debian() {
  local package missing=()
  for package in "$@"; do has_debian "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! have apt-get || ! may_be_root; then
    say "Missing: ${missing[*]}. Install them yourself:  sudo apt-get install ${missing[*]}" \
      "Thiếu: ${missing[*]}. Hãy tự cài bằng lệnh trên."
    return 1
  fi
  say "Installing from Debian: ${missing[*]}." "Đang cài từ Debian: ${missing[*]}."
  if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then apt update || true; fi
  apt install --no-install-recommends "${missing[@]}" && return 0
  apt update && apt install --no-install-recommends "${missing[@]}" && return 0
  tail -n 15 "$cache/apt.log" >&2
  say "apt-get failed. Try:  sudo apt-get update && sudo apt-get install ${missing[*]}" \
    "apt-get không cài được ${missing[*]}. Hãy thử lệnh trên."
  return 1
}

# need_debian PACKAGE…: the same, but without it there is no going on.
need_debian() {
  try_debian "$@" || stop "Stopped: cannot go on without: $*." "Dừng lại: không thể tiếp tục khi thiếu: $*."
}

#!/usr/bin/env bash
# ./run [options] [more words for `toancanh serve`]
#
# Builds what changed, prepares the data folder, and serves the operations centre until Ctrl+C.
#
#   --data DIR      where the data lives (default: data)
#   --listen ADDR   address and port (default: 127.0.0.1:8080, or the next free port)
#   --place CODE    the province or commune of the demo (default: 92, Cần Thơ)
#   --no-demo       start empty: no demo figures
#   --release       build as for production: slower to build, faster to run
#   --help          this text
#
# Dựng những gì đã đổi, chuẩn bị thư mục dữ liệu và mở trung tâm điều hành. Dừng bằng Ctrl+C.
# Ví dụ: ./run --data /tmp/thu --place 92 --listen 127.0.0.1:9000
set -euo pipefail
# shellcheck source=tools/dev/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tools/dev/needs.sh
. "$root/tools/dev/needs.sh"

data=$root/data listen='' place=92 demo=yes profile=start
rest=() database=()
while [ $# -gt 0 ]; do
  case $1 in
    --data | --listen | --place | --database)
      [ $# -ge 2 ] || stop "$1 needs a value. See ./run --help" "$1 cần một giá trị. Xem ./run --help"
      case $1 in
        --data) data=$(realpath -m "$2") ;;
        --listen) listen=$2 ;;
        --place) place=$2 ;;
        --database) database=(--database "$2") ;;
      esac
      shift
      ;;
    --data=* | --listen=* | --place=* | --database=*) set -- "${1%%=*}" "${1#*=}" "${@:2}"; continue ;;
    --no-demo) demo=no ;;
    --release) profile=release ;;
    -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    *) rest+=("$1") ;;
  esac
  shift
done

answers() { (exec 3<>"/dev/tcp/${1%:*}/${1##*:}") 2>/dev/null; }

# Who listens on a port, as far as this user may know.
holder() {
  local who=''
  ! have ss || who=$(ss -Hltnp "sport = :$1" 2>/dev/null |
    sed -n 's/.*users:((\("[^"]*",pid=[0-9]*\).*/\1/p' | head -n 1)
  echo "${who:-a process of another user}"
}

choose_address() {
  local port who
  if [ -n "$listen" ]; then
    case $listen in *:*) ;; *) listen=127.0.0.1:$listen ;; esac
    answers "$listen" || return 0
    who=$(holder "${listen##*:}")
    stop "$listen is taken by $who. End it, or choose another --listen." \
      "$listen đang được $who dùng. Hãy tắt nó hoặc chọn --listen khác."
  fi
  for port in {8080..8099}; do
    listen=127.0.0.1:$port
    answers "$listen" || break
    [ "$port" != 8080 ] || say "Port 8080 is taken by $(holder 8080): looking for the next free one." \
      "Cổng 8080 đang được $(holder 8080) dùng: tìm cổng trống kế tiếp."
    listen=''
  done
  [ -n "$listen" ] || stop "Ports 8080 to 8099 are all taken. Choose one with --listen." \
    "Các cổng 8080 đến 8099 đều bận. Hãy chọn bằng --listen."
}

[ -f "$root/crates/toancanh/Cargo.toml" ] ||
  stop "There is no program here yet: crates/toancanh is missing." \
    "Chưa có chương trình: thiếu crates/toancanh."

need_rust
build_ui || stop "The user interface could not be built; the reason is above." \
  "Không dựng được giao diện; lý do ở trên."
say "Building the program (the first time takes some minutes)." \
  "Đang dựng chương trình (lần đầu mất vài phút)."
(cd "$root" && cargo build --locked --profile "$profile" -p toancanh) ||
  stop "The program could not be built; the reason is above." "Không dựng được chương trình; lý do ở trên."
program=$CARGO_TARGET_DIR/$profile/toancanh

# A demo cut short is taken up again at the next start: the wish is removed only when it came true.
if [ ! -d "$data" ] || [ -z "$(ls -A "$data")" ]; then
  mkdir -p "$data"
  [ "$demo" = no ] || echo "$place" >"$data/.demo-wanted"
fi

if [ -d "$root/packs" ]; then
  packs=$(tree_hash "$root/packs")
  if [ "$(cat "$data/.packs-applied" 2>/dev/null)" != "$packs ${database[*]}" ]; then
    say "Applying the packs: each field of government is data." "Đang nạp các gói lĩnh vực."
    "$program" packs apply "$root/packs" --data "$data" "${database[@]}"
    echo "$packs ${database[*]}" >"$data/.packs-applied"
  fi
fi
if [ -f "$data/.demo-wanted" ] && [ "$demo" = yes ]; then
  place=$(cat "$data/.demo-wanted")
  say "Making the demo of place $place. Its figures are synthetic and marked so." \
    "Đang tạo dữ liệu minh họa cho mã $place. Số liệu là giả định và được ghi rõ."
  "$program" demo "$place" --data "$data" "${database[@]}"
  rm "$data/.demo-wanted"
fi

choose_address
say "Serving http://$listen/ from $data. Stop with Ctrl+C." \
  "Mở tại http://$listen/, dữ liệu ở $data. Dừng bằng Ctrl+C."

# Passes on what the program says, and opens the browser once: at the sign-in link when one is printed, else
# at the door.
relay() {
  local line link='' status
  trap '' INT TERM
  while true; do
    if IFS= read -r -t 1 line; then
      printf '%s\n' "$line"
      [[ ! $line =~ https?://[^[:space:]]+/first-run\?token=[^[:space:]]+ ]] || link=${BASH_REMATCH[0]}
    else
      status=$?
      [ "$status" -gt 128 ] || return 0
      if [ "$link" = opened ] || ! answers "$listen"; then continue; fi
      xdg-open "${link:-http://$listen/}" >/dev/null 2>&1 </dev/null &
      link=opened
    fi
  done
}

serve=("$program" serve --data "$data" --listen "$listen" "${database[@]}" "${rest[@]}")
if have xdg-open && [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ "${CI:-}" != true ]; then
  exec "${serve[@]}" > >(relay)
fi
exec "${serve[@]}"

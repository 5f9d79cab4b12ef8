#!/usr/bin/env bash
# A private PostgreSQL for tests: its own port, its own folder, gone when stopped.
# No server of the machine is touched.
#
#   postgres.sh start [--durable]    start it unless it runs; prints its URL on standard output
#   postgres.sh url   [--durable]    print the URL of the running one; fails when none runs
#   postgres.sh stop  [--durable]    stop it and remove its folder
#
# The test server forgets its data in a power cut (fsync off): quick, and worth nothing afterwards. --durable
# is a second server that keeps fsync on, for measurements. PostgreSQL refuses to run as root, so for root it
# runs as the system user toancanh-test, made on first use. Tests connect as `toancanh`, which owns its
# database and may create others, but is no superuser: what passes here needs no special right in production.
set -euo pipefail
# shellcheck source=tools/dev/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() { sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

action='' instance=test
for word in "$@"; do
  case $word in
    start | stop | url) action=$word ;;
    --durable) instance=durable ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$action" ] || { usage >&2; exit 2; }

runner=$(id -un)
if [ "$(id -u)" = 0 ]; then
  runner=toancanh-test
  home=/var/lib/$runner
  if ! id "$runner" >/dev/null 2>&1; then
    [ "$action" = start ] || { [ "$action" = stop ]; exit; }
    say "Making the system user $runner: PostgreSQL refuses to run as root." \
      "Đang tạo người dùng hệ thống $runner: PostgreSQL không chạy bằng root."
    useradd --system --user-group --home-dir "$home" --no-create-home --shell /usr/sbin/nologin "$runner"
  fi
  [ -d "$home" ] || install -d -m 700 -o "$runner" -g "$runner" "$home"
else
  home=$cache/postgres
  mkdir -p "$home"
fi
dir=$home/$(tree_id)-$instance

as_runner() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && setpriv --reuid="$runner" --regid="$(id -g "$runner")" --init-groups --reset-env "$@")
  else
    (cd / && "$@")
  fi
}

find_binaries() {
  bin=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  [ -x "$bin" ] || bin=$(command -v initdb || true)
  [ -n "$bin" ] && bin=$(dirname "$bin") && [ -x "$bin/postgres" ]
}

# Debian starts a server of its own on installing the package; this says no before it is asked.
install_postgres() {
  find_binaries && return 0
  local conf=/etc/postgresql-common/createcluster.conf
  if may_be_root && ! grep -qs '^ *create_main_cluster' "$conf"; then
    as_root mkdir -p "$(dirname "$conf")"
    echo 'create_main_cluster = false' | as_root tee -a "$conf" >/dev/null
  elif ! may_be_root; then
    stop "PostgreSQL is missing. Run:  sudo sh -c '\
mkdir -p ${conf%/*} && echo create_main_cluster = false >>$conf && apt-get install postgresql'" \
      "Thiếu PostgreSQL. Hãy chạy lệnh trên: nó cài chương trình mà không mở máy chủ nào của hệ thống."
  fi
  need_debian postgresql
  find_binaries || stop "PostgreSQL is installed but its programs were not found." \
    "Đã cài PostgreSQL nhưng không tìm thấy chương trình."
}

# The pid of our server, and only of ours: a process whose number was reused does not stand in our folder.
server_pid() {
  local pid
  pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null) || return 1
  [[ $pid =~ ^[0-9]+$ ]] && [ "$(as_runner readlink "/proc/$pid/cwd")" = "$dir/data" ] && echo "$pid"
}

url() { echo "postgres://toancanh@127.0.0.1:$(cat "$dir/port")/toancanh_test"; }
running() { server_pid >/dev/null && [ -f "$dir/ready" ]; }

clean() {
  local pid socket
  # Processes of a killed server leave by themselves within moments; wait for them before taking the floor
  # away.
  if pid=$(server_pid); then
    as_runner "$bin/pg_ctl" stop -D "$dir/data" -m "${1:-immediate}" -w -t 30 >/dev/null ||
      as_runner kill -KILL "$pid"
  fi
  socket=$(cat "$dir/socket" 2>/dev/null || true)
  [[ $socket != /tmp/toancanh-pg.* ]] || rm -rf "$socket"
  rm -rf "$dir" 2>/dev/null || { sleep 1 && rm -rf "$dir"; }
}

settings() {
  cat <<END
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '$2'
max_connections = 200
shared_buffers = 128MB
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
END
  [ "$instance" = durable ] || printf '%s = off\n' fsync synchronous_commit full_page_writes
}

# make and launch end every step with `|| return`: bash does not stop by itself inside a tested function.
make() {
  local socket
  mkdir -p "$dir" || return 1
  [ "$(id -u)" != 0 ] || chown "$runner:" "$dir"
  chmod 700 "$dir"
  as_runner "$bin/initdb" -D "$dir/data" -U "$runner" -E UTF8 --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; return 1; }
  # Short, because a socket's path may have 107 bytes.
  socket=$(as_runner mktemp -d /tmp/toancanh-pg.XXXXXX) || return 1
  echo "$socket" >"$dir/socket"
  cp "$dir/data/postgresql.conf" "$dir/base.conf"
  printf '%s\n' "local all $runner peer" 'local all toancanh trust' 'host all toancanh 127.0.0.1/32 trust' |
    as_runner tee "$dir/data/pg_hba.conf" >/dev/null || return 1
}

launch() {
  local port try socket
  socket=$(cat "$dir/socket")
  for try in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 10000)) # below the range that the system gives to outgoing connections
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then continue; fi
    { cat "$dir/base.conf"; settings "$port" "$socket"; } |
      as_runner tee "$dir/data/postgresql.conf" >/dev/null
    # The lock must not be inherited by the server, or nobody could ever take it again.
    if as_runner "$bin/pg_ctl" start -D "$dir/data" -l "$dir/data/server.log" -w -t 60 \
      >/dev/null 8>&- 9>&-; then
      echo "$port" >"$dir/port"
      break
    fi
    grep -q 'Address already in use' "$dir/data/server.log" && [ "$try" -lt 8 ] && continue
    tail -n 20 "$dir/data/server.log" >&2
    return 1
  done
  as_runner "$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -p "$port" -d postgres 8>&- 9>&- \
    -c 'create role toancanh login createdb' -c 'create database toancanh_test owner toancanh' || return 1
  touch "$dir/ready"
}

find_binaries || true
exec 8>"$dir.lock"
case $action in
  url)
    running || stop "The $instance PostgreSQL does not run. Start it:  tools/dev/postgres.sh start" \
      "PostgreSQL ($instance) chưa chạy. Hãy chạy:  tools/dev/postgres.sh start"
    url
    ;;
  start)
    flock 8
    install_postgres
    if ! running; then
      [ ! -e "$dir" ] || clean
      say "Starting a private PostgreSQL for tests ($instance)." \
        "Đang khởi động PostgreSQL riêng để thử ($instance)."
      if ! make || ! launch; then
        clean
        stop "PostgreSQL did not start; its last words are above." \
          "PostgreSQL không khởi động được; xem thông báo ở trên."
      fi
    fi
    url
    ;;
  stop)
    flock 8
    if [ -e "$dir" ]; then
      clean fast
      say "Stopped the private PostgreSQL ($instance)." "Đã dừng PostgreSQL riêng ($instance)."
    fi
    ;;
esac

#!/usr/bin/env bash
# Apache Superset for the comparison, all of it below the cache folder of the project.
#
#   setup.sh                    install it; prints the place, which holds venv/, home/, secret and password
#   setup.sh --postgres URL     the same, and makes Superset's own database anew in that server (db upgrade,
#                               roles, user `bench`): PostgreSQL, as Superset's documentation asks, because
#                               every answer also writes a line into its log table
#
# Seconds of each stage go to PLACE/stages.json (0: it was there already); rival.py copies them into its result.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/dev/lib.sh
. "$here/../../tools/dev/lib.sh"

usage() { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

postgres=''
while [ $# -gt 0 ]; do
  case $1 in
    --postgres) postgres=${2:?--postgres needs a URL}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

place=$cache/superset-$(grep -v '^#' "$here/requirements.txt" | sha256sum | cut -c1-12)
export PYTHONDONTWRITEBYTECODE=1 # nothing is written beside the sources
umask 077
mkdir -p "$place/home"
exec 9>"$place/lock"
flock 9

# The pinned numpy and pandas have wheels for these versions of Python and no others.
find_python() {
  local name
  for name in python3.11 python3 python3.10 python3.12 /usr/bin/python3; do
    if "$name" -c 'import ensurepip, sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' \
      2>/dev/null; then
      printf '%s\n' "$name"
      return 0
    fi
  done
  return 1
}

install_superset() {
  local python
  python=$(find_python) || {
    need_debian python3 python3-venv
    python=$(find_python)
  } || stop "Superset needs Python 3.10 to 3.12 with venv." "Superset cần Python 3.10 đến 3.12 kèm venv."
  say "Installing Apache Superset into the cache (about 850 MB)." \
    "Đang cài Apache Superset vào thư mục đệm (khoảng 850 MB)."
  rm -rf "$place/venv"
  "$python" -m venv "$place/venv" >&2
  "$place/venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
    -r "$here/requirements.txt" >&2
  "$place/venv/bin/pip" --disable-pip-version-check check >&2
  touch "$place/venv/.complete"
}

random() { "$place/venv/bin/python" -c 'import secrets; print(secrets.token_urlsafe(42))'; }

# superset WORD…: its command line, which then writes into its home only.
superset() {
  "$place/venv/bin/python" "$here/server.py" "$place" "$postgres" "$@" >>"$place/setup.log" 2>&1 ||
    { tail -n 20 "$place/setup.log" >&2; stop "superset $1 failed." "superset $1 bị lỗi."; }
}

start=$SECONDS
[ -e "$place/venv/.complete" ] || install_superset
installed=$((SECONDS - start)) upgraded=0 initialised=0
[ -s "$place/secret" ] || random >"$place/secret"
[ -s "$place/password" ] || random >"$place/password"

if [ -n "$postgres" ]; then
  say "Making Superset's own database anew." "Đang tạo lại cơ sở dữ liệu riêng của Superset."
  : >"$place/setup.log"
  "$place/venv/bin/python" "$here/facts.py" recreate "$postgres" toancanh_rival_meta
  start=$SECONDS
  superset db upgrade
  upgraded=$((SECONDS - start)) start=$SECONDS
  superset init
  superset fab create-admin --username bench --firstname Bench --lastname Bench \
    --email bench@example.invalid --password "$(cat "$place/password")"
  initialised=$((SECONDS - start))
fi
printf '{"install_s": %d, "db_upgrade_s": %d, "init_s": %d}\n' \
  "$installed" "$upgraded" "$initialised" >"$place/stages.json"
printf '%s\n' "$place"

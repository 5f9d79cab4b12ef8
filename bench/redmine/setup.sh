#!/usr/bin/env bash
# Redmine for the comparison: Debian's package, an instance of ours below the cache folder of the project.
#
#   setup.sh                    install it; prints the place, which holds redmine/ (a copy of the package's
#                               files, 15 MB, with config, log, tmp and files of its own) and password
#   setup.sh --postgres URL     the same, and makes its tables anew in the schema `redmine` of that database:
#                               Redmine's own migrations and its own default data
#
# The package gets no database of the system and nothing is started: it brings no service. Seconds of each
# stage go to PLACE/stages.json (0: it was there already); rival.py copies them into its result.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/dev/lib.sh
. "$here/../../tools/dev/lib.sh"

usage() { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

postgres=''
while [ $# -gt 0 ]; do
  case $1 in
    --postgres) postgres=${2:?--postgres needs a URL}; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

export PYTHONDONTWRITEBYTECODE=1 # nothing is written beside the sources
umask 077
exec 9>"$cache/redmine.lock"
flock 9

# Redmine's package wants to make a database of the system and fails where no server runs. It is told not to in
# the file that holds the answer, which goes before anything that debconf was told.
say_no() {
  local folder=/etc/dbconfig-common/redmine/instances
  local answers=$folder/default.conf
  as_root install -d -m 755 "${folder%/*/*}" "${folder%/*}" "$folder"
  [ -e "$answers" ] || echo "dbc_install='false'" | as_root tee "$answers" >/dev/null
  as_root sed -i "s/^dbc_install=.*/dbc_install='false'/" "$answers"
}

install_redmine() {
  if ! has_debian redmine && have apt-get && may_be_root; then
    say_no
    # An installation that failed for that reason is finished.
    if [ "$(dpkg-query -W -f '${db:Status-Status}' redmine 2>/dev/null)" = half-configured ]; then
      say "Finishing the installation of Redmine." "Đang hoàn tất việc cài Redmine."
      as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure redmine >"$cache/dpkg.log" 2>&1 </dev/null ||
        stop "dpkg --configure redmine failed: $cache/dpkg.log" "Không hoàn tất được gói redmine."
    fi
  fi
  need_debian redmine redmine-pgsql puma python3
}

# redmine COMMAND…: in its folder, as our instance.
redmine() {
  python3 "$here/server.py" "$place" "$postgres" "$@" >>"$place/setup.log" 2>&1 ||
    { tail -n 20 "$place/setup.log" >&2; stop "$* failed in Redmine." "Redmine: $* bị lỗi."; }
}

# A copy, because the package's own folder keeps the instances and the list of gems of the whole machine.
copy_redmine() {
  local tree=$place/redmine name
  rm -rf "$tree" "${place:?}/home"
  mkdir -p "$tree" "$place/home"
  tar -C /usr/share/redmine --exclude=./instances --exclude=./Gemfile.lock --exclude=./config/database.yml \
    --exclude=./public/javascripts -cf - . | tar -C "$tree" -xf -
  cp -rL /usr/share/redmine/public/javascripts "$tree/public/"
  sed -i "s|/usr/share/redmine/{config|$tree/{config|" "$tree/Gemfile"
  for name in config log files tmp public/plugin_assets; do mkdir -p "$tree/instances/bench/$name"; done
  cp "$here/database.yml" "$tree/instances/bench/config/"
  random >"$tree/instances/bench/config/secret_key.txt"
  random >"$place/password"
  redmine bundle install --local --quiet
  touch "$tree/.complete"
}

random() { python3 -c 'import secrets; print(secrets.token_hex(32))'; }

start=$SECONDS
install_redmine
place=$cache/redmine-$(dpkg-query -W -f '${Version}' redmine | tr -c '[:alnum:].\n' -)
mkdir -p "$place"
: >"$place/setup.log"
[ -e "$place/redmine/.complete" ] || copy_redmine
cp "$here/database.yml" "$place/redmine/instances/bench/config/"
installed=$((SECONDS - start)) migrated=0

if [ -n "$postgres" ]; then
  say "Making Redmine's tables anew." "Đang tạo lại các bảng của Redmine."
  start=$SECONDS
  psql -X -q -v ON_ERROR_STOP=1 "$postgres" -c 'set client_min_messages = warning' \
    -c 'drop schema if exists redmine cascade' -c 'create schema redmine'
  rm -rf "$place/redmine/instances/bench/tmp/cache"
  : >"$place/redmine/instances/bench/log/production.log"
  redmine bundle exec rake db:migrate
  redmine bundle exec rake redmine:load_default_data
  # That task tells of a failure and ends well all the same.
  grep -q '^Default configuration data loaded' "$place/setup.log" ||
    { tail -n 5 "$place/setup.log" >&2; stop "Redmine's default data was not loaded." \
      "Không nạp được dữ liệu mặc định của Redmine."; }
  migrated=$((SECONDS - start))
fi
printf '{"install_s": %d, "migrate_s": %d}\n' "$installed" "$migrated" >"$place/stages.json"
printf '%s\n' "$place"

#!/usr/bin/env bash
# Runs `npm start` twice and `npm test` on a fresh Debian 13 with Debian's own Node and nothing else, in a chroot on this
# host's kernel: from an ordinary folder, and from one below a folder of mode 0700. Needs root, debootstrap and Debian's archive.
# Usage: infra/debian13-check.sh [FOLDER]     FOLDER keeps the base system for the next run.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$checkout/infra/debian/root.sh"
own_mounts "$@"

work=$(mktemp -d /var/tmp/masthead-debian13.XXXXXX)
trap 'remove_root; rm -rf "$work"' EXIT
new_root trixie "${1:-$work}"
install_inside nodejs npm
chmod 700 "$root/root"

# start_and_stop PLACE WHICH: until it is ready and answers, then until it has stopped.
start_and_stop() {
  local began=$SECONDS log="$work/start.log" port started
  port=$(inside node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
  inside MASTHEAD_PORT="$port" sh -c "cd $1 && exec npm start" >"$log" 2>&1 </dev/null &
  started=$!
  until grep -q '^masthead is ready: ' "$log"; do
    kill -0 "$started" 2>/dev/null || { cat "$log"; echo "npm start ended before it was ready" >&2; exit 1; }
    sleep 0.2
  done
  cat "$log"
  ! grep -rq 'NOTHING ON THIS HOST IS CAPTURED' "$root$1/.masthead/logs" || { echo "npm start replays a recording" >&2; exit 1; }
  echo "$1, $2 start: ready after $((SECONDS - began)) s"
  curl -fsS -o /dev/null -H "authorization: Bearer $(cat "$root$1/.masthead/admin.key")" "http://127.0.0.1:$port/v1/policies"
  kill -TERM "$(head -n 1 "$root$1/.masthead/run/supervisor.pid")"
  wait "$started" || { cat "$log"; echo "npm start did not end cleanly" >&2; exit 1; }
  [ -z "$(processes_inside)" ] || { ps -fp $(processes_inside); echo "npm start left processes behind" >&2; exit 1; }
}

# What was installed and built, by time of change: a second start may not do any of it again.
built() { (cd "$root$1" && stat -c '%n %Y' node_modules/.masthead/*.stamp); stat -c '%n %Y' "$root/var/lib/dpkg/status"; }

for place in /srv/masthead /root/masthead; do
  checkout_to "$place"
  start_and_stop "$place" first
  before=$(built "$place")
  start_and_stop "$place" second
  [ "$before" = "$(built "$place")" ] || { echo "the second start installed or built again" >&2; exit 1; }
  inside CI=true sh -c "cd $place && npm test" </dev/null
  echo "$place: npm test passed"
done
echo "Debian $(cat "$root/etc/debian_version") with Node $(inside node --version): passed"

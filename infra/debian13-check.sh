#!/usr/bin/env bash
# Runs `npm start` on a fresh Debian 13 with Debian's own Node, in a chroot on this host's kernel, and checks that it
# becomes ready, answers, is quick the second time, and stops cleanly. Needs root, debootstrap and Debian's archive.
# Usage: infra/debian13-check.sh [FOLDER]     FOLDER is kept, and used again as the base of the next run.
set -euo pipefail

[ "$(id -u)" = 0 ] || { echo "run this as root: it makes a chroot" >&2; exit 1; }
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-/var/tmp/masthead-debian13}
tree=$folder/root/masthead   # below a folder of mode 0700, the hard case

if [ ! -e "$folder/etc/debian_version" ]; then
  # The archive that this host itself uses, unless another is named.
  mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -n 1)}
  debootstrap --variant=minbase --include=ca-certificates trixie "$folder" "$mirror"
fi
cp /etc/resolv.conf "$folder/etc/resolv.conf"
mount_in() { mountpoint -q "$folder$2" || { mkdir -p "$folder$2"; mount "${@:3}" "$1" "$folder$2"; }; }
leave() {
  [ -z "${started:-}" ] || kill -TERM "$started" 2>/dev/null || true
  for at in /dev/pts /dev/shm /dev /sys/fs/bpf /sys /proc; do ! mountpoint -q "$folder$at" || umount -l "$folder$at"; done
}
trap leave EXIT
mount_in proc /proc -t proc
mount_in /sys /sys --rbind
mount --make-rslave "$folder/sys"
mount_in /dev /dev --bind
mount_in devpts /dev/pts -t devpts
mount_in shm /dev/shm -t tmpfs

# A host behind a proxy with its own certificate authority: Node in the chroot has to know it, too.
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then install -D "$NODE_EXTRA_CA_CERTS" "$folder$NODE_EXTRA_CA_CERTS"; fi
inside() { chroot "$folder" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS="$NODE_EXTRA_CA_CERTS"} MASTHEAD_PORT="$port" "$@"; }
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
inside sh -c 'command -v npm >/dev/null || { apt-get -q update && apt-get -q -y --no-install-recommends install nodejs npm; }'

rm -rf "$tree" && mkdir -p "$tree"
git -C "$checkout" archive HEAD | tar -x -C "$tree"
chmod 700 "$folder/root"

start_and_stop() {
  local began=$SECONDS log=$folder/tmp/masthead-start.log
  inside sh -c 'cd /root/masthead && exec npm start' >"$log" 2>&1 &
  started=$!
  until grep -q '^masthead is ready: ' "$log"; do
    kill -0 "$started" 2>/dev/null || { cat "$log"; echo "npm start ended before it was ready" >&2; exit 1; }
    sleep 0.2
  done
  echo "$1: ready after $((SECONDS - began)) s: $(grep '^masthead is ready: ' "$log")"
  curl -fsS -o /dev/null -H "authorization: Bearer $(cat "$tree/.masthead/admin.key")" "http://127.0.0.1:$port/v1/policies"
  supervisor=$(head -n 1 "$tree/.masthead/run/supervisor.pid")
  kill -TERM "$supervisor"
  wait "$started" || { cat "$log"; echo "npm start did not end cleanly" >&2; exit 1; }
  started=
  cat "$log"
}
start_and_stop "first run"
start_and_stop "second run"
echo "Debian $(cat "$folder/etc/debian_version") with Node $(inside node --version): passed"

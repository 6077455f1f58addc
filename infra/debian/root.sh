# Sourced by debian13-check.sh and machine.sh: a Debian of its own in a folder, entered by chroot. Needs root and
# debootstrap. What is mounted is mounted in a namespace of the script, and so is gone with it, however it ends.

# As Debian names them: this host's, and that of the Debian that is made.
own_architecture=$(dpkg --print-architecture)
architecture=${DEBIAN_ARCHITECTURE:-$own_architecture}

# own_mounts "$@": begins the script again in a mount namespace of its own.
own_mounts() {
  [ "$(id -u)" = 0 ] || { echo "run this as root: it makes a chroot" >&2; exit 1; }
  for program in curl debootstrap git; do
    command -v "$program" >/dev/null || { echo "$program is missing: apt-get install $program" >&2; exit 1; }
  done
  [ -n "${MASTHEAD_OWN_MOUNTS:-}" ] || MASTHEAD_OWN_MOUNTS=yes exec unshare --mount --propagation private "$0" "$@"
}

# Does the kernel run the architecture's programs, by itself or by qemu's user emulator?
runs_here() {
  local -A emulators=([amd64]=qemu-x86_64 [arm64]=qemu-aarch64)
  [ "$architecture" = "$own_architecture" ] || grep -qs enabled "/proc/sys/fs/binfmt_misc/${emulators[$architecture]:-none}"
}

# new_root SUITE FOLDER: a fresh Debian in the new folder $root below FOLDER, for this host's architecture unless DEBIAN_ARCHITECTURE names
# another, and with the archive that this host itself uses unless DEBIAN_MIRROR does. The base is kept in FOLDER, for the next run.
new_root() {
  local suite=$1 base=$2/$1-$architecture mirror
  runs_here || { echo "programs of $architecture do not run here: apt-get install qemu-user-static binfmt-support" >&2; exit 1; }
  mkdir -p "$2"
  exec 9>"$base.lock"
  flock 9
  if [ ! -e "$base" ]; then
    mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -n 1)}
    rm -rf "$base.part"
    debootstrap --arch="$architecture" --variant=minbase --include=ca-certificates "$suite" "$base.part" "$mirror"
    mv "$base.part" "$base"
  fi
  root=$(mktemp -d "$2/$suite.XXXXXX")
  chmod 755 "$root"
  cp -a "$base/." "$root"
  exec 9>&-
  mount --bind "$root" "$root"   # the root of a mount, as programs that make mount namespaces expect it to be
  cp --remove-destination /etc/resolv.conf "$root/etc/resolv.conf"
  # A host behind a proxy with its own certificate authority: Node in the chroot has to know it, too.
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then install -D -m 644 "$NODE_EXTRA_CA_CERTS" "$root/etc/masthead-extra-ca.pem"; fi
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount --bind /dev "$root/dev"
  mount -t devpts devpts "$root/dev/pts"
  mount -t tmpfs shm "$root/dev/shm"
}

# inside COMMAND...: runs it in the root, with nothing of this environment but what KEY=VALUE before it says.
inside() {
  chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/masthead-extra-ca.pem} "$@"
}

install_inside() {
  inside apt-get -q update
  inside apt-get -q -y --no-install-recommends install "$@"
}

# Clones the commit that is checked out to a folder of the root.
checkout_to() {
  git clone -q --no-hardlinks "file://$checkout" "$root$1"
}

unmount_root() {
  for at in /dev/shm /dev/pts /dev /sys /proc ""; do ! mountpoint -q "$root$at" || umount -R -l "$root$at"; done
}

processes_inside() {
  for each in /proc/[0-9]*; do [ "$(readlink "$each/root")" != "$root" ] || echo "${each#/proc/}"; done
}

# Ends what runs in the root, and removes it.
remove_root() {
  [ -n "${root:-}" ] || return 0
  local left
  left=$(processes_inside)
  [ -z "$left" ] || { kill -TERM $left 2>/dev/null || true; sleep 2; left=$(processes_inside); }
  [ -z "$left" ] || kill -KILL $left 2>/dev/null || true
  unmount_root
  rm -rf --one-file-system "$root"
  root=
}

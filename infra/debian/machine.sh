# Sourced by kernel-check.sh and systemd-check.sh: a virtual machine of a Debian, with that release's own kernel, hardware
# virtualisation where this host has it (else emulated and slow). Needs root, debootstrap, qemu's system emulator and about 10 GB of disk.
# DEBIAN_ARCHITECTURE=arm64 (or amd64) makes one of another architecture than this host's: what it runs before it is booted is emulated
# too, by qemu's user emulator.
. "$checkout/infra/debian/root.sh"

# new_machine NAME "$@": of the script's arguments the suite, and a fresh Debian of it in $root; $work is a folder of NAME's own. Both
# are gone when the script ends. bookworm has Linux 6.1, and gets the Node of this host, since its own is too old; trixie has 6.12 and a Node.
new_machine() {
  local name=$1
  shift
  suite=${1:-}
  [[ "$suite" = bookworm || "$suite" = trixie ]] || { echo "which one? $0 bookworm|trixie [FOLDER]" >&2; exit 2; }
  choose_architecture
  own_mounts "$@"
  work=$(mktemp -d "/var/tmp/masthead-$name.XXXXXX")
  trap 'remove_root; rm -rf "$work"' EXIT
  new_root "$suite" "${2:-$work}"
}

# Of the machine: $emulator that boots it, its $console and $cpu, and $machine, its own of the emulator's arguments.
choose_architecture() {
  local package
  case $architecture in
    amd64) emulator=qemu-system-x86_64 package=qemu-system-x86 console=ttyS0 cpu=max machine=() ;;
    # Addresses are signed by a quick hash in place of ARM's own, which takes an emulator most of its time.
    arm64) emulator=qemu-system-aarch64 package=qemu-system-arm console=ttyAMA0 cpu=max,pauth-impdef=on machine=(-machine virt,gic-version=max) ;;
    *) echo "no machine of this architecture: $architecture" >&2; exit 2 ;;
  esac
  command -v "$emulator" >/dev/null || { echo "qemu is missing: apt-get install $package" >&2; exit 1; }
  [[ "$suite" != bookworm || "$architecture" = "$own_architecture" ]] || { echo "bookworm takes this host's Node: $architecture needs trixie" >&2; exit 2; }
}

# install_machine PACKAGE...: these, a kernel, and a Node that the product runs on.
install_machine() {
  install_inside "linux-image-cloud-$architecture" initramfs-tools iproute2 kmod procps util-linux "$@"
  [ "$suite" = bookworm ] || { install_inside nodejs npm; return; }
  local prefix
  prefix=$(dirname "$(dirname "$(node -p process.execPath)")")
  mkdir -p "$root/usr/local/include" "$root/usr/local/lib/node_modules"
  cp "$prefix/bin/node" "$root/usr/local/bin/node"
  cp -a "$prefix/lib/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  cp -a "$prefix/include/node" "$root/usr/local/include/node"
  for each in npm npx; do ln -s "../lib/node_modules/npm/bin/$each-cli.js" "$root/usr/local/bin/$each"; done
}

# Where a device is there, it need not work: on x86-64 the processor says whether it does.
has_virtualisation() {
  [ "$architecture" = "$own_architecture" ] && [ -c /dev/kvm ] && (: <>/dev/kvm) 2>/dev/null &&
    { [ "$architecture" = arm64 ] || grep -qwE 'vmx|svm' /proc/cpuinfo; }
}

# boot_machine INIT WORDS: makes the disk of $root, which is gone then, and boots it with INIT as first process. Its output comes
# over the serial line; $work/console.log keeps it, since the outcome is in it: a line that begins with WORDS, or the script ends. A CPU
# that comes to nothing else for two minutes ends it, too: else the machine would stand for hours.
boot_machine() {
  local init=$1 words=$2 accelerator=tcg
  unmount_root
  mke2fs -q -t ext4 -d "$root" "$work/disk.img" 8G
  cp -L "$root"/boot/vmlinuz-* "$work/vmlinuz"
  cp -L "$root"/boot/initrd.img-* "$work/initrd.img"
  remove_root
  ! has_virtualisation || accelerator=kvm cpu=host
  timeout 4h "$emulator" "${machine[@]}" -accel "$accelerator" -cpu "$cpu" -smp 2 -m 4096 -nodefaults -no-user-config -no-reboot -display none \
    -kernel "$work/vmlinuz" -initrd "$work/initrd.img" \
    -append "console=$console quiet no_timer_check watchdog_thresh=60 softlockup_panic=1 panic=-1 systemd.show_status=no root=/dev/vda rw init=$init" \
    -drive "file=$work/disk.img,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci -serial stdio </dev/null |
    tee "$work/console.log"
  grep -q "^$words" "$work/console.log" || { echo "FAILED on $suite: not said: $words" >&2; exit 1; }
}

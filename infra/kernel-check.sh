#!/usr/bin/env bash
# Runs the tests that capture on a Debian release's own kernel: makes a Debian with the product built in it, puts it
# on a disk image, and boots that with its kernel in qemu (hardware virtualisation where this host has it, else emulated and
# slow). Needs root, debootstrap, qemu-system-x86 and Debian's archive; about 10 GB of disk.
# Usage: infra/kernel-check.sh bookworm|trixie [FOLDER]
#   bookworm has Linux 6.1, and gets the Node of this host, since its own is too old; trixie has 6.12 and a Node.
#   FOLDER keeps the base system for the next run.
#   KERNEL_CHECK_TESTS   paths of the tests to run there, instead of those that capture
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$checkout/infra/debian/root.sh"
suite=${1:-}
[[ "$suite" = bookworm || "$suite" = trixie ]] || { echo "which one? infra/kernel-check.sh bookworm|trixie [FOLDER]" >&2; exit 2; }
command -v qemu-system-x86_64 >/dev/null || { echo "qemu is missing: apt-get install qemu-system-x86" >&2; exit 1; }
own_mounts "$@"

work=$(mktemp -d /var/tmp/masthead-kernel.XXXXXX)
trap 'remove_root; rm -rf "$work"' EXIT
new_root "$suite" "${2:-$work}"
install_inside linux-image-cloud-amd64 initramfs-tools iproute2 kmod procps util-linux
if [ "$suite" = bookworm ]; then
  prefix=$(dirname "$(dirname "$(node -p process.execPath)")")
  mkdir -p "$root/usr/local/include" "$root/usr/local/lib/node_modules"
  cp "$prefix/bin/node" "$root/usr/local/bin/node"
  cp -a "$prefix/lib/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  cp -a "$prefix/include/node" "$root/usr/local/include/node"
  for each in npm npx; do ln -s "../lib/node_modules/npm/bin/$each-cli.js" "$root/usr/local/bin/$each"; done
else
  install_inside nodejs npm
fi
checkout_to /srv/masthead
inside sh -c "cd /srv/masthead && node infra/debian/kernel-prepare.mjs && make -C bpf build/kernel-test"
install -m 755 "$checkout/infra/debian/kernel-guest.sh" "$root/kernel-guest.sh"
captures="test/kernel test/e2e/agent-trace test/e2e/hard-traffic test/e2e/one-host"
echo "${KERNEL_CHECK_TESTS:-$captures}" >"$root/kernel-tests"

unmount_root
mke2fs -q -t ext4 -d "$root" "$work/disk.img" 8G
cp -L "$root"/boot/vmlinuz-* "$work/vmlinuz"
cp -L "$root"/boot/initrd.img-* "$work/initrd.img"
remove_root

# Output comes over the serial line; the file keeps it, since the outcome is its last word.
grep -qwE 'vmx|svm' /proc/cpuinfo && accelerator=kvm || accelerator=tcg
timeout 4h qemu-system-x86_64 -accel "$accelerator" -cpu max -smp 2 -m 4096 -nodefaults -no-user-config -no-reboot -display none \
  -kernel "$work/vmlinuz" -initrd "$work/initrd.img" \
  -append "console=ttyS0 quiet no_timer_check panic=-1 root=/dev/vda rw init=/kernel-guest.sh" \
  -drive "file=$work/disk.img,format=raw,if=virtio,cache=unsafe" -device virtio-rng-pci -serial stdio </dev/null |
  tee "$work/console.log"
grep -q '^kernel check: passed' "$work/console.log" || { echo "kernel check: FAILED on $suite" >&2; exit 1; }

#!/usr/bin/env bash
# Runs the tests that capture on a Debian release's own kernel: makes a Debian with the product built in it, puts it
# on a disk image, and boots that with its kernel in qemu. Needs root, debootstrap, qemu's system emulator and Debian's archive; about 10 GB of disk.
# Usage: infra/kernel-check.sh bookworm|trixie [FOLDER]
#   bookworm has Linux 6.1, trixie has 6.12.
#   FOLDER keeps the base system for the next run.
#   DEBIAN_ARCHITECTURE  amd64 or arm64, this host's if not given; arm64 has trixie only
#   KERNEL_CHECK_TESTS   paths of the tests to run there, instead of those that capture
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$checkout/infra/debian/machine.sh"
new_machine kernel "$@"
install_machine
checkout_to /srv/masthead
inside sh -c "cd /srv/masthead && node infra/debian/machine-prepare.mjs tests && make -C bpf build/kernel-test"
install -m 755 "$checkout/infra/debian/kernel-guest.sh" "$root/kernel-guest.sh"
captures="test/kernel test/e2e/agent-trace test/e2e/hard-traffic test/e2e/one-host"
echo "${KERNEL_CHECK_TESTS:-$captures}" >"$root/kernel-tests"
boot_machine /kernel-guest.sh "kernel check: passed"

#!/usr/bin/env bash
# Has systemd run the units of infra/systemd on a Debian release's own kernel: the agent and the control plane are started, restarted, killed and
# stopped by it, and requests are counted meanwhile. Needs root, debootstrap, qemu's system emulator and Debian's archive; about 10 GB of disk.
# Usage: infra/systemd-check.sh bookworm|trixie [FOLDER]
#   bookworm has Linux 6.1 and systemd 252, trixie has 6.12 and 257.
#   FOLDER keeps the base system for the next run.
set -euo pipefail
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$checkout/infra/debian/machine.sh"
new_machine systemd "$@"
install_machine systemd systemd-sysv libnss-systemd curl nginx openssl
checkout_to /opt/masthead
inside sh -c "cd /opt/masthead && node infra/debian/machine-prepare.mjs"

# As docs/operations.md has it.
cp "$root"/opt/masthead/infra/systemd/*.service "$root/etc/systemd/system/"
[ "$suite" != bookworm ] || cp -a "$root/opt/masthead/infra/systemd/masthead-agent.service.d" "$root/etc/systemd/system/"
cat >"$root/etc/systemd/system/masthead-check.service" <<UNIT
[Unit]
SuccessAction=poweroff
FailureAction=poweroff
[Service]
Type=exec
Environment=HOME=/root
ExecStart=$(inside sh -c 'command -v node') /opt/masthead/infra/debian/systemd-guest.mjs
StandardOutput=tty
StandardError=tty
TTYPath=/dev/$console
[Install]
WantedBy=multi-user.target
UNIT
for each in nginx nats-server; do inside systemctl -q disable "$each" 2>/dev/null || true; done
inside systemctl -q enable masthead-check
inside systemctl -q mask "serial-getty@$console.service" getty.target apt-daily.timer apt-daily-upgrade.timer
echo 'masthead-systemd-check' >"$root/etc/hostname"
boot_machine /sbin/init "systemd check: passed"

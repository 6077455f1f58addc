#!/bin/bash
# The first process of kernel-check.sh's virtual machine: runs the checks, says how they ended, and switches the machine off.
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root NO_COLOR=1 MASTHEAD_TEST_PATIENCE=10
mount_at() { mountpoint -q "$1" || { mkdir -p "$1"; mount "${@:3}" -t "$2" "$2" "$1"; }; }
mount_at /proc proc
mount_at /sys sysfs
mount_at /dev devtmpfs
mount_at /dev/pts devpts
mount_at /dev/shm tmpfs
mount_at /run tmpfs
mount_at /tmp tmpfs
mount_at /sys/fs/cgroup cgroup2
mount_at /sys/fs/bpf bpf
mount_at /sys/kernel/tracing tracefs
mount_at /sys/kernel/security securityfs
ip link set lo up
echo masthead-kernel-check >/proc/sys/kernel/hostname
echo '127.0.0.1 localhost masthead-kernel-check' >/etc/hosts
modprobe -q tls # what serves as another user may not have it loaded
lockdown=/sys/kernel/security/lockdown
echo integrity >$lockdown # as where the firmware lets no other kernel start; from here on
cd /srv/masthead || exit

failed=0
try() {
  echo "· $1"
  "${@:2}" </dev/null 2>&1 | cat; [ "${PIPESTATUS[0]}" = 0 ] || { failed=$((failed + 1)); echo "✗ $1"; }
}
echo "Linux $(uname -r), lockdown $(cat $lockdown), Node $(node --version), $(sed -n 's/^PRETTY_NAME=//p' /etc/os-release)"
try "kTLS is there, and lockdown" sh -c "grep -F '[integrity]' $lockdown && cat /proc/net/tls_stat"
try "doctor" node packages/agent/bin/masthead-agent.js doctor
try "doctor says that this host can be captured" sh -c \
  'node packages/agent/bin/masthead-agent.js doctor --json | node -e "if (!JSON.parse(require(\"fs\").readFileSync(0)).canCapture) process.exit(1)"'
try "the parser's cases in this kernel" bpf/build/kernel-test bpf/build/masthead.bpf.o
# In one run, since to start one takes a minute on an emulated machine; verbose, since a file may take ten.
tests=$(cat /kernel-tests)
try "$tests" node node_modules/vitest/vitest.mjs run --reporter=verbose $tests

echo confidentiality >$lockdown
try "doctor explains lockdown confidentiality" sh -c \
  'node packages/agent/bin/masthead-agent.js doctor --json | node -e "
    const { canCapture, checks } = JSON.parse(require(\"fs\").readFileSync(0));
    const [lockdown] = checks.filter(({ name }) => name === \"lockdown\");
    console.log(lockdown);
    if (canCapture || lockdown.status !== \"failed\" || !/lockdown=integrity/.test(lockdown.advice)) process.exit(1)"'
try "so does trace, and ends" sh -c \
  'node packages/agent/bin/masthead-agent.js trace >/tmp/trace 2>&1 && exit 1; cat /tmp/trace; grep -q "kernel lockdown .confidentiality.*lockdown=integrity" /tmp/trace'
[ "$failed" = 0 ] && echo "kernel check: passed" || echo "kernel check: $failed failed"
sync
mount -o remount,ro /
echo o >/proc/sysrq-trigger
sleep 60

#include "thread_rights.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>

#include "failure.h"

namespace masthead {

namespace {

// The C library's own signal for setuid() in every thread: the only one that a thread cannot have blocked, since
// pthread_sigmask() leaves it out. Its handler is replaced for the time of the call and then put back.
constexpr int kSignal = 33;  // SIGRTMIN as the kernel counts, + 1
// Capabilities are bits of two 32-bit words.
constexpr int kCapabilitiesMax = 64;
constexpr long kLookEveryNs = 50'000;

// The kernel's own sigaction, which takes this signal where the C library's does not.
struct KernelAction {
  void* handler;
  unsigned long flags;
  void* restorer;
  uint64_t mask;
};

std::atomic<uint64_t> kept_mask{0};
// Of the last order: its number above, the errno it came to below.
std::atomic<uint64_t> answer{0};
std::atomic<uint32_t> order{0};
static_assert(std::atomic<uint64_t>::is_always_lock_free, "used by a signal handler");

// Runs in a signal handler: system calls and nothing else. Answers 0 or an errno.
int restrict_own_rights(uint64_t kept) {
  for (int each = 0; each < kCapabilitiesMax; each++) {
    if (kept >> each & 1) continue;
    // EINVAL: the kernel has no such capability. EPERM: the thread lacks CAP_SETPCAP; nothing is gained from the bounding
    // set without new privileges.
    if (syscall(SYS_prctl, PR_CAPBSET_DROP, each, 0, 0, 0) != 0 && errno == EINVAL) break;
  }
  if (syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return errno;
  if (syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const uint32_t low = static_cast<uint32_t>(kept), high = static_cast<uint32_t>(kept >> 32);
  const __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{low, low, 0}, {high, high, 0}};
  return syscall(SYS_capset, &header, sets) == 0 ? 0 : errno;
}

void on_order(int, siginfo_t* info, void*) {
  if (info->si_code != SI_QUEUE || info->si_pid != getpid()) return;
  const int before = errno;
  const int error = restrict_own_rights(kept_mask.load());
  const uint32_t number = static_cast<uint32_t>(info->si_value.sival_int);
  if (number == order.load()) answer.store(static_cast<uint64_t>(number) << 32 | static_cast<uint32_t>(error));
  errno = before;
}

int set_action(const KernelAction* next, KernelAction* before) {
  return syscall(SYS_rt_sigaction, kSignal, next, before, sizeof(uint64_t)) == 0 ? 0 : errno;
}

// Puts our handler in the place of the C library's. One that comes late finds the C library's again, which leaves alone
// what was queued.
class Handler {
 public:
  Handler() {
    int error = set_action(nullptr, &before_);
    // Without it this is another C library, whose signal may mean something else.
    if (error == 0 && before_.handler == nullptr) error = ENOSYS;
    KernelAction ours = before_;
    ours.handler = reinterpret_cast<void*>(&on_order);
    if (error == 0) error = set_action(&ours, nullptr);
    if (error != 0) throw Failure("handle the signal that reaches every thread", error);
  }
  ~Handler() { set_action(&before_, nullptr); }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

 private:
  KernelAction before_ = {};
};

uint64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// The errno that the thread came to; 0 also for one that has ended.
int order_thread(int thread, uint64_t deadline_ns) {
  const uint32_t number = order.fetch_add(1) + 1;
  siginfo_t info = {};
  info.si_signo = kSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = static_cast<int>(number);
  if (syscall(SYS_rt_tgsigqueueinfo, getpid(), thread, kSignal, &info) != 0) return errno == ESRCH ? 0 : errno;
  while (answer.load() >> 32 != number) {
    if (syscall(SYS_tgkill, getpid(), thread, 0) != 0 && errno == ESRCH) return 0;
    if (now_ns() > deadline_ns) return ETIMEDOUT;
    const timespec pause = {0, kLookEveryNs};
    nanosleep(&pause, nullptr);
  }
  return static_cast<int>(static_cast<uint32_t>(answer.load()));
}

}  // namespace

void restrict_threads(const std::vector<int>& threads, uint64_t kept, uint32_t within_ms) {
  kept_mask.store(kept);
  const uint64_t deadline_ns = now_ns() + within_ms * uint64_t{1'000'000};
  Handler handler;
  for (const int thread : threads) {
    const int error = thread == gettid() ? restrict_own_rights(kept) : order_thread(thread, deadline_ns);
    if (error != 0) throw Failure("drop the capabilities of thread " + std::to_string(thread), error);
  }
}

}  // namespace masthead

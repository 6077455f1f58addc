#include "ring_wait.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

#include "failure.h"

namespace masthead {

namespace {

// By edges: the ring counts as readable as long as anything is in it, and only a wake-up by the kernel is news. So does
// what was notified, which then need not be taken back.
bool add(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

RingWait::RingWait(int map_fd) : notified_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (notified_ < 0 || epoll_ < 0 || !add(epoll_, notified_) || !add(epoll_, map_fd)) {
    const int error = errno;
    if (notified_ >= 0) close(notified_);
    if (epoll_ >= 0) close(epoll_);
    throw Failure("wait for ring", error);
  }
}

RingWait::~RingWait() {
  close(epoll_);
  close(notified_);
}

void RingWait::wait(uint32_t ms) {
  epoll_event events[2];
  epoll_wait(epoll_, events, 2, static_cast<int>(ms));
}

void RingWait::notify() {
  const uint64_t once = 1;
  // Fails only where it was said more often than can be counted.
  [[maybe_unused]] const ssize_t written = write(notified_, &once, sizeof(once));
}

}  // namespace masthead

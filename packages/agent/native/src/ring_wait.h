// How the poll thread waits: until the kernel says that the ring fills, somebody else has something to say, or a time is over.
#pragma once

#include <cstdint>

namespace masthead {

class RingWait {
 public:
  // `map_fd`: of the ring; it may be closed while nobody waits.
  explicit RingWait(int map_fd);
  ~RingWait();
  RingWait(const RingWait&) = delete;
  RingWait& operator=(const RingWait&) = delete;

  // Poll thread.
  void wait(uint32_t ms);
  // Any thread: ends a wait, the next one where none is under way.
  void notify();

 private:
  int notified_ = -1;
  int epoll_ = -1;
};

}  // namespace masthead

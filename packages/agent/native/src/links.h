// Probes and tracepoints that are attached, each by a link that ends it when it is closed. JavaScript's thread only.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace masthead {

struct ProbePoint {
  std::string path;
  uint64_t offset;
  uint64_t cookie;
  bool at_return;
  uint32_t process;  // 0: every one
};

class Links {
 public:
  ~Links();
  // The kernel follows `path` itself, in this process's view of the file system: /proc/PID/root/... works.
  int attach_multi(bpf_program* program, uint32_t attach_type, const ProbePoint& point);
  int attach_perf(bpf_program* program, const ProbePoint& point);
  int attach_tracepoint(bpf_program* program);
  // Together, in no order. An id of none is passed over.
  void detach(const std::vector<int>& ids);
  void detach_all();
  std::vector<uint32_t> kernel_ids() const;

 private:
  struct Held {
    bpf_link* link;  // null: a plain file descriptor
    int fd;
  };
  int hold(Held held);
  static void end(const Held& held);
  std::map<int, Held> held_;
  int last_ = 0;
};

// 0 where this kernel makes multi links of that attach type, else the errno of trying. Attaches nothing.
int try_multi_link(uint32_t attach_type);

}  // namespace masthead

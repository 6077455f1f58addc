// Parts of the kernel's interface that are younger than Debian 12's headers (include/uapi/linux/bpf.h of Linux 6.13).
// The numbers are stable: the kernel never renumbers them.
#pragma once

#include <cstdint>

namespace masthead {

constexpr uint32_t kAttachPerfEvent = 41;       // BPF_PERF_EVENT
constexpr uint32_t kAttachUprobeMulti = 48;     // BPF_TRACE_UPROBE_MULTI, Linux 6.6
constexpr uint32_t kAttachUprobeSession = 57;   // BPF_TRACE_UPROBE_SESSION, Linux 6.13
constexpr uint32_t kUprobeMultiReturn = 1;      // BPF_F_UPROBE_MULTI_RETURN

// union bpf_attr, member link_create with its uprobe_multi part.
struct LinkCreateUprobeMulti {
  uint32_t program_fd;
  uint32_t target_fd;
  uint32_t attach_type;
  uint32_t flags;
  uint64_t path;
  uint64_t offsets;
  uint64_t reference_counter_offsets;
  uint64_t cookies;
  uint32_t count;
  uint32_t multi_flags;
  uint32_t pid;  // 0: every process
  uint32_t reserved;
};
static_assert(sizeof(LinkCreateUprobeMulti) == 64, "as the kernel lays it out");

}  // namespace masthead

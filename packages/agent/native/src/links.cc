#include "links.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <thread>

#include "bpf_object.h"
#include "failure.h"
#include "kernel_abi.h"

namespace masthead {

namespace {

// To end a link waits for grace periods of the kernel, some 25 ms in all; those who wait at the same time share them.
constexpr size_t kEndedAtOnce = 16;

int create_multi_link(int program_fd, uint32_t attach_type, const ProbePoint& point) {
  LinkCreateUprobeMulti attributes = {};
  attributes.program_fd = static_cast<uint32_t>(program_fd);
  attributes.attach_type = attach_type;
  attributes.path = reinterpret_cast<uint64_t>(point.path.c_str());
  attributes.offsets = reinterpret_cast<uint64_t>(&point.offset);
  attributes.cookies = reinterpret_cast<uint64_t>(&point.cookie);
  attributes.count = 1;
  attributes.multi_flags = point.at_return ? kUprobeMultiReturn : 0;
  attributes.pid = point.process;
  return static_cast<int>(syscall(SYS_bpf, BPF_LINK_CREATE, &attributes, sizeof attributes));
}

std::string place(const char* kind, const ProbePoint& point) {
  return std::string("attach ") + kind + (point.at_return ? " return " : " ") + point.path + "+" +
         std::to_string(point.offset);
}

}  // namespace

Links::~Links() { detach_all(); }

int Links::hold(Held held) {
  held_.emplace(++last_, held);
  return last_;
}

int Links::attach_multi(bpf_program* program, uint32_t attach_type, const ProbePoint& point) {
  const int fd = create_multi_link(bpf_program__fd(program), attach_type, point);
  if (fd < 0) throw Failure(place(attach_type == kAttachUprobeSession ? "session" : "multi", point), errno);
  return hold({nullptr, fd});
}

int Links::attach_perf(bpf_program* program, const ProbePoint& point) {
  LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = point.cookie, .retprobe = point.at_return);
  take_libbpf_messages();
  const pid_t process = point.process == 0 ? -1 : static_cast<pid_t>(point.process);
  bpf_link* link = bpf_program__attach_uprobe_opts(program, process, point.path.c_str(), point.offset, &options);
  if (link == nullptr) throw Failure(place("perf", point), errno, take_libbpf_messages());
  return hold({link, bpf_link__fd(link)});
}

int Links::attach_tracepoint(bpf_program* program) {
  take_libbpf_messages();
  bpf_link* link = bpf_program__attach(program);
  if (link == nullptr) {
    throw Failure(std::string("attach tracepoint ") + bpf_program__name(program), errno, take_libbpf_messages());
  }
  return hold({link, bpf_link__fd(link)});
}

void Links::end(const Held& held) {
  if (held.link != nullptr) {
    bpf_link__destroy(held.link);
  } else {
    ::close(held.fd);
  }
}

void Links::detach(const std::vector<int>& ids) {
  std::vector<Held> taken;
  taken.reserve(ids.size());
  for (const int id : ids) {
    const auto found = held_.find(id);
    if (found == held_.end()) continue;
    taken.push_back(found->second);
    held_.erase(found);
  }
  std::atomic<size_t> next{0};
  const auto end_some = [&] {
    for (size_t at = next++; at < taken.size(); at = next++) end(taken[at]);
  };
  std::vector<std::thread> others;
  try {
    others.reserve(kEndedAtOnce);
    while (others.size() + 1 < std::min(kEndedAtOnce, taken.size())) others.emplace_back(end_some);
  } catch (...) {
    // The host has no more threads or memory for us: those that there are end all.
  }
  end_some();
  for (std::thread& other : others) other.join();
}

void Links::detach_all() {
  std::vector<int> ids;
  for (const auto& [id, held] : held_) ids.push_back(id);
  detach(ids);
}

std::vector<uint32_t> Links::kernel_ids() const {
  std::vector<uint32_t> ids;
  for (const auto& [id, held] : held_) {
    bpf_link_info info = {};
    uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(held.fd, &info, &size) == 0) ids.push_back(info.id);
  }
  return ids;
}

int try_multi_link(uint32_t attach_type) {
  const bpf_insn instructions[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .src_reg = 0, .off = 0, .imm = 0},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},
  };
  LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = static_cast<bpf_attach_type>(attach_type));
  const int program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "mh_try", "Dual BSD/GPL", instructions, 2, &options);
  if (program < 0) return errno;
  // A kernel that knows the link gets as far as the path, and refuses a folder with EBADF; another says EINVAL.
  const int link = create_multi_link(program, attach_type, {"/", 0, 0, false, 0});
  const int error = link < 0 ? errno : 0;
  if (link >= 0) ::close(link);
  ::close(program);
  return error == EBADF ? 0 : error;
}

}  // namespace masthead

#include "bpf_object.h"

#include <signal.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>

#include "failure.h"

namespace masthead {

namespace {

constexpr size_t kMessagesMax = 1 << 16;
constexpr size_t kMessagesTail = 4096;
thread_local std::string messages;

int keep_message(libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, arguments);
  const int length = vsnprintf(nullptr, 0, format, arguments);
  if (length > 0) {
    std::string text(static_cast<size_t>(length) + 1, '\0');
    vsnprintf(text.data(), text.size(), format, again);
    text.pop_back();
    messages += text;
    if (messages.size() > kMessagesMax) messages.erase(0, messages.size() - kMessagesMax / 2);
  }
  va_end(again);
  return length;
}

// The kernel gives up verifying a program when a signal is pending (EAGAIN); a steady one, as of a profiler, would never
// let it finish. What comes meanwhile is delivered afterwards.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
};

int load_without_signals(bpf_object* object) {
  WithoutSignals masked;
  return bpf_object__load(object);
}

template <typename Info>
uint32_t id_of(int fd, uint32_t Info::* id) {
  Info info = {};
  uint32_t size = sizeof info;
  return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 ? info.*id : 0;
}

}  // namespace

// RLIMIT_MEMLOCK is left alone: libbpf raises it only where memory is not charged to the cgroup, before Linux 5.11.
void capture_libbpf_messages() { libbpf_set_print(keep_message); }

std::string take_libbpf_messages() {
  std::string text = std::move(messages);
  messages.clear();
  return text.size() > kMessagesTail ? text.substr(text.size() - kMessagesTail) : text;
}

BpfObject::BpfObject(const std::string& path, const std::vector<ProgramPlan>& plan,
                     const std::map<std::string, uint32_t>& map_entries) {
  take_libbpf_messages();
  object_ = bpf_object__open(path.c_str());
  if (object_ == nullptr) throw Failure("open " + path, errno, take_libbpf_messages());

  bpf_program* each;
  bpf_object__for_each_program(each, object_) bpf_program__set_autoload(each, false);
  for (const ProgramPlan& wanted : plan) {
    bpf_program* program = bpf_object__find_program_by_name(object_, wanted.name.c_str());
    if (program == nullptr) {
      bpf_object__close(object_);
      throw Failure("load prog '" + wanted.name + "'", ENOENT);
    }
    bpf_program__set_autoload(program, true);
    if (wanted.attach_type != 0) {
      bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(wanted.attach_type));
    }
    loaded_.push_back(wanted.name);
  }
  for (const auto& [name, entries] : map_entries) {
    bpf_map* map = bpf_object__find_map_by_name(object_, name.c_str());
    const int error = map == nullptr ? -ENOENT : bpf_map__set_max_entries(map, entries);
    if (error != 0) {
      bpf_object__close(object_);
      throw Failure("size map " + name, error, take_libbpf_messages());
    }
  }
  const int error = load_without_signals(object_);
  if (error != 0) {
    bpf_object__close(object_);
    throw Failure("load " + path, error, take_libbpf_messages());
  }
  take_libbpf_messages();
}

BpfObject::~BpfObject() { bpf_object__close(object_); }

bpf_map* BpfObject::map(const std::string& name) const {
  bpf_map* map = bpf_object__find_map_by_name(object_, name.c_str());
  if (map == nullptr) throw Failure("find map " + name, ENOENT);
  return map;
}

bpf_program* BpfObject::program(const std::string& name) const {
  bpf_program* program = bpf_object__find_program_by_name(object_, name.c_str());
  if (program == nullptr || bpf_program__fd(program) < 0) throw Failure("find program " + name, ENOENT);
  return program;
}

std::vector<uint32_t> BpfObject::program_ids() const {
  std::vector<uint32_t> ids;
  for (const std::string& name : loaded_) {
    ids.push_back(id_of(bpf_program__fd(program(name)), &bpf_prog_info::id));
  }
  return ids;
}

std::vector<uint32_t> BpfObject::map_ids() const {
  std::vector<uint32_t> ids;
  bpf_map* each;
  bpf_object__for_each_map(each, object_) {
    if (bpf_map__fd(each) >= 0) ids.push_back(id_of(bpf_map__fd(each), &bpf_map_info::id));
  }
  return ids;
}

}  // namespace masthead

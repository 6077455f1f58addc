// One BPF object: opened, loaded, asked for its maps and programs. JavaScript's thread only.
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace masthead {

struct ProgramPlan {
  std::string name;
  uint32_t attach_type;  // expected attach type; 0 keeps what the section says
};

class BpfObject {
 public:
  // Programs that `plan` does not name are not loaded. Throws Failure with the tail of what libbpf said.
  BpfObject(const std::string& path, const std::vector<ProgramPlan>& plan,
            const std::map<std::string, uint32_t>& map_entries);
  ~BpfObject();
  BpfObject(const BpfObject&) = delete;
  BpfObject& operator=(const BpfObject&) = delete;

  bpf_map* map(const std::string& name) const;
  bpf_program* program(const std::string& name) const;
  std::vector<uint32_t> program_ids() const;
  std::vector<uint32_t> map_ids() const;

 private:
  bpf_object* object_ = nullptr;
  std::vector<std::string> loaded_;
};

// Routes libbpf's messages of this thread into failures instead of standard error. Call once.
void capture_libbpf_messages();
// What libbpf said on this thread since the last call, the last few kilobytes of it.
std::string take_libbpf_messages();

}  // namespace masthead

// Entries of BPF maps as raw bytes, and the wait for programs that may still read old ones. JavaScript's thread only.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace masthead {

using Bytes = std::vector<uint8_t>;

void update_entry(bpf_map* map, const uint8_t* key, size_t key_size, const uint8_t* value, size_t value_size);
// Where a tail call of that index goes from now on.
void put_program(bpf_map* map, uint32_t index, const bpf_program* program);
bool delete_entry(bpf_map* map, const uint8_t* key, size_t key_size);
std::optional<Bytes> lookup_entry(bpf_map* map, const uint8_t* key, size_t key_size);
std::vector<Bytes> all_keys(bpf_map* map);
// Takes every entry out of a hash: key and value of each, end to end. Of one that nobody writes to meanwhile: all of it, once.
Bytes take_entries(bpf_map* map);
// Every u64 of a per-CPU array, summed over CPUs, in order.
std::vector<uint64_t> sum_counters(bpf_map* map);

// Waits for an RCU grace period.
//
// Non-sleepable programs run under rcu_read_lock, whatever attached them, and on a preemptible kernel may be preempted
// there; so a real synchronize_rcu is needed. membarrier(MEMBARRIER_CMD_GLOBAL) does none with one CPU online and is
// refused with nohz_full. An update of a map of maps does one always (maybe_wait_bpf_programs in
// kernel/bpf/syscall.c), made for exactly this question.
class GracePeriod {
 public:
  GracePeriod();
  ~GracePeriod();
  GracePeriod(const GracePeriod&) = delete;
  GracePeriod& operator=(const GracePeriod&) = delete;
  void wait() const;
  std::vector<uint32_t> map_ids() const;

 private:
  int inner_ = -1;
  int outer_ = -1;
};

}  // namespace masthead

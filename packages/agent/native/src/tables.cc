#include "tables.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "failure.h"

namespace masthead {

namespace {

std::string named(const char* verb, const bpf_map* map) { return std::string(verb) + " map " + bpf_map__name(map); }

bool per_cpu(const bpf_map* map) {
  switch (bpf_map__type(map)) {
    case BPF_MAP_TYPE_PERCPU_ARRAY:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE:
      return true;
    default:
      return false;
  }
}

// The kernel reads and writes as many bytes as the map says, whatever the caller's buffer holds.
void require_key(const char* verb, const bpf_map* map, size_t key_size) {
  if (key_size != bpf_map__key_size(map) || key_size == 0) {
    throw Failure(named(verb, map), EINVAL, "the key must have " + std::to_string(bpf_map__key_size(map)) + " bytes");
  }
}

void require_plain(const char* verb, const bpf_map* map) {
  if (per_cpu(map)) throw Failure(named(verb, map), EINVAL, "a per-CPU map");
}

}  // namespace

void update_entry(bpf_map* map, const uint8_t* key, size_t key_size, const uint8_t* value, size_t value_size) {
  require_key("update", map, key_size);
  require_plain("update", map);
  if (value_size != bpf_map__value_size(map)) {
    throw Failure(named("update", map), EINVAL,
                  "the value must have " + std::to_string(bpf_map__value_size(map)) + " bytes");
  }
  if (bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY) != 0) throw Failure(named("update", map), errno);
}

void put_program(bpf_map* map, uint32_t index, const bpf_program* program) {
  const std::string operation = "put prog '" + std::string(bpf_program__name(program)) + "' into map " + bpf_map__name(map);
  if (bpf_map__type(map) != BPF_MAP_TYPE_PROG_ARRAY) throw Failure(operation, EINVAL, "not a program array");
  const int fd = bpf_program__fd(program);
  if (bpf_map_update_elem(bpf_map__fd(map), &index, &fd, BPF_ANY) != 0) throw Failure(operation, errno);
}

bool delete_entry(bpf_map* map, const uint8_t* key, size_t key_size) {
  require_key("delete from", map, key_size);
  if (bpf_map_delete_elem(bpf_map__fd(map), key) == 0) return true;
  if (errno == ENOENT) return false;
  throw Failure(named("delete from", map), errno);
}

std::optional<Bytes> lookup_entry(bpf_map* map, const uint8_t* key, size_t key_size) {
  require_key("look up in", map, key_size);
  require_plain("look up in", map);
  Bytes value(bpf_map__value_size(map));
  if (bpf_map_lookup_elem(bpf_map__fd(map), key, value.data()) == 0) return value;
  if (errno == ENOENT) return std::nullopt;
  throw Failure(named("look up in", map), errno);
}

std::vector<Bytes> all_keys(bpf_map* map) {
  const size_t size = bpf_map__key_size(map);
  if (size == 0) throw Failure(named("list keys of", map), EINVAL, "a map without keys");
  std::vector<Bytes> keys;
  Bytes next(size);
  const uint8_t* previous = nullptr;
  // A key that is deleted under the walk sends it back to the start, hence the bound.
  for (uint64_t steps = 2ull * bpf_map__max_entries(map) + 16; steps > 0; steps--) {
    if (bpf_map_get_next_key(bpf_map__fd(map), previous, next.data()) != 0) {
      if (errno == ENOENT) return keys;
      throw Failure(named("list keys of", map), errno);
    }
    keys.push_back(next);
    previous = keys.back().data();
  }
  return keys;
}

Bytes take_entries(bpf_map* map) {
  require_plain("take from", map);
  if (bpf_map__type(map) != BPF_MAP_TYPE_HASH) throw Failure(named("take from", map), EINVAL, "not a hash");
  const size_t key_size = bpf_map__key_size(map);
  const size_t value_size = bpf_map__value_size(map);
  // A batch holds whole buckets; one with more entries than this says ENOSPC.
  uint32_t room = 256;
  Bytes keys, values, taken;
  uint32_t position = 0;
  bool begun = false;
  for (;;) {
    keys.resize(room * key_size);
    values.resize(room * value_size);
    uint32_t count = room;
    const int result = bpf_map_lookup_and_delete_batch(bpf_map__fd(map), begun ? &position : nullptr, &position,
                                                       keys.data(), values.data(), &count, nullptr);
    const int error = result == 0 ? 0 : errno;
    if (error == ENOSPC && count == 0) {
      room *= 2;
      continue;
    }
    if (error != 0 && error != ENOENT && error != ENOSPC) throw Failure(named("take from", map), error);
    for (uint32_t i = 0; i < count; i++) {
      taken.insert(taken.end(), keys.begin() + i * key_size, keys.begin() + (i + 1) * key_size);
      taken.insert(taken.end(), values.begin() + i * value_size, values.begin() + (i + 1) * value_size);
    }
    if (error == ENOENT) return taken;
    begun = true;
  }
}

std::vector<uint64_t> sum_counters(bpf_map* map) {
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 0) throw Failure("count CPUs", cpus);
  if (bpf_map__type(map) != BPF_MAP_TYPE_PERCPU_ARRAY) {
    throw Failure(named("sum", map), EINVAL, "not a per-CPU array");
  }
  const size_t words = (bpf_map__value_size(map) + 7) / 8;
  std::vector<uint64_t> sums(words * bpf_map__max_entries(map));
  std::vector<uint64_t> values(words * static_cast<size_t>(cpus));
  for (uint32_t entry = 0; entry < bpf_map__max_entries(map); entry++) {
    if (bpf_map_lookup_elem(bpf_map__fd(map), &entry, values.data()) != 0) throw Failure(named("sum", map), errno);
    for (size_t i = 0; i < values.size(); i++) sums[entry * words + i % words] += values[i];
  }
  return sums;
}

GracePeriod::GracePeriod() {
  inner_ = bpf_map_create(BPF_MAP_TYPE_ARRAY, "mh_grace_inner", 4, 4, 1, nullptr);
  if (inner_ < 0) throw Failure("create map mh_grace_inner", errno);
  LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = static_cast<uint32_t>(inner_));
  outer_ = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "mh_grace", 4, 4, 1, &options);
  if (outer_ < 0) {
    const int error = errno;
    ::close(inner_);
    throw Failure("create map mh_grace", error);
  }
}

GracePeriod::~GracePeriod() {
  ::close(outer_);
  ::close(inner_);
}

void GracePeriod::wait() const {
  const uint32_t key = 0;
  if (bpf_map_update_elem(outer_, &key, &inner_, BPF_ANY) != 0) throw Failure("wait for a grace period", errno);
}

std::vector<uint32_t> GracePeriod::map_ids() const {
  std::vector<uint32_t> ids;
  for (const int fd : {inner_, outer_}) {
    bpf_map_info info = {};
    uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0) ids.push_back(info.id);
  }
  return ids;
}

}  // namespace masthead

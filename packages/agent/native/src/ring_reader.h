// The consumer's side of a BPF ring buffer. libbpf 1.1's own can neither leave a record in the ring nor tell how full it
// is, and the hand-off needs both. One thread reads at a time; `waiting` may be asked by any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace masthead {

class RingReader {
 public:
  // `bytes`: max_entries of the map.
  RingReader(int map_fd, size_t bytes);
  ~RingReader();
  RingReader(const RingReader&) = delete;
  RingReader& operator=(const RingReader&) = delete;

  // Appends whole records to `into`, each padded to eight bytes, until the ring is empty, a record is not finished, the
  // position `until` is reached or `into` would grow beyond `max_bytes`. Returns how many. A record that does not fit
  // stays in the ring; one record always fits in an empty `into`.
  uint32_t read(std::vector<uint8_t>& into, size_t max_bytes, uint64_t until = UINT64_MAX);

  uint64_t produced() const;
  uint64_t consumed() const;
  uint64_t waiting() const { return produced() - consumed(); }

 private:
  void append(std::vector<uint8_t>& into, uint64_t position, size_t length) const;

  size_t page_;
  size_t bytes_;
  uint64_t* consumer_ = nullptr;
  const uint64_t* producer_ = nullptr;
  const uint8_t* data_ = nullptr;
};

}  // namespace masthead

#include "ring_reader.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include "failure.h"

namespace masthead {

namespace {

uint64_t load_acquire(const uint64_t* word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

}  // namespace

// The kernel lays a ring out as a page with the consumer's position (writable), a page with the producer's position, and
// the data (kernel/bpf/ringbuf.c). It has the data twice in a row, so that a record need not wrap; mapped twice it would
// count twice as resident, so it is mapped once, and what wraps is copied in two parts.
RingReader::RingReader(int map_fd, size_t bytes) : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))), bytes_(bytes) {
  void* consumer = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
  if (consumer == MAP_FAILED) throw Failure("map ring", errno);
  void* rest = mmap(nullptr, page_ + bytes_, PROT_READ, MAP_SHARED, map_fd, static_cast<off_t>(page_));
  if (rest == MAP_FAILED) {
    const int error = errno;
    munmap(consumer, page_);
    throw Failure("map ring", error);
  }
  consumer_ = static_cast<uint64_t*>(consumer);
  producer_ = static_cast<const uint64_t*>(rest);
  data_ = static_cast<const uint8_t*>(rest) + page_;
}

RingReader::~RingReader() {
  munmap(consumer_, page_);
  munmap(const_cast<uint64_t*>(producer_), page_ + bytes_);
}

uint64_t RingReader::produced() const { return load_acquire(producer_); }
uint64_t RingReader::consumed() const { return load_acquire(consumer_); }

void RingReader::append(std::vector<uint8_t>& into, uint64_t position, size_t length) const {
  const size_t start = position & (bytes_ - 1);
  const size_t first = length < bytes_ - start ? length : bytes_ - start;
  into.insert(into.end(), data_ + start, data_ + start + first);
  into.insert(into.end(), data_, data_ + length - first);
}

uint32_t RingReader::read(std::vector<uint8_t>& into, size_t max_bytes, uint64_t until) {
  uint32_t count = 0;
  uint64_t position = *consumer_;
  const uint64_t end = produced() < until ? produced() : until;
  while (position < end) {
    // Records and the ring's size are multiples of eight bytes, so a record's own header never wraps.
    const uint8_t* header = data_ + (position & (bytes_ - 1));
    const uint32_t word = __atomic_load_n(reinterpret_cast<const uint32_t*>(header), __ATOMIC_ACQUIRE);
    if (word & BPF_RINGBUF_BUSY_BIT) break;
    const uint32_t length = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    const size_t padded = (static_cast<size_t>(length) + 7) & ~size_t{7};
    if (!(word & BPF_RINGBUF_DISCARD_BIT)) {
      if (!into.empty() && into.size() + padded > max_bytes) break;
      append(into, position + BPF_RINGBUF_HDR_SZ, length);
      into.resize(into.size() + padded - length);
      count++;
    }
    position += BPF_RINGBUF_HDR_SZ + padded;
  }
  // Once for all: the producers look at this word for every record.
  __atomic_store_n(consumer_, position, __ATOMIC_RELEASE);
  return count;
}

}  // namespace masthead

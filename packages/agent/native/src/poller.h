// The thread that reads the ring, and the bounded hand-off of what it read to JavaScript.
#pragma once

#include <napi.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "ring_reader.h"
#include "ring_wait.h"

namespace masthead {

struct PollerStatistics {
  uint64_t records, bytes, batches, handoff_stalls, handoff_bytes, ring_bytes;
};

class Poller : public std::enable_shared_from_this<Poller> {
 public:
  struct Batch {
    std::shared_ptr<Poller> poller;
    std::vector<uint8_t> bytes;
    uint32_t count = 0;
    bool last = false;
  };

  Poller(std::unique_ptr<RingReader> ring, std::unique_ptr<RingWait> wait, uint32_t poll_every_ms, size_t handoff_bytes);
  ~Poller();

  // JavaScript's thread.
  void start(Napi::Env env, Napi::Function on_records);
  // JavaScript's thread, in another phase of its loop than batches come in: what was handed over makes room for more. Room that was made in between would be
  // filled before the loop goes on, and timers and signals wait for as long as records come faster than they are worked through.
  void make_room();
  // Any thread.
  void pause(bool paused);
  // JavaScript's thread: has the poll thread read to where the ring stands now, hand over, and end. Does not wait.
  void finish();
  // JavaScript's thread: a promise of the last batch's having been handed over. One at a time.
  napi_value ended_promise(napi_env env);
  // JavaScript's thread: ends the poll thread at once and waits for it; what is in the ring stays there.
  void abort();
  // JavaScript's thread: abort, and let go of the ring, whose mapping keeps the map alive in the kernel.
  void release();
  bool running() const { return thread_.joinable(); }
  PollerStatistics statistics() const;

 private:
  static void deliver(Napi::Env env, Napi::Function on_records, std::nullptr_t* context, Batch* batch);
  using Crossing = Napi::TypedThreadSafeFunction<std::nullptr_t, Batch, deliver>;
  static void abort_at_teardown(void* poller);

  void run();                 // poll thread
  bool read_once(uint64_t until);  // poll thread; false: the crossing has closed
  // JavaScript's thread
  void call(napi_env env, napi_value on_records, Batch& batch);
  bool hold(napi_env env, size_t size, napi_value* buffer);
  void let_go(napi_env env);
  void ended(napi_env env);
  void resolve(napi_env env);

  std::unique_ptr<RingReader> ring_;
  const std::unique_ptr<RingWait> wait_;
  const uint32_t poll_every_ms_;
  const size_t handoff_max_;
  Crossing crossing_;
  std::thread thread_;
  napi_env env_ = nullptr;
  // What batches are handed over in, one after the other.
  napi_ref held_ = nullptr;
  void* held_data_ = nullptr;
  size_t held_bytes_ = 0;
  napi_deferred deferred_ = nullptr;
  bool has_ended_ = false;
  size_t handed_over_ = 0;

  std::mutex mutex_;
  bool paused_ = false;     // under mutex_
  bool finishing_ = false;  // under mutex_
  bool aborting_ = false;   // under mutex_

  std::atomic<uint64_t> records_{0}, bytes_{0}, batches_{0}, stalls_{0}, in_handoff_{0};
};

}  // namespace masthead

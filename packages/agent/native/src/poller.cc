#include "poller.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "resident.h"

namespace masthead {

namespace {

// One crossing into JavaScript costs some microseconds, whatever it carries; a batch is also what JavaScript works
// through before it looks at anything else.
constexpr size_t kBatchBytes = 256 * 1024;
// A record that a preempted program has reserved but not finished is waited for this many times when reading ends.
constexpr int kUnfinishedTries = 200;
constexpr uint32_t kFinishEveryMs = 1;
constexpr uint32_t kStalledEveryMs = 10;
constexpr uint32_t kTrimEveryMs = 2'000;
constexpr uint32_t kStartTrims = 4;

}  // namespace

Poller::Poller(std::unique_ptr<RingReader> ring, std::unique_ptr<RingWait> wait, uint32_t poll_every_ms, size_t handoff_bytes)
    : ring_(std::move(ring)), wait_(std::move(wait)), poll_every_ms_(poll_every_ms), handoff_max_(handoff_bytes) {}

Poller::~Poller() {
  // abort() has joined, or the thread has said its last batch and been joined.
}

void Poller::start(Napi::Env env, Napi::Function on_records) {
  env_ = env;
  crossing_ = Crossing::New(env, on_records, "masthead records", 0, 1);
  // Hooks run in reverse order: this one joins the thread before Node closes the crossing that the thread uses.
  napi_add_env_cleanup_hook(env_, abort_at_teardown, this);
  // Signals are for Node's own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread(&Poller::run, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Poller::abort_at_teardown(void* poller) {
  auto* self = static_cast<Poller*>(poller);
  self->env_ = nullptr;
  self->abort();
}

void Poller::pause(bool paused) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    paused_ = paused;
  }
  wait_->notify();
}

void Poller::make_room() {
  const bool was_full = in_handoff_.fetch_sub(handed_over_) >= handoff_max_;
  handed_over_ = 0;
  if (was_full) wait_->notify();
}

void Poller::finish() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    finishing_ = true;
  }
  wait_->notify();
}

void Poller::abort() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    aborting_ = true;
  }
  wait_->notify();
  thread_.join();
  if (env_ != nullptr) {
    let_go(env_);
    napi_remove_env_cleanup_hook(env_, abort_at_teardown, this);
  }
  env_ = nullptr;
}

void Poller::run() {
  using Clock = std::chrono::steady_clock;
  pthread_setname_np(pthread_self(), "masthead-poll");
  uint64_t until = UINT64_MAX;
  int unfinished = 0;
  uint32_t trims = 0, wait_ms = poll_every_ms_;
  Clock::time_point trim_at;
  for (;;) {
    // Reading the kernel's BTF, compiling and compressing leave tens of megabytes with the C library, in an arena for
    // each thread; here nobody waits while they are given back.
    if (const Clock::time_point now = Clock::now(); now >= trim_at) {
      malloc_trim(0);
      if (trims++ < kStartTrims) drop_startup_pages();
      trim_at = now + std::chrono::milliseconds(kTrimEveryMs);
    }
    wait_->wait(wait_ms);
    bool finishing, paused;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (aborting_) break;
      finishing = finishing_;
      paused = paused_;
    }
    wait_ms = poll_every_ms_;
    if (paused && !finishing) continue;
    const uint64_t there = ring_->produced();
    if (finishing && until == UINT64_MAX) until = there;
    if (!read_once(until)) break;
    // JavaScript has not taken what it was given, or a record is unfinished: from above a quarter of the ring nobody is woken.
    if (ring_->consumed() < there) wait_ms = std::min(poll_every_ms_, finishing ? kFinishEveryMs : kStalledEveryMs);
    if (!finishing) continue;
    if (ring_->consumed() >= until) break;
    if (in_handoff_.load() < handoff_max_ && ++unfinished > kUnfinishedTries) break;
  }
  auto* last = new Batch{shared_from_this()};
  last->last = true;
  if (crossing_.NonBlockingCall(last) != napi_ok) delete last;
  crossing_.Release();
}

bool Poller::read_once(uint64_t until) {
  while (ring_->waiting() > 0 && ring_->consumed() < until) {
    if (in_handoff_.load(std::memory_order_relaxed) >= handoff_max_) {
      stalls_++;
      return true;
    }
    auto batch = std::make_unique<Batch>();
    batch->poller = shared_from_this();
    const uint64_t waiting = ring_->waiting();
    batch->bytes.reserve(waiting < kBatchBytes ? waiting : kBatchBytes);
    batch->count = ring_->read(batch->bytes, kBatchBytes, until);
    if (batch->count == 0) return true;  // nothing but discarded or unfinished records
    const size_t size = batch->bytes.size();
    in_handoff_ += size;
    records_ += batch->count;
    bytes_ += size;
    batches_++;
    if (crossing_.NonBlockingCall(batch.get()) != napi_ok) return false;
    batch.release();  // deliver() owns it now
  }
  return true;
}

// JavaScript's thread. `env` is null when the crossing is torn down with batches still in it. Plain Node-API, statuses
// instead of exceptions: while a worker is being terminated every call may be refused, and that is no error.
void Poller::deliver(Napi::Env env, Napi::Function on_records, std::nullptr_t*, Batch* raw) {
  const std::unique_ptr<Batch> batch(raw);
  if (static_cast<napi_env>(env) == nullptr) return;
  Poller& self = *batch->poller;
  if (batch->last) {
    self.ended(env);
    return;
  }
  const size_t size = batch->bytes.size();
  self.handed_over_ += size;
  self.call(env, on_records, *batch);
}

void Poller::call(napi_env env, napi_value on_records, Batch& batch) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  const size_t size = batch.bytes.size();
  napi_value buffer, arguments[2], undefined;
  if (hold(env, size, &buffer)) {
    std::memcpy(held_data_, batch.bytes.data(), size);
    std::vector<uint8_t>().swap(batch.bytes);
    if (napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &arguments[0]) == napi_ok &&
        napi_create_uint32(env, batch.count, &arguments[1]) == napi_ok &&
        napi_get_undefined(env, &undefined) == napi_ok) {
      napi_call_function(env, undefined, on_records, 2, arguments, nullptr);
    }
  }
  napi_close_handle_scope(env, scope);
}

// Memory of JavaScript's own, so that no finalizer of ours can run after this addon is gone; one for all batches, since a
// fresh one for each would be a hundred page faults, and more for the collector to look after.
bool Poller::hold(napi_env env, size_t size, napi_value* buffer) {
  if (held_ != nullptr && size <= held_bytes_) return napi_get_reference_value(env, held_, buffer) == napi_ok;
  let_go(env);
  held_bytes_ = size > kBatchBytes ? size : kBatchBytes;
  return napi_create_arraybuffer(env, held_bytes_, &held_data_, buffer) == napi_ok &&
         napi_create_reference(env, *buffer, 1, &held_) == napi_ok;
}

void Poller::let_go(napi_env env) {
  if (held_ != nullptr) napi_delete_reference(env, held_);
  held_ = nullptr;
}

void Poller::ended(napi_env env) {
  if (thread_.joinable()) thread_.join();
  let_go(env);
  if (env_ != nullptr) napi_remove_env_cleanup_hook(env_, abort_at_teardown, this);
  env_ = nullptr;
  has_ended_ = true;
  resolve(env);
}

napi_value Poller::ended_promise(napi_env env) {
  napi_value promise;
  if (napi_create_promise(env, &deferred_, &promise) != napi_ok) return nullptr;
  if (has_ended_) resolve(env);
  return promise;
}

void Poller::resolve(napi_env env) {
  napi_value undefined;
  if (deferred_ == nullptr || napi_get_undefined(env, &undefined) != napi_ok) return;
  napi_resolve_deferred(env, deferred_, undefined);
  deferred_ = nullptr;
}

void Poller::release() {
  abort();
  ring_.reset();
}

PollerStatistics Poller::statistics() const {
  return {records_.load(), bytes_.load(),      batches_.load(),
          stalls_.load(),  in_handoff_.load(), ring_ ? ring_->waiting() : 0};
}

}  // namespace masthead

// What JavaScript holds: one loaded object, its links, its reader. Every method runs on JavaScript's thread; only the
// Poller has a thread of its own. Nothing is decided here: which programs, links and sites is said by TypeScript.
#pragma once

#include <napi.h>

#include <memory>

#include "bpf_object.h"
#include "failure.h"
#include "links.h"
#include "poller.h"
#include "tables.h"

namespace masthead {

class Session : public Napi::ObjectWrap<Session> {
 public:
  static Napi::Function define(Napi::Env env);
  // new Session(objectPath, [{name, attachType}], {map: entries})
  explicit Session(const Napi::CallbackInfo& info);
  ~Session() override;

 private:
  using Info = const Napi::CallbackInfo&;
  Napi::Value update_table(Info info);       // (map, key, value)
  Napi::Value put_program(Info info);        // (map, index, program)
  Napi::Value delete_from_table(Info info);  // (map, key) → boolean
  Napi::Value lookup_table(Info info);       // (map, key) → Uint8Array | null
  Napi::Value table_keys(Info info);         // (map) → Uint8Array[]
  Napi::Value take_table(Info info);         // (map) → Uint8Array
  Napi::Value synchronize(Info info);        // ()
  Napi::Value counters(Info info);           // (map) → number[]
  Napi::Value attach_multi(Info info);       // (program, attachType, path, offset, cookie, atReturn) → id
  Napi::Value attach_perf(Info info);        // (program, path, offset, cookie, atReturn) → id
  Napi::Value attach_tracepoint(Info info);  // (program) → id
  Napi::Value detach(Info info);             // (id, ...)
  Napi::Value start(Info info);              // (ring, pollEveryMs, handoffBytes, onRecords)
  Napi::Value make_room(Info info);          // ()
  Napi::Value pause(Info info);              // (paused)
  Napi::Value stop(Info info);               // () → Promise | undefined; once
  Napi::Value statistics(Info info);         // () → number[]
  Napi::Value test_run(Info info);           // (program, data) → {returnValue, data}
  Napi::Value kernel_ids(Info info);         // () → {programs, maps, links}
  Napi::Value close(Info info);              // ()

  BpfObject& object();
  template <typename Work>
  Napi::Value guarded(Info info, Work work);

  std::unique_ptr<BpfObject> object_;
  std::unique_ptr<GracePeriod> grace_;
  Links links_;
  std::shared_ptr<Poller> poller_;
};

// Throws a JavaScript Error with `operation`, `errno` and `detail`.
[[noreturn]] void rethrow(Napi::Env env, const Failure& failure);

}  // namespace masthead

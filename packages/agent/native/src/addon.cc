// Masthead's native layer: libbpf behind Node-API 8. Loaded by packages/agent/src/capture/native-addon.ts only.
#include <malloc.h>
#include <napi.h>

#include "bpf_object.h"
#include "links.h"
#include "napi_values.h"
#include "session.h"
#include "socket_protocol.h"
#include "thread_rights.h"

namespace masthead {

namespace {

// tryMultiLink(attachType) → 0 or the errno of trying
Napi::Value try_multi_link_value(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), try_multi_link(info[0].As<Napi::Number>().Uint32Value()));
}

// restrictThreads(threads, kept, withinMs)
Napi::Value restrict_threads_value(const Napi::CallbackInfo& info) {
  std::vector<int> threads;
  const auto given = info[0].As<Napi::Array>();
  for (uint32_t i = 0; i < given.Length(); i++) threads.push_back(given.Get(i).As<Napi::Number>().Int32Value());
  bool lossless;
  const uint64_t kept = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  try {
    restrict_threads(threads, kept, static_cast<uint32_t>(number(info, 2)));
  } catch (const Failure& failure) {
    rethrow(info.Env(), failure);
  }
  return info.Env().Undefined();
}

// socketProtocol(path) → its name, or an empty text
Napi::Value socket_protocol_value(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), socket_protocol(text(info, 0)));
}

Napi::Object define_addon(Napi::Env env, Napi::Object exports) {
  // By default each thread that allocates gets an arena of its own, which keeps what that thread has freed.
  mallopt(M_ARENA_MAX, 2);
  capture_libbpf_messages();
  exports["Session"] = Session::define(env);
  exports["tryMultiLink"] = Napi::Function::New<try_multi_link_value>(env, "tryMultiLink");
  exports["restrictThreads"] = Napi::Function::New<restrict_threads_value>(env, "restrictThreads");
  exports["socketProtocol"] = Napi::Function::New<socket_protocol_value>(env, "socketProtocol");
  exports["libbpfVersion"] = Napi::String::New(env, libbpf_version_string());
  return exports;
}

}  // namespace

NODE_API_MODULE(masthead_native, define_addon)

}  // namespace masthead

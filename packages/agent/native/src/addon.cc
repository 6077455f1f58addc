// Masthead's native layer: libbpf behind Node-API 8. Loaded by packages/agent/src/capture/native-session.ts only.
#include <malloc.h>
#include <napi.h>

#include "bpf_object.h"
#include "links.h"
#include "session.h"

namespace masthead {

namespace {

// tryMultiLink(attachType) → 0 or the errno of trying
Napi::Value try_multi_link_value(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), try_multi_link(info[0].As<Napi::Number>().Uint32Value()));
}

Napi::Object define_addon(Napi::Env env, Napi::Object exports) {
  // By default each thread that allocates gets an arena of its own, which keeps what that thread has freed.
  mallopt(M_ARENA_MAX, 2);
  capture_libbpf_messages();
  exports["Session"] = Session::define(env);
  exports["tryMultiLink"] = Napi::Function::New<try_multi_link_value>(env, "tryMultiLink");
  exports["libbpfVersion"] = Napi::String::New(env, libbpf_version_string());
  return exports;
}

}  // namespace

NODE_API_MODULE(masthead_native, define_addon)

}  // namespace masthead

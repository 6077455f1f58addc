#include "session.h"

#include <bpf/bpf.h>
#include <malloc.h>

#include <cerrno>

#include "napi_values.h"
#include "resident.h"

namespace masthead {

void rethrow(Napi::Env env, const Failure& failure) {
  Napi::Error error = Napi::Error::New(env, failure.operation);
  error.Set("operation", failure.operation);
  error.Set("errno", Napi::Number::New(env, failure.error));
  error.Set("detail", failure.detail);
  throw error;
}

template <typename Work>
Napi::Value Session::guarded(Info info, Work work) {
  try {
    return work();
  } catch (const Failure& failure) {
    rethrow(info.Env(), failure);
  }
}

Napi::Function Session::define(Napi::Env env) {
  return DefineClass(env, "Session",
                     {
                         InstanceMethod<&Session::update_table>("updateTable"),
                         InstanceMethod<&Session::put_program>("putProgram"),
                         InstanceMethod<&Session::delete_from_table>("deleteFromTable"),
                         InstanceMethod<&Session::lookup_table>("lookupTable"),
                         InstanceMethod<&Session::table_keys>("tableKeys"),
                         InstanceMethod<&Session::take_table>("takeTable"),
                         InstanceMethod<&Session::synchronize>("synchronize"),
                         InstanceMethod<&Session::counters>("counters"),
                         InstanceMethod<&Session::attach_multi>("attachMulti"),
                         InstanceMethod<&Session::attach_perf>("attachPerf"),
                         InstanceMethod<&Session::attach_tracepoint>("attachTracepoint"),
                         InstanceMethod<&Session::detach>("detach"),
                         InstanceMethod<&Session::start>("start"),
                         InstanceMethod<&Session::make_room>("makeRoom"),
                         InstanceMethod<&Session::pause>("pause"),
                         InstanceMethod<&Session::stop>("stop"),
                         InstanceMethod<&Session::statistics>("statistics"),
                         InstanceMethod<&Session::test_run>("testRun"),
                         InstanceMethod<&Session::kernel_ids>("kernelIds"),
                         InstanceMethod<&Session::close>("close"),
                     });
}

Session::Session(Info info) : Napi::ObjectWrap<Session>(info) {
  const std::string path = text(info, 0);
  std::vector<ProgramPlan> plan;
  const auto programs = info[1].As<Napi::Array>();
  for (uint32_t i = 0; i < programs.Length(); i++) {
    const auto program = programs.Get(i).As<Napi::Object>();
    plan.push_back({program.Get("name").As<Napi::String>().Utf8Value(),
                    program.Get("attachType").As<Napi::Number>().Uint32Value()});
  }
  try {
    object_ = std::make_unique<BpfObject>(path, plan, numbers_by_name(info[2].As<Napi::Object>()));
    grace_ = std::make_unique<GracePeriod>();
    // Before the first look at programs takes its own: together they would be the most that this process ever has.
    malloc_trim(0);
    drop_startup_pages();
  } catch (const Failure& failure) {
    rethrow(info.Env(), failure);
  }
}

// When it is garbage, at the latest when the environment ends; Links detach before the programs go, since members end in reverse order.
Session::~Session() {
  if (poller_) poller_->abort();
}

BpfObject& Session::object() {
  if (!object_) throw Failure("use the session", EBADF, "it is closed");
  return *object_;
}

Napi::Value Session::update_table(Info info) {
  return guarded(info, [&] {
    const Span key = bytes(info, 1), value = bytes(info, 2);
    update_entry(object().map(text(info, 0)), key.data, key.size, value.data, value.size);
    return info.Env().Undefined();
  });
}

Napi::Value Session::put_program(Info info) {
  return guarded(info, [&] {
    masthead::put_program(object().map(text(info, 0)), static_cast<uint32_t>(number(info, 1)),
                          object().program(text(info, 2)));
    return info.Env().Undefined();
  });
}

Napi::Value Session::delete_from_table(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    const Span key = bytes(info, 1);
    return Napi::Boolean::New(info.Env(), delete_entry(object().map(text(info, 0)), key.data, key.size));
  });
}

Napi::Value Session::lookup_table(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    const Span key = bytes(info, 1);
    const auto value = lookup_entry(object().map(text(info, 0)), key.data, key.size);
    return value ? array_of(info.Env(), *value) : info.Env().Null();
  });
}

Napi::Value Session::table_keys(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    const std::vector<Bytes> keys = all_keys(object().map(text(info, 0)));
    Napi::Array array = Napi::Array::New(info.Env(), keys.size());
    for (uint32_t i = 0; i < keys.size(); i++) array[i] = array_of(info.Env(), keys[i]);
    return array;
  });
}

Napi::Value Session::take_table(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    return array_of(info.Env(), take_entries(object().map(text(info, 0))));
  });
}

Napi::Value Session::synchronize(Info info) {
  return guarded(info, [&] {
    object();
    grace_->wait();
    return info.Env().Undefined();
  });
}

Napi::Value Session::counters(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    return array_of(info.Env(), sum_counters(object().map(text(info, 0))));
  });
}

Napi::Value Session::attach_multi(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    const ProbePoint point = {text(info, 2), static_cast<uint64_t>(number(info, 3)),
                              word(info, 4), info[5].ToBoolean(), static_cast<uint32_t>(number(info, 6))};
    const int id = links_.attach_multi(object().program(text(info, 0)), static_cast<uint32_t>(number(info, 1)), point);
    return Napi::Number::New(info.Env(), id);
  });
}

Napi::Value Session::attach_perf(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    const ProbePoint point = {text(info, 1), static_cast<uint64_t>(number(info, 2)),
                              word(info, 3), info[4].ToBoolean(), static_cast<uint32_t>(number(info, 5))};
    return Napi::Number::New(info.Env(), links_.attach_perf(object().program(text(info, 0)), point));
  });
}

Napi::Value Session::attach_tracepoint(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    return Napi::Number::New(info.Env(), links_.attach_tracepoint(object().program(text(info, 0))));
  });
}

Napi::Value Session::detach(Info info) {
  std::vector<int> ids;
  for (size_t at = 0; at < info.Length(); ++at) ids.push_back(static_cast<int>(number(info, at)));
  links_.detach(ids);
  return info.Env().Undefined();
}

Napi::Value Session::start(Info info) {
  return guarded(info, [&] {
    if (poller_) throw Failure("start", EALREADY);
    bpf_map* ring = object().map(text(info, 0));
    if (bpf_map__type(ring) != BPF_MAP_TYPE_RINGBUF) throw Failure("start", EINVAL, "not a ring buffer");
    auto reader = std::make_unique<RingReader>(bpf_map__fd(ring), bpf_map__max_entries(ring));
    auto wait = std::make_unique<RingWait>(bpf_map__fd(ring));
    poller_ = std::make_shared<Poller>(std::move(reader), std::move(wait), static_cast<uint32_t>(number(info, 1)),
                                       static_cast<size_t>(number(info, 2)));
    poller_->start(info.Env(), info[3].As<Napi::Function>());
    return info.Env().Undefined();
  });
}

Napi::Value Session::make_room(Info info) {
  if (poller_) poller_->make_room();
  return info.Env().Undefined();
}

Napi::Value Session::pause(Info info) {
  if (poller_) poller_->pause(info[0].ToBoolean());
  return info.Env().Undefined();
}

// Once: the wrapper in TypeScript gives the same promise to whoever asks again.
Napi::Value Session::stop(Info info) {
  if (!poller_) return info.Env().Undefined();
  if (poller_->running()) poller_->finish();
  return Napi::Value(info.Env(), poller_->ended_promise(info.Env()));
}

Napi::Value Session::statistics(Info info) {
  if (!poller_) return array_of(info.Env(), std::vector<uint64_t>(6));
  const PollerStatistics s = poller_->statistics();
  return array_of(info.Env(), std::vector<uint64_t>{s.records, s.bytes, s.batches, s.handoff_stalls, s.handoff_bytes,
                                                    s.ring_bytes});
}

Napi::Value Session::test_run(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    const Span input = bytes(info, 1);
    Bytes context(input.data, input.data + input.size);
    LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context.data(),
                .ctx_size_in = static_cast<uint32_t>(context.size()));
    const std::string name = text(info, 0);
    // The kernel writes the context back to where it came from.
    if (bpf_prog_test_run_opts(bpf_program__fd(object().program(name)), &options) != 0) throw Failure("run " + name, errno);
    Napi::Object result = Napi::Object::New(info.Env());
    result["returnValue"] = Napi::Number::New(info.Env(), options.retval);
    result["data"] = array_of(info.Env(), context);
    return result;
  });
}

Napi::Value Session::kernel_ids(Info info) {
  return guarded(info, [&]() -> Napi::Value {
    std::vector<uint32_t> maps = object().map_ids();
    for (const uint32_t id : grace_->map_ids()) maps.push_back(id);
    Napi::Object ids = Napi::Object::New(info.Env());
    ids["programs"] = array_of(info.Env(), object().program_ids());
    ids["maps"] = array_of(info.Env(), maps);
    ids["links"] = array_of(info.Env(), links_.kernel_ids());
    return ids;
  });
}

Napi::Value Session::close(Info info) {
  if (poller_) poller_->release();
  links_.detach_all();
  grace_.reset();
  object_.reset();
  return info.Env().Undefined();
}

}  // namespace masthead

// Arguments from JavaScript, checked, and answers to it. JavaScript's thread only.
#pragma once

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tables.h"

namespace masthead {

struct Span {
  const uint8_t* data;
  size_t size;
};

inline Span bytes(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsTypedArray() || info[index].As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(info.Env(), "expected a Uint8Array");
  }
  const auto array = info[index].As<Napi::Uint8Array>();
  return {array.Data(), array.ByteLength()};
}

inline std::string text(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsString()) throw Napi::TypeError::New(info.Env(), "expected a string");
  return info[index].As<Napi::String>().Utf8Value();
}

inline int64_t number(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsNumber()) throw Napi::TypeError::New(info.Env(), "expected a number");
  return info[index].As<Napi::Number>().Int64Value();
}

inline uint64_t word(const Napi::CallbackInfo& info, size_t index) {
  if (!info[index].IsBigInt()) throw Napi::TypeError::New(info.Env(), "expected a bigint");
  bool lossless = false;
  return info[index].As<Napi::BigInt>().Uint64Value(&lossless);
}

inline std::map<std::string, uint32_t> numbers_by_name(const Napi::Object& object) {
  std::map<std::string, uint32_t> numbers;
  const Napi::Array names = object.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = names.Get(i).As<Napi::String>().Utf8Value();
    numbers[name] = object.Get(name).As<Napi::Number>().Uint32Value();
  }
  return numbers;
}

inline Napi::Value array_of(Napi::Env env, const Bytes& from) {
  Napi::Uint8Array to = Napi::Uint8Array::New(env, from.size());
  std::copy(from.begin(), from.end(), to.Data());
  return to;
}

template <typename Number>
Napi::Array array_of(Napi::Env env, const std::vector<Number>& from) {
  Napi::Array to = Napi::Array::New(env, from.size());
  for (uint32_t i = 0; i < from.size(); i++) to[i] = Napi::Number::New(env, static_cast<double>(from[i]));
  return to;
}

}  // namespace masthead

// What went wrong, on its way to JavaScript: an operation, an errno and what libbpf or the verifier said.
#pragma once

#include <string>
#include <utility>

namespace masthead {

struct Failure {
  std::string operation;
  int error;  // positive errno
  std::string detail;

  Failure(std::string operation_, int error_, std::string detail_ = "")
      : operation(std::move(operation_)), error(error_ < 0 ? -error_ : error_), detail(std::move(detail_)) {}
};

}  // namespace masthead

// Takes capabilities away from threads of this process. Which threads and what they keep is said by TypeScript.
#pragma once

#include <cstdint>
#include <vector>

namespace masthead {

// Has each thread keep `kept` as its permitted and effective capabilities and none to pass on, drop the others from its
// bounding set where it may, and never gain any by running a program. A thread that ends meanwhile is no failure, and one
// that begins is not looked at. JavaScript's thread only; throws Failure, with earlier threads done, when one refuses or
// does not answer in time.
void restrict_threads(const std::vector<int>& threads, uint64_t kept, uint32_t within_ms);

}  // namespace masthead

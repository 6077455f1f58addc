#include "resident.h"

#include <node_api.h>
#include <sys/mman.h>

#include <cinttypes>
#include <cstdio>
#include <string>
#include <vector>

namespace masthead {

namespace {

struct Mapping {
  uintptr_t begin, end;
  bool is_private, is_writable;
  uint64_t copied_kilobytes;  // in memory and swapped out
  std::string path;
};

// What /proc/self/smaps says, proc_pid_smaps(5).
std::vector<Mapping> mappings() {
  std::vector<Mapping> found;
  FILE* smaps = fopen("/proc/self/smaps", "re");
  if (smaps == nullptr) return found;
  char line[4096 + 128], permissions[5];
  uintptr_t begin, end;
  uint64_t kilobytes;
  while (fgets(line, sizeof(line), smaps) != nullptr) {
    int path = 0;
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %n", &begin, &end, permissions, &path) == 3) {
      found.push_back({begin, end, permissions[3] == 'p', permissions[1] == 'w', 0, path > 0 ? line + path : ""});
    } else if (!found.empty() && (sscanf(line, "Anonymous: %" SCNu64, &kilobytes) == 1 ||
                                  sscanf(line, "Swap: %" SCNu64, &kilobytes) == 1)) {
      found.back().copied_kilobytes += kilobytes;
    }
  }
  fclose(smaps);
  return found;
}

}  // namespace

// Only Node's own program file (the executable, or its library where the distribution has one): the loader is done with
// it, while it may be relocating another on some thread. And only mappings without a copied page: what was written to (a
// relocation, a probe's breakpoint) is nowhere else, what was not comes back from its file.
void drop_startup_pages() {
  const std::vector<Mapping> all = mappings();
  const uintptr_t inside = reinterpret_cast<uintptr_t>(&napi_create_reference);
  const Mapping* node = nullptr;
  for (const Mapping& each : all) {
    if (each.begin <= inside && inside < each.end) node = &each;
  }
  if (node == nullptr || node->path.empty() || node->path[0] != '/') return;
  for (const Mapping& each : all) {
    if (each.path != node->path || !each.is_private || each.is_writable || each.copied_kilobytes > 0) continue;
    madvise(reinterpret_cast<void*>(each.begin), each.end - each.begin, MADV_DONTNEED);
  }
}

}  // namespace masthead

#include "resident.h"

#include <sys/mman.h>

#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace masthead {

void drop_startup_pages() {
  FILE* maps = fopen("/proc/self/smaps", "re");
  if (maps == nullptr) return;
  char line[512], permissions[5];
  uintptr_t begin = 0, end = 0;
  uint64_t inode = 0, kilobytes = 0;
  bool candidate = false;
  while (fgets(line, sizeof(line), maps) != nullptr) {
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %" SCNu64, &begin, &end, permissions, &inode) == 4) {
      candidate = inode != 0 && permissions[1] == '-' && permissions[3] == 'p';
    } else if (candidate && sscanf(line, "Private_Dirty: %" SCNu64, &kilobytes) == 1) {
      // A page that was written to (relocations) is nowhere else; one that was not comes back from its file.
      if (kilobytes == 0) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
      candidate = false;
    }
  }
  fclose(maps);
}

}  // namespace masthead

// What of this process is resident without being needed.
#pragma once

namespace masthead {

// Takes the pages of Node's own program file out of this process. What still runs is mapped again from the page cache as it
// is touched; what only the start needed stays out.
void drop_startup_pages();

}  // namespace masthead

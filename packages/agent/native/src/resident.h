// What of this process is resident without being needed.
#pragma once

namespace masthead {

// Takes out of this process the pages of program files that nobody wrote to. What still runs is mapped again from the
// page cache as it is touched; what only the start needed stays out.
void drop_startup_pages();

}  // namespace masthead

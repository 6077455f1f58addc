// What a descriptor of some process speaks, by the name that the kernel keeps with each socket.
#pragma once

#include <string>

namespace masthead {

// `TCP`, `TCPv6`, `UDP`, `UNIX-STREAM` …; empty where the path (/proc/PID/fd/N) leads to no socket, or to nothing any
// more. Reads the extended attribute system.sockprotoname (Linux 2.6.39), which lets no process wait and looks through
// no table: /proc/PID/net/tcp holds a row for each connection that a busy gateway has closed in the last minute.
std::string socket_protocol(const std::string& path);

}  // namespace masthead

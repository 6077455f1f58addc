#include "socket_protocol.h"

#include <sys/types.h>
#include <sys/xattr.h>

#include <cstring>

namespace masthead {

std::string socket_protocol(const std::string& path) {
  char name[32];  // struct proto's, include/net/sock.h
  const ssize_t length = getxattr(path.c_str(), "system.sockprotoname", name, sizeof(name));
  return length > 0 ? std::string(name, strnlen(name, static_cast<size_t>(length))) : std::string();
}

}  // namespace masthead

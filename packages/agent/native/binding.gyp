{
  # Links the distribution's libbpf dynamically: its fixes arrive with the system's, the headers match it, and Debian's
  # static archive is not built as position-independent code, which an addon must be. 1.1 (Debian 12) is enough;
  # libbpf.so.1 keeps its interface, so that an addon built there runs beside 1.5 (Debian 13).
  "targets": [
    {
      "target_name": "masthead_native",
      "sources": [
        "src/addon.cc",
        "src/bpf_object.cc",
        "src/links.cc",
        "src/poller.cc",
        "src/resident.cc",
        "src/ring_reader.cc",
        "src/ring_wait.cc",
        "src/session.cc",
        "src/socket_protocol.cc",
        "src/tables.cc",
        "src/thread_rights.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags!": ["-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17", "-fexceptions", "-Wall", "-Wextra", "-Wno-missing-field-initializers", "-fvisibility=hidden"],
      "libraries": ["-lbpf"]
    }
  ]
}

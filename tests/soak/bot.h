// One life of the bot in a process of its own, and the requests that a soak sends to it.
#pragma once
#include <sys/types.h>

#include <string>

namespace muster::soak {

struct Death {
  std::string point;  // of the crash; empty: the parent kills it
  int countdown = 0;  // at the n-th time that the point is passed
};

struct Life {
  pid_t pid = 0;
  std::string folder;
  unsigned short port = 0;  // 0: it died before it was ready
  double ready_ms = 0;
};

Life start_bot(const std::string& folder, const Death& death);  // returns when it is ready or dead
int wait_for_end(const Life& life, bool kill_it);               // the wait status

// Blocking; true when the bot said that it has it.
bool post_alert(const Life& life, const std::string& path, const std::string& name);
bool declare_incident(const Life& life, const std::string& title);

}  // namespace muster::soak

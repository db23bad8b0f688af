// The three servers that are compared: muster on a fresh folder, Debian's Alertmanager, a bare Beast endpoint.
#pragma once
#include <memory>
#include <string>

#include "tests/bench/process.h"

namespace muster::bench {

struct Muster {
  std::unique_ptr<Process> process;
  std::string folder;
  int port = 0;
  std::string login;    // the path of the login link
  std::string webhook;  // path of the authenticated route
  std::string api;      // path of the Alertmanager-compatible API
};
// Starts the program beside this one; `folder` may hold data already. Ready when it returns.
// `more` are further arguments.
Muster start_muster(const std::string& folder, const std::vector<std::string>& more = {});

// A page of the room that is logged in.
struct Session {
  std::string cookie, csrf, cursor;
  std::string headers() const { return cookie + "X-Muster-Csrf: " + csrf + "\r\n"; }
};
Session log_in(const Muster& m);
// The same with chat platforms: the environment says which; `config` is the text of its configuration.
Muster start_muster_with(const std::string& folder, const std::string& config);
// A variable of the environment that children inherit, while this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value);
  ~Variable();
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};
double metric(int port, const std::string& name);

struct Alertmanager {
  std::unique_ptr<Process> process;
  int port = 0;
};
Alertmanager start_alertmanager(const std::string& folder);

// Parses the body with the same JSON library into a document and answers 200. One thread, keep-alive.
int bare_main();  // the child: prints its port and serves until it is ended
std::unique_ptr<Process> start_bare(const std::string& folder, int& port);

std::string fresh_folder(const std::string& name);  // below the benchmark's own; emptied

}  // namespace muster::bench

// Builds every object in order and owns them. main() and the tests start the same thing. Loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "bot/base/result.h"
#include "bot/core/config.h"
#include "config/load.h"

namespace muster {

struct AppOptions {
  std::string config_folder;  // empty: the compiled-in defaults
  std::string data_folder;
  std::string listen;  // empty: as configured
  bool sandbox = false;
  bool terminal = false;                              // show the room on this terminal
  std::function<void(const char* point)> fault = {};  // tests: called at each crash point; may end the process
};

inline constexpr const char* muster_version = "0.1.0";

class App {
 public:
  static Result<std::unique_ptr<App>> start(AppOptions options);
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  int run();                       // until SIGTERM or SIGINT; the exit code
  void stop();                     // any thread
  std::string url() const;         // "http://127.0.0.1:8080"
  std::string listens_on() const;  // "0.0.0.0:8080"
  std::string login_url() const;
  bool sandbox() const;  // as asked for, or as configured

 private:
  App();
  void heed_signals();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

CoreConfig core_config(const Settings& settings, bool sandbox);

// Tokens made at first start, kept in the data folder (0600).
struct Tokens {
  std::string login;
  std::map<std::string, std::string> sources;      // source name -> path token
  std::map<std::string, std::string> old_sources;  // the one before, valid until it is retired
};
Result<Tokens> load_tokens(const std::string& data_folder, const Settings& settings);
Result<std::string> rotate_login(const std::string& data_folder);  // the new login token; the old one ends
// A new token beside the old one, which stays valid; `retire_old` ends the old one.
Result<void> rotate_token(const std::string& data_folder, const std::string& source, bool retire_old);

}  // namespace muster

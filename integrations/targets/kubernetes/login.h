// As whom we speak to a cluster: read at use, kept no longer than it is good for. Loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "integrations/targets/kubernetes/kubeconfig.h"

namespace muster {
class Runner;
}

namespace muster::kubernetes {

struct Login {
  std::string token, username, password, certificate_pem, key_pem;
};
using LoginDone = std::function<void(Result<Login>)>;
using ReadFile = std::function<Result<std::string>(const std::string& path)>;
using Variable = std::function<std::optional<std::string>(const std::string& name)>;

struct LoginParts {
  const Clock& clock;
  Runner* runner = nullptr;  // null: no exec plug-ins
  ReadFile read_file;
  Variable variable;
  std::vector<std::string> pass_env;
};

// What the plug-in printed; `expires` 0: it does not say, so it holds until the server says no.
struct PluginAnswer {
  Login login;
  TimeMs expires = 0;
};
Result<PluginAnswer> read_exec_credential(std::string_view printed);
std::string exec_info(const Access& access);  // KUBERNETES_EXEC_INFO

// One plug-in's credentials; everybody who asks while it runs waits for the same run.
class PluginLogin {
 public:
  explicit PluginLogin(LoginParts parts) : parts_(std::move(parts)) {}
  ~PluginLogin();
  PluginLogin(const PluginLogin&) = delete;
  PluginLogin& operator=(const PluginLogin&) = delete;
  void get(const Access& access, LoginDone done);
  void forget() { kept_.reset(); }  // the server said no

 private:
  Result<void> start(const Access& access);
  void ended(const std::string& id, Result<PluginAnswer> answer);

  LoginParts parts_;
  std::optional<PluginAnswer> kept_;
  std::vector<LoginDone> waiting_;
  std::string running_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// Everything but the plug-in: from the kubeconfig's own words and the files it names.
Result<Login> read_login(const Access& access, const ReadFile& read_file);

}  // namespace muster::kubernetes

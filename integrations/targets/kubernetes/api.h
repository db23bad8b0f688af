// One cluster's API: where it is, as whom we ask, what its answers mean. Loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bot/base/clock.h"
#include "bot/base/result.h"
#include "bot/base/value.h"
#include "integrations/net/http_client.h"
#include "integrations/targets/kubernetes/login.h"
#include "integrations/targets/kubernetes/patches.h"

namespace muster {
class Timers;
}

namespace muster::kubernetes {

inline constexpr std::string_view review_path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

struct ClusterParts {  // all outlive the cluster
  HttpClient& http;
  Timers& timers;
  LoginParts login;
  std::function<double()> dice;  // [0, 1)
};

struct ClusterDef {
  std::string kubeconfig, context;
  DurationMs timeout = 30 * second_ms;
};

struct ApiAnswer {
  int status = 0;  // 0: none came
  Value body;
  std::string text;              // where it is no JSON: a pod's log
  std::optional<Error> problem;  // everything but 2xx
  bool sent = false;             // it may have happened, whatever the answer was
  bool ok() const { return !problem.has_value(); }
};
using ApiDone = std::function<void(ApiAnswer)>;

// The verb and the resource that a request needs the right for: {"patch", "deployments/scale", "shop"}.
struct Right {
  std::string verb, resource, namespace_name;
};
Right right_of(const ApiRequest& request);
// The sentence for a status that is no success; `said` is the Status object's message.
Error error_of(int status, const Value& body, const ApiRequest& request, const std::string& cluster);

class Cluster {
 public:
  Cluster(ClusterDef def, ClusterParts parts);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // The namespace of the context; also says whether the cluster is known at all.
  Result<std::string> default_namespace();
  std::string name() const;              // the context's, as soon as it is known
  std::optional<Error> held_up() const;  // it has asked us to wait, until when; nothing: it has not, or that is over
  // Reads are repeated when nothing came back; whatever changes something is sent once, unless the server said by
  // 401 or 429 that it did not look at it. `run` goes into the server's audit log.
  void call(const ApiRequest& request, ApiDone done, const std::string& run = {});
  // An answer without end, in parts. Dropping the handle stops it.
  struct Watching;
  std::shared_ptr<Watching> stream(const ApiRequest& request, std::function<void(std::string)> part, ApiDone ended);

 private:
  struct Attempt;
  Result<Access> access();
  void login(LoginDone done);
  Result<HttpCall> http_call(const Access& access, const Login& login, const ApiRequest& request) const;
  void begin(std::shared_ptr<Attempt> attempt);
  void send(const std::shared_ptr<Attempt>& attempt, const Login& login);
  void answered(const std::shared_ptr<Attempt>& attempt, Result<HttpResult> result);
  bool again(const std::shared_ptr<Attempt>& attempt, const ApiAnswer& answer, const HttpResult* result);

  ClusterDef def_;
  ClusterParts parts_;
  std::optional<Access> access_;
  TimeMs read_at_ = 0, wait_until_ = 0;
  std::unique_ptr<PluginLogin> plugin_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

struct Cluster::Watching {
  Watching(HttpClient& http, std::shared_ptr<HttpStream> stream) : http_(http), stream_(std::move(stream)) {}
  ~Watching() { http_.stop(*stream_); }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  bool over = false;

 private:
  HttpClient& http_;
  std::shared_ptr<HttpStream> stream_;
};

}  // namespace muster::kubernetes

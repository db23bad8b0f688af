#include "integrations/targets/kubernetes/api.h"

#include <algorithm>
#include <charconv>

#include "bot/base/base64.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/net/backoff.h"
#include "integrations/net/timers.h"

namespace muster::kubernetes {

struct Cluster::Attempt {
  ApiRequest request;
  std::string run;
  ApiDone done;
  std::shared_ptr<HttpStream> stream;  // null: an ordinary call
  int tries = 0;
  bool renewed = false;  // the credentials, after a 401
  bool mutates() const { return request.method != "GET" && request.path != review_path; }  // a review only asks
};

namespace {

constexpr int tries_max = 3;
constexpr DurationMs retry_after_max = 30 * second_ms;
constexpr DurationMs read_again = minute_ms;  // the kubeconfig
constexpr std::int64_t connect_ms = 5'000;
constexpr std::size_t answer_bytes_max = 8u << 20;
constexpr std::int64_t silence_s = 90;

struct Address {
  std::string scheme, host_port, rest;
};

Address split_url(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  const std::size_t slash = std::min(url.find('/', begin), url.size());
  return {url.substr(0, begin), url.substr(begin, slash - begin), url.substr(slash)};
}

std::string with_port(const Address& address) {
  const std::size_t colon = address.host_port.rfind(':');
  const bool has_port = colon != std::string::npos && address.host_port.find(']', colon) == std::string::npos;
  return has_port ? address.host_port : address.host_port + (address.scheme == "https://" ? ":443" : ":80");
}

// The name that the certificate must bear stands in the URL; the connection goes to the server all the same.
std::string base_url(const Access& access, HttpCall& call) {
  if (access.tls_server_name.empty()) return access.server;
  const Address address = split_url(access.server);
  const std::string there = with_port(address);
  call.connect_to = there;
  call.headers["Host"] = address.host_port;
  return address.scheme + access.tls_server_name + there.substr(there.rfind(':')) + address.rest;
}

DurationMs retry_after(const HttpResult& result) {
  const auto it = result.headers.find("retry-after");
  int seconds = 1;
  if (it != result.headers.end()) std::from_chars(it->second.data(), it->second.data() + it->second.size(), seconds);
  return std::clamp<DurationMs>(seconds * second_ms, second_ms, hour_ms);
}

Error limited(const std::string& cluster, TimeMs until) {
  return {ErrorKind::unavailable,
          "the cluster " + clip(one_line(cluster), 80) + " has too much to do and asked us to wait until " +
              format_utc_clock(until) + " UTC",
          "Try again then."};
}

Error unreachable(const Access& access, const Error& why, const HttpTrace& trace) {
  const std::string who = "the cluster " + clip(one_line(access.context), 80);
  const std::string there = clip(access.server, 120);
  if (trace.bad_certificate) {
    return {ErrorKind::unavailable, who + " showed a certificate that we do not trust (" + there + "): " + why.message,
            "Put the authority that signed it into certificate-authority-data; if the name is wrong, say "
            "tls-server-name."};
  }
  if (trace.timed_out)
    return {ErrorKind::unavailable, who + " did not answer in time (" + there + ")",
            "Is its API server up, and can this machine reach it?"};
  if (trace.too_long)
    return {ErrorKind::unavailable,
            "an answer of " + who + " was longer than " + std::to_string(answer_bytes_max >> 20) + " MiB", ""};
  return {ErrorKind::unavailable, who + " cannot be reached (" + there + "): " + why.message,
          "Is its API server up, and can this machine reach it?"};
}

Result<std::vector<ConfigText>> read_files(const std::string& paths, const ReadFile& read_file) {
  std::vector<ConfigText> texts;
  std::optional<Error> trouble;
  for (const std::string& path : split(paths, ':')) {
    if (path.empty()) continue;
    auto text = read_file(path);
    if (text)
      texts.push_back({path, std::move(*text)});
    else
      trouble = text.error();
  }
  // Like kubectl: a file of the list that is not there is passed over, as long as another is.
  if (texts.empty() && trouble) return std::unexpected(*trouble);
  return texts;
}

}  // namespace

Cluster::Cluster(ClusterDef def, ClusterParts parts)
    : def_(std::move(def)), parts_(std::move(parts)), plugin_(std::make_unique<PluginLogin>(parts_.login)) {}
Cluster::~Cluster() = default;

std::string Cluster::name() const {
  if (access_) return access_->context;
  return def_.context.empty() ? "of the kubeconfig" : def_.context;
}

std::optional<Error> Cluster::held_up() const {
  if (parts_.login.clock.now() >= wait_until_) return {};
  return limited(name(), wait_until_);
}

Result<Access> Cluster::access() {
  const TimeMs now = parts_.login.clock.now();
  if (access_ && now - read_at_ < read_again) return *access_;
  std::string paths = def_.kubeconfig;
  if (paths.empty()) paths = parts_.login.variable("KUBECONFIG").value_or("");
  const auto host = parts_.login.variable("KUBERNETES_SERVICE_HOST");
  if (paths.empty() && host) {
    const auto space = parts_.login.read_file(std::string(account_folder) + "/namespace");
    access_ = in_cluster(*host, parts_.login.variable("KUBERNETES_SERVICE_PORT").value_or("443"), space.value_or(""));
    read_at_ = now;
    return *access_;
  }
  if (paths.empty()) {
    const auto home = parts_.login.variable("HOME");
    if (!home) return fail(ErrorKind::not_found, "no kubeconfig is named", "Say `kubeconfig`, or set KUBECONFIG.");
    paths = *home + "/.kube/config";
  }
  const auto texts = read_files(paths, parts_.login.read_file);
  if (!texts) return std::unexpected(texts.error());
  auto read = read_kubeconfig(*texts, def_.context);
  if (!read) return std::unexpected(read.error());
  // Whoever switches kubectl to another cluster must not switch us.
  def_.context = read->context;
  access_ = std::move(*read);
  read_at_ = now;
  return *access_;
}

Result<std::string> Cluster::default_namespace() {
  const auto known = access();
  if (!known) return std::unexpected(known.error());
  return known->namespace_name;
}

void Cluster::login(LoginDone done) {
  const auto known = access();
  if (!known) return done(std::unexpected(known.error()));
  if (known->exec.command.empty()) return done(read_login(*known, parts_.login.read_file));
  plugin_->get(*known, std::move(done));
}

Result<HttpCall> Cluster::http_call(const Access& access, const Login& login, const ApiRequest& request) const {
  HttpCall call;
  call.method = request.method;
  call.url = base_url(access, call) + request.path + (request.query.empty() ? "" : "?" + request.query);
  call.body = request.body;
  call.headers["Accept"] = "application/json";
  if (!request.content_type.empty()) call.headers["Content-Type"] = request.content_type;
  if (!access.impersonate.empty()) call.headers["Impersonate-User"] = access.impersonate;
  // Like kubectl: nobody shows a token on a way that others read along.
  const bool secret = access.server.starts_with("https://");
  if (secret && !login.token.empty())
    call.headers["Authorization"] = "Bearer " + login.token;
  else if (secret && !login.username.empty())
    call.headers["Authorization"] = "Basic " + to_base64(login.username + ":" + login.password);
  call.certificate_pem = login.certificate_pem;
  call.key_pem = login.key_pem;
  call.ca_pem = access.ca_pem;
  call.proxy = access.proxy;
  call.timeout_ms = def_.timeout;
  call.connect_timeout_ms = connect_ms;
  call.max_body_bytes = answer_bytes_max;
  if (call.ca_pem.empty() && !access.ca_file.empty()) {
    auto pem = parts_.login.read_file(access.ca_file);
    if (!pem) return std::unexpected(pem.error());
    call.ca_pem = std::move(*pem);
  }
  return call;
}

void Cluster::call(const ApiRequest& request, ApiDone done, const std::string& run) {
  auto attempt = std::make_shared<Attempt>();
  attempt->request = request;
  attempt->run = run;
  attempt->done = std::move(done);
  begin(std::move(attempt));
}

std::shared_ptr<Cluster::Watching> Cluster::stream(const ApiRequest& request, std::function<void(std::string)> part,
                                                   ApiDone ended) {
  auto attempt = std::make_shared<Attempt>();
  attempt->request = request;
  attempt->stream = std::make_shared<HttpStream>();
  attempt->stream->part = std::move(part);
  auto watching = std::make_shared<Watching>(parts_.http, attempt->stream);
  attempt->done = std::move(ended);
  attempt->tries = tries_max;  // whoever watches knows when to try again
  begin(std::move(attempt));
  return watching;
}

// What is decided before anything is sent is answered later too: nobody is called back from within the call.
void Cluster::begin(std::shared_ptr<Attempt> attempt) {
  parts_.timers.after(0, [this, attempt, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired() || (attempt->stream && attempt->stream->stopped)) return;
    login([this, attempt, alive](const Result<Login>& login) {
      if (alive.expired() || (attempt->stream && attempt->stream->stopped)) return;
      if (login) return send(attempt, *login);
      ApiAnswer answer;
      answer.problem = login.error();
      attempt->done(std::move(answer));
    });
  });
}

void Cluster::send(const std::shared_ptr<Attempt>& attempt, const Login& login) {
  auto call = http_call(*access_, login, attempt->request);
  if (!call) {
    ApiAnswer answer;
    answer.problem = call.error();
    return attempt->done(std::move(answer));
  }
  ++attempt->tries;
  call->headers["User-Agent"] = attempt->run.empty() ? "muster" : "muster (" + attempt->run + ")";
  call->fresh_connection = attempt->mutates();
  call->own_connection = true;
  const auto trace = std::make_shared<HttpTrace>();
  call->trace = trace;
  call->stream = attempt->stream;
  if (attempt->stream) {
    call->timeout_ms = 0;
    call->silence_s = silence_s;
  }
  parts_.http.send(std::move(*call),
                   [this, attempt, trace, alive = std::weak_ptr<int>(alive_)](Result<HttpResult> result) {
                     if (alive.expired()) return;
                     if (!result) {
                       ApiAnswer answer;
                       answer.sent = trace->left;
                       answer.problem = unreachable(*access_, result.error(), *trace);
                       if (!again(attempt, answer, nullptr)) attempt->done(std::move(answer));
                       return;
                     }
                     answered(attempt, std::move(result));
                   });
}

void Cluster::answered(const std::shared_ptr<Attempt>& attempt, Result<HttpResult> result) {
  ApiAnswer answer;
  answer.status = result->status;
  answer.sent = true;
  const bool is_log = attempt->request.path.ends_with("/log") && answer.status == 200;
  if (auto body = is_log ? Result<Value>(Value()) : parse_json(result->body); body && !is_log)
    answer.body = std::move(*body);
  else
    answer.text = std::move(result->body);
  if (answer.status / 100 != 2) answer.problem = error_of(answer.status, answer.body, attempt->request, name());
  if (answer.status == 429) {
    wait_until_ = parts_.login.clock.now() + retry_after(*result);
    answer.problem = limited(name(), wait_until_);
  }
  if (answer.problem && again(attempt, answer, &*result)) return;
  attempt->done(std::move(answer));
}

bool Cluster::again(const std::shared_ptr<Attempt>& attempt, const ApiAnswer& answer, const HttpResult* result) {
  DurationMs wait = 0;
  if (answer.status == 401 && !attempt->renewed) {
    attempt->renewed = true;
    plugin_->forget();
    read_at_ = 0;  // the kubeconfig may have been written anew
  } else if (attempt->tries >= tries_max) {
    return false;
  } else if (answer.status == 429) {
    wait = retry_after(*result);
    if (wait > retry_after_max)
      return false;  // whoever asked wants to know rather than wait, and it is not asked sooner
  } else if (!attempt->mutates() && (answer.status == 0 || answer.status >= 500)) {
    wait = backoff_wait(attempt->tries, parts_.dice(), {.first = 500, .most = 5 * second_ms});
    if (result != nullptr && result->headers.contains("retry-after"))
      wait = std::min(retry_after(*result), retry_after_max);
  } else {
    return false;
  }
  parts_.timers.after(wait, [this, attempt, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) begin(attempt);
  });
  return true;
}

}  // namespace muster::kubernetes

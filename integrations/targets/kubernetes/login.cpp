#include "integrations/targets/kubernetes/login.h"

#include "bot/base/base64.h"
#include "bot/base/hash.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "integrations/process/runner.h"

namespace muster::kubernetes {
namespace {

constexpr DurationMs plugin_time = 60 * second_ms;  // the clouds' helpers ask their own servers
constexpr DurationMs early = 30 * second_ms;        // a token that ends while it is on its way is no good
constexpr std::size_t printed_bytes_max = 256 << 10;
constexpr const char* always_passed[] = {"HOME",     "USER",       "LOGNAME",     "PATH",
                                         "LANG",     "TMPDIR",     "HTTP_PROXY",  "HTTPS_PROXY",
                                         "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"};

std::string plugin_name(const ExecPlugin& plugin) { return "the kubeconfig's program " + clip(plugin.command, 80); }

Result<std::string> text_of(const std::string& inline_text, const std::string& file, const ReadFile& read_file) {
  if (!inline_text.empty() || file.empty()) return inline_text;
  return read_file(file);
}

}  // namespace

Result<Login> read_login(const Access& access, const ReadFile& read_file) {
  Login login;
  login.username = access.username;
  login.password = access.password;
  login.token = access.token;
  if (!access.token_file.empty()) {
    auto token = read_file(access.token_file);
    if (!token) return std::unexpected(token.error());
    login.token = std::string(trim(*token));
  }
  auto certificate = text_of(access.certificate_pem, access.certificate_file, read_file);
  if (!certificate) return std::unexpected(certificate.error());
  auto key = text_of(access.key_pem, access.key_file, read_file);
  if (!key) return std::unexpected(key.error());
  login.certificate_pem = std::move(*certificate);
  login.key_pem = std::move(*key);
  return login;
}

Result<PluginAnswer> read_exec_credential(std::string_view printed) {
  const auto document = parse_json(printed);
  if (!document || (*document)["kind"].as_string() != "ExecCredential")
    return fail(ErrorKind::invalid, "it printed no ExecCredential");
  const Value& status = (*document)["status"];
  PluginAnswer answer;
  answer.login.token = status["token"].as_string();
  answer.login.certificate_pem = status["clientCertificateData"].as_string();
  answer.login.key_pem = status["clientKeyData"].as_string();
  if (answer.login.token.empty() && answer.login.certificate_pem.empty())
    return fail(ErrorKind::invalid, "its ExecCredential has neither a token nor a certificate");
  if (const auto expires = parse_time(status["expirationTimestamp"].as_string())) answer.expires = *expires;
  return answer;
}

std::string exec_info(const Access& access) {
  Value spec = Value::Map{{"interactive", false}};
  if (access.exec.provide_cluster_info) {
    Value cluster = Value::Map{{"server", access.server}};
    if (!access.ca_pem.empty()) cluster.set("certificate-authority-data", to_base64(access.ca_pem));
    if (!access.tls_server_name.empty()) cluster.set("tls-server-name", access.tls_server_name);
    if (!access.proxy.empty()) cluster.set("proxy-url", access.proxy);
    spec.set("cluster", std::move(cluster));
  }
  return to_json(
      Value::Map{{"apiVersion", access.exec.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}});
}

PluginLogin::~PluginLogin() {
  if (parts_.runner != nullptr && !running_.empty()) parts_.runner->cancel(running_);
}

void PluginLogin::get(const Access& access, LoginDone done) {
  if (kept_ && (kept_->expires == 0 || parts_.clock.now() + early < kept_->expires)) return done(kept_->login);
  waiting_.push_back(std::move(done));
  if (!running_.empty()) return;
  if (const auto started = start(access); !started) ended({}, std::unexpected(started.error()));
}

Result<void> PluginLogin::start(const Access& access) {
  const ExecPlugin& plugin = access.exec;
  if (parts_.runner == nullptr) return fail(ErrorKind::unavailable, plugin_name(plugin) + " cannot be run here");
  CommandSpec spec;
  spec.id = "kube-login-" + random_token(8);
  spec.argv = {plugin.command};
  spec.argv.insert(spec.argv.end(), plugin.args.begin(), plugin.args.end());
  const auto pass = [&](const std::string& name) {
    if (const auto value = parts_.variable(name)) spec.env.emplace_back(name, *value);
  };
  for (const char* name : always_passed) pass(name);
  for (const std::string& name : parts_.pass_env) pass(name);
  for (const auto& [name, value] : plugin.env) spec.env.emplace_back(name, value);
  spec.env.emplace_back("KUBERNETES_EXEC_INFO", exec_info(access));
  spec.timeout = plugin_time;
  spec.grace = second_ms;
  spec.text_bytes_max = spec.file_bytes_max = printed_bytes_max;
  spec.merge_streams = false;
  const std::string name = plugin_name(plugin), hint = plugin.install_hint;
  const auto take = [this, name, hint, alive = std::weak_ptr<int>(alive_)](const CommandEnd& end) {
    if (alive.expired()) return;
    if (end.ok()) {
      auto answer = read_exec_credential(end.out.head);
      if (!answer) answer.error().message = name + ": " + answer.error().message;
      return ended(end.id, std::move(answer));
    }
    const std::string said = clip_bytes(one_line(trim(end.err.head)), 200);
    ended(end.id, fail(ErrorKind::unavailable,
                       name +
                           (end.kind == CommandEndKind::exited
                                ? " ended with code " + std::to_string(end.code)
                                : " did not come to an end" + (end.trouble.empty() ? "" : ": " + end.trouble)) +
                           (said.empty() ? "" : ": " + said),
                       hint.empty() ? "Run it by hand as the bot's user." : clip(one_line(hint), 300)));
  };
  const auto started = parts_.runner->start(spec, {.ended = take, .progress = {}, .secrets = {}, .unmasked = true});
  if (started) {
    running_ = spec.id;
    return {};
  }
  return fail(ErrorKind::unavailable, name + " cannot be run: " + started.error().message,
              hint.empty() ? "Install it, or name it by its absolute path." : clip(one_line(hint), 300));
}

void PluginLogin::ended(const std::string& id, Result<PluginAnswer> answer) {
  if (!id.empty()) parts_.runner->forget(id);  // what it printed goes from the disk
  running_.clear();
  Result<Login> login = answer ? Result<Login>(answer->login) : std::unexpected(answer.error());
  if (answer) kept_ = std::move(*answer);
  const std::vector<LoginDone> waiting = std::exchange(waiting_, {});
  for (const LoginDone& done : waiting) done(login);
}

}  // namespace muster::kubernetes

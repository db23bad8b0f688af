// Over real sockets: TLS from memory, client certificates, another name, plug-ins that log in, a stream that is cut.
#include <doctest/doctest.h>

#include "bot/base/base64.h"
#include "bot/base/json.h"
#include "integrations/net/http_client.h"
#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/kubernetes.h"
#include "integrations/targets/kubernetes/login.h"
#include "tests/doubles/kubernetes/server.h"
#include "tests/support/certificates.h"
#include "tests/support/command_rig.h"

using namespace muster;
using namespace muster::test;

namespace {

// Of the kind that the bot masks wherever it shows output: what a plug-in prints must not be masked.
const std::string good =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJzeXN0ZW06bXVzdGVyIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg";

struct Sockets {
  SystemClock clock;
  Certificate authority = make_certificate({.host = "authority", .authority = true});
  Certificate own;
  doubles::KubernetesServer server;
  ScratchFolder scratch;
  Rig rig{scratch.path + "/commands"};
  std::unique_ptr<Timers> timers = loop_timers(rig.loop);
  std::unique_ptr<HttpClient> http = HttpClient::make(rig.loop);
  std::unique_ptr<Target> target;

  explicit Sockets(const std::string& host = "127.0.0.1", bool is_ip = true)
      : own(make_certificate({.host = host, .is_ip = is_ip}, &authority)),
        server(clock, {.token = good, .step = 5},
               {.certificate_pem = own.certificate_pem,
                .key_pem = own.key_pem,
                .client_authority_pem = authority.certificate_pem}) {
    server.on([](doubles::KubernetesCore& core) { core.add_deployment("prod", "shop", "registry/shop:1.0", 2); });
  }
  // The target and its client end before the loop.
  ~Sockets() { target.reset(); }
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  void use(const std::string& user, const std::string& cluster, const std::string& authority_pem) {
    std::ofstream(scratch.path + "/config")
        << "current-context: prod\ncontexts: [{name: prod, context: {cluster: c, user: u, namespace: prod}}]\n"
        << "clusters: [{name: c, cluster: {server: \"" << server.url()
        << "\", certificate-authority-data: " << to_base64(authority_pem) << cluster << "}}]\n"
        << "users: [{name: u, user: {" << user << "}}]\n";
    KubernetesTargetDef def;
    def.name = "cluster";
    def.kubeconfig = scratch.path + "/config";
    def.services = {"shop"};
    target =
        make_kubernetes_target(def, {.http = *http, .timers = *timers, .clock = clock, .runner = rig.runner.get()});
  }
  void use(const std::string& user, const std::string& cluster = "") { use(user, cluster, authority.certificate_pem); }
  Result<TargetState> status() {
    std::optional<Result<TargetState>> got;
    target->status({"shop", "prod"}, [&](Result<TargetState> s) { got = std::move(s); });
    rig.until([&] { return got.has_value(); });
    return *got;
  }
  std::string words() {
    const auto state = status();
    return state ? "version " + state->version : state.error().message + " / " + state.error().next_step;
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a cluster is asked with a token, and with a certificate that never lies on our disk") {
  Sockets s;
  s.use("token: " + good);
  CHECK(s.words() == "version 1.0");
  s.use("token: wrong");
  CHECK(has(s.words(), "does not accept our credentials"));
  const Certificate bot = make_certificate({.host = "bot"}, &s.authority);
  s.use("client-certificate-data: " + to_base64(bot.certificate_pem) + ", client-key-data: " + to_base64(bot.key_pem));
  CHECK(s.words() == "version 1.0");
}

TEST_CASE("mistake 11, transport: a server whose certificate is of other hands, or of another name, is not spoken to") {
  Sockets s;
  const Certificate stranger = make_certificate({.host = "stranger", .authority = true});
  s.use("token: " + good, "", stranger.certificate_pem);
  CHECK(has(s.words(), "certificate-authority-data"));
  // A cluster that was made anew: its authority is called as the old one was.
  const Certificate anew = make_certificate({.host = "authority", .authority = true});
  s.use("token: " + good, "", anew.certificate_pem);
  CHECK_MESSAGE(has(s.words(), "showed a certificate that we do not trust"), s.words());
  Sockets named("kubernetes.internal", false);
  named.use("token: " + good);
  CHECK(has(named.words(), "tls-server-name"));
  named.use("token: " + good, ", tls-server-name: kubernetes.internal");
  CHECK(named.words() == "version 1.0");
  std::uint64_t seen = 0;
  s.server.on([&](doubles::KubernetesCore& core) { seen = core.requests; });
  CHECK(seen == 0);
}

TEST_CASE("a change is made, watched through a real stream and found finished") {
  Sockets s;
  s.use("token: " + good);
  ChangeRequest r;
  r.verb = TargetVerb::deploy;
  r.subject = {"shop", "prod"};
  r.run = "R1.1.1";
  r.version = "1.1";
  const TargetState before = s.status().value();
  std::optional<ChangeAnswer> answer;
  s.server.on([](doubles::KubernetesCore& core) { core.hold = true; });
  s.target->change(r, before, [&](ChangeAnswer a) { answer = std::move(a); }, {});
  s.rig.until([&] {
    bool open = false;
    s.server.on([&](doubles::KubernetesCore& core) { open = core.watching() == 1; });
    return open;
  });
  s.server.on([](doubles::KubernetesCore& core) { core.hold = false; });
  s.rig.until([&] { return answer.has_value(); });
  CHECK_MESSAGE(answer->outcome == ChangeOutcome::succeeded, (answer->problem ? answer->problem->message : ""));
  CHECK(answer->after->version == "1.1");
  std::size_t effects = 0, watches = 0;
  s.server.on([&](doubles::KubernetesCore& core) {
    effects = core.ledger.size();
    watches = core.watches_opened;
  });
  CHECK(effects == 1);
  CHECK(watches == 1);
}

TEST_CASE("a plug-in is asked once for many requests, and again when the server says no") {
  Sockets s;
  const std::string plugin = s.scratch.path + "/login";
  const auto prints = [&](const std::string& token) {
    std::ofstream(plugin) << "#!/bin/sh\necho \"$1 $KUBERNETES_EXEC_INFO $PROFILE $SECRET_OF_BOT\" >>" << s.scratch.path
                          << "/asked\n"
                          << "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\","
                          << "\"status\":{\"token\":\"" << token << "\"}}'\n";
    fs::permissions(plugin, fs::perms::owner_all);
  };
  prints(good);
  setenv("SECRET_OF_BOT", "do not pass this on", 1);
  s.use("exec: {apiVersion: client.authentication.k8s.io/v1, command: " + plugin +
        ", args: [\"; reboot\"], env: [{name: PROFILE, value: prod}]}");
  CHECK(s.words() == "version 1.0");
  CHECK(s.words() == "version 1.0");
  CHECK(lines_in(s.scratch.path + "/asked") == 1);
  const std::string asked = read_all(s.scratch.path + "/asked");
  CHECK(has(asked, "; reboot {"));
  CHECK(has(asked, "\"interactive\":false"));
  CHECK(has(asked, " prod "));
  CHECK_FALSE(has(asked, "do not pass this on"));
  unsetenv("SECRET_OF_BOT");
  s.use("exec: {apiVersion: client.authentication.k8s.io/v1, command: " + plugin + "}");
  prints("expired");
  CHECK(has(s.words(), "does not accept our credentials"));
  prints(good);
  CHECK(s.words() == "version 1.0");
  // What it printed does not stay on the disk.
  s.rig.until([&] {
    for (const auto& entry : fs::recursive_directory_iterator(s.scratch.path + "/commands"))
      if (entry.is_regular_file() && has(read_all(entry.path().string()), good)) return false;
    return true;
  });
}

TEST_CASE("a plug-in that is not there, fails or prints something else is a sentence") {
  Sockets s;
  const auto words_with = [&](const std::string& script) {
    const std::string plugin = s.scratch.path + "/bad";
    std::ofstream(plugin) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(plugin, fs::perms::owner_all);
    s.use("exec: {apiVersion: client.authentication.k8s.io/v1, command: " + plugin + ", installHint: ask ana}");
    return s.words();
  };
  CHECK(has(words_with("echo no session >&2; exit 3"), "ended with code 3: no session / ask ana"));
  CHECK(has(words_with("echo hello"), "printed no ExecCredential"));
  s.use("exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-login-program, installHint: get it}");
  CHECK(has(s.words(), "cannot be run"));
}

TEST_CASE("an ExecCredential is kept until shortly before it expires") {
  using namespace muster::kubernetes;
  const auto answer = read_exec_credential(
      R"({"kind":"ExecCredential","status":{"token":"t","expirationTimestamp":"2026-03-01T10:00:00Z"}})");
  REQUIRE(answer.has_value());
  CHECK(answer->login.token == "t");
  CHECK(format_utc(answer->expires) == "2026-03-01T10:00:00.000Z");
  CHECK_FALSE(read_exec_credential("{}").has_value());
  CHECK_FALSE(read_exec_credential(R"({"kind":"ExecCredential","status":{}})").has_value());
}

// The target in its world: refusals of the server, watches that break, pods that do not come up.
#include <doctest/doctest.h>

#include "tests/support/kubernetes_world.h"

using namespace muster;
using namespace muster::test;
using doubles::KubernetesCore;

namespace {

ChangeRequest deploy(const std::string& version, const std::string& run = "R1.1.1") {
  ChangeRequest r;
  r.verb = TargetVerb::deploy;
  r.subject = {"shop", "prod"};
  r.run = run;
  r.version = version;
  r.person = "dana";
  r.timeout = 30 * minute_ms;
  return r;
}

struct Stage : KubernetesWorld {
  std::unique_ptr<Target> target;
  std::vector<std::string> progress;
  std::optional<ChangeAnswer> answer;

  explicit Stage(const KubernetesTargetDef& d = def()) {
    core.add_deployment("prod", "shop", "registry/shop:1.0", 3);
    target = make_target(d);
  }
  Result<TargetState> status() {
    std::optional<Result<TargetState>> got;
    target->status({"shop", "prod"}, [&](Result<TargetState> s) { got = std::move(s); });
    until([&] { return got.has_value(); });
    return *got;
  }
  void begin(const ChangeRequest& r) {
    const TargetState before = status().value_or(TargetState{});
    target->change(
        r, before, [this](ChangeAnswer a) { answer = std::move(a); },
        [this](const std::string& text) { progress.push_back(text); });
  }
  ChangeAnswer change(const ChangeRequest& r) {
    begin(r);
    until([&] { return answer.has_value(); });
    return *std::exchange(answer, std::nullopt);
  }
  bool told(const std::string& part) const {
    return std::ranges::any_of(progress, [&](const std::string& t) { return t.find(part) != std::string::npos; });
  }
  std::string image() const {
    return (*core.find("deployments", "prod", "shop"))["spec"]["template"]["spec"]["containers"]
        .as_list()[0]["image"]
        .as_string();
  }
  std::size_t changed() const {
    return static_cast<std::size_t>(std::ranges::count_if(core.ledger, [](const auto& e) { return e.changed; }));
  }
};

KubernetesWorkloadDef called(const std::string& service, const std::string& kind, const std::string& name,
                             const std::string& container = {}) {
  KubernetesWorkloadDef w;
  w.service = service;
  w.kind = kind;
  w.name = name;
  w.container = container;
  return w;
}

std::string words(const Error& e) { return e.message + " / " + e.next_step; }

std::optional<HttpResponse> for_changes(const HttpRequest& q, int status, const std::string& reason) {
  if (q.method == "GET") return std::nullopt;
  return status == 0 ? HttpResponse{.status = 0, .body = {}, .headers = {}}
                     : KubernetesCore::status_response(status, reason, reason + " as the server says it");
}

}  // namespace

TEST_CASE("a deploy is a strategic merge patch of one container, with the version it was decided on and our run") {
  Stage s;
  CHECK(s.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  CHECK(s.image() == "registry/shop:1.1");
  REQUIRE(s.core.ledger.size() == 1);
  const auto& effect = s.core.ledger.front();
  CHECK(effect.method == "PATCH");
  CHECK(effect.body.find("\"resourceVersion\"") != std::string::npos);
  CHECK(effect.body.find("\"muster/run\":\"R1.1.1\"") != std::string::npos);
  CHECK(effect.body.find("deploy 1.1 by dana") != std::string::npos);
  const auto sent = std::ranges::find_if(s.wire.calls, [](const HttpCall& c) { return c.method == "PATCH"; });
  REQUIRE(sent != s.wire.calls.end());
  CHECK(sent->headers.at("Content-Type") == "application/strategic-merge-patch+json");
  CHECK(sent->url.find("fieldManager=muster&fieldValidation=Strict") != std::string::npos);
  CHECK(sent->fresh_connection);
  CHECK(s.told("of 3 updated"));
  CHECK(s.status()->previous_version == "1.0");
}

TEST_CASE("the same version twice is nothing to do, and nothing is sent") {
  Stage s;
  const ChangeAnswer again = s.change(deploy("1.0"));
  CHECK(again.outcome == ChangeOutcome::nothing_to_do);
  CHECK(s.core.ledger.empty());
}

TEST_CASE("each refusal of the server is a sentence that says what to do, and nothing is half known") {
  struct Case {
    int status;
    std::string reason, part;
    ChangeOutcome outcome;
  };
  for (const Case& c :
       std::vector<Case>{{400, "BadRequest", "refused it", ChangeOutcome::refused},
                         {401, "Unauthorized", "kubectl get namespaces", ChangeOutcome::refused},
                         {403, "Forbidden", "kubectl auth can-i patch deployments -n prod", ChangeOutcome::refused},
                         {404, "NotFound", "Compare the name", ChangeOutcome::refused},
                         {409, "Conflict", "at the same time", ChangeOutcome::refused},
                         {415, "UnsupportedMediaType", "no patch of this type", ChangeOutcome::refused},
                         {422, "Invalid", "Nothing was changed", ChangeOutcome::refused},
                         {429, "TooManyRequests", "asked us to wait", ChangeOutcome::refused},
                         {500, "InternalError", "failed: InternalError", ChangeOutcome::unknown},
                         {503, "ServiceUnavailable", "failed: Service", ChangeOutcome::unknown},
                         {504, "Timeout", "failed: Timeout", ChangeOutcome::unknown},
                         {0, "", "connection broke", ChangeOutcome::unknown}}) {
    CAPTURE(c.status);
    Stage s;
    s.core.fault_before = [&](const HttpRequest& q) { return for_changes(q, c.status, c.reason); };
    const ChangeAnswer a = s.change(deploy("1.1"));
    CHECK(a.outcome == c.outcome);
    REQUIRE(a.problem.has_value());
    CHECK_MESSAGE(words(*a.problem).find(c.part) != std::string::npos, words(*a.problem));
    REQUIRE(a.after.has_value());
    CHECK(a.after->version == "1.0");
    CHECK(s.changed() == 0);
  }
}

TEST_CASE("an answer that got lost after the change was made is found again by our run, and not sent again") {
  for (const int status : {0, 500, 504}) {
    CAPTURE(status);
    Stage s;
    s.core.fault_after = [&](const HttpRequest& q) { return for_changes(q, status, "Lost"); };
    const ChangeAnswer a = s.change(deploy("1.1"));
    CHECK(a.outcome == ChangeOutcome::succeeded);
    CHECK(s.core.ledger.size() == 1);
    CHECK(s.changed() == 1);
  }
}

TEST_CASE("the server is waited for when it says how long, and never asked more often than that") {
  Stage s;
  int busy = 2;
  std::vector<TimeMs> asked;
  s.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.method == "GET") return std::nullopt;
    asked.push_back(s.clock.now());
    if (busy-- <= 0) return std::nullopt;
    HttpResponse r = KubernetesCore::status_response(429, "TooManyRequests", "slow down");
    r.headers["Retry-After"] = "7";
    return r;
  };
  CHECK(s.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  REQUIRE(asked.size() == 3);
  CHECK(asked[1] - asked[0] >= 7 * second_ms);
  CHECK(asked[2] - asked[1] >= 7 * second_ms);
  CHECK(s.changed() == 1);
}

TEST_CASE("somebody who was quicker is a conflict: it is looked at again, and sent only if the decision still stands") {
  Stage s;
  int times = 0;
  s.core.fault_before = [&](const HttpRequest& q) -> std::optional<HttpResponse> {
    if (q.method == "GET" || ++times > 1) return std::nullopt;
    // Only its status has moved on.
    s.core.edit("deployments", "prod", "shop", [](Value o) {
      return doubles::set_in(std::move(o), {"status", "note"}, "moved");
    });
    return std::nullopt;
  };
  CHECK(s.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  CHECK(s.changed() == 1);

  Stage other;
  const TargetState before = other.status().value();
  other.somebody_deploys("9.9");
  other.target->change(deploy("1.1"), before, [&](ChangeAnswer a) { other.answer = std::move(a); }, {});
  other.until([&] { return other.answer.has_value(); });
  CHECK(other.answer->outcome == ChangeOutcome::refused);
  CHECK(words(*other.answer->problem).find("somebody changed it") != std::string::npos);
  CHECK(other.core.ledger.empty());
}

TEST_CASE("an autoscaler that changed the number meanwhile does not stop a deploy, but it stops a scale") {
  Stage s;
  const TargetState before = s.status().value();
  s.core.edit("deployments", "prod", "shop", [](Value o) {
    return doubles::set_in(std::move(o), {"spec", "replicas"}, 4);
  });
  s.core.settle();
  ChangeRequest scale = deploy("", "R2");
  scale.verb = TargetVerb::scale;
  scale.replicas = 6;
  s.target->change(scale, before, [&](ChangeAnswer a) { s.answer = std::move(a); }, {});
  s.until([&] { return s.answer.has_value(); });
  CHECK(s.answer->outcome == ChangeOutcome::refused);
  s.answer.reset();
  s.target->change(deploy("1.1"), before, [&](ChangeAnswer a) { s.answer = std::move(a); }, {});
  s.until([&] { return s.answer.has_value(); });
  CHECK(s.answer->outcome == ChangeOutcome::succeeded);
}

TEST_CASE("the minimum of an autoscaler is raised at the autoscaler, watched until it acts, and kept in mind") {
  Stage s;
  s.core.add_autoscaler("prod", "shop", 2, 9);
  const auto scale = [](int n, const std::string& run) {
    ChangeRequest r = deploy("", run);
    r.verb = TargetVerb::scale;
    r.replicas = n;
    r.minimum = true;
    return r;
  };
  const auto kept = [&s] {
    return (*s.core.find("horizontalpodautoscalers", "prod",
                         "shop"))["metadata"]["annotations"]["muster/minimum-before"]
        .as_string();
  };
  const ChangeAnswer a = s.change(scale(5, "R1"));
  CHECK(a.outcome == ChangeOutcome::succeeded);
  CHECK_MESSAGE(a.message.find("minimum of the autoscaler is 5, it was 2") != std::string::npos, a.message);
  CHECK(s.told("the autoscaler has asked for 3 so far"));
  CHECK(s.changed() == 1);
  CHECK(s.core.ledger.back().path.ends_with("/horizontalpodautoscalers/shop"));
  CHECK(a.after->replicas == 5);
  CHECK(a.after->scaler_least == 5);
  CHECK(a.after->scaler_run == "R1");
  CHECK(kept() == "2");
  // Whoever looks reads what it was, until it is that again.
  CHECK(s.change(scale(4, "R2")).outcome == ChangeOutcome::succeeded);
  CHECK(kept() == "2");
  CHECK(s.status()->detail.find("4 to 9 replicas; its minimum was 2 before R2") != std::string::npos);
  CHECK(s.change(scale(2, "R3")).outcome == ChangeOutcome::succeeded);
  CHECK(kept().empty());
  CHECK(s.change(scale(2, "R4")).outcome == ChangeOutcome::nothing_to_do);
  CHECK(s.changed() == 3);
}

TEST_CASE("a minimum that cannot be moved is refused with the reason, and nothing happens") {
  const auto tried = [](Stage& s, int n) {
    ChangeRequest r = deploy("", "R1");
    r.verb = TargetVerb::scale;
    r.replicas = n;
    r.minimum = true;
    const ChangeAnswer a = s.change(r);
    CHECK(a.outcome == ChangeOutcome::refused);
    CHECK(s.changed() == 0);
    return a.problem ? words(*a.problem) : std::string();
  };
  Stage none;
  CHECK(tried(none, 5).find("no autoscaler sets the number") != std::string::npos);
  Stage over;
  over.core.add_autoscaler("prod", "shop", 2, 9);
  CHECK(tried(over, 12).find("greater than or equal to `minReplicas`") != std::string::npos);
  Stage rights;
  rights.core.add_autoscaler("prod", "shop", 2, 9);
  rights.core.forbidden = {"patch horizontalpodautoscalers"};
  CHECK(tried(rights, 5).find("kubectl auth can-i patch horizontalpodautoscalers -n prod") != std::string::npos);
  Stage quicker;
  quicker.core.add_autoscaler("prod", "shop", 2, 9);
  const TargetState before = quicker.status().value();
  quicker.core.edit("horizontalpodautoscalers", "prod", "shop", [](Value o) {
    return doubles::set_in(std::move(o), {"spec", "minReplicas"}, 4);
  });
  ChangeRequest r = deploy("", "R1");
  r.verb = TargetVerb::scale;
  r.replicas = 5;
  r.minimum = true;
  quicker.target->change(r, before, [&](ChangeAnswer a) { quicker.answer = std::move(a); }, {});
  quicker.until([&] { return quicker.answer.has_value(); });
  CHECK(quicker.answer->outcome == ChangeOutcome::refused);
  CHECK(words(*quicker.answer->problem).find("the minimum of its autoscaler was 2 and is 4") != std::string::npos);
}

TEST_CASE("a pod that cannot come up is told with its reason and the cluster's own words, and the failure too") {
  Stage s;
  s.core.sick_images["registry/shop:1.1"] = "ImagePullBackOff";
  const ChangeAnswer a = s.change(deploy("1.1"));
  CHECK(a.outcome == ChangeOutcome::failed);
  REQUIRE(a.problem.has_value());
  CHECK(words(*a.problem).find("progress deadline") != std::string::npos);
  CHECK(words(*a.problem).find("manifest unknown") != std::string::npos);
  CHECK(words(*a.problem).find("roll it back") != std::string::npos);
  CHECK(s.told("ImagePullBackOff"));
  CHECK(s.told("this will not succeed by itself"));
  REQUIRE(a.after.has_value());
  CHECK(a.after->healthy == false);
  CHECK(a.after->busy == false);
}

TEST_CASE("the last words of a container that crashes are shown, and an unschedulable pod says what is missing") {
  Stage s;
  s.core.sick_images["registry/shop:1.1"] = "CrashLoopBackOff";
  const ChangeAnswer a = s.change(deploy("1.1"));
  CHECK(a.outcome == ChangeOutcome::failed);
  CHECK(a.output.find("the database does not answer") != std::string::npos);
  CHECK(s.told("ended with code 1, 4 restarts"));

  Stage full;
  full.core.sick_images["registry/shop:1.1"] = "Unschedulable";
  ChangeRequest r = deploy("1.1");
  r.timeout = 2 * minute_ms;
  const ChangeAnswer late = full.change(r);
  CHECK(late.outcome == ChangeOutcome::timed_out);
  CHECK(words(*late.problem).find("Insufficient cpu") != std::string::npos);
}

TEST_CASE("pods that may not be made are a failure at once, with the quota's words") {
  Stage s;
  s.core.quota = "exceeded quota: pods 3/3";
  const ChangeAnswer a = s.change(deploy("1.1"));
  CHECK(a.outcome == ChangeOutcome::failed);
  CHECK(words(*a.problem).find("exceeded quota") != std::string::npos);
}

TEST_CASE("a rollback brings the old template back without its hash, under a new number, with our run") {
  Stage s;
  CHECK(s.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  ChangeRequest back = deploy("", "R2");
  back.verb = TargetVerb::rollback;
  CHECK(s.change(back).outcome == ChangeOutcome::succeeded);
  CHECK(s.image() == "registry/shop:1.0");
  const Value& now = *s.core.find("deployments", "prod", "shop");
  CHECK_FALSE(now["spec"]["template"]["metadata"]["labels"].has("pod-template-hash"));
  CHECK(now["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_string() == "3");
  CHECK(now["metadata"]["annotations"]["muster/run"].as_string() == "R2");
  std::optional<Result<std::vector<HistoryEntry>>> history;
  s.target->history({"shop", "prod"}, 10, [&](auto h) { history = std::move(h); });
  s.until([&] { return history.has_value(); });
  REQUIRE(history->has_value());
  REQUIRE((*history)->size() == 2);
  CHECK((**history)[0].version == "1.0");
  CHECK((**history)[0].revision == "3");
  CHECK((**history)[1].note.find("deploy 1.1 by dana") != std::string::npos);
}

TEST_CASE("a version that no revision is left of is refused with those that are, and nothing is sent") {
  Stage s;
  ChangeRequest back = deploy("0.7", "R2");
  back.verb = TargetVerb::rollback;
  const ChangeAnswer a = s.change(back);
  CHECK(a.outcome == ChangeOutcome::refused);
  CHECK(words(*a.problem).find("Kept are: 1.0") != std::string::npos);
  CHECK(s.core.ledger.empty());
}

TEST_CASE("a restart alone is nothing that a rollback would go back from") {
  Stage s;
  CHECK(s.change(deploy("1.1")).outcome == ChangeOutcome::succeeded);
  ChangeRequest restart = deploy("", "R2");
  restart.verb = TargetVerb::restart;
  CHECK(s.change(restart).outcome == ChangeOutcome::succeeded);
  CHECK(s.status()->previous_version == "1.0");
}

TEST_CASE("what is paused is neither deployed nor restarted: nothing would come of it") {
  Stage s;
  ChangeRequest pause = deploy("", "R1");
  pause.verb = TargetVerb::pause;
  CHECK(s.change(pause).outcome == ChangeOutcome::succeeded);
  const ChangeAnswer a = s.change(deploy("1.1", "R2"));
  CHECK(a.outcome == ChangeOutcome::refused);
  CHECK(words(*a.problem).find("Resume it first") != std::string::npos);
}

TEST_CASE("a paused Deployment is scaled on the templates that it has, and that ends") {
  Stage s;
  ChangeRequest pause = deploy("", "R1");
  pause.verb = TargetVerb::pause;
  CHECK(s.change(pause).outcome == ChangeOutcome::succeeded);
  ChangeRequest scale = deploy("", "R2");
  scale.verb = TargetVerb::scale;
  scale.replicas = 5;
  const TimeMs began = s.clock.now();
  CHECK(s.change(scale).outcome == ChangeOutcome::succeeded);
  CHECK(s.clock.now() - began < minute_ms);
  CHECK(s.status()->replicas == 5);
}

TEST_CASE("who has to wait for longer than a change would is told until when, and the server is not asked sooner") {
  Stage s;
  int asked = 0;
  s.core.fault_before = [&](const HttpRequest&) -> std::optional<HttpResponse> {
    ++asked;
    HttpResponse r = KubernetesCore::status_response(429, "TooManyRequests", "slow down");
    r.headers["Retry-After"] = "120";
    return r;
  };
  CHECK_FALSE(s.target->held_up().has_value());
  const std::string until = format_utc_clock(s.clock.now() + 120 * second_ms);
  const auto status = s.status();
  REQUIRE_FALSE(status.has_value());
  CHECK_MESSAGE(words(status.error()).contains("asked us to wait until " + until), words(status.error()));
  CHECK(asked == 1);
  REQUIRE(s.target->held_up().has_value());
  CHECK(s.target->held_up()->message.contains(until));
  s.advance(2 * minute_ms);
  CHECK_FALSE(s.target->held_up().has_value());
}

TEST_CASE("an image that cannot be pulled is told within ten seconds") {
  Stage s;
  s.core.sick_images["registry/shop:1.1"] = "ImagePullBackOff";
  const TimeMs began = s.clock.now();
  TimeMs told = 0;
  s.target->change(
      deploy("1.1"), s.status().value(), [&](ChangeAnswer a) { s.answer = std::move(a); },
      [&](const std::string& text) {
        if (told == 0 && text.contains("ImagePullBackOff")) told = s.clock.now();
      });
  s.advance(minute_ms);
  REQUIRE(told != 0);
  CHECK(told - began <= 10 * second_ms);
}

TEST_CASE("a container that is not there is refused: the cluster would add a second one") {
  KubernetesTargetDef d = KubernetesWorld::def();
  d.workloads = {called("shop", "deployment", "", "web")};
  Stage s(d);
  const ChangeAnswer a = s.change(deploy("1.1"));
  CHECK(a.outcome == ChangeOutcome::refused);
  CHECK(words(*a.problem).find("no container `web`") != std::string::npos);
  CHECK(words(*a.problem).find("It has: app") != std::string::npos);
}

TEST_CASE("StatefulSets and DaemonSets are deployed, restarted and rolled back by their own revisions") {
  for (const std::string kind : {"statefulset", "daemonset"}) {
    CAPTURE(kind);
    KubernetesTargetDef d = KubernetesWorld::def();
    d.workloads = {called("shop", kind, "ledger")};
    Stage s(d);
    kind == "statefulset" ? s.core.add_stateful_set("prod", "ledger", "registry/ledger:7", 2)
                          : s.core.add_daemon_set("prod", "ledger", "registry/ledger:7");
    CHECK(s.change(deploy("8", "R1")).outcome == ChangeOutcome::succeeded);
    CHECK(s.status()->version == "8");
    CHECK(s.status()->previous_version == "7");
    ChangeRequest r = deploy("", "R2");
    r.verb = TargetVerb::restart;
    CHECK(s.change(r).outcome == ChangeOutcome::succeeded);
    r = deploy("7", "R3");
    r.verb = TargetVerb::rollback;
    CHECK(s.change(r).outcome == ChangeOutcome::succeeded);
    CHECK(s.status()->version == "7");
    CHECK(s.status()->last_run == "R3");
    r.verb = TargetVerb::pause;
    r.run = "R4";
    CHECK(s.change(r).outcome == ChangeOutcome::refused);
    CHECK(s.changed() == 3);
  }
}

TEST_CASE("a watch that breaks, is too old or is refused goes on from what was seen, or from the list") {
  for (const bool as_line : {false, true}) {
    for (const std::string trouble : {"cut", "expired", "forbidden"}) {
      CAPTURE(trouble);
      Stage s;
      static_cast<void>(as_line);
      s.core.hold = true;
      s.begin(deploy("1.1"));
      s.until([&] { return s.told("updated"); });
      if (trouble == "forbidden") s.core.forbidden = {"list deployments"};
      if (trouble == "expired") s.core.forget_history();
      s.core.end_watches();
      s.advance(90 * second_ms);
      s.core.hold = false;
      s.until([&] { return s.answer.has_value(); });
      CHECK(s.answer->outcome == ChangeOutcome::succeeded);
      if (trouble == "forbidden") CHECK(s.told("cannot be watched"));
      CHECK(s.changed() == 1);
      CHECK(s.core.watching() == 0);
    }
  }
}

TEST_CASE("when the cluster goes away during a rollout, what was seen last is told as such, with the reason") {
  Stage s;
  s.core.hold = true;
  s.begin(deploy("1.1"));
  s.until([&] { return s.told("updated"); });
  const std::string seen = s.progress.back();
  s.wire.broken = "no route to host";
  s.core.end_watches();
  s.advance(15 * second_ms);
  CHECK(s.progress.back().contains("no route to host"));
  CHECK(s.progress.back().contains("last seen: " + seen.substr(0, seen.find('\n'))));
  s.advance(2 * minute_ms);
  CHECK(s.progress.back().contains("no route to host"));
  s.wire.broken.clear();
  s.advance(minute_ms);
  CHECK_FALSE(s.progress.back().contains("no route to host"));
  s.core.hold = false;
  s.until([&] { return s.answer.has_value(); });
  CHECK(s.answer->outcome == ChangeOutcome::succeeded);
  CHECK(s.changed() == 1);
}

TEST_CASE("two hundred rollouts of one namespace share one watch") {
  KubernetesTargetDef d = KubernetesWorld::def();
  Stage s(d);
  d.services.clear();
  for (int i = 0; i < 200; ++i) {
    s.core.add_deployment("prod", "svc-" + std::to_string(i), "registry/shop:1.0", 1);
    d.services.push_back("svc-" + std::to_string(i));
  }
  s.target = s.make_target(d);
  s.core.hold = true;
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    ChangeRequest r = deploy("1.1", "R" + std::to_string(i));
    r.subject.service = "svc-" + std::to_string(i);
    s.target->change(r, {}, [&](const ChangeAnswer& a) { done += a.outcome == ChangeOutcome::succeeded ? 1 : 0; }, {});
  }
  s.advance(30 * second_ms);
  CHECK(s.core.watching() == 1);
  CHECK(done == 0);
  s.core.hold = false;
  s.until([&] { return done == 200; });
  CHECK(s.core.watches_opened <= 2);
  s.advance(second_ms);
  CHECK(s.core.watching() == 0);
}

TEST_CASE("a cluster that cannot be reached, or shows a wrong certificate, is said so and nothing was sent") {
  Stage s;
  const TargetState before = s.status().value();
  s.wire.broken = "Connection refused";
  s.target->change(deploy("1.1"), before, [&](ChangeAnswer a) { s.answer = std::move(a); }, {});
  s.until([&] { return s.answer.has_value(); });
  CHECK(s.answer->outcome == ChangeOutcome::refused);
  CHECK(words(*s.answer->problem).find("Is its API server up") != std::string::npos);
  s.wire.broken = "SSL certificate problem";
  s.wire.broken_tls = true;
  const auto status = s.status();
  REQUIRE_FALSE(status.has_value());
  CHECK(words(status.error()).find("certificate-authority-data") != std::string::npos);
  CHECK(s.core.ledger.empty());
}

TEST_CASE("a token file that was renewed is read again, and so is a kubeconfig after a 401") {
  Stage s;
  s.files["/kubeconfig"].replace(s.files["/kubeconfig"].find("token: sesame"), 13, "tokenFile: /token");
  s.files["/token"] = "sesame\n";
  s.advance(2 * minute_ms);
  CHECK(s.status().has_value());
  s.files["/token"] = "old";
  const auto refused = s.status();
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::unauthorized);
  s.files["/token"] = "sesame";
  CHECK(s.status().has_value());
}

TEST_CASE("who switches kubectl to another context does not switch us") {
  Stage s;
  CHECK(s.status().has_value());
  std::string& text = s.files["/kubeconfig"];
  text.replace(text.find("current-context: prod"), 21, "current-context: test");
  text += "";
  s.advance(2 * minute_ms);
  CHECK(s.status().has_value());
}

TEST_CASE("a plan is tried by the server, changes nothing, and warns of those who will put it back") {
  Stage s;
  s.core.add(
      "horizontalpodautoscalers",
      Value::Map{{"metadata", Value::Map{{"name", "shop"}, {"namespace", "prod"}}},
                 {"spec", Value::Map{{"minReplicas", 2},
                                     {"maxReplicas", 9},
                                     {"scaleTargetRef", Value::Map{{"kind", "Deployment"}, {"name", "shop"}}}}}});
  const auto dry = [&](const ChangeRequest& r) {
    std::optional<Result<std::string>> got;
    s.target->dry_run(r, {}, [&](Result<std::string> t) { got = std::move(t); });
    s.until([&] { return got.has_value(); });
    return got->has_value() ? **got : words(got->error());
  };
  CHECK(dry(deploy("1.1")).find("container app: registry/shop:1.0 -> registry/shop:1.1") != std::string::npos);
  ChangeRequest scale = deploy("", "R2");
  scale.verb = TargetVerb::scale;
  scale.replicas = 6;
  CHECK(dry(scale).find("replicas 3 -> 6") != std::string::npos);
  CHECK(s.status()->detail.find("autoscaler") != std::string::npos);
  CHECK(s.status()->scaler == "the autoscaler shop (2 to 9 replicas)");
  CHECK(s.status()->scaler_least == 2);
  CHECK(s.status()->scaler_most == 9);
  s.core.forbidden = {"patch deployments"};
  CHECK(dry(deploy("1.1")).find("can-i patch deployments") != std::string::npos);
  CHECK(s.core.ledger.empty());
  CHECK(s.image() == "registry/shop:1.0");
}

TEST_CASE("an object that is deleted, or taken over by another change, ends the watch with the reason") {
  Stage s;
  s.core.hold = true;
  s.begin(deploy("1.1"));
  s.until([&] { return s.told("updated"); });
  s.somebody_deploys("2.0");
  s.until([&] { return s.answer.has_value(); });
  CHECK(s.answer->outcome == ChangeOutcome::failed);
  CHECK(words(*s.answer->problem).find("another change took its place") != std::string::npos);
}

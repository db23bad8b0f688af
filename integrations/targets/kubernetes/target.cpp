#include "integrations/targets/kubernetes/target.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "bot/base/text.h"
#include "integrations/net/backoff.h"
#include "integrations/net/timers.h"
#include "integrations/targets/kubernetes/names.h"
#include "integrations/targets/kubernetes/references.h"

namespace muster::kubernetes {
namespace {

constexpr int revisions_max = 100;
constexpr std::size_t file_bytes_max = 4u << 20;

std::optional<std::string> own_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<std::string> own_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(ErrorKind::not_found, "the file " + path + " cannot be read", "Is it there, and ours to read?");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() <= file_bytes_max) return text;
  return fail(ErrorKind::invalid, "the file " + path + " is too long");
}

std::string warnings_of(const Looked& looked, const Revision* back_to = nullptr) {
  std::string text;
  if (back_to != nullptr)
    if (const auto stay = unhashed_references(back_to->pod_template); !stay.empty())
      text += "\nWarning: a rollback does not bring back " + clip(join(stay, ", "), 300) +
              ": the old version will read what they hold now.";
  if (!looked.workload.owner.empty())
    text += "\nWarning: " + looked.workload.owner + " manages it; with self-healing on, it will be put back.";
  return text;
}

std::string words_of(const Looked& looked, const ChangeRequest& request, const Value& answer, const Revision* back_to) {
  const Workload& w = looked.workload;
  std::string text =
      std::string(name_of(request.verb)) + " " + title_of(w.kind) + " " + w.namespace_name + "/" + w.name;
  if (request.minimum && looked.autoscaler) {
    const Autoscaler& scaler = *looked.autoscaler;
    text += ": minimum of " + words_of(scaler) + " " + std::to_string(scaler.least) + " -> " +
            std::to_string(request.replicas.value_or(0));
    if (!scaler.owner.empty())
      text += "\nWarning: " + scaler.owner + " manages the autoscaler; with self-healing on, it will be put back.";
    return text;
  }
  if (request.verb == TargetVerb::scale)
    return text + ": replicas " + std::to_string(w.replicas.value_or(0)) + " -> " +
           std::to_string(request.replicas.value_or(0));
  if (back_to != nullptr) text += " to revision " + std::to_string(back_to->number) + " (" + back_to->version + ")";
  const Workload then = read_workload(w.kind, answer);
  for (const Container& c : w.containers) {
    const std::string image = image_of(then, c.name);
    if (!image.empty() && image != c.image) text += "\ncontainer " + c.name + ": " + c.image + " -> " + image;
  }
  if (w.stage && !then.stage) text += "\nthe strategy that it had before the stages comes back";
  return text + stage_words(then);
}

}  // namespace

KubernetesParts complete(KubernetesParts parts) {
  if (!parts.variable) parts.variable = own_variable;
  if (!parts.read_file) parts.read_file = own_file;
  if (!parts.dice) parts.dice = random_dice;
  return parts;
}

ClusterParts cluster_parts(const KubernetesParts& parts, const KubernetesTargetDef& def) {
  return {
      parts.http, parts.timers, {parts.clock, parts.runner, parts.read_file, parts.variable, def.pass_env}, parts.dice};
}

TargetState Looked::state() const {
  TargetState state = state_of(workload, container, mapped.image_template);
  // Of a part that is out the way back is the version of the others, which stands there already.
  const Revision* back = workload.stage ? nullptr : choose_revision(revisions, {});
  if (back != nullptr) state.previous_version = back->version;
  if (!autoscaler) return state;
  state.scaler = words_of(*autoscaler);
  state.detail += "; " + state.scaler + " sets the number of replicas";
  state.scaler_least = autoscaler->least;
  state.scaler_most = autoscaler->most;
  state.scaler_run = autoscaler->run;
  state.scaler_owner = autoscaler->keeper;
  return state;
}

KubernetesTarget::KubernetesTarget(const KubernetesTargetDef& def, const KubernetesParts& parts)
    : def_(def),
      parts_(complete(parts)),
      cluster_parts_(cluster_parts(parts_, def_)),
      cluster_({def_.kubeconfig, def_.context, def_.timeout}, cluster_parts_) {}

KubernetesTarget::~KubernetesTarget() {
  for (auto& [run, going] : going_) {
    parts_.timers.cancel(going.deadline_timer);
    parts_.timers.cancel(going.look_timer);
  }
}

bool KubernetesTarget::serves(const TargetSubject& subject) const {
  return std::ranges::count(def_.services, subject.service) > 0 &&
         (def_.environments.empty() || std::ranges::count(def_.environments, subject.environment) > 0);
}

// By the kind alone; what the object itself forbids is told by its state (no_part).
bool KubernetesTarget::has(TargetStrategy strategy, const TargetSubject& subject) const {
  std::string kind;
  for (const KubernetesWorkloadDef& one : def_.workloads)
    if (one.service == subject.service) kind = one.kind;
  const Kind known = kind_named(kind).value_or(Kind::deployment);
  return known == Kind::deployment || (known == Kind::stateful_set && strategy == TargetStrategy::canary);
}

Result<Mapped> KubernetesTarget::map(const TargetSubject& subject) {
  if (!serves(subject)) {
    return fail(ErrorKind::not_found, "the target " + def_.name + " does not serve " +
                                          clip(one_line(subject.service), 80) + " in " +
                                          clip(one_line(subject.environment), 80));
  }
  KubernetesWorkloadDef workload;
  for (const KubernetesWorkloadDef& one : def_.workloads) {
    if (one.service == subject.service) workload = one;
  }
  Mapped mapped;
  mapped.place.kind = kind_named(workload.kind).value_or(Kind::deployment);
  mapped.place.name = workload.name.empty() ? subject.service : workload.name;
  mapped.place.namespace_name = workload.namespace_name.empty() ? def_.namespace_name : workload.namespace_name;
  mapped.container = workload.container;
  mapped.image_template = workload.image;
  if (mapped.place.namespace_name.empty()) {
    auto space = cluster_.default_namespace();
    if (!space) return std::unexpected(space.error());
    mapped.place.namespace_name = std::move(*space);
  }
  if (is_subdomain(mapped.place.name) && is_label(mapped.place.namespace_name)) return mapped;
  return fail(ErrorKind::invalid,
              "`" + clip(one_line(mapped.place.name), 80) + "` is no name of an object in a cluster",
              "Say what it is called in kubernetes_workloads.");
}

Result<Mapped> KubernetesTarget::checked(const ChangeRequest& request) {
  if (auto problem = problem_of(request)) return std::unexpected(*problem);
  return map(request.subject);
}

void KubernetesTarget::look(const Mapped& mapped, bool with_history, LookedDone done) {
  ApiRequest request;
  request.path = object_path(mapped.place);
  cluster_.call(request, mine([this, mapped, with_history, done = std::move(done)](ApiAnswer answer) {
                  if (!answer.ok()) return done(std::unexpected(*answer.problem));
                  auto looked = std::make_shared<Looked>();
                  looked->mapped = mapped;
                  looked->object = std::move(answer.body);
                  looked->workload = read_workload(mapped.place.kind, looked->object);
                  looked->container = container_of(looked->workload, mapped.container);
                  if (!with_history) return done(looked);
                  look_at_history(looked, done);
                }));
}

// Who may not see the history can still be told the state: then nothing is known of what was before.
void KubernetesTarget::look_at_history(std::shared_ptr<Looked> looked, LookedDone done) {
  const Kind kind = looked->mapped.place.kind;
  ApiRequest request;
  request.path = "/apis/apps/v1/namespaces/" + escape(looked->mapped.place.namespace_name) +
                 (kind == Kind::deployment ? "/replicasets" : "/controllerrevisions");
  request.query = "limit=" + std::to_string(revisions_max) + "&labelSelector=" + escape(selector_of(looked->object));
  cluster_.call(request, mine([this, kind, looked, done = std::move(done)](const ApiAnswer& answer) {
                  if (answer.ok()) {
                    looked->revisions = revisions_of(
                        answer.body, kind, {looked->object, looked->container, looked->mapped.image_template});
                  }
                  look_at_autoscalers(looked, done);
                }));
}

void KubernetesTarget::look_at_autoscalers(std::shared_ptr<Looked> looked, LookedDone done) {
  if (looked->mapped.place.kind == Kind::daemon_set) return done(looked);
  ApiRequest request;
  request.path =
      "/apis/autoscaling/v2/namespaces/" + escape(looked->mapped.place.namespace_name) + "/horizontalpodautoscalers";
  request.query = "limit=500";
  cluster_.call(request, mine([looked, done = std::move(done)](const ApiAnswer& answer) {
                  if (answer.ok())
                    looked->autoscaler =
                        autoscaler_of(answer.body, looked->mapped.place.kind, looked->mapped.place.name);
                  done(looked);
                }));
}

void KubernetesTarget::status(const TargetSubject& subject, StatusDone done) {
  const auto mapped = map(subject);
  if (!mapped) {
    parts_.timers.after(0, mine([done = std::move(done), error = mapped.error()] { done(std::unexpected(error)); }));
    return;
  }
  look(*mapped, true, [done = std::move(done)](const Result<std::shared_ptr<Looked>>& looked) {
    if (!looked) return done(std::unexpected(looked.error()));
    done((*looked)->state());
  });
}

void KubernetesTarget::history(const TargetSubject& subject, int most, HistoryDone done) {
  const auto mapped = map(subject);
  if (!mapped) {
    parts_.timers.after(0, mine([done = std::move(done), error = mapped.error()] { done(std::unexpected(error)); }));
    return;
  }
  look(*mapped, true, [most, done = std::move(done)](const Result<std::shared_ptr<Looked>>& looked) {
    if (!looked) return done(std::unexpected(looked.error()));
    done(entries_of((*looked)->revisions, most));
  });
}

void KubernetesTarget::dry_run(const ChangeRequest& request, const TargetState&, DryRunDone done) {
  const auto mapped = checked(request);
  if (!mapped) {
    parts_.timers.after(0, mine([done = std::move(done), error = mapped.error()] { done(std::unexpected(error)); }));
    return;
  }
  look(*mapped, true, mine([this, request, done = std::move(done)](const Result<std::shared_ptr<Looked>>& looked) {
    if (!looked) return done(std::unexpected(looked.error()));
    auto prepared = prepare(request, **looked, parts_.clock.now(), true);
    if (!prepared) return done(std::unexpected(prepared.error()));
    if (prepared->request.body.empty()) return done("nothing to do: it is so already" + warnings_of(**looked));
    // The server answers with the object as it would be, and stores nothing.
    cluster_.call(prepared->request,
                  mine([request, looked = *looked, back = prepared->back_to, done](const ApiAnswer& a) {
                    if (!a.ok()) return done(std::unexpected(*a.problem));
                    done(words_of(*looked, request, a.body, back) + warnings_of(*looked, back));
                  }));
  }));
}

void KubernetesTarget::probe(const ChangeRequest& request, const TargetState& before, ProbeDone done) {
  if (going_.contains(request.run)) {
    parts_.timers.after(0, mine([done = std::move(done)] { done({ProbeFinding::in_progress, {}, {}}); }));
    return;
  }
  status(request.subject, [request, before, done = std::move(done)](const Result<TargetState>& state) {
    if (!state) return done({ProbeFinding::unknown, {}, state.error()});
    done({finding_of(request, before, *state), *state, {}});
  });
}

}  // namespace muster::kubernetes

namespace muster {

std::unique_ptr<Target> make_kubernetes_target(const KubernetesTargetDef& def, const KubernetesParts& parts) {
  return std::make_unique<kubernetes::KubernetesTarget>(def, parts);
}

}  // namespace muster

// Why pods do not come up, as their own status and the cluster's events tell it.
#include <algorithm>

#include "bot/base/text.h"
#include "integrations/targets/kubernetes/objects.h"

namespace muster::kubernetes {
namespace {

constexpr std::size_t troubles_max = 50;

// Reasons of a waiting container that no waiting cures.
bool is_hopeless(std::string_view reason) {
  constexpr std::string_view reasons[] = {
      "ImagePullBackOff",           "ErrImagePull",         "InvalidImageName", "ErrImageNeverPull",
      "CreateContainerConfigError", "CreateContainerError", "CrashLoopBackOff", "RunContainerError"};
  return std::ranges::count(reasons, reason) > 0;
}

// Old pods may be sick too; they say nothing about what is coming up.
bool is_of_the_new(const Value& pod, const Workload& workload) {
  const auto has = [&](const Container& wanted) {
    return std::ranges::any_of(pod["spec"]["containers"].as_list(), [&](const Value& c) {
      return c["name"].as_string() == wanted.name && c["image"].as_string() == wanted.image;
    });
  };
  return std::ranges::all_of(workload.containers, has);
}

std::string crash_of(const Value& status) {
  const Value& last = status["lastState"]["terminated"];
  if (!last.is_map()) return {};
  const std::string reason = short_text(last["reason"]);
  return "ended with code " + std::to_string(last["exitCode"].as_int()) +
         (reason.empty() || reason == "Error" ? "" : " (" + reason + ")") + ", " +
         std::to_string(status["restartCount"].as_int()) + " restarts";
}

// Nothing is waited for: it runs and is not ready, or it has ended and is started again.
void add_running(const Value& status, PodTrouble t, std::vector<PodTrouble>& out) {
  const Value& ended = status["state"]["terminated"];
  const std::string crash = crash_of(status);
  if (ended.is_map() && ended["exitCode"].as_int() != 0) {
    t.reason = short_text(ended["reason"]);
    t.message = "ended with code " + std::to_string(ended["exitCode"].as_int());
  } else if (status["state"]["running"].is_map() && !status["ready"].as_bool()) {
    t.reason = "not ready";
    t.message = crash;
  } else {
    return;
  }
  // One that crashes again and again runs for a moment between; that is no hope.
  t.hopeless = t.logs = !crash.empty() && status["restartCount"].as_int() >= 2;
  out.push_back(std::move(t));
}

void add_containers(const Value& pod, const char* list, std::vector<PodTrouble>& out) {
  for (const Value& status : pod["status"][list].as_list()) {
    const Value& waiting = status["state"]["waiting"];
    PodTrouble t{.pod = short_text(pod["metadata"]["name"]),
                 .container = short_text(status["name"]),
                 .reason = short_text(waiting["reason"]),
                 .message = short_text(waiting["message"])};
    if (!is_hopeless(t.reason)) {
      const bool init = std::string_view(list) == "initContainerStatuses";
      if (!waiting.is_map() && !init) add_running(status, std::move(t), out);
      continue;
    }
    t.hopeless = true;
    if (t.reason == "CrashLoopBackOff") {
      t.logs = true;
      if (const std::string crash = crash_of(status); !crash.empty()) t.message = crash;
    }
    out.push_back(std::move(t));
  }
}

void add_scheduling(const Value& pod, std::vector<PodTrouble>& out) {
  for (const Value& c : pod["status"]["conditions"].as_list()) {
    if (c["type"].as_string() != "PodScheduled" || c["status"].as_string() != "False") continue;
    out.push_back({.pod = short_text(pod["metadata"]["name"]),
                   .container = {},
                   .reason = short_text(c["reason"]),
                   .message = short_text(c["message"])});
  }
}

}  // namespace

void add_pod_troubles(const Value& pod_list, const Workload& workload, std::vector<PodTrouble>& troubles) {
  for (const Value& pod : pod_list["items"].as_list()) {
    // What is being deleted, or has done its work, is not coming up any more.
    if (!is_of_the_new(pod, workload) || pod["metadata"].has("deletionTimestamp")) continue;
    add_containers(pod, "initContainerStatuses", troubles);
    add_containers(pod, "containerStatuses", troubles);
    add_scheduling(pod, troubles);
  }
  std::ranges::stable_sort(troubles, [](const PodTrouble& a, const PodTrouble& b) { return a.hopeless > b.hopeless; });
  if (troubles.size() > troubles_max) troubles.resize(troubles_max);
}

std::vector<PodTrouble> pod_troubles(const Value& pod_list, const Workload& workload) {
  std::vector<PodTrouble> troubles;
  add_pod_troubles(pod_list, workload, troubles);
  return troubles;
}

std::string sentence_of(const PodTrouble& t) {
  std::string text = "pod " + t.pod + (t.container.empty() ? "" : ", container " + t.container) + ": " + t.reason;
  if (!t.message.empty()) text += " (" + t.message + ")";
  return text;
}

std::string warning_of(const Value& event_list) {
  struct Newest {
    std::string at, text;
  };
  Newest telling, other;
  for (const Value& e : event_list["items"].as_list()) {
    if (e["type"].as_string() != "Warning") continue;
    std::string at = e["lastTimestamp"].as_string();
    if (at.empty()) at = e["eventTime"].as_string();
    const std::string message = short_text(e["message"]);
    // "Back-off pulling image" and "Error: ImagePullBackOff" say less than the failure before them.
    const bool names_a_state = message.starts_with("Error: ") && message.find(' ', 7) == message.npos;
    Newest& newest = names_a_state || e["reason"].as_string() == "BackOff" ? other : telling;
    // RFC 3339 in UTC sorts as text.
    if (at >= newest.at) newest = {at, message};
  }
  return telling.text.empty() ? other.text : telling.text;
}

}  // namespace muster::kubernetes

// Why pods do not come up, as their own status and the cluster's events tell it.
#include <algorithm>

#include "bot/base/text.h"
#include "integrations/targets/kubernetes/objects.h"

namespace muster::kubernetes {
namespace {

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

void add_containers(const Value& pod, const char* list, std::vector<PodTrouble>& out) {
  for (const Value& status : pod["status"][list].as_list()) {
    const Value& waiting = status["state"]["waiting"];
    PodTrouble t{.pod = short_text(pod["metadata"]["name"]),
                 .container = short_text(status["name"]),
                 .reason = short_text(waiting["reason"]),
                 .message = short_text(waiting["message"])};
    if (!is_hopeless(t.reason)) continue;
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

std::vector<PodTrouble> pod_troubles(const Value& pod_list, const Workload& workload) {
  std::vector<PodTrouble> troubles;
  for (const Value& pod : pod_list["items"].as_list()) {
    if (!is_of_the_new(pod, workload)) continue;
    add_containers(pod, "initContainerStatuses", troubles);
    add_containers(pod, "containerStatuses", troubles);
    add_scheduling(pod, troubles);
  }
  std::ranges::stable_sort(troubles, [](const PodTrouble& a, const PodTrouble& b) { return a.hopeless > b.hopeless; });
  return troubles;
}

std::string sentence_of(const PodTrouble& t) {
  std::string text = "pod " + t.pod + (t.container.empty() ? "" : ", container " + t.container) + ": " + t.reason;
  if (!t.message.empty()) text += " (" + t.message + ")";
  return text;
}

std::string warning_of(const Value& event_list) {
  std::string newest, text;
  for (const Value& e : event_list["items"].as_list()) {
    if (e["type"].as_string() != "Warning") continue;
    std::string at = e["lastTimestamp"].as_string();
    if (at.empty()) at = e["eventTime"].as_string();
    // RFC 3339 in UTC sorts as text.
    if (at < newest) continue;
    // "Back-off pulling image" says less than the failure before it.
    const std::string message = short_text(e["message"]);
    if (e["reason"].as_string() == "BackOff" && !text.empty()) continue;
    newest = at;
    text = message;
  }
  return text;
}

}  // namespace muster::kubernetes

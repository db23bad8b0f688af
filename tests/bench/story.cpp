#include "tests/bench/story.h"

#include <stdexcept>

#include "bot/base/clock.h"
#include "storage/store.h"

namespace muster::bench {
namespace {

constexpr TimeMs began = 1'772'000'000'000;  // any fixed moment
const Actor person{.type = "user", .id = "ana", .handle = "ana", .display = "Ana Lima"};

Entry base(const std::string& kind, const std::string& incident, std::size_t n) {
  Entry e;
  e.event_id = "bench-" + std::to_string(n);
  e.kind = kind;
  e.incident_id = incident;
  e.occurred_ms = e.received_ms = began + static_cast<TimeMs>(n) * 3'000;
  e.services = {"checkout-api"};
  e.source.id = e.event_id;
  return e;
}

Entry declared(const std::string& incident, std::size_t n) {
  Entry e = base("incident.declared", incident, n);
  e.text = "Checkout is slow for a part of the customers";
  e.pinned = true;
  e.data = Value::Map{{"title", e.text},
                      {"severity", "SEV2"},
                      {"status", "investigating"},
                      {"channel", "inc-" + incident.substr(4) + "-checkout-is-slow"}};
  return e;
}

Entry fired(const std::string& incident, std::size_t n) {
  Entry e = base("alert.firing", incident, n);
  const std::string id = "E" + std::to_string(n);
  e.text = "p99 latency of checkout is above 1.2 s";
  e.clock_name = "monitoring";
  e.source = {.system = "monitoring", .type = "alert", .id = id, .channel = {}, .permalink = {}};
  e.data = Value::Map{{"alert_id", id},
                      {"alert", e.text},
                      {"state", "firing"},
                      {"severity", "warning"},
                      {"urgency", "notify"},
                      {"fingerprint", "fingerprint-" + std::to_string(n)},
                      {"labels", Value::Map{{"alertname", "HighRequestLatency"},
                                            {"service", "checkout-api"},
                                            {"pod", "checkout-" + std::to_string(n)},
                                            {"cluster", "prod-eu-1"}}},
                      {"group_key", "{}:{alertname=\"HighRequestLatency\"}"},
                      {"episode", 1}};
  return e;
}

Entry said(const std::string& incident, std::size_t n) {
  Entry e = base("note", incident, n);
  e.origin = "human";
  e.actor = person;
  e.clock_name = "chat";
  e.text = "Looked at shard " + std::to_string(n % 97) + ": the queue grows, *not* the error rate. 큐가 늘어난다.";
  e.source = {.system = "chat", .type = "chat_post", .id = e.event_id, .channel = "inc", .permalink = {}};
  e.data = Value::Map{{"command", "note " + e.text}};
  return e;
}

Entry nth(std::size_t n, std::size_t per_incident) {
  const std::string incident = "INC-" + std::to_string(n / per_incident + 1);
  const std::size_t step = n % per_incident;
  if (step == 0) return declared(incident, n);
  return step % 5 == 1 ? fired(incident, n) : said(incident, n);
}

}  // namespace

void write_story(const std::string& folder, std::size_t entries, std::size_t incidents) {
  StoreOptions options;
  options.folder = folder;
  const auto store = open_store(std::move(options), {});
  if (!store) throw std::runtime_error(store.error().message);
  constexpr std::size_t per_commit = 500;
  for (std::size_t n = 0; n < entries;) {
    Commit commit;
    for (std::size_t i = 0; i < per_commit && n < entries; ++i, ++n) {
      commit.decision.entries.push_back(nth(n, entries / incidents));
    }
    const auto done = (*store)->commit_now(std::move(commit));
    if (!done || done->duplicate) throw std::runtime_error(done ? "a duplicate" : done.error().message);
  }
  (*store)->stop();
}

}  // namespace muster::bench

#include "bot/core/journal/import.h"

#include <initializer_list>

#include "bot/base/redact.h"

namespace muster {
namespace {

std::string clean(const Value& v) { return redact(v.as_string()).text; }

std::vector<std::string> clean_list(const Value& list) {
  std::vector<std::string> out;
  for (const Value& v : list.as_list()) {
    if (v.is_string()) out.push_back(clean(v));
  }
  return out;
}

std::string one_of(const Value& v, std::initializer_list<std::string_view> allowed, std::string_view fallback) {
  for (const std::string_view a : allowed) {
    if (v.as_string() == a) return std::string(a);
  }
  return std::string(fallback);
}

// A word nobody knows must never widen who may read: it becomes the narrowest.
std::string visibility_of(const Value& v) {
  if (v.is_null()) return "internal";
  return one_of(v, {"public", "internal", "responders", "private"}, "private");
}

Result<TimeMs> time_member(const Value& line, std::string_view key) {
  const Value& v = line[key];
  if (!v.is_string()) return fail(ErrorKind::invalid, std::string(key) + " is missing");
  Result<TimeMs> t = parse_time(v.as_string());
  if (!t) return fail(ErrorKind::invalid, std::string(key) + ": " + t.error().message);
  return t;
}

void read_actor(Entry& e, const Value& actor, const Value& role) {
  e.actor.type = one_of(actor["type"], {"user", "bot", "system"}, "system");
  e.actor.id = clean(actor["id"]);
  e.actor.handle = clean(actor["handle"]);
  e.actor.display = clean(actor["display"]);
  e.role = clean(role);
}

void read_source(Entry& e, const Value& from) {
  e.source.system = clean(from["system"]);
  e.source.type = clean(from["type"]);
  e.source.id = clean(from["id"]);
  e.source.channel = clean(from["channel"]);
  e.source.permalink = clean(from["permalink"]);
}

// The view reads milliseconds, so that a correction is parsed once, here.
Result<Value> read_data(const Entry& e, const Value& raw) {
  Value data = redact_value(raw);
  const Value& at = data["patch"]["occurred_at"];
  if (e.kind != "correction" || !at.is_string()) return data;
  const Result<TimeMs> t = parse_time(at.as_string());
  if (!t) return fail(ErrorKind::invalid, "data.patch.occurred_at: " + t.error().message);
  Value patch = data["patch"];
  patch.set("occurred_ms", *t);
  data.set("patch", std::move(patch));
  return data;
}

std::string dedupe_key(const Entry& e) {
  if (e.source.id.empty()) return e.event_id;
  std::string key = e.source.system + "\n" + e.source.id + "\n" + e.kind;
  if (!e.corrects.empty()) key += "\n" + e.corrects;
  if (e.kind == "message.edited") key += "\n" + std::to_string(e.occurred_ms);
  return key;
}

Result<void> read_times(Entry& e, const Value& line) {
  const Result<TimeMs> occurred = time_member(line, "occurred_at");
  if (!occurred) return std::unexpected(occurred.error());
  e.occurred_ms = *occurred;
  e.received_ms = *occurred;
  if (line["received_at"].is_null()) return {};
  const Result<TimeMs> received = time_member(line, "received_at");
  if (!received) return std::unexpected(received.error());
  e.received_ms = *received;
  return {};
}

}  // namespace

Result<Entry> entry_from_fact(const Value& line) {
  if (!line.is_map()) return fail(ErrorKind::invalid, "a fact is one JSON object on one line");
  Entry e;
  e.event_id = clean(line["event_id"]);
  e.kind = clean(line["kind"]);
  if (e.event_id.empty()) return fail(ErrorKind::invalid, "event_id is missing");
  if (e.kind.empty()) return fail(ErrorKind::invalid, "kind is missing");
  e.incident_id = clean(line["incident_id"]);
  e.seq = line["seq"].as_int();
  if (const Result<void> ok = read_times(e, line); !ok) return std::unexpected(ok.error());
  const Value& clock = line["source_clock"];
  e.clock_name = clean(clock["name"]);
  e.skew_ms = clock["skew_ms"].as_int();
  e.precision_ms = clock["precision_ms"].as_int(1000);
  e.origin = one_of(line["origin"], {"auto", "human", "backfill"}, "auto");
  read_actor(e, line["actor"], line["role"]);
  e.services = clean_list(line["services"]);
  e.text = clean(line["text"]);
  Result<Value> data = read_data(e, line["data"]);
  if (!data) return std::unexpected(data.error());
  e.data = std::move(*data);
  read_source(e, line["provenance"]);
  e.visibility = visibility_of(line["visibility"]);
  e.pinned = line["pinned"].as_bool();
  if (!line["attachments"].as_list().empty()) e.attachments = redact_value(line["attachments"]);
  e.corrects = clean(line["corrects"]);
  e.reply_to = clean(line["reply_to"]);
  e.tags = clean_list(line["tags"]);
  e.dedupe_key = dedupe_key(e);
  return e;
}

}  // namespace muster

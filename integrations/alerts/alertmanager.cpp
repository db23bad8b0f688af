#include "integrations/alerts/alertmanager.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>

#include "bot/base/json.h"
#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "integrations/alerts/alertmanager_parts.h"

namespace muster {

namespace {

constexpr std::string_view route_scope = "alertmanager";  // one alert by both ways is one alert
constexpr DurationMs resolve_timeout_ms = 5 * minute_ms;  // Alertmanager's own default

std::string scalar_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  return value.is_null() ? std::string() : to_json(value);
}

// Every pair as it was sent, for the fingerprint; empty values are dropped as Alertmanager drops them. What had to be
// printed first is kept in `printed`.
SentPairs read_pairs(const Value& pairs, std::deque<std::string>& printed) {
  SentPairs out;
  out.reserve(pairs.as_map().size());
  for (const auto& [name, value] : pairs.as_map()) {
    const bool as_sent = value.is_string();
    const std::string& text = as_sent ? value.as_string() : printed.emplace_back(scalar_text(value));
    if (!text.empty()) out.emplace_back(name, text);
  }
  return out;
}

// Within the limits of what is stored. What titles and rules live on stays, whatever else was sent.
void limit(SentPairs& pairs) {
  constexpr auto kept = std::to_array<std::string_view>({"alertname", "description", "severity", "summary"});
  const auto precious = [&](std::string_view name) { return std::ranges::find(kept, name) != kept.end(); };
  for (std::size_t n = pairs.size(); pairs.size() > limits::labels_max && n-- > 0;) {
    if (!precious(pairs[n].first)) pairs.erase(pairs.begin() + static_cast<std::ptrdiff_t>(n));
  }
  std::erase_if(pairs, [](const LabelView& pair) { return pair.first.size() > limits::label_value_bytes_max; });
}

Labels kept_of(SentPairs& pairs) {
  limit(pairs);
  std::size_t bytes = 0;
  for (const auto& [name, value] : pairs) bytes += name.size() + std::min(value.size(), limits::label_value_bytes_max);
  Labels out;
  out.reserve(pairs.size(), bytes);
  for (const auto& [name, value] : pairs) {
    if (value.size() > limits::label_value_bytes_max)
      out.append(name, clip_bytes(value, limits::label_value_bytes_max));
    else
      out.append(name, value);
  }
  return out;
}

std::string_view get(const SentPairs& pairs, std::string_view name) {
  const auto it = std::ranges::find(pairs, name, &LabelView::first);
  return it == pairs.end() ? std::string_view() : it->second;
}

std::string_view first_line(std::string_view text) {
  text = trim(text);
  return text.substr(0, text.find_first_of("\r\n"));
}

// One line of at most so many code points, cut where no character is split.
std::string title_line(std::string_view text) {
  std::string line = one_line(text);
  std::size_t points = 0, room = line.size();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xc0) == 0x80) continue;  // inside a code point
    if (++points == limits::title_code_points_max) room = i;
  }
  constexpr std::size_t mark_bytes = 3;  // clip_bytes counts its "…"
  if (points > limits::title_code_points_max) return clip_bytes(line, room + mark_bytes);
  return line;
}

std::string title_of(const SentPairs& labels, const SentPairs& annotations) {
  if (std::string line = title_line(get(annotations, "summary")); !line.empty()) return line;
  if (std::string line = title_line(first_line(get(annotations, "description"))); !line.empty()) return line;
  if (std::string line = title_line(get(labels, "alertname")); !line.empty()) return line;
  std::string all;
  for (const auto& [name, value] : labels) {
    if (!all.empty()) all += ", ";
    all.append(name).append("=").append(value);
  }
  return title_line(all);
}

constexpr std::array<bool, 256> no_link_bytes = [] {
  std::array<bool, 256> wrong{};
  for (std::size_t c = 0; c <= 0x20; ++c) wrong[c] = true;
  for (const char c : {'"', '<', '>', '\x7f'}) wrong[static_cast<unsigned char>(c)] = true;
  return wrong;
}();

bool is_web_link(std::string_view url) {
  if (url.empty() || url.size() > link_bytes_max) return false;
  const std::string scheme = lower_ascii(url.substr(0, 8));
  if (!scheme.starts_with("http://") && scheme != "https://") return false;
  return std::ranges::none_of(url, [](char c) { return no_link_bytes[static_cast<unsigned char>(c)]; });
}

std::vector<std::pair<std::string, std::string>> links_of(std::string_view generator, const SentPairs& annotations) {
  std::vector<std::pair<std::string, std::string>> links;
  links.reserve(2);
  const auto add = [&](const char* text, std::string_view url) {
    if (is_web_link(url)) links.emplace_back(text, url);
  };
  add("source", generator);
  add("runbook", get(annotations, "runbook_url"));
  add("dashboard", get(annotations, "dashboard_url"));
  add("dashboard", get(annotations, "dashboard"));
  return links;
}

AlertEvent read_alert(const Value& item) {
  std::deque<std::string> printed;
  SentPairs labels = read_pairs(item["labels"], printed), annotations = read_pairs(item["annotations"], printed);
  return alert_of(labels, annotations, item["generatorURL"].as_string());
}

TimeMs tolerant_time(const Value& value) { return parse_time(value.as_string()).value_or(0); }

std::optional<AlertEvent> read_webhook_alert(const Value& item, const std::string& group_status) {
  const std::string fingerprint = one_line(item["fingerprint"].as_string());
  if (!item.is_map() || (fingerprint.empty() && item["labels"].as_map().empty())) return std::nullopt;  // no identity
  AlertEvent event = read_alert(item);
  set_webhook_words(event, fingerprint, item["status"].as_string(), group_status);
  event.starts_ms = tolerant_time(item["startsAt"]);
  event.ends_ms = tolerant_time(item["endsAt"]);
  return event;
}

// What is wrong with a batch, in the three ways Alertmanager tells apart.
struct V2Faults {
  std::string syntax, missing, invalid;
};

void add_invalid(V2Faults& faults, std::string_view what) {
  constexpr std::size_t bytes_max = 4096;  // ten thousand wrong alerts need no ten thousand sentences
  if (faults.invalid.size() > bytes_max) return;
  if (!faults.invalid.empty()) faults.invalid += "; ";
  faults.invalid += what;
}

// Go's decoder wants text or null in a map of strings, and a time or nothing in a time.
std::string type_fault(const Value& item) {
  if (!item.is_map()) return "an alert is no object";
  for (const char* field : {"labels", "annotations"}) {
    const Value& pairs = item[field];
    if (!pairs.is_null() && !pairs.is_map()) return std::string(field) + " is no object";
    for (const auto& [name, value] : pairs.as_map()) {
      if (!value.is_string() && !value.is_null()) return "the value of " + name + " in " + field + " is no string";
    }
  }
  for (const char* field : {"startsAt", "endsAt"}) {
    const Value& time = item[field];
    if (time.is_null() || time.as_string().empty()) {
      if (!time.is_null() && !time.is_string()) return std::string(field) + " is no string";
      continue;
    }
    const Result<TimeMs> parsed = parse_time(time.as_string());
    if (!parsed && parsed.error().kind != ErrorKind::not_found) return std::string(field) + " is no RFC 3339 time";
  }
  return {};
}

std::optional<AlertEvent> read_v2_alert(const Value& item, std::size_t index, TimeMs received_ms, V2Faults& faults) {
  if (std::string fault = type_fault(item); !fault.empty()) {
    if (faults.syntax.empty()) faults.syntax = "alert " + std::to_string(index) + ": " + fault;
    return std::nullopt;
  }
  if (item["labels"].is_null()) {
    if (faults.missing.empty()) faults.missing = std::to_string(index) + ".labels in body is required";
    return std::nullopt;
  }
  if (item["labels"].has("") && !item["labels"][""].as_string().empty()) {
    add_invalid(faults, "invalid label set: invalid name \"\"");
    return std::nullopt;
  }
  AlertEvent event = read_alert(item);
  if (event.labels.empty()) {
    add_invalid(faults, "at least one label pair required");
    return std::nullopt;
  }
  set_times_v2(event, tolerant_time(item["startsAt"]), tolerant_time(item["endsAt"]), received_ms);
  if (event.ends_ms < event.starts_ms) {
    add_invalid(faults, "start time must be before end time");
    return std::nullopt;
  }
  return event;
}

std::string coded(int code, std::string message) {
  Value answer;
  answer.set("code", code);
  answer.set("message", std::move(message));
  return to_json(answer);
}

std::string syntax_answer(const std::string& why) {
  return coded(400, "parsing alerts body from \"\" failed, because " + why);
}

void set_answer(ApiV2Alerts& out, const V2Faults& faults) {
  if (!faults.syntax.empty()) {
    out.status = 400;
    out.answer = syntax_answer(faults.syntax);
  } else if (!faults.missing.empty()) {
    out.status = 422;
    out.answer = coded(602, faults.missing);  // go-openapi's code of a required field
  } else if (!faults.invalid.empty()) {
    out.status = 400;
    out.answer = to_json(Value(faults.invalid));
  }
}

}  // namespace

std::string bounded(std::string_view text, std::size_t max_bytes) {
  return text.size() <= max_bytes ? std::string(text) : clip_bytes(text, max_bytes);
}

void set_webhook_words(AlertEvent& event, std::string_view fingerprint, std::string_view status,
                       std::string_view group_status) {
  if (!fingerprint.empty() && fingerprint.size() <= limits::source_key_bytes_max) event.source_key = fingerprint;
  event.status = (status.empty() ? group_status : status) == "resolved" ? "resolved" : "firing";
}

AlertEvent alert_of(SentPairs& labels, SentPairs& annotations, std::string_view generator_url) {
  AlertEvent event;
  event.route = route_scope;
  event.source_key = label_fingerprint(labels);
  event.severity = normal_severity(get(labels, "severity"));
  event.title = title_of(labels, annotations);
  event.body = bounded(get(annotations, "description"), limits::chat_text_bytes_max);
  event.links = links_of(generator_url, annotations);
  event.labels = kept_of(labels);
  event.annotations = kept_of(annotations);
  return event;
}

void set_times_v2(AlertEvent& event, TimeMs starts, TimeMs ends, TimeMs received_ms) {
  event.starts_ms = starts;
  event.ends_ms = ends;
  if (event.starts_ms == 0) event.starts_ms = event.ends_ms == 0 ? received_ms : std::min(received_ms, event.ends_ms);
  if (event.ends_ms == 0) {
    event.ends_ms = received_ms + resolve_timeout_ms;
    event.ends_is_timeout = true;
  }
  event.status = event.ends_ms > received_ms ? "firing" : "resolved";
}

Result<WebhookAlerts> parse_alertmanager_webhook(std::string_view body, [[maybe_unused]] TimeMs received_ms) {
  if (auto plain = read_plain_webhook(body)) return std::move(*plain);
  const Result<Value> parsed = parse_json(body, limits::json_depth_max);
  if (!parsed) return std::unexpected(parsed.error());
  const Value& root = *parsed;
  if (scalar_text(root["version"]) != "4" || !root["alerts"].is_list()) {
    return fail(ErrorKind::invalid, "the body is no Alertmanager webhook of version 4",
                "Send Alertmanager's own payload, without a payload template.");
  }
  WebhookAlerts out;
  out.group_key = bounded(root["groupKey"].as_string(), limits::label_value_bytes_max);
  out.truncated = root["truncatedAlerts"].as_int();
  out.external_url = bounded(root["externalURL"].as_string(), link_bytes_max);
  const Value::List& items = root["alerts"].as_list();
  out.alerts.reserve(items.size());
  for (const Value& item : items) {
    std::optional<AlertEvent> event = read_webhook_alert(item, root["status"].as_string());
    if (!event) continue;
    event->group_key = out.group_key;
    out.alerts.push_back(std::move(*event));
  }
  if (out.alerts.empty() && !items.empty()) return fail(ErrorKind::invalid, "no alert in the body has labels");
  return out;
}

ApiV2Alerts parse_alerts_v2(std::string_view body, std::string_view content_type, TimeMs received_ms) {
  ApiV2Alerts out;
  const std::string media_type = lower_ascii(trim(content_type.substr(0, content_type.find(';'))));
  if (media_type != "application/json") {
    out.status = 415;
    const std::string shown = media_type.empty() ? "application/octet-stream" : clip_bytes(media_type, 100);
    out.answer = coded(415, "unsupported media type \"" + shown + "\", only [application/json] are allowed");
    return out;
  }
  if (auto plain = read_plain_v2(body, received_ms)) {
    out.alerts = std::move(*plain);
    return out;
  }
  const Result<Value> parsed = parse_json(body, limits::json_depth_max);
  if (!parsed || !parsed->is_list()) {
    out.status = 400;
    out.answer = syntax_answer(parsed ? "the body is no array of alerts" : parsed.error().message);
    return out;
  }
  V2Faults faults;
  const Value::List& items = parsed->as_list();
  out.alerts.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (auto event = read_v2_alert(items[i], i, received_ms, faults)) out.alerts.push_back(std::move(*event));
  }
  set_answer(out, faults);
  return out;
}

}  // namespace muster

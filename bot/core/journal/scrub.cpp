#include "bot/core/journal/scrub.h"

#include <algorithm>
#include <array>

#include "bot/base/text.h"
#include "bot/core/chat/message.h"

namespace muster {
namespace {

constexpr std::size_t needle_bytes_min = 6;  // shorter ones would be found in every second message
constexpr std::size_t beginning_bytes = 12;

// What state is folded from. Everything that is not listed is taken for free text.
constexpr std::array kept = {
    "severity",  "status",      "channel",     "from",           "to",           "role",     "assignee",
    "action_id", "number",      "alert_id",    "state",          "fingerprint",  "episode",  "card",
    "service",   "environment", "id",          "person",         "key",          "audience", "basis",
    "field",     "occurred_at", "occurred_ms", "next_update_by", "language",     "verb",     "kind",
    "rule",      "group",       "group_key",   "route",          "card_channel", "platform", "thread",
    "post",      "approved_by", "due",         "code",           "source",       "inbox",    "without"};

bool is_kept(std::string_view key) { return std::ranges::find(kept, key) != kept.end(); }

// A sender names its labels as it likes, also as something that is kept elsewhere.
bool is_kept_label(std::string_view name) { return name == "severity" || name == "service" || name == "environment"; }

struct Cleaner {
  const std::string& mark;
  std::vector<std::string> gone;

  Value clean(const Value& v, std::string_view key) {
    if (v.is_string()) {
      if (v.as_string().empty() || is_kept(key)) return v;
      gone.push_back(v.as_string());
      return mark;
    }
    if (v.is_map()) {
      Value out = Value::Map{};
      // A sentence is the text over again: its words alone, a person's name, would be looked for everywhere.
      for (const auto& [k, each] : v.as_map()) {
        if (k == "sentence") continue;
        out.set(k, clean(each, key == "labels" && !is_kept_label(k) ? "" : k));
      }
      return out;
    }
    if (!v.is_list()) return v;
    Value out = Value::List{};
    for (const Value& each : v.as_list()) out.push(clean(each, key));
    return out;
  }
};

// As it was typed, as one line, line by line, and each with the marks that keep it from being read as markup.
std::vector<std::string> shapes(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  const auto add = [&out](const std::string& text) {
    for (std::string shape : {text, plain(text)})
      if (shape = std::string(trim(shape)); shape.size() >= needle_bytes_min) out.push_back(std::move(shape));
  };
  for (const std::string& text : texts) {
    add(text);
    add(one_line(text));
    for (const std::string& line : split(text, '\n')) add(line);
  }
  std::ranges::sort(out,
                    [](const auto& a, const auto& b) { return a.size() != b.size() ? a.size() > b.size() : a < b; });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Bytes of the needle at the start of the text: all of it, or as much as a limit on length has left ("…"); else 0.
std::size_t found(std::string_view text, std::string_view needle) {
  std::size_t n = 0;
  while (n < text.size() && n < needle.size() && text[n] == needle[n]) ++n;
  if (n == needle.size()) return n;
  while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0u) == 0x80u) --n;
  const std::string_view rest = text.substr(n);
  return n >= beginning_bytes && (rest.empty() || rest.starts_with("…")) ? n : 0;
}

}  // namespace

std::string_view beginning(std::string_view needle) { return needle.substr(0, beginning_bytes); }

Scrubbed scrubbed(const Entry& entry, const std::string& mark) {
  Scrubbed out{entry, {}};
  Cleaner cleaner{mark, {}};
  if (!entry.text.empty()) {
    cleaner.gone.push_back(entry.text);
    out.entry.text = mark;
  }
  out.entry.data = cleaner.clean(entry.data, "");
  out.entry.attachments = cleaner.clean(entry.attachments, "");
  out.needles = shapes(cleaner.gone);
  return out;
}

std::string without(std::string_view text, const std::vector<std::string>& needles, const std::string& mark) {
  std::string out(text);
  for (const std::string& needle : needles) {
    for (std::size_t at = 0; (at = out.find(beginning(needle), at)) != std::string::npos;) {
      const std::size_t n = found(std::string_view(out).substr(at), needle);
      if (n > 0) out.replace(at, n, mark);
      at += n > 0 ? mark.size() : 1;
    }
  }
  return out;
}

Value without(const Value& v, const std::vector<std::string>& needles, const std::string& mark) {
  if (v.is_string()) return without(std::string_view(v.as_string()), needles, mark);
  if (v.is_map()) {
    Value out = Value::Map{};
    for (const auto& [key, each] : v.as_map()) out.set(key, without(each, needles, mark));
    return out;
  }
  if (!v.is_list()) return v;
  Value out = Value::List{};
  for (const Value& each : v.as_list()) out.push(without(each, needles, mark));
  return out;
}

}  // namespace muster

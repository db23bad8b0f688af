#include "bot/core/journal/entry.h"

namespace muster {
namespace {

Value strings(const std::vector<std::string>& items) {
  Value::List list;
  for (const std::string& s : items) list.emplace_back(s);
  return list;
}

std::vector<std::string> strings(const Value& value) {
  std::vector<std::string> out;
  for (const Value& v : value.as_list()) out.push_back(v.as_string());
  return out;
}

}  // namespace

Value entry_payload(const Entry& e) {
  Value p = Value::Map{};
  const auto put = [&p](const char* key, const std::string& s) {
    if (!s.empty()) p.set(key, s);
  };
  put("text", e.text);
  put("permalink", e.source.permalink);
  put("channel", e.source.channel);
  put("handle", e.actor.handle);
  put("display", e.actor.display);
  if (!e.data.is_null()) p.set("data", e.data);
  if (!e.services.empty()) p.set("services", strings(e.services));
  if (!e.attachments.is_null()) p.set("attachments", e.attachments);
  if (!e.tags.empty()) p.set("tags", strings(e.tags));
  return p;
}

void set_entry_payload(Entry& e, const Value& p) {
  e.text = p["text"].as_string();
  e.source.permalink = p["permalink"].as_string();
  e.source.channel = p["channel"].as_string();
  e.actor.handle = p["handle"].as_string();
  e.actor.display = p["display"].as_string();
  e.data = p["data"];
  e.services = strings(p["services"]);
  e.attachments = p["attachments"];
  e.tags = strings(p["tags"]);
}

Entry::Entry() = default;
Entry::Entry(const Entry&) = default;
Entry::Entry(Entry&&) noexcept = default;
Entry& Entry::operator=(const Entry&) = default;
Entry& Entry::operator=(Entry&&) noexcept = default;
Entry::~Entry() = default;

}  // namespace muster

#include "integrations/targets/kubernetes/history.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "integrations/targets/kubernetes/names.h"

namespace muster::kubernetes {
namespace {

std::int64_t number_of(const std::string& text) {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  return error == std::errc() && end == text.data() + text.size() ? n : 0;
}

// A ControllerRevision keeps the template as a strategic merge patch.
Value template_in(const Value& item, Kind kind) {
  if (kind == Kind::deployment) return item["spec"]["template"];
  Value whole = Value::Map{};
  for (const auto& [name, value] : item["data"]["spec"]["template"].as_map()) {
    if (name != "$patch") whole.set(name, value);
  }
  return whole;
}

std::string version_in(const Value& pod_template, const HistoryQuery& query) {
  const std::vector<Value>& all = pod_template["spec"]["containers"].as_list();
  for (const Value& c : all) {
    const bool meant = query.container.empty() ? all.size() == 1 : c["name"].as_string() == query.container;
    if (meant) return version_of(c["image"].as_string(), query.image_template);
  }
  return {};
}

Revision read_revision(const Value& item, Kind kind, const HistoryQuery& query) {
  const Value& notes = item["metadata"]["annotations"];
  Revision r;
  r.number = kind == Kind::deployment ? number_of(notes[revision_annotation].as_string()) : item["revision"].as_int();
  r.pod_template = bare_template(template_in(item, kind), true);
  r.version = version_in(r.pod_template, query);
  r.cause = short_text(notes[cause_annotation]);
  r.run = short_text(notes[run_annotation]);
  if (const auto at = parse_time(item["metadata"]["creationTimestamp"].as_string())) r.at = *at;
  r.annotations = notes;
  if (kind != Kind::deployment) r.patch = item["data"];
  const Value& now = query.object["spec"]["template"];
  r.current = r.pod_template == bare_template(now, true);
  r.same_but_restart = bare_template(r.pod_template, false) == bare_template(now, false);
  return r;
}

}  // namespace

std::vector<Revision> revisions_of(const Value& list, Kind kind, const HistoryQuery& query) {
  const std::string& uid = query.object["metadata"]["uid"].as_string();
  std::vector<Revision> all;
  for (const Value& item : list["items"].as_list()) {
    if (is_owned_by(item, uid)) all.push_back(read_revision(item, kind, query));
  }
  std::ranges::stable_sort(all, [](const Revision& a, const Revision& b) { return a.number > b.number; });
  return all;
}

const Revision* choose_revision(const std::vector<Revision>& revisions, const std::string& version) {
  const auto found = std::ranges::find_if(revisions, [&](const Revision& r) {
    if (r.number == 0) return false;  // never a revision of its own
    return version.empty() ? !r.current && !r.same_but_restart : r.version == version;
  });
  return found == revisions.end() ? nullptr : &*found;
}

std::vector<HistoryEntry> entries_of(const std::vector<Revision>& revisions, int most) {
  std::vector<HistoryEntry> entries;
  for (const Revision& r : revisions) {
    if (static_cast<int>(entries.size()) >= most) break;
    if (r.version.empty()) continue;
    entries.push_back({r.version, r.at, {}, std::to_string(r.number), r.cause});
  }
  return entries;
}

}  // namespace muster::kubernetes

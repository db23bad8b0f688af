#include "bot/config_answers.h"

#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

constexpr std::size_t lines_max = 30;  // a whole new folder changes hundreds

using Shown = std::map<std::string, std::string>;

// Entries of lists are compared by their place: a person added at the end is one change, not a new list.
Shown shown(const Loaded& loaded) {
  Shown all;
  for (const ShownValue& v : loaded.shown) all[v.path] = join(v.values, ", ");
  return all;
}

std::vector<std::string> changes(const Loaded& before, const Loaded& now) {
  const Shown old = shown(before), fresh = shown(now);
  std::vector<std::string> lines;
  for (const auto& [path, value] : fresh) {
    const auto was = old.find(path);
    if (was == old.end())
      lines.push_back(path + ": + " + value);
    else if (was->second != value)
      lines.push_back(path + ": " + was->second + " → " + value);
  }
  for (const auto& [path, value] : old) {
    if (!fresh.contains(path)) lines.push_back(path + ": − " + value);
  }
  std::ranges::sort(lines);
  return lines;
}

std::string listed(const std::vector<std::string>& lines, const std::string& language) {
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < lines_max; ++i) text += plain(clip(one_line(lines[i]), 200)) + "\n";
  if (lines.size() > lines_max)
    text += say(language, "config.more", {{"n", std::to_string(lines.size() - lines_max)}}) + "\n";
  return std::string(trim(text));
}

// Settings that a running program cannot take over.
std::string waits_for_start(const Loaded& before, const Loaded& now, const std::string& language) {
  std::string names;
  if (before.settings.listen != now.settings.listen) names = "listen";
  if (before.settings.sandbox != now.settings.sandbox) names += names.empty() ? "sandbox" : ", sandbox";
  if (before.settings.slack != now.settings.slack) names += names.empty() ? "slack" : ", slack";
  if (before.settings.mattermost != now.settings.mattermost) names += names.empty() ? "mattermost" : ", mattermost";
  return names.empty() ? "" : say(language, "config.at_start", {{"names", names}});
}

Outcome with_changes(const Loaded& before, const Loaded& now, const std::string& language, std::string text) {
  Outcome o;
  o.reply.text = std::move(text);
  const auto lines = changes(before, now);
  if (!lines.empty()) o.reply.sections.push_back({listed(lines, language), {}});
  if (const std::string waits = waits_for_start(before, now, language); !waits.empty())
    o.reply.sections.push_back({waits, {}});
  Value list = Value::List{};
  for (const std::string& line : lines) list.push(line);
  o.json = Value::Map{{"changes", list}};
  return o;
}

}  // namespace

std::string config_mistakes(const Loaded& loaded) {
  std::string text;
  for (const ConfigIssue& i : loaded.issues) text += format_issue(i) + "\n";
  return text;
}

Outcome config_check(const Loaded& fresh, const std::string& language) {
  Outcome o;
  o.ok = fresh.ok();
  if (!o.ok) {
    o.reply.text = say(language, "config.wrong", {{"n", std::to_string(fresh.issues.size())}});
    o.reply.sections.push_back({plain(std::string(trim(config_mistakes(fresh)))), {}});
    o.reply.color = "warning";
    return o;
  }
  const auto differing = std::ranges::count_if(fresh.origin, [](const auto& x) { return x.second != "default"; });
  o.reply.text = say(language, "config.fine", {{"n", std::to_string(differing)}});
  return o;
}

Outcome config_diff(const Loaded& running, const Loaded& fresh, const std::string& language) {
  if (!fresh.ok()) return config_check(fresh, language);
  const bool same = changes(running, fresh).empty();
  return with_changes(running, fresh, language, say(language, same ? "config.same" : "config.would"));
}

Outcome config_reloaded(const Loaded& before, const Loaded& now, const std::string& language) {
  return with_changes(before, now, language, say(language, "config.reloaded"));
}

Outcome not_reloaded(const std::string& language, const std::string& why) {
  Outcome o;
  o.ok = false;
  o.reply.text = say(language, "not_stored", {{"why", plain(why)}});
  o.reply.color = "warning";
  return o;
}

Entry config_entry(const Loaded& before, const Loaded& now) {
  Entry e;
  e.kind = "config.changed";
  e.text = "configuration " + to_hex(sha256(config_show(now))).substr(0, 12);
  Value list = Value::List{};
  for (const std::string& line : changes(before, now)) {
    if (list.as_list().size() < lines_max) list.push(clip(one_line(line), 300));
  }
  e.data = Value::Map{{"changes", list}};
  return e;
}

}  // namespace muster

#include "bot/core/engine/publishing.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/engine/channels.h"
#include "bot/core/engine/checklists.h"
#include "bot/core/engine/incident_parts.h"
#include "bot/core/engine/privacy.h"
#include "bot/core/engine/question_parts.h"
#include "bot/core/engine/todos.h"

namespace muster {
namespace {

constexpr std::size_t named_max = 5;

std::string open_todos(const CoreConfig& config, const Incident& i) {
  std::vector<std::string> open;
  std::size_t more = 0;
  for (const Todo& t : i.todos) {
    if (t.done || is_review(i, t)) continue;
    if (open.size() == named_max)
      ++more;
    else
      open.push_back(std::to_string(t.number) + " " + clip(one_line(t.text), 60) +
                     (t.assignee.empty() ? "" : " (" + person_name(config, t.assignee) + ")"));
  }
  return join(open, "; ") + (more == 0 ? "" : " +" + std::to_string(more));
}

// The review is held, so what was owed is done; and its incident is over for good.
void close_incident(Call& c, const Incident& i, const std::string& text) {
  review_held(c, i);
  if (i.status != "resolved") return;
  Entry e = human_entry(c, "incident.closed", &i);
  e.text = text;
  e.data = Value::Map{{"status", "closed"}};
  record(c.work, std::move(e));
}

}  // namespace

void add_publication(const Call& c, const Incident& i, Facts& facts) {
  facts.emplace_back("severity", i.peak_severity);
  facts.emplace_back("version", std::to_string(i.published.version + 1));
  if (i.published.version != 0)
    facts.emplace_back("since", std::to_string(i.recorded - i.published.recorded));
  else
    facts.emplace_back("entries", std::to_string(i.recorded + 1));
  if (std::string todos = open_todos(c.work.config, i); !todos.empty()) facts.emplace_back("todos", std::move(todos));
  if (i.is_private) {
    std::string readers;
    for (const Person* p : those_in(c.work.config, i)) readers += (readers.empty() ? "" : ", ") + p->name;
    facts.emplace_back("readers", std::move(readers));
  }
  if (const int n = open_items(i); n != 0) facts.emplace_back("items", std::to_string(n));
}

ReadWanted review_wanted(const Call& c) {
  Call call = c;
  const Incident* i = incident_of(call);
  return {.what = c.command.verb,
          .incident = i ? i->id : "",
          .args = {},
          .named = {},
          .language = c.language,
          .zone = c.zone};
}

Outcome publish(Call& c) {
  Incident* i = incident_of(c);
  if (!i) return no_incident(c);
  if (i->open()) return refuse(c, "publish.open", {{"id", i->id}});
  if (i->status != "resolved" && i->status != "closed") return refuse(c, "publish.none", {{"id", i->id}});
  const Published before = i->published;
  const std::string n = std::to_string(before.version + 1);
  if (before.version != 0 && i->recorded == before.recorded)
    return refuse(c, "publish.same",
                  {{"id", i->id},
                   {"n", std::to_string(before.version)},
                   {"who", person_name(c.work.config, before.by)},
                   {"time", short_time(c, before.at_ms)}});
  const std::string because = named(c.command, "because");
  const std::string text = "version " + n + (because.empty() ? "" : ": " + because);
  close_incident(c, *i, because.empty() ? "postmortem published" : because);
  Entry e = human_entry(c, "postmortem.published", i);
  e.text = text;
  e.data = Value::Map{{"version", before.version + 1}, {"profile", "internal"}, {"template", "1"}};
  if (!because.empty()) e.data.set("reason", because);
  record(c.work, std::move(e));
  arm_archive(c.work, *i, 1);
  touch(c.work, *i);
  return told(c, *i, [&](Call& d) {
    Outcome o = answer(d, "publish.done", {{"id", i->id}, {"n", n}, {"inside", i->is_private ? "1" : ""}});
    if (!c.work.config.public_url.empty())
      o.reply.sections.push_back({plain(c.work.config.public_url + "/room/report/" + i->id), {}});
    o.reply.buttons.push_back({say(d.language, "button.postmortem"), "postmortem " + i->id, ""});
    return o;
  });
}

}  // namespace muster

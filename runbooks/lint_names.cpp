// Names that the configuration knows: people and groups who approve, services, environments.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "bot/core/people/groups.h"
#include "runbooks/lint_parts.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

class Checker {
 public:
  Checker(const Lint& lint, const CoreConfig& config) : lint_(lint), config_(config) {
    for (const Person& p : config.people) {
      people_.push_back(p.id);
      for (const std::string& g : p.groups) groups_.insert(g);
    }
    for (const Service& s : config.services) {
      services_.push_back(s.name);
      environments_.insert(s.environments.begin(), s.environments.end());
    }
  }

  void run() {
    const Runbook& book = lint_.book;
    if (!book.owner.empty()) people(book.owner, book.places.at("owner"), "RB067");
    for (const Input& i : book.inputs) input(i);
    each_step(book, [&](const Step& s) { step(s); });
  }

 private:
  // Whom a name stands for; empty, with a finding, when nobody is called so.
  std::vector<const Person*> people(const std::string& name, Place place, std::string_view code) {
    std::vector<const Person*> out;
    const bool group = name.starts_with("group:");
    for (const Person& p : config_.people) {
      const bool member = group && std::ranges::find(p.groups, name.substr(6)) != p.groups.end();
      if (member || (!group && p.id == name)) out.push_back(&p);
    }
    // Who is in a platform's group is known when somebody is asked.
    if (!out.empty() || is_platform_group(group ? name.substr(6) : name)) return out;
    Names known = people_;
    for (const std::string& g : groups_)
      if (!g.starts_with('?')) known.push_back("group:" + g);
    std::string advice =
        !group && groups_.contains(name) ? "A group is written group:" + name + "." : did_you_mean(name, known);
    lint_.error(code, place,
                (group ? "there is no group " : "there is no person ") + shown(group ? name.substr(6) : name),
                std::move(advice));
    return out;
  }

  void service(const std::string& name, Place place) {
    if (std::ranges::find(services_, name) == services_.end())
      lint_.error("RB067", place, "there is no service " + shown(name), did_you_mean(name, services_));
  }
  void environment(const std::string& name, Place place) {
    if (!environments_.contains(name))
      lint_.error("RB067", place, "there is no environment " + shown(name),
                  did_you_mean(name, {environments_.begin(), environments_.end()}));
  }

  void input(const Input& i) {
    if (!i.standard.is_string()) return;
    if (i.type == "service") service(i.standard.as_string(), i.place);
    if (i.type == "environment") environment(i.standard.as_string(), i.place);
    if (i.type == "user") people(i.standard.as_string(), i.place, "RB067");
  }

  void step(const Step& s) {
    const Verb* verb = find_verb(s.verb);
    if (!verb) return;
    for (const auto& [name, field] : s.arguments.members) {
      const Argument* a = find_argument(*verb, name);
      if (!a || field.kind != Field::Kind::scalar || !field.scalar.literal()) continue;
      const std::string text = literal_text(field.scalar);
      if (a->kind == Kind::service) service(text, field.place);
      if (a->kind == Kind::environment) environment(text, field.place);
      if (a->kind != Kind::people) continue;
      const auto found = people(text, field.place, s.verb == "approve" ? "RB059" : "RB067");
      const bool later = is_platform_group(text.starts_with("group:") ? text.substr(6) : text);
      if (s.verb == "approve" && !found.empty()) approvers(s, found, field.place, later);
    }
    pair(s);
  }

  // A service that is not in that environment.
  void pair(const Step& s) {
    const std::string service = literal_argument(s, "service"), environment = literal_argument(s, "env");
    const Service* known = service.empty() ? nullptr : find_service(config_, service);
    if (!known || !environments_.contains(environment)) return;
    if (std::ranges::find(known->environments, environment) == known->environments.end())
      lint_.error("RB067", s.arguments.find("env")->place, shown(service) + " is not in " + shown(environment),
                  "It is in " + join(known->environments, ", ") + ".");
  }

  bool may_start(const Person& p) const {
    Ask ask;
    ask.person = p.id;
    ask.groups = p.groups;
    ask.roles = p.roles;
    ask.verb = "run";
    ask.arguments["name"] = lint_.book.name;
    return decide_policy(config_.policy, ask).effect != "deny";
  }

  // `later`: a platform's group, of which other people may be members by then; who is asked is looked up when it is.
  void approvers(const Step& s, const std::vector<const Person*>& found, Place place, bool later) {
    const Field* given = s.arguments.find("count");
    const Value count = given && given->scalar.literal() ? literal_value(given->scalar) : Value(1);
    if (count.as_int(1) < 1) {
      lint_.error("RB063", given->place, "`count` is less than 1: nobody would have to approve");
      return;
    }
    const bool one_starts = std::ranges::any_of(found, [&](const Person* p) { return may_start(*p); });
    const auto others = static_cast<std::int64_t>(found.size()) - (one_starts ? 1 : 0);
    if (others >= count.as_int(1)) return;
    const std::string left = others == 0 ? "nobody else is left" : "only " + std::to_string(others) + " of them can";
    const std::string why = std::to_string(count.as_int(1)) + " must approve" +
                            (one_starts ? ", and when one of them starts the run " : ", and ") + left;
    if (later)
      return lint_.warning("RB063", place, why + ", as its members are known now", "Add people to that group.");
    lint_.error("RB063", place, why, "Name a larger group, or a smaller count.");
  }

  const Lint& lint_;
  const CoreConfig& config_;
  Names people_, services_;
  std::set<std::string> groups_, environments_;
};

}  // namespace

std::set<std::string> platform_groups_named(const Runbook& book) {
  std::set<std::string> names;
  const auto add = [&](std::string who) {
    if (who.starts_with("group:")) who.erase(0, 6);
    if (is_platform_group(who)) names.insert(std::move(who));
  };
  add(book.owner);
  each_step(book, [&](const Step& s) {
    const Verb* verb = find_verb(s.verb);
    if (!verb) return;
    for (const Argument& a : verb->arguments)
      if (a.kind == Kind::people) add(literal_argument(s, a.name));
  });
  return names;
}

void lint_names(const Lint& lint) {
  if (lint.context.config) Checker(lint, *lint.context.config).run();
}

}  // namespace muster::runbooks

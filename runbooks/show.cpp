// What a runbook does, as text.
#include <algorithm>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "runbooks/graph.h"
#include "runbooks/values.h"
#include "runbooks/verbs.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t title_max = 90;

std::string text_of(const Template& t) {
  std::string out;
  for (const Template::Part& p : t.parts) out += p.expression ? "${" + p.expression->source() + "}" : p.text;
  return one_line(out);
}

std::string text_of(const Field& f) {
  if (f.kind == Field::Kind::null) return "null";
  if (f.kind == Field::Kind::scalar) return text_of(f.scalar);
  std::string out;
  for (const Field& item : f.items) out += (out.empty() ? "" : " ") + text_of(item);
  for (const auto& [name, member] : f.members) out += (out.empty() ? "" : ", ") + name + ": " + text_of(member);
  return out;
}

std::string argument(const Step& s, std::string_view name) {
  const Field* f = s.arguments.find(name);
  return f ? text_of(*f) : std::string();
}

std::string with(std::string_view word, const std::string& value) {
  return value.empty() ? std::string() : (word.empty() ? "" : " " + std::string(word)) + " " + value;
}

std::string change_title(const Step& s) {
  const std::string of = " " + argument(s, "service") + with("in", argument(s, "env"));
  if (s.verb == "scale") return s.verb + of + with("to", argument(s, "replicas"));
  return s.verb + of + with("to", argument(s, s.verb == "deploy" ? "version" : "to"));
}

std::string wait_title(const Step& s) {
  if (s.until) {
    const std::string hold = argument(s, "hold");
    return "wait until " + one_line(s.until->program.source()) + " (" + argument(s, "repeat") + " again" +
           with("every", argument(s, "every")) + (hold.empty() ? "" : ", held " + hold) + ")";
  }
  for (const char* name : {"for", "at", "event"})
    if (const std::string value = argument(s, name); !value.empty())
      return "wait " + (std::string(name) == "event" ? "until" : std::string(name)) + " " + value;
  return "wait until the lock of " + argument(s, "lock") + " is free";
}

std::string first_argument(const Step& s) {
  return s.arguments.members.empty() ? std::string() : text_of(s.arguments.members[0].second);
}

std::string verb_title(const Step& s) {
  const std::string& v = s.verb;
  if (v == "deploy" || v == "rollback" || v == "scale" || v == "restart") return change_title(s);
  if (v == "wait") return wait_title(s);
  if (v == "approve") {
    const std::string count = argument(s, "count");
    return "approve by " + argument(s, "by") + (count.empty() || count == "1" ? "" : " (" + count + ")");
  }
  if (v == "ask" || v == "message") return v + ": " + argument(s, "text");
  if (v == "page") return "page " + argument(s, "to") + ": " + argument(s, "text");
  if (v == "stop") return "stop as " + argument(s, "status") + ": " + argument(s, "reason");
  if (v == "http") return "http" + with("", argument(s, "method")) + " " + argument(s, "url");
  if (v == "for_each") return "for each of " + argument(s, "in");
  if (v == "parallel" || v == "block") return v;
  if (v == "set") return "set " + text_of(s.arguments);
  if (v == "lookup" || v == "lock") return v + with("", argument(s, "service")) + with("in", argument(s, "env"));
  if (v == "verify")
    return v + change_title(s).substr(v.size()) + with("for", argument(s, "for").empty() ? "5m" : argument(s, "for"));
  if (v == "incident" && !s.arguments.members.empty())
    return v + " " + s.arguments.members[0].first + ": " + first_argument(s);
  return v + with("", first_argument(s));
}

std::string marks(const Step& s) {
  std::vector<std::string> out;
  if (s.named) out.push_back("id " + s.id);
  if (s.condition) out.push_back("if " + one_line(s.condition->program.source()));
  if (s.timeout_ms) out.push_back("at most " + format_duration(s.timeout_ms));
  if (s.retry && s.retry->max) out.push_back(std::to_string(s.retry->max) + " more tries");
  if (s.continue_on_error) out.push_back("goes on when it fails");
  if (s.undo.kind == Undo::Kind::automatic) out.push_back("can be put back");
  if (s.undo.kind == Undo::Kind::steps) out.push_back("put back by " + std::to_string(s.undo.steps.size()) + " steps");
  if (s.probe) out.push_back("has a probe");
  return join(out, ", ");
}

void add_steps(const std::vector<Step>& steps, std::size_t depth, std::string& out) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& s = steps[i];
    out += std::string(2 + depth * 4, ' ') + std::to_string(i + 1) + ". [" + std::string(name_of(s.effect)) + "] " +
           clip(step_title(s), title_max) + "\n";
    if (const std::string more = marks(s); !more.empty())
      out += std::string(6 + depth * 4, ' ') + "(" + clip(more, 160) + ")\n";
    add_steps(s.steps, depth + 1, out);
  }
}

void add_inputs(const Runbook& book, std::string& out) {
  if (book.inputs.empty()) return;
  out += "\nInputs\n";
  for (const Input& i : book.inputs) {
    out += "  " + i.name + ": " + i.type;
    if (!i.values.empty()) out += " (" + join(i.values, ", ") + ")";
    if (!i.standard.is_null()) out += ", otherwise " + to_json(i.standard);
    if (!i.from.empty()) out += ", from " + i.from;
    if (i.secret) out += ", a secret";
    if (!i.required && i.standard.is_null()) out += ", may be missing";
    out += "\n";
  }
}

void add_guard(const Runbook& book, std::string& out) {
  const Guard& g = book.guard;
  if (!book.triggers.empty()) out += "\nTriggers\n";
  for (const Trigger& t : book.triggers)
    out += "  " + one_line(t.text) + (t.firing_for_ms ? " for " + format_duration(t.firing_for_ms) : "") +
           (t.automatic ? ": starts it" : ": suggests it") + "\n";
  out += "\nGuard\n  key " + (g.key ? text_of(*g.key) : "name and inputs") + "; when busy: " + g.on_busy +
         "; quiet for " + format_duration(g.cooldown_ms) + "; at most " + std::to_string(g.max_runs) +
         " automatic runs per " + format_duration(g.max_runs_in_ms) + "; deadline " + format_duration(g.deadline_ms) +
         (g.unattended ? "; writes without an approval" : "") + "\n";
}

}  // namespace

std::string step_title(const Step& step) { return step.say.empty() ? one_line(verb_title(step)) : one_line(step.say); }

std::string show_text(const Runbook& book) {
  std::string out = book.name + "\n";
  if (!book.summary.empty()) out += one_line(book.summary) + "\n";
  if (!book.owner.empty()) out += "owner " + one_line(book.owner) + "\n";
  add_inputs(book, out);
  add_guard(book, out);
  out += "\nSteps\n";
  add_steps(book.steps, 0, out);
  if (!book.on_failure.empty()) out += "\nWhen it fails\n";
  add_steps(book.on_failure, 0, out);
  if (!book.finally.empty()) out += "\nAt the end, always\n";
  add_steps(book.finally, 0, out);
  return out;
}

}  // namespace muster::runbooks

// Called runbooks: they exist, no circle leads back, not too deep, and they are given what they ask for.
#include <algorithm>
#include <set>

#include "bot/base/text.h"
#include "runbooks/lint_parts.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

using Chain = std::vector<std::string>;

constexpr int looks_max = 5000;  // a wide net of calls; the engine counts the depth as it goes

// The first circle or depth beyond the limit that begins with this runbook, as the names on the way.
std::optional<Chain> bad_chain(const Lint& lint, const Runbook& book, Chain chain, int& looks) {
  std::optional<Chain> bad;
  std::set<std::string> seen;  // one look per name is enough
  each_step(book, [&](const Step& s) {
    if (bad || s.verb != "call") return;
    const std::string name = literal_argument(s, "runbook");
    if (!seen.insert(name).second) return;
    Chain next = chain;
    next.push_back(name);
    const bool circle = std::ranges::find(chain, name) != chain.end();
    if (circle || next.size() > static_cast<std::size_t>(call_depth_max) + 1) {
      bad = std::move(next);
      return;
    }
    if (++looks > looks_max) return;
    if (const auto called = lint.context.find(name)) bad = bad_chain(lint, *called, std::move(next), looks);
  });
  return bad;
}

void check_value(const Lint& lint, const Input& input, const Field& given) {
  bool secret = false;
  each_text(given, [&](const Template& t) {
    for (const Template::Part& p : t.parts)
      if (p.expression)
        for (const cel::Reference& r : p.expression->references()) secret |= r.path[0] == "secret";
  });
  if (secret && !input.secret)
    lint.error("RB066", given.place, "`" + input.name + "` of the called runbook is not marked secret: true");
  if (given.kind != Field::Kind::scalar || !given.scalar.literal()) return;
  const Value value = input.type == "string" || input.type == "version" ? Value(literal_text(given.scalar))
                                                                        : literal_value(given.scalar);
  if (const auto ok = fit_input(input, value); !ok)
    lint.error("RB073", given.place, ok.error().message, ok.error().next_step);
}

void check_inputs(const Lint& lint, const Step& s, const Runbook& called) {
  static const Field none;
  const Field* given = s.arguments.find("inputs");
  if (given && given->kind != Field::Kind::map) return;
  Names names;
  for (const Input& i : called.inputs) {
    names.push_back(i.name);
    const Field* value = given ? given->find(i.name) : nullptr;
    if (value)
      check_value(lint, i, *value);
    else if (i.required && i.standard.is_null() && i.from.empty())
      lint.error("RB073", s.verb_place, "`" + called.name + "` needs the input `" + i.name + "`",
                 "Write inputs: {" + i.name + ": …}.");
  }
  if (!given) return;
  for (const auto& [name, value] : given->members)
    if (std::ranges::find(names, name) == names.end())
      lint.error("RB073", value.place, "`" + called.name + "` has no input " + shown(name), did_you_mean(name, names));
}

void check_call(const Lint& lint, const Step& s) {
  const std::string name = literal_argument(s, "runbook");
  const Place place = s.arguments.find("runbook") ? s.arguments.find("runbook")->place : s.verb_place;
  if (name == lint.book.name) return lint.error("RB071", place, "this runbook calls itself");
  if (!lint.context.find) return;
  const auto called = lint.context.find(name);
  if (!called)
    return lint.error("RB070", place, "there is no runbook " + shown(name) + " that can be read",
                      "If it is there, `runbook lint " + name + "` says what is wrong with it.");
  check_inputs(lint, s, *called);
  int looks = 0;
  const auto bad = bad_chain(lint, *called, {lint.book.name, name}, looks);
  if (!bad) return;
  const bool circle = std::ranges::count(*bad, bad->back()) > 1;
  lint.error(circle ? "RB071" : "RB072", place,
             circle ? "calls lead back in a circle: " + join(*bad, " > ")
                    : "calls go deeper than " + std::to_string(call_depth_max) + ": " + join(*bad, " > "));
}

}  // namespace

void lint_calls(const Lint& lint) {
  each_step(lint.book, [&](const Step& s) {
    if (s.verb == "call" && !literal_argument(s, "runbook").empty()) check_call(lint, s);
  });
}

}  // namespace muster::runbooks

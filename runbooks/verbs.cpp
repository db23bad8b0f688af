#include "runbooks/verbs.h"

#include <algorithm>
#include <iterator>

#include "bot/base/text.h"
#include "runbooks/verb_tables.h"

namespace muster::runbooks {
namespace {

std::vector<Verb> all_verbs() {
  std::vector<Verb> all = reading_verbs();
  for (std::vector<Verb> more : {changing_verbs(), watching_verbs(), talking_verbs(), ordering_verbs()})
    std::ranges::move(more, std::back_inserter(all));
  return all;
}

}  // namespace

std::string_view name_of(Language language) {
  constexpr std::string_view names[] = {"plain", "chat", "promql", "logql", "lucene", "url", "argv", "header", "json"};
  return names[static_cast<std::size_t>(language)];
}

std::string_view name_of(Kind kind) {
  constexpr std::string_view names[] = {"text",
                                        "whole number",
                                        "number",
                                        "true or false",
                                        "duration",
                                        "time",
                                        "one of",
                                        "service",
                                        "environment",
                                        "version",
                                        "group or person",
                                        "channel",
                                        "list of arguments",
                                        "names with texts",
                                        "any value",
                                        "names with any values",
                                        "whole numbers",
                                        "list",
                                        "list of steps",
                                        "step",
                                        "all, or a list of steps",
                                        "condition",
                                        "form",
                                        "runbook",
                                        "list of maps"};
  return names[static_cast<std::size_t>(kind)];
}

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = all_verbs();
  return all;
}

const Verb* find_verb(std::string_view name) {
  const auto it = std::ranges::find(verbs(), name, &Verb::name);
  return it == verbs().end() ? nullptr : &*it;
}

const Argument* find_argument(const std::vector<Argument>& arguments, std::string_view name) {
  const auto it = std::ranges::find(arguments, name, &Argument::name);
  return it == arguments.end() ? nullptr : &*it;
}

const Argument* find_argument(const Verb& verb, std::string_view name) { return find_argument(verb.arguments, name); }

std::vector<std::string> choices_of(const Argument& argument) {
  return argument.choices.empty() ? std::vector<std::string>() : split(argument.choices, '|');
}

cel::Type result_type(const Verb& verb) {
  cel::Type::Fields fields;
  for (const auto& [name, type] : verb.result) fields.emplace(name, type);
  return cel::Type::object(std::move(fields));
}

Effect http_effect(std::string_view method, bool has_key) {
  if (method == "GET" || method == "HEAD" || method == "OPTIONS") return Effect::read;
  return has_key ? Effect::idempotent : Effect::write;
}

}  // namespace muster::runbooks

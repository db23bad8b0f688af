// The commands of runs and runbooks: words around the decisions of the engine. Loop thread only.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "bot/core/engine/handlers.h"
#include "runbooks/engine.h"

namespace muster::runbooks {

const std::map<std::string_view, Handler>& run_commands();  // all of the tables below
const std::map<std::string_view, Handler>& steering_commands();
const std::map<std::string_view, Handler>& listing_commands();
const std::map<std::string_view, Handler>& book_commands();
const std::map<std::string_view, Handler>& switch_commands();
const std::map<std::string_view, Handler>& lock_commands();

inline std::string because(const Call& c) { return named_argument(c.command, "because"); }
inline std::string me(const Call& c) {  // the person, or the local operator
  return c.input.is_operator && c.input.person.empty() ? "operator" : c.actor.id;
}
inline Entry by(const Call& c) { return human_entry(c, {}, nullptr); }  // who gave the command
Outcome refused(Call& c, const Refusal& why);
std::string status_of(const Call& c, const Run& run);
// The wish behind `run NAME key=value …`; its inputs are as the runbook spells them.
StartWish wish_of(const Call& c, const Runbook& book);
// Inputs as typed, under the names of the runbook.
Value typed_inputs(const Runbook& book, const std::map<std::string, std::string>& named);
// The line that would do: what is given, and a place for each input that is missing.
std::string line_to_paste(const Runbook& book, const Value& given, std::string_view wrong = {});  // wrong: left open
const Known* known_book(Call& c, const std::string& name);                                        // null: there is none
Outcome no_book(Call& c, const std::string& name);  // with what was perhaps meant

}  // namespace muster::runbooks

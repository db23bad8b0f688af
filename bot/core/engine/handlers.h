// One handler per verb; internal to the engine.
#pragma once
#include <map>
#include <string_view>

#include "bot/core/commands/grammar.h"
#include "bot/core/engine/engine.h"

namespace muster {

// One command on its way: who, where, in which language.
struct Call {
  Work& work;
  const CommandInput& input;
  const Command& command;
  std::string language;
  std::string zone;
  Actor actor;
};

using Handler = Outcome (*)(Call&);
const std::map<std::string_view, Handler>& reading_handlers();
const std::map<std::string_view, Handler>& incident_handlers();
const std::map<std::string_view, Handler>& admin_handlers();

Outcome refuse(Call& call, std::string_view key, Words arguments = {});
Outcome answer(Call& call, std::string_view key, Words arguments = {});
Incident* incident_of(Call& call);  // named as first argument, or the channel's
bool is_owner(const Call& call);
std::string short_time(const Call& call, TimeMs t);  // UTC and the reader's zone
Entry human_entry(const Call& call, std::string kind, const Incident* incident);
Live live_words(const State& state, const CoreConfig& config);
std::vector<std::string> roles_of(const State& state, const CoreConfig& config, const std::string& person, TimeMs now);

}  // namespace muster

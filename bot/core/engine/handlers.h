// One handler per verb; internal to the engine.
#pragma once
#include <map>
#include <string_view>

#include "bot/core/commands/grammar.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"

namespace muster {

struct VerbInfo;

// One command on its way: who, where, in which language.
struct Call {
  Work& work;
  const CommandInput& input;
  const Command& command;
  std::string language;
  std::string zone;
  Actor actor;
};

// The right of one person to one command: everything that asks the policy asks it here.
struct Asker {
  std::string person;  // id; empty: unknown
  bool is_operator = false;
};
Ask ask_for(const Call& call, const Asker& asker, const Command& command);
Verdict verdict_of(const CoreConfig& config, const Ask& ask);
Verdict verdict_of(const Call& call, const Asker& asker, const Command& command);
Asker asker_of(const Call& call);
std::string who_may_grant(const Call& call);  // names of those who can give a right, for refusals
bool may_run(const Call& call, std::string_view verb);

// Asks before the command runs: a question of kind confirm or approve.
Outcome ask_first(Call& call, const Verdict& verdict);
Outcome carry_out(Call& call);     // no right is asked any more
Outcome gate_and_run(Call& call);  // a parsed command: policy, then plan, question or effect
void audit(Call& call, const std::string& approved_by);
Facts facts_of(const Call& call, const Verdict& verdict);  // what the command depends on, now
std::string approvers_text(const Call& call, const Verdict& verdict);
Outcome denied(Call& call, const Verdict& verdict);  // recorded
Outcome not_yet(Call& call, const VerbInfo& verb);   // of a later version: what it will do, and what serves meanwhile
// What the command would say, tried on a copy of the state. None: the state is too large for that.
std::optional<Outcome> rehearsal(const Call& call);
// What would be asked first, by which rule, and what the command depends on.
Section gates_now(const Call& call, const Verdict& verdict, const std::optional<Outcome>& tried);
// The alias of this person or the team, expanded once: what an alias stands for is a command, never an alias.
std::string expand_alias(const State& state, const std::string& person, const std::string& text);
Outcome completion(Call& call, const std::string& text);
Outcome grammar_refusal(Call& call, const GrammarError& error);
Live live_words(const Call& call);  // what this person may see and run
Live live_words_for(Work& work, const std::string& person, const std::string& channel);

// What only the configuration can tell about a parsed command: a known service after "for" inside a title.
Command settled(Command command, const CoreConfig& config);

using Handler = Outcome (*)(Call&);
const std::map<std::string_view, Handler>& reading_handlers();
const std::map<std::string_view, Handler>& incident_handlers();
const std::map<std::string_view, Handler>& admin_handlers();
const std::map<std::string_view, Handler>& people_handlers();          // help, whoami, can, language, roles
const std::map<std::string_view, Handler>& question_handlers();        // approvals, approve, yes …
const std::map<std::string_view, Handler>& explain_handlers();         // explain, show
const std::map<std::string_view, Handler>& silence_handlers();         // silence, unsilence, silences, snooze, graph
const std::map<std::string_view, Handler>& glass_handlers();           // break-glass
const std::map<std::string_view, Handler>& private_handlers();         // invite, access, unseal, disclose
const std::map<std::string_view, Handler>& capture_handlers();         // pin, transcript, mute
const std::map<std::string_view, Handler>& change_reading_handlers();  // where, diff, releases, metrics, built …

const std::map<std::string_view, Handler>& schedule_handlers();  // at, every, schedule
const std::map<std::string_view, Handler>& suspect_handlers();   // suspects
const std::map<std::string_view, Handler>& webhook_handlers();   // webhooks …
const std::map<std::string_view, Handler>& identity_handlers();  // link me, unlink
bool is_joining(const Call& call);  // a code typed by an account that nobody is known by: the code is the right

Outcome refuse(Call& call, std::string_view key, Words arguments = {});
Outcome answer(Call& call, std::string_view key, Words arguments = {});
Incident* incident_of(Call& call);                   // named as first argument, or the channel's
std::string short_time(const Call& call, TimeMs t);  // UTC and the reader's zone
Entry human_entry(const Call& call, std::string kind, const Incident* incident);
Live live_words(const State& state, const CoreConfig& config);
std::string incident_line(const Call& call, const Incident& incident);
std::string alert_line(const Call& call, const Alert& alert);
std::string first_argument(const Command& command);
std::string named_argument(const Command& command, const std::string& key);
// The person of that name, with or without @; `me` is who asks.
bool is_me(std::string_view name);
const Person* person_meant(const Call& call, std::string_view name);
// Names nobody has, with lines to paste for near ones.
Outcome unknown_service(Call& call, const std::string& name);
Outcome unknown_person(Call& call, const std::string& name);
Outcome no_such_id(Call& call, const std::string& id);
Outcome unknown_environment(Call& call, const std::string& name, const std::vector<std::string>& known);
// Those that were granted for this place only, too.
std::vector<std::string> roles_there(const State& state, const CoreConfig& config, const std::string& person,
                                     const std::string& service, const std::string& environment, TimeMs now);
std::vector<std::string> roles_of(const State& state, const CoreConfig& config, const std::string& person, TimeMs now);

}  // namespace muster

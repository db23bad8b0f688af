// Private incidents: who is in one, and a state without those that somebody must not know of. This is the one door:
// a command runs on such a state (run_command), so that a hidden incident is to every handler one that never was.
// Loop thread only.
#pragma once
#include <map>
#include <string>

#include "bot/core/engine/engine.h"

namespace muster {

struct Command;  // grammar.h

// Who declared it, holds a role in it, was invited into it, or broke its glass. Of a public one: everybody.
bool is_in(const Incident& incident, const std::string& person);
// Whether the bot's own room shows this person that channel. A room without people is its operator's.
bool shows_channel(const State& state, const CoreConfig& config, const std::string& channel, const std::string& person);
bool is_private_channel(const State& state, const std::string& channel);
const Incident* public_incident(const State& state, const std::string& id);  // null also when it is private
// The private incident that a command is about, by its channel or because it names it, of those it can see.
const Incident* private_subject(const State& state, const CommandInput& input, const Command& command);
// Its question: asked in its channel, or of somebody alone who named it and may know of it.
bool is_about(const Incident& incident, const Question& question);
std::vector<const Person*> those_in(const CoreConfig& config, const Incident& incident);
// Whether what is said here is read by this person alone.
bool is_alone(const CommandInput& input);

// While it lives the state has no private incident that this command must not see. In a shared channel that is every
// one but the channel's own, also for those who are in it: others read the answer.
class PrivateView {
 public:
  PrivateView(Work& work, const CommandInput& input);
  ~PrivateView();
  PrivateView(const PrivateView&) = delete;
  PrivateView& operator=(const PrivateView&) = delete;
  const std::string& hidden() const { return hidden_; }  // as ReadWanted has it; empty: nothing
  Incident* reveal(const std::string& id);               // puts it back: for those who ask to be let in

 private:
  Work& work_;
  PrivateView* before_;
  std::map<int, Incident> taken_;
  std::map<int, Question> questions_;  // about them
  std::string hidden_;
};

// A person comes in; the channel's platforms are told. Nothing when the person is in it already.
void admit(Work& work, const Incident& incident, Entry entry, const std::string& person);

}  // namespace muster

// The decisions: an event and the state go in, what to record and to say comes out. No I/O, no wall clock.
// The state is advanced at once; if the commit fails the caller reloads it from disk. Loop thread only.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bot/core/chat/form.h"
#include "bot/core/chat/message.h"
#include "bot/core/chat/said.h"
#include "bot/core/config.h"
#include "bot/core/engine/state.h"

namespace muster {

class Extension;    // extension.h
class PrivateView;  // privacy.h

// Everything one decision works with and fills.
struct Work {
  State& state;
  const CoreConfig& config;
  TimeMs now = 0;
  std::function<std::string()> new_id;
  Decision decision;
  Extension* extension = nullptr;  // what other rooms decide; null: nothing
  std::int64_t owner = 0;          // Store::owner(): the epoch of the process that decides; 0: nobody counts
  PrivateView* view = nullptr;     // of the command that is decided about
};

struct CommandInput {
  std::string person;        // person id; empty: unknown
  bool is_operator = false;  // came through the local socket
  std::string platform = "room";
  std::string channel;  // without '#'
  std::string thread;
  std::string source_id;  // the platform's id of the message
  std::string text;       // without address
  bool direct = false;
  TimeMs sent_ms = 0;
  Said about = {};            // the message whose thread it stands in, or that it names, when the command needs it
  std::string account = {};   // "mattermost:<id>": the very account that speaks; empty where one logs in as a person
  std::string standing = {};  // of the account: guest, outsider; empty: a full member
  std::string secret = {};    // unguessable, of this command alone: what a one-time code is made from
  std::string schedule = {};  // T5: the clock gives the command, in the name of its owner
  bool unseen = false;        // nobody else has read the line: it was a form
  bool overtaken = false;     // it is heard after a command that was typed later
};

// A reply that needs the journal: the caller reads off the loop and renders.
struct ReadWanted {
  std::string what;  // timeline, postmortem, history, config, health, try, more …
  std::string incident;
  std::vector<std::string> args;
  std::map<std::string, std::string> named;
  std::string language = "en", zone = "UTC";  // the asker's
  // named["hidden"]: what is not to be told of, private incidents ("INC-7") and channels ("#…"), each in a line.
  bool hides(const std::string& name) const;
};

// How the answer of a reading command is wanted: --grep, --tail, --json, --private, --here.
struct OutputFlags {
  bool reading = false, json = false, is_private = false, here = false;
  bool in_thread = false;  // a question: it stands in the thread of the command
  std::string grep;
  std::size_t tail = 0;  // 0: all
};

struct Outcome {
  Outcome();
  Outcome(const Outcome&);
  Outcome(Outcome&&) noexcept;
  Outcome& operator=(const Outcome&);
  Outcome& operator=(Outcome&&) noexcept;
  ~Outcome();

  Message reply;
  bool ok = true;
  bool is_private = false;
  bool unknown_word = false;       // no such verb and nothing near it: stay silent where other bots listen too
  Value json;                      // for scripts, when there is more than text
  std::optional<ReadWanted> read;  // then `reply` is empty
  OutputFlags output = {};
  std::string code = {};      // of a refusal: what `explain` knows
  std::string echo = {};      // the command as understood: the first line of the answer
  std::string language = {};  // the answer's
  // What is lacking, to be filled in where a form can open; `reply` says what to type instead.
  std::optional<Form> form = {};
  std::map<std::string, std::string> wrong_fields = {};  // of a refusal: field -> what is wrong with it
};

Outcome run_command(Work& work, const CommandInput& input);
// The line that a bare "yes" in this thread, or a reaction to this post, stands for; empty: it means nothing here.
std::string bare_answer(const State& state, const CoreConfig& config, const CommandInput& input);
std::string reaction_answer(const State& state, const CoreConfig& config, const std::string& post,
                            const std::string& person, const std::string& emoji);
// The words of an answer in the language of the person, else of the channel, else of the configuration.
std::string language_of(const State& state, const CoreConfig& config, const std::string& person,
                        const std::string& channel);
std::string channel_language(const Work& work, const std::string& channel);
std::string role_words(std::string_view language, std::string_view role);  // incident_commander -> incident commander
bool question_rang(Work& work, const Timer& timer);                        // false: the timer is not ours
void take_alerts(Work& work, const std::vector<AlertEvent>& alerts, TimeMs received_ms);
void take_undecodable(Work& work, const std::string& kind, const std::string& inbox_key, const std::string& why);
void tell_truncated(Work& work, const std::string& inbox_key, std::int64_t alerts);
void timer_rang(Work& work, const Timer& timer);
// Of a state that was folded anew: when alerts are over by themselves is no entry, their timers know it.
void remember_ends(State& state, const std::vector<Timer>& timers);
void greet(Work& work);  // the first messages of a new data folder

// Shared by the decision files.
Entry& record(Work& work, Entry entry);            // fills ids and times that are empty, applies, keeps
void touch(Work& work, const Incident& incident);  // the projection row, the summary message and the topic
void touch(Work& work, const Alert& alert);
void post(Work& work, const std::string& channel, const std::string& post_id, const Message& message,
          const std::string& thread = {}, const std::string& private_to = {});
Message summary_message(const Work& work, const Incident& incident);
std::string incident_topic(const Work& work, const Incident& incident);
Incident& open_incident(Work& work, Entry declared);
Actor actor_of(const CoreConfig& config, const std::string& person, bool is_operator);
std::string severity_color(std::string_view severity);
std::string status_words(std::string_view language, std::string_view status);
std::string slug(std::string_view text, std::size_t most);
std::string summary_post(const Incident& incident);  // the id of the message that shows it

}  // namespace muster

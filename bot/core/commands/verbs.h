// Every command the bot knows, as one table: grammar, help, completion and policy read it. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// kind: service, environment, person, incident, alert, severity, role (of an incident), right (a role of the policy),
// service_ref (service@version), approval, grant, code, run, runbook, step (of the run before it), id, number,
// duration, time, text, verb, word, flag (takes no value), or "one of": choices separated by '|'.
struct Slot {
  std::string name, kind;
  bool required = false;
  bool rest = false;  // takes the rest of the line as it is
};

// How the text after the verb is read.
enum class Shape {
  words,     // slots, prepositions, flags
  loose,     // words without checks: commands whose capability comes later (ready: no)
  text,      // one free text
  reason,    // [text] because …
  declare,   // [sev2] title, and anywhere: for service, from E, severity n, because …
  update,    // text [next 30m]
  todo,      // text [@who] [due]
  alias,     // name = command
  query,     // any text, then since, in, on and flags
  matchers,  // label matchers, then for, in, on, because …
};

struct VerbInfo {
  std::string_view verb;
  std::string_view usage;
  std::string_view topic;  // finding, production, runs, people, locks, alerts, incidents, runbooks, admin
  std::string_view gate;   // "-", C confirm, A approval, O owner; own, right, role, command
  bool writes = false;
  bool takes_body = false;
  bool ready = false;  // available now
  Shape shape = Shape::loose;
  bool of_incident = false;       // the incident is optional inside its channel
  bool any_keys = false;          // key=value with any key
  std::vector<Slot> slots = {};   // positional
  std::vector<Slot> named = {};   // prepositions ("in") and flags ("--json") it takes
  std::string_view example = {};  // a line to paste; every ready verb has one
};

const std::vector<VerbInfo>& verbs();
const VerbInfo* find_verb(std::string_view verb);  // any case; "incident open" finds declare
// The key of a sentence about a verb: "what" + "alias set" is "what.alias_set".
std::string verb_key(std::string_view prefix, std::string_view verb);
std::vector<std::string_view> topics();     // in the order help shows them
std::string commands_reference_markdown();  // docs/commands.md

}  // namespace muster

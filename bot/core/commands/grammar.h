// From a chat line to a command, and what may come next. Fixed verbs, fixed slots, never a guess. Any thread.
#pragma once
#include <cstddef>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct Token {
  std::string text;
  bool quoted = false;             // began with a quote: never a flag, preposition or key=value
  std::size_t begin = 0, end = 0;  // bytes of the line
};

struct Command {
  bool plan = false;
  bool ask = false;  // ended in " ?"; then verb may be empty and echo holds the prefix that was asked about
  std::string verb;  // canonical: "declare", "config check", "todo done"
  std::vector<std::string> args;  // positional; free text is one argument
  // Prepositions (to, in, by, for, until, from, on, since, next, because), flags without dashes ("json" -> "true"),
  // key=value. "incident" when an incident verb named one, "severity" and "who"/"due" as the verbs say.
  std::map<std::string, std::string> named;
  std::string rest;  // text after the verb, cleaned, including what became args
  std::string body;  // block or further lines
  std::string echo;  // the command as understood, one line
};

// message_key: empty_command, too_long, unclosed_quote, unclosed_block, unknown_verb, missing_argument,
// too_many_arguments, missing_value, unknown_flag, bad_choice, bad_count, extra_lines, unexpected_block, plan_reads,
// plan_twice. args: word, verb, usage, slot, where each applies.
struct GrammarError {
  std::string message_key;
  std::map<std::string, std::string> args;
  std::string caret_line;                // the line with a caret under the place, or empty
  std::vector<std::string> suggestions;  // text to paste
};

std::expected<std::vector<Token>, GrammarError> tokenize(std::string_view line);
// A whole message, address already removed.
std::expected<Command, GrammarError> parse_command(std::string_view text);

struct Addressed {
  bool to_us = false;
  bool by_mention = false;
  std::string command;
};
// Mention, prefix as first character, or any message of a direct conversation.
Addressed address(std::string_view text, std::string_view bot_handle, char prefix, bool direct);

// What exists now, for completion.
struct Live {
  std::vector<std::string> services, environments, people, incidents, alerts, severities, roles;
  std::vector<std::string> rights = {}, approvals = {}, grants = {}, codes = {}, aliases = {};
  std::vector<std::string> runs = {}, runbooks = {}, schedules = {};
  std::vector<std::string> builds = {};                                   // service@version, as seen lately
  std::map<std::string, std::vector<std::string>> steps = {}, keys = {};  // of a run; key=value of a runbook or a form
  std::vector<std::string> verbs = {};  // that this person may run and this version can; empty: all
};
std::vector<std::string> complete(const Command& partial, const Live& live);  // of a command that ended in " ?"
// The next valid words. A prefix that ends in a space asks for the next word, otherwise its last word is completed.
std::vector<std::string> complete_line(std::string_view prefix, const Live& live);

std::string canonical_id(std::string_view word);        // "i7", "inc-7" -> INC-7; "e12" -> E12; otherwise empty
std::string canonical_severity(std::string_view word);  // "2", "SEV2", "sev-2" -> sev2; otherwise empty

}  // namespace muster

// What a person does in a transcript, read from its line.
#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "tests/conversations/script.h"

namespace muster {

inline constexpr DurationMs late_by = 90 * second_ms;  // what is said "late"

struct Act {
  std::string kind = "message";  // or edit, delete, reaction, unreaction, pin, unpin, button, form, me
  std::string channel, user, text, emoji;
  std::string target;  // the newest message of a person that begins so; empty: the last post of the bot
  bool in_thread = false, late = false;
  std::string place = {};      // slack, mattermost, web; empty: the only one there is
  std::string thread_of = {};  // in the thread of the newest message that contains this, also one of the bot's
  std::map<std::string, std::string> form = {};  // of a form that is sent: field -> value
};

// title="Checkout is slow" severity=SEV2
inline std::map<std::string, std::string> read_fields(const std::string& text) {
  std::map<std::string, std::string> fields;
  for (const std::string& word : words_of(text)) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) throw std::runtime_error("no field: " + word);
    fields[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return fields;
}

inline bool taken(std::string& text, std::string_view word) {
  if (!text.ends_with(word)) return false;
  text.resize(text.size() - word.size());
  return true;
}

// "ana reacts with 📌" -> "ana", 📌
inline bool taken_with(std::string& head, std::string_view verb, std::string& what) {
  const std::size_t at = head.find(verb);
  if (at == std::string::npos) return false;
  what = head.substr(at + verb.size());
  head.resize(at);
  return true;
}

inline void read_edit(Act& act) {
  const std::size_t arrow = act.text.find(" -> ");
  if (arrow == std::string::npos) throw std::runtime_error("edits: old -> new, not " + act.text);
  act.kind = "edit";
  act.target = act.text.substr(0, arrow);
  act.text = with_breaks(act.text.substr(arrow + 4));
}

inline Act read_act(const std::string& what) {
  const std::size_t space = what.find(' '), colon = what.find(": ");
  if (!what.starts_with('#') || space == std::string::npos || colon == std::string::npos || colon < space)
    throw std::runtime_error("not understood: " + what);
  Act act;
  act.channel = what.substr(0, space);
  act.text = what.substr(colon + 2);
  std::string head = what.substr(space + 1, colon - space - 1);
  act.in_thread = taken(head, " in thread");
  act.late = taken(head, " late");
  const auto about = [&act](const char* kind) { act.kind = kind, act.target = std::exchange(act.text, {}); };
  if (taken_with(head, " reacts with ", act.emoji))
    about("reaction");
  else if (taken_with(head, " takes back ", act.emoji))
    about("unreaction");
  else if (taken(head, " pins"))
    about("pin");
  else if (taken(head, " unpins"))
    about("unpin");
  else if (taken(head, " says with /me"))
    act.kind = "me", act.text = with_breaks(act.text);
  else if (taken(head, " archives"))
    act.kind = "archived";
  else if (taken(head, " deletes"))
    about("delete");
  else if (taken(head, " edits"))
    read_edit(act);
  else if (taken(head, " reacts"))
    act.kind = "reaction", act.emoji = std::exchange(act.text, {});
  else if (taken(head, " presses"))
    act.kind = "button";
  else if (taken(head, " sends the form"))
    act.kind = "form", act.form = read_fields(act.text);
  else
    act.text = with_breaks(act.text);
  taken_with(head, " in thread of ", act.thread_of);
  taken_with(head, " on ", act.place);
  act.user = head;
  return act;
}

}  // namespace muster

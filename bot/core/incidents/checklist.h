// Checklists: what the configuration asks for, and what was brought out in one incident. Plain values.
#pragma once
#include <string>
#include <vector>

#include "bot/base/clock.h"

namespace muster {

struct ChecklistItemRule {
  std::string text;
  std::string when;     // a condition over `incident` (commands/condition.h); empty: always
  std::string run;      // a chat command; {incident} and {service} are filled in. Empty: none
  std::string keyword;  // said in the incident's channel it ticks the item; empty: none
};

struct ChecklistRule {
  std::string name;
  std::string stage;  // the status in which it is brought out
  std::string when;
  std::vector<ChecklistItemRule> items{};
};

namespace limits {
inline constexpr std::size_t checklists_max = 20;            // more than anybody reads
inline constexpr std::size_t checklist_items_max = 30;       // of one list
inline constexpr std::size_t checklist_text_bytes = 300;     // one line in chat
inline constexpr std::size_t checklist_keyword_bytes = 100;  // a phrase
inline constexpr std::size_t checklist_keyword_min = 3;      // characters; shorter ones are in every other sentence
}  // namespace limits

// An item as it was brought out: a later configuration does not change it.
struct ChecklistItem {
  int number = 0;    // through all lists of the incident
  std::string list;  // the name of its checklist
  std::string post;  // the id of the message that shows it
  std::string text, run, keyword;
  bool unsure = false;               // its condition had no answer, so it was brought out
  std::string state = "open";        // open, done, skipped
  std::string by = {}, reason = {};  // who, and why it was skipped
  TimeMs at = 0;
  bool open() const { return state == "open"; }
};

}  // namespace muster

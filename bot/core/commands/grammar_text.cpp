// Verbs of free text: only what the verb says at its two ends is taken out, the middle stays as typed.
#include <algorithm>

#include "bot/base/clock.h"
#include "bot/base/text.h"
#include "bot/core/commands/grammar_parts.h"

namespace muster::grammar {
namespace {

std::string_view first_word(std::string_view text) { return text.substr(0, text.find_first_of(" \t")); }
std::string_view after(std::string_view text, std::string_view word) { return trim(text.substr(word.size())); }

struct Tail {
  std::string_view before, word, value;  // "before word value", or "before value" with no word
};

// The last two words when the first of them is `word`, in any case, and something stands before them.
std::optional<Tail> tail(std::string_view text, std::string_view word) {
  const auto value_at = text.find_last_of(" \t");
  if (value_at == std::string_view::npos) return {};
  const auto head = trim(text.substr(0, value_at));
  const auto word_at = head.find_last_of(" \t");
  if (word_at == std::string_view::npos || lower_ascii(head.substr(word_at + 1)) != word) return {};
  return Tail{trim(head.substr(0, word_at)), head.substr(word_at + 1), text.substr(value_at + 1)};
}

// A text that is one quoted argument loses its quotes; any other keeps them, unclosed ones too.
std::string unquoted(std::string_view text) {
  if (!text.starts_with('"') && !text.starts_with('\'') && !text.starts_with('`')) return std::string(text);
  const auto token = next_token(text, 0);
  return token && *token && (*token)->end == text.size() ? (*token)->text : std::string(text);
}

void echo(Command& c, std::string_view label, const std::string& value) {
  if (!value.empty()) c.echo += (label.empty() ? " " : " " + std::string(label) + " ") + value;
}

// INC-7 in front names the incident; "I7" does not here, since prose may begin with it.
std::string_view take_incident(Command& c, const VerbInfo& verb, std::string_view text) {
  const auto word = first_word(text);
  const auto id = canonical_id(word);
  if (!verb.of_incident || !id.starts_with("INC-") || !lower_ascii(word).starts_with("inc-")) return text;
  c.named["incident"] = id;
  echo(c, "", id);
  return after(text, word);
}

Fault text_argument(Command& c, const VerbInfo& verb, std::string_view text) {
  if (text.empty() && c.body.empty())
    return verb_error("missing_argument", verb, {{"slot", verb.slots.empty() ? "text" : verb.slots.back().name}});
  if (!text.empty()) c.args.push_back(unquoted(text));
  echo(c, "", std::string(text));
  return {};
}

Fault read_update(Command& c, const VerbInfo& verb, std::string_view text) {
  std::string next;
  // "next 30m" alone says when, not what: it must not become the update's text.
  if (const auto word = first_word(text); lower_ascii(word) == "next" && parse_duration(after(text, word)))
    next = after(text, word), text = {};
  if (const auto t = tail(text, "next"); t && parse_duration(t->value)) next = t->value, text = t->before;
  if (!next.empty()) c.named["next"] = next;
  if (auto fault = text_argument(c, verb, text)) return fault;
  echo(c, "next", next);
  return {};
}

bool is_day(std::string_view word) {
  constexpr std::string_view days[] = {"today",    "tomorrow", "monday",   "tuesday", "wednesday",
                                       "thursday", "friday",   "saturday", "sunday"};
  const auto lower = lower_ascii(word);
  if (std::ranges::find(days, lower) != std::end(days)) return true;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (lower.size() != 10 || lower[4] != '-' || lower[7] != '-') return false;
  return std::ranges::all_of(lower, [&](char c) { return digit(c) || c == '-'; });
}

// Bare dates count; "today" and the like only after by or due, because prose ends in them too.
std::optional<Tail> due_at_end(std::string_view text) {
  for (auto word : {"by", "due"})
    if (const auto t = tail(text, word); t && (is_day(t->value) || parse_duration(t->value))) return t;
  const auto at = text.find_last_of(" \t");
  if (at == std::string_view::npos) return {};
  const auto value = text.substr(at + 1);
  if (!is_day(value) || value[0] > '9') return {};
  return Tail{trim(text.substr(0, at)), {}, value};
}

std::optional<Tail> who_at_end(std::string_view text) {
  const auto at = text.find_last_of(" \t");
  if (at == std::string_view::npos || text.size() < at + 3 || text[at + 1] != '@') return {};
  const auto value = text.substr(at + 1);
  return is_name(value) ? std::optional(Tail{trim(text.substr(0, at)), {}, value}) : std::nullopt;
}

Fault read_todo(Command& c, const VerbInfo& verb, std::string_view text) {
  if (text.empty() && c.body.empty()) return {};  // lists them
  std::string who, due;
  for (int i = 0; i < 2; ++i) {
    if (const auto d = due_at_end(text); d && due.empty()) due = lower_ascii(d->value), text = d->before;
    if (const auto w = who_at_end(text); w && who.empty()) who = w->value, text = w->before;
  }
  if (!who.empty()) c.named["who"] = who;
  if (!due.empty()) c.named["due"] = due;
  if (auto fault = text_argument(c, verb, text)) return fault;
  echo(c, "", who);
  echo(c, "due", due);
  return {};
}

// "resolve at 14:02 because …" keeps what stands before the reason; without the word all of it is the reason.
Fault read_reason(Command& c, std::string_view text) {
  std::string_view before, reason = text;
  for (std::size_t at = 0; at < text.size();) {
    const auto word = first_word(text.substr(at));
    if (lower_ascii(word) == "because") {
      before = trim(text.substr(0, at));
      reason = after(text.substr(at), word);
      break;
    }
    at += word.size() + 1;
  }
  if (!before.empty()) c.args.emplace_back(before);
  if (!reason.empty()) c.named["because"] = reason;
  echo(c, "", std::string(before));
  echo(c, "because", std::string(reason));
  return {};
}

Fault read_alias(Command& c, const VerbInfo& verb, std::string_view text) {
  if (lower_ascii(first_word(text)) == "--team" || lower_ascii(first_word(text)) == "-team") {
    c.named["team"] = "true";
    echo(c, "", "--team");
    text = after(text, first_word(text));
  }
  const auto equals = text.find('=');
  const auto name = lower_ascii(trim(text.substr(0, equals)));
  const auto command = equals == std::string_view::npos ? std::string_view{} : trim(text.substr(equals + 1));
  if (name.empty()) return verb_error("missing_argument", verb, {{"slot", "name"}});
  if (name.find_first_of(" \t\"'`") != std::string::npos)
    return verb_error("too_many_arguments", verb, {{"word", name}});
  if (command.empty()) return verb_error("missing_argument", verb, {{"slot", "command"}});
  c.args = {name, unquoted(command)};
  echo(c, "", name + " = " + c.args[1]);
  return {};
}

std::string_view last_word(std::string_view text) {
  const auto at = text.find_last_of(" \t");
  return at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
}

// "value" of the last two words "word value"; what stands before is left in text.
std::optional<std::string> take_tail(std::string_view& text, std::string_view word) {
  auto t = tail(text, word);
  const auto value = last_word(text);  // or nothing else stands there: "since 3h"
  if (!t && !value.empty() && lower_ascii(trim(text.substr(0, text.size() - value.size()))) == word)
    t = Tail{{}, word, value};
  // The end of what is quoted or in brackets ("waiting for db") belongs to the text.
  if (!t || t->value.find_first_of("\"'`(){}[],") != std::string_view::npos) return {};
  text = t->before;
  return std::string(t->value);
}

// Flags of a reading command that stand at the end of its line: --json, --grep word.
bool take_flag_at_end(Command& c, const VerbInfo& verb, std::string_view& text) {
  for (const Slot& slot : verb.named) {
    if (!slot.name.starts_with("--")) continue;
    const std::string key = slot.name.substr(2);
    if (slot.kind == "flag" && lower_ascii(last_word(text)) == slot.name) {
      text = trim(text.substr(0, text.size() - slot.name.size()));
      c.named[key] = "true";
      return true;
    }
    if (slot.kind == "flag") continue;
    if (const auto value = take_tail(text, slot.name)) return c.named[key] = *value, true;
  }
  return false;
}

// Any text as it is, and at its end in any order what the verb takes by name.
Fault read_query(Command& c, const VerbInfo& verb, std::string_view text) {
  std::string tails;
  for (bool again = true; again;) {
    again = take_flag_at_end(c, verb, text);
    for (const Slot& slot : verb.named) {
      if (slot.name.starts_with("--") || slot.name == "because" || c.named.contains(slot.name)) continue;
      const auto value = take_tail(text, slot.name);
      if (!value) continue;
      c.named[slot.name] = normal_value(slot.kind, *value);
      tails = " " + slot.name + " " + c.named[slot.name] + tails;
      again = true;
    }
  }
  if (auto fault = text_argument(c, verb, text)) return fault;
  c.echo += tails;
  return {};
}

Fault read_matchers(Command& c, const VerbInfo& verb, std::string_view text) {
  if (lower_ascii(first_word(text)) == "because") return text_argument(c, verb, {});
  Command reasons;
  if (const auto fault = read_reason(reasons, text)) return fault;
  // Without "because" all of it counts as a reason: here it is the matchers, and the reason is asked for later.
  const bool given = !reasons.args.empty();
  if (auto fault = read_query(c, verb, given ? std::string_view(reasons.args.front()) : text)) return fault;
  if (!given) return {};
  c.named["because"] = reasons.named["because"];
  echo(c, "because", c.named["because"]);
  return {};
}

}  // namespace

bool is_name(std::string_view word) {
  return !word.empty() && word.find_first_of("\"'`,;:!?()") == std::string_view::npos;
}

Fault read_text(Command& command, const VerbInfo& verb, std::string_view text) {
  text = take_incident(command, verb, trim(text));
  // A quote in the middle is prose; one that begins the text promises an end.
  if (!text.empty() && std::string_view("\"'`").contains(text[0]))
    if (const auto token = next_token(text, 0); !token) {
      const std::string_view line = command.echo;
      return unclosed(std::string(line) + " " + std::string(text), line.size() + 1);
    }
  switch (verb.shape) {
    case Shape::declare:
      return read_declare(command, verb, text);
    case Shape::update:
      return read_update(command, verb, text);
    case Shape::todo:
      return read_todo(command, verb, text);
    case Shape::reason:
      return read_reason(command, text);
    case Shape::alias:
      return read_alias(command, verb, text);
    case Shape::query:
      return read_query(command, verb, text);
    case Shape::matchers:
      return read_matchers(command, verb, text);
    default:
      return text_argument(command, verb, text);
  }
}

}  // namespace muster::grammar

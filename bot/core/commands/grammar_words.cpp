// Verbs of slots, prepositions and flags.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/grammar_parts.h"

namespace muster::grammar {
namespace {

constexpr std::string_view key_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

std::string without_dashes(std::string_view word) {
  return std::string(word.substr(std::min(word.find_first_not_of('-'), word.size())));
}

const Slot* named_slot(const VerbInfo& verb, std::string_view key) {
  for (const Slot& slot : verb.named)
    if (without_dashes(slot.name) == key) return &slot;
  return nullptr;
}

bool is_flag(const Token& t) {
  return !t.quoted && t.text.size() > 1 && t.text[0] == '-' && !std::string_view("0123456789").contains(t.text[1]);
}

struct Reader {
  Command& command;
  const VerbInfo& verb;
  std::string_view line;
  std::size_t at;
  std::size_t positional = 0;
  bool loose = verb.shape == Shape::loose;

  Fault read();

 private:
  Fault take(const Token& token);
  Fault take_word(const Token& token);
  Fault take_flag(const Token& token);
  Fault take_named(const Token& word, const std::string& key, std::string_view kind);
  Fault take_key_value(const Token& token, std::size_t equals);
  Fault take_positional(const Token& token);
  Fault placed(GrammarError e, const Token& token) {
    e.caret_line = caret(line, token.begin);
    return e;
  }
  void echo(const std::string& word) { command.echo += " " + word; }
};

bool chosen(std::string_view kind, const std::string& value) {
  if (!kind.contains('|')) return true;
  const auto choices = split(kind, '|');
  return std::ranges::find(choices, value) != choices.end();
}

// How many: 1 to 999,999,999.
bool counts(std::string_view kind, std::string_view value) {
  if (kind != "count") return true;
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && value.size() <= 9 && value.find_first_not_of('0') != std::string_view::npos;
}

std::string joined_choices(std::string_view kind) { return join(split(kind, '|'), ", "); }

Fault Reader::take_flag(const Token& token) {
  const auto word = without_dashes(token.text);
  const auto equals = word.find('=');
  const auto key = lower_ascii(word.substr(0, equals));
  const Slot* slot = named_slot(verb, key);
  if (!slot && !loose && !verb.any_keys) {
    auto e = verb_error("unknown_flag", verb, {{"word", "--" + key}});
    std::vector<std::string> flags;
    for (const Slot& s : verb.named)
      if (s.name.starts_with("--")) flags.push_back(s.name);
    e.suggestions = nearest("--" + key, flags);
    return placed(std::move(e), token);
  }
  if (equals != std::string::npos) {
    const auto value = normal_value(slot ? slot->kind : "", word.substr(equals + 1));
    if (slot && !chosen(slot->kind, value))
      return placed(verb_error("bad_choice", verb, {{"word", value}, {"choices", joined_choices(slot->kind)}}), token);
    if (slot && !counts(slot->kind, value)) return placed(verb_error("bad_count", verb, {{"word", value}}), token);
    command.named[key] = value;
    echo("--" + key + "=" + quoted_if_needed(value));
    return {};
  }
  // Of commands that come later only the flags with a value of the specification take one.
  const bool valued = loose ? key == "strategy" || key == "override" || key == "tail" || key == "severity"
                            : slot && slot->kind != "flag";
  if (valued) return take_named(token, key, slot ? slot->kind : "");
  command.named[key] = "true";
  echo("--" + key);
  return {};
}

Fault Reader::take_named(const Token& word, const std::string& key, std::string_view kind) {
  auto value = next_token(line, at);
  if (!value) return value.error();
  if (!*value) return placed(verb_error("missing_value", verb, {{"word", word.text}}), word);
  at = (*value)->end;
  auto normal = normal_value(kind, (*value)->text);
  if (!chosen(kind, normal))
    return placed(verb_error("bad_choice", verb, {{"word", normal}, {"choices", joined_choices(kind)}}), **value);
  if (!counts(kind, normal)) return placed(verb_error("bad_count", verb, {{"word", normal}}), **value);
  // A time may have several words: "friday 18:00", "2026-12-24 18:00 CET".
  while (kind == "time") {
    const auto more = next_token(line, at);
    if (!more || !*more || is_flag(**more)) break;
    const auto next_word = lower_ascii((*more)->text);
    if (next_word == "because" || (is_preposition(next_word) && named_slot(verb, next_word))) break;
    normal += " " + (*more)->text;
    at = (*more)->end;
  }
  command.named[key] = normal;
  echo(lower_ascii(word.text) + " " + quoted_if_needed(normal));
  return {};
}

Fault Reader::take_key_value(const Token& token, std::size_t equals) {
  const auto key = lower_ascii(token.text.substr(0, equals));
  const Slot* slot = named_slot(verb, key);
  const auto value = normal_value(slot ? slot->kind : "", token.text.substr(equals + 1));
  if (slot && !counts(slot->kind, value)) return placed(verb_error("bad_count", verb, {{"word", value}}), token);
  command.named[key] = value;
  echo(key + "=" + quoted_if_needed(value));
  return {};
}

Fault Reader::take_positional(const Token& token) {
  if (verb.of_incident && !command.named.contains("incident")) {
    const auto id = canonical_id(token.text);
    if (id.starts_with("INC-")) {
      command.named["incident"] = id;
      echo(id);
      return {};
    }
  }
  const Slot* slot = positional < verb.slots.size() ? &verb.slots[positional] : nullptr;
  if (!slot && !loose) return placed(verb_error("too_many_arguments", verb, {{"word", token.text}}), token);
  ++positional;
  if (slot && slot->rest) {
    command.args.emplace_back(trim(line.substr(token.begin)));
    at = line.size();
    echo(command.args.back());
    return {};
  }
  auto value = normal_value(slot ? slot->kind : "", token.text);
  if (slot && !chosen(slot->kind, value))
    return placed(verb_error("bad_choice", verb, {{"word", value}, {"choices", joined_choices(slot->kind)}}), token);
  if (slot && !counts(slot->kind, value)) return placed(verb_error("bad_count", verb, {{"word", value}}), token);
  echo(quoted_if_needed(value));
  command.args.push_back(std::move(value));
  return {};
}

// What is said twice, and differently, is not settled by its order: "to staging to production" is refused.
Fault Reader::take(const Token& token) {
  const auto known = command.named;
  if (auto fault = take_word(token)) return fault;
  for (const auto& [key, value] : known)
    if (const std::string& now = command.named.at(key); now != value)
      return placed(verb_error("said_twice", verb, {{"key", key}, {"first", value}, {"second", now}}), token);
  return {};
}

Fault Reader::take_word(const Token& token) {
  if (token.quoted) return take_positional(token);
  const auto word = lower_ascii(token.text);
  if (is_flag(token)) return take_flag(token);
  const Slot* slot = named_slot(verb, word);
  const bool takes = slot && !slot->name.starts_with("--");
  if (is_preposition(word) && (takes || loose)) return take_named(token, word, slot ? slot->kind : "");
  const auto equals = token.text.find('=');
  if (equals != std::string::npos && equals > 0 && token.text.find_first_not_of(key_characters) == equals &&
      (verb.any_keys || named_slot(verb, lower_ascii(token.text.substr(0, equals)))))
    return take_key_value(token, equals);
  return take_positional(token);
}

Fault Reader::read() {
  while (true) {
    // The reason is free text: it is taken before its quotes could be found wanting.
    auto start = line.find_first_not_of(" \t\n", at);
    if (start == std::string_view::npos) return {};
    const auto word_end = std::min(line.find_first_of(" \t\n", start), line.size());
    const bool reasons = loose || named_slot(verb, "because");
    if (reasons && lower_ascii(line.substr(start, word_end - start)) == "because") {
      const auto reason = trim(line.substr(word_end));
      const Token because{.text = "because", .begin = start, .end = word_end};
      if (reason.empty()) return placed(verb_error("missing_value", verb, {{"word", "because"}}), because);
      command.named["because"] = reason;
      echo("because " + std::string(reason));
      return {};
    }
    auto token = next_token(line, at);
    if (!token) return token.error();
    at = (*token)->end;
    if (auto fault = take(**token)) return fault;
  }
}

}  // namespace

bool is_preposition(std::string_view lower_word) {
  constexpr std::string_view words[] = {"to", "in", "by", "for", "until", "from", "on", "since", "next"};
  return std::ranges::find(words, lower_word) != std::end(words);
}

std::string normal_value(std::string_view kind, std::string_view value) {
  if (kind == "service" || kind == "environment" || kind == "role" || kind == "right" || kind == "runbook" ||
      kind.contains('|'))
    return lower_ascii(value);
  if (kind == "service_ref") {
    const auto at = std::min(value.find('@'), value.size());
    return lower_ascii(value.substr(0, at)) + std::string(value.substr(at));
  }
  if (kind == "severity")
    if (auto s = canonical_severity(value); !s.empty()) return s;
  if (kind == "alert" || kind == "incident" || kind == "id" || kind == "approval" || kind == "grant" ||
      kind == "code" || kind == "run" || kind == "schedule")
    if (auto id = canonical_id(value); !id.empty()) return id;
  if ((kind == "number" || kind == "count") && value.starts_with('#')) value.remove_prefix(1);
  return std::string(value);
}

std::string quoted_if_needed(const std::string& word) {
  if (!word.empty() && word.find_first_of(" \t\n\"'`") == std::string::npos) return word;
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

Fault read_words(Command& command, const VerbInfo& verb, std::string_view line, std::size_t at) {
  Reader reader{command, verb, line, at};
  if (auto fault = reader.read()) return fault;
  // Of commands that come later it is enough to know which one was meant.
  if (verb.shape == Shape::loose) return {};
  // An incident may also be named by a preposition: lead @ann in INC-7.
  if (auto in = command.named.find("in"); verb.of_incident && in != command.named.end())
    if (const auto id = canonical_id(in->second); id.starts_with("INC-")) {
      command.named["incident"] = id;
      command.named.erase(in);
    }
  for (std::size_t i = command.args.size(); i < verb.slots.size(); ++i)
    if (verb.slots[i].required) return verb_error("missing_argument", verb, {{"slot", verb.slots[i].name}});
  return {};
}

}  // namespace muster::grammar

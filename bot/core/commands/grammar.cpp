#include "bot/core/commands/grammar.h"

#include <algorithm>

#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "bot/core/commands/clean.h"
#include "bot/core/commands/grammar_parts.h"

namespace muster {
namespace grammar {

GrammarError error(std::string key, std::map<std::string, std::string> args) {
  return {std::move(key), std::move(args), {}, {}};
}

GrammarError verb_error(std::string key, const VerbInfo& verb, std::map<std::string, std::string> args) {
  args.emplace("verb", verb.verb);
  args.emplace("usage", verb.usage);
  return error(std::move(key), std::move(args));
}

// Columns on a terminal: Hangul, kana, ideographs and emoji take two, continuation bytes and marks none.
static std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0u) != 0x80u) n += byte >= 0xE3 && byte != 0xEF ? 2 : 1;
  }
  return n;
}

std::string caret(std::string_view line, std::size_t at) {
  return std::string(line) + "\n" + std::string(columns(line.substr(0, at)), ' ') + "^";
}

GrammarError unclosed(std::string_view line, std::size_t at) {
  auto e = error("unclosed_quote", {{"word", std::string(line.substr(at, 1))}});
  e.caret_line = caret(line, at);
  return e;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }
static bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

// Appends the quoted text that starts at `at`; one past the closing quote, or npos when there is none.
static std::size_t read_quoted(std::string_view line, std::size_t at, std::string& out) {
  const char quote = line[at];
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == quote) return i + 1;
    const bool escape = quote == '"' && line[i] == '\\' && i + 1 < line.size();
    if (escape && (line[i + 1] == '"' || line[i + 1] == '\\')) ++i;
    out += line[i];
  }
  return std::string_view::npos;
}

std::expected<std::optional<Token>, GrammarError> next_token(std::string_view line, std::size_t at) {
  while (at < line.size() && is_space(line[at])) ++at;
  if (at == line.size()) return std::optional<Token>{};
  Token token{.text = {}, .quoted = is_quote(line[at]), .begin = at};
  while (at < line.size() && !is_space(line[at])) {
    // Inside a word only the value of key="…" is quoted, so that people may write don't.
    if (is_quote(line[at]) && (at == token.begin || line[at - 1] == '=')) {
      const auto end = read_quoted(line, at, token.text);
      if (end == std::string_view::npos) return std::unexpected(unclosed(line, at));
      at = end;
    } else {
      token.text += line[at++];
    }
  }
  token.end = at;
  return token;
}

// --- A message becomes a line, a body and a verb.

struct Parts {
  std::string line, body;
  bool plain_lines = false, block = false;
};

static void add_body(Parts& parts, std::string_view text) {
  if (!parts.body.empty()) parts.body += '\n';
  parts.body += text;
}

static std::expected<Parts, GrammarError> split_message(std::string_view text) {
  Parts parts;
  const auto line_end = std::min(text.find('\n'), text.find("```"));
  parts.line = trim(text.substr(0, line_end));
  auto rest = line_end == std::string_view::npos ? std::string_view{} : text.substr(line_end);
  while (!(rest = trim(rest)).empty()) {
    if (rest.starts_with("```")) {
      const auto close = rest.find("```", 3);
      if (close == std::string_view::npos) return std::unexpected(error("unclosed_block"));
      auto block = rest.substr(3, close - 3);
      if (block.starts_with('\n')) block.remove_prefix(1);
      if (block.ends_with('\n')) block.remove_suffix(1);
      add_body(parts, block);
      parts.block = true;
      rest = rest.substr(close + 3);
    } else {
      const auto end = rest.find("```");
      add_body(parts, trim(rest.substr(0, end)));
      parts.plain_lines = true;
      rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    }
  }
  return parts;
}

struct Word {
  std::string lower;
  std::size_t end = 0;
};

static Word word_at(std::string_view line, std::size_t at) {
  while (at < line.size() && is_space(line[at])) ++at;
  auto end = at;
  while (end < line.size() && !is_space(line[end])) ++end;
  return {lower_ascii(line.substr(at, end - at)), end};
}

// "todo done with the migration" and "todo mine the logs" are things to do, "todo done 2", "todo done INC-7 2" and
// "todo mine" are not.
static bool two_words_meant(std::string_view verb, std::string_view line, std::size_t end) {
  if (verb == "todo mine") {
    const auto next = word_at(line, end).lower;
    return next.empty() || next == "me" || next.front() == '@' || next.front() == '-' || next == "?";
  }
  if (verb != "todo done") return true;
  auto number = word_at(line, end);
  if (number.lower.empty()) return true;
  if (number.lower.starts_with("inc-") && canonical_id(number.lower).starts_with("INC-"))
    number = word_at(line, number.end);
  const bool digits = number.lower.find_first_not_of("#0123456789") == std::string::npos;
  return digits && trim(line.substr(number.end)).empty();
}

struct Matched {
  const VerbInfo* verb = nullptr;
  std::size_t end = 0;
};

static Matched match_verb(std::string_view line) {
  const auto first = word_at(line, 0);
  const auto second = word_at(line, first.end);
  if (!second.lower.empty())
    if (const auto* verb = find_verb(first.lower + " " + second.lower);
        verb && two_words_meant(verb->verb, line, second.end))
      return {verb, second.end};
  return {find_verb(first.lower), first.end};
}

// Whole lines to paste: the near verb with what followed the mistyped one.
static GrammarError unknown_verb(std::string_view line) {
  const auto first = word_at(line, 0);
  const auto second = word_at(line, first.end);
  auto e = error("unknown_verb", {{"word", first.lower}});
  std::vector<std::string> single{"plan"}, both{"incident open"};
  for (const auto& v : verbs()) (v.verb.find(' ') == std::string_view::npos ? single : both).emplace_back(v.verb);
  const auto add = [&](const std::string& verb, std::size_t from) {
    const auto tail = std::string(line.substr(std::min(from, line.size())));
    const auto suggestion = verb + tail;
    if (e.suggestions.size() < 3 && std::ranges::find(e.suggestions, suggestion) == e.suggestions.end())
      e.suggestions.push_back(suggestion);
  };
  if (!second.lower.empty())
    for (const auto& verb : nearest(first.lower + " " + second.lower, both)) add(verb, second.end);
  for (const auto& verb : nearest(first.lower, single)) add(verb, first.end);
  for (const auto& verb : both)
    if (verb.starts_with(first.lower + " ")) add(verb, line.size());
  return e;
}

static Fault check_body(const VerbInfo& verb, const Parts& parts) {
  if (verb.takes_body) return {};
  if (parts.plain_lines) return verb_error("extra_lines", verb);
  if (parts.block) return verb_error("unexpected_block", verb);
  return {};
}

// The prefix before " ?" as far as it is understood; what it does not say yet is no error.
static Command asked(std::string_view prefix) {
  Command c;
  c.ask = true;
  c.echo = c.rest = std::string(trim(prefix));
  if (const auto m = match_verb(c.echo); m.verb) {
    c.verb = m.verb->verb;
    c.rest = trim(std::string_view(c.echo).substr(m.end));
  }
  return c;
}

static std::expected<Command, GrammarError> parse_line(const Parts& parts, bool plan) {
  std::string_view line = parts.line;
  const auto [verb, end] = match_verb(line);
  if (!verb) return std::unexpected(unknown_verb(line));
  if (plan && !verb->writes) return std::unexpected(verb_error("plan_reads", *verb));
  if (auto fault = check_body(*verb, parts)) return std::unexpected(*fault);
  Command c;
  c.plan = plan;
  c.verb = verb->verb;
  c.rest = trim(line.substr(end));
  c.body = parts.body;
  c.echo = (plan ? "plan " : "") + c.verb;
  const bool words = verb->shape == Shape::words || verb->shape == Shape::loose;
  auto fault = words ? read_words(c, *verb, line, end) : read_text(c, *verb, c.rest);
  if (fault) return std::unexpected(*fault);
  c.echo = one_line(c.echo);
  // A code is a secret while it is good; what was understood is recorded, and shown to everybody by `history`.
  if (c.verb == "link me" && !c.args.empty()) c.echo = (plan ? "plan " : "") + c.verb + " …";
  return c;
}

}  // namespace grammar

std::expected<std::vector<Token>, GrammarError> tokenize(std::string_view line) {
  std::vector<Token> tokens;
  std::size_t at = 0;
  while (true) {
    auto token = grammar::next_token(line, at);
    if (!token) return std::unexpected(token.error());
    if (!*token) return tokens;
    at = (*token)->end;
    tokens.push_back(std::move(**token));
  }
}

std::expected<Command, GrammarError> parse_command(std::string_view text) {
  if (text.size() > limits::command_bytes_max)
    return std::unexpected(grammar::error("too_long", {{"limit", std::to_string(limits::command_bytes_max)}}));
  const std::string cleaned = clean_command(text);
  auto parts = grammar::split_message(trim(cleaned));
  if (!parts) return std::unexpected(parts.error());
  const std::string line = parts->line;  // the message's own is replaced below
  if (line == "?" || line.ends_with(" ?")) return grammar::asked(line.substr(0, line.size() - 1));
  const auto first = grammar::word_at(line, 0);
  bool plan = first.lower == "plan";
  if (plan) parts->line = std::string(trim(line.substr(first.end)));
  // Beside `runbook lint` and its like stands `runbook plan`, which is `plan run`.
  if (const auto second = grammar::word_at(line, first.end); first.lower == "runbook" && second.lower == "plan") {
    plan = true;
    parts->line = "run " + std::string(trim(line.substr(second.end)));
  }
  if (plan && grammar::word_at(parts->line, 0).lower == "plan") return std::unexpected(grammar::error("plan_twice"));
  if (parts->line.empty())
    return std::unexpected(
        plan ? grammar::error("missing_argument", {{"verb", "plan"}, {"usage", "plan <command>"}, {"slot", "command"}})
             : grammar::error("empty_command"));
  return grammar::parse_line(*parts, plan);
}

// --- Is it for us?

static std::string_view without_leading_noise(std::string_view text) {
  constexpr std::string_view noise[] = {" ",
                                        "\t",
                                        "\n",
                                        "\r",
                                        "\xC2\xA0",
                                        "\xE2\x80\x8B",
                                        "\xE2\x80\x8C",
                                        "\xE2\x80\x8D",
                                        "\xE2\x80\x8E",
                                        "\xE2\x80\x8F",
                                        "\xEF\xBB\xBF",
                                        "\xE3\x80\x80"};
  for (bool again = true; again;) {
    again = false;
    for (const auto n : noise)
      if (text.starts_with(n)) text.remove_prefix(n.size()), again = true;
  }
  return text;
}

// Bytes of a leading mention of the handle: @muster, <@U1>, <@U1|muster>; 0 when it is not one.
static std::size_t mention_bytes(std::string_view text, std::string_view handle) {
  if (handle.empty()) return 0;
  const bool tag = text.starts_with("<@");
  const std::size_t start = tag ? 2 : 1;
  if (!tag && !text.starts_with('@')) return 0;
  if (lower_ascii(text.substr(start, handle.size())) != lower_ascii(handle)) return 0;
  const auto end = start + handle.size();
  if (tag) {
    const auto close = text.find('>', end);
    const bool whole = close != std::string_view::npos && (text[end] == '>' || text[end] == '|');
    return whole ? close + 1 : 0;
  }
  if (end == text.size()) return end;
  constexpr std::string_view part_of_name = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  if (text[end] == '.' && (end + 1 == text.size() || text[end + 1] == ' ')) return end;
  return part_of_name.find(text[end]) == std::string_view::npos ? end : 0;
}

// "@muster야 status": whoever speaks Korean calls by a particle, and it belongs to the name.
static std::string_view without_particle(std::string_view text) {
  static constexpr std::string_view particles[] = {"야", "아",   "여",   "님",     "씨",   "님아", "님께", "님에게",
                                                   "께", "에게", "한테", "에게로", "보고", "더러", "은",   "는",
                                                   "이", "가",   "을",   "를",     "도",   "와",   "과"};
  constexpr std::string_view after = " \t\n,:!?~.";
  for (const std::string_view p : particles)
    if (text.starts_with(p) && (text.size() == p.size() || after.contains(text[p.size()])))
      return text.substr(p.size());
  return text;
}

Addressed address(std::string_view text, std::string_view bot_handle, char prefix, bool direct) {
  text = without_leading_noise(text);
  if (bot_handle.starts_with('@')) bot_handle.remove_prefix(1);
  if (const auto used = mention_bytes(text, bot_handle)) {
    auto rest = without_leading_noise(without_particle(text.substr(used)));
    if (!rest.empty() && (rest[0] == ':' || rest[0] == ',')) rest.remove_prefix(1);
    return {true, true, std::string(trim(without_leading_noise(rest)))};
  }
  if (prefix && text.starts_with(prefix)) {
    const auto rest = text.substr(1);
    const auto c = rest.empty() ? '\0' : rest[0];
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    if (word || trim(rest) == "?") return {true, false, std::string(trim(rest))};
  }
  if (direct)
    return {true, false, trim(text) == std::string_view(&prefix, 1) ? std::string() : std::string(trim(text))};
  return {};
}

std::string canonical_id(std::string_view word) {
  const std::string lower = lower_ascii(word);
  for (auto [prefix, canonical] : {std::pair<std::string_view, std::string_view>{"inc-", "INC-"},
                                   {"i", "INC-"},
                                   {"e", "E"},
                                   {"r", "R"},
                                   {"a", "A"},
                                   {"l", "L"},
                                   {"t", "T"}}) {
    if (!lower.starts_with(prefix)) continue;
    const auto digits = std::string_view(lower).substr(prefix.size());
    if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != std::string_view::npos)
      continue;
    const auto significant = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    return std::string(canonical) + std::string(digits.substr(significant));
  }
  return {};
}

std::string canonical_severity(std::string_view word) {
  const std::string lower = lower_ascii(word);
  std::string_view digits = lower;
  if (digits.starts_with("sev")) digits.remove_prefix(3);
  if (digits.size() == 2 && digits[0] == '-' && lower.size() > 2) digits.remove_prefix(1);
  if (digits.size() != 1 || digits[0] < '0' || digits[0] > '9') return {};
  return "sev" + std::string(digits);
}

}  // namespace muster

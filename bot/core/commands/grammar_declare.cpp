// declare: a title among options that may stand anywhere, as people type them in a hurry.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/commands/grammar_parts.h"

namespace muster::grammar {
namespace {

struct TitleWord {
  std::string_view raw;  // as typed, with its quotes
  std::string text;
  bool quoted = false;
  bool is(std::string_view word) const { return !quoted && lower_ascii(text) == word; }
};

using Typed = std::vector<TitleWord>;

// A quote that is never closed is prose here.
Typed words_of(std::string_view line) {
  Typed out;
  for (std::size_t at = 0; (at = line.find_first_not_of(" \t\n", at)) != std::string_view::npos;) {
    const auto token = next_token(line, at);
    if (token && *token && (*token)->quoted) {
      out.push_back({line.substr(at, (*token)->end - at), (*token)->text, true});
      at = (*token)->end;
      continue;
    }
    const auto end = std::min(line.find_first_of(" \t\n", at), line.size());
    out.push_back({line.substr(at, end - at), std::string(line.substr(at, end - at)), false});
    at = end;
  }
  return out;
}

std::string without_tail(std::string word, std::string_view marks) {
  while (!word.empty() && marks.contains(word.back())) word.pop_back();
  return word;
}

bool digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// sev2, SEV33, sev-9: a severity was meant, whether or not there is one of that name.
std::string severity_word(std::string_view word) {
  const std::string lower = without_tail(lower_ascii(word), ":,");
  std::string_view number = lower;
  if (!number.starts_with("sev")) return {};
  number.remove_prefix(3);
  if (number.starts_with('-')) number.remove_prefix(1);
  return digits(number) ? "sev" + std::string(number) : std::string();
}

// What follows the word "severity" and was meant as one; "severity of the outage" is prose.
std::string severity_value(std::string_view word) {
  constexpr std::string_view names[] = {"critical", "major", "minor",   "high", "medium",
                                        "low",      "page",  "warning", "info", "none"};
  const std::string lower = without_tail(lower_ascii(word), ":,");
  if (const auto sev = severity_word(lower); !sev.empty()) return sev;
  std::string_view number = lower;
  if (number.starts_with('p') || number.starts_with('#')) number.remove_prefix(1);
  if (digits(number)) return lower.starts_with('p') ? lower : "sev" + std::string(number);
  return std::ranges::find(names, lower) != std::end(names) ? lower : std::string();
}

struct Reading {
  Typed words;  // what is left is the title
  std::string severity, service, alert, reason;
  bool is_private = false;

  // The value of an option whose word is `key`, normal; empty: it is prose.
  std::string value_of(std::string_view key, const TitleWord& word) const {
    if (key == "severity") return severity_value(word.text);
    if (key == "from") {
      if (word.text.starts_with("https://") || word.text.starts_with("http://")) return word.text;  // a message
      const auto id = canonical_id(without_tail(word.text, ".,"));
      return id.starts_with('E') ? id : std::string();
    }
    const std::string name = without_tail(lower_ascii(word.text), ".,");
    return !word.quoted && is_name(name) ? name : std::string();
  }
  std::string& slot(std::string_view key) { return key == "severity" ? severity : key == "from" ? alert : service; }

  void take_reason();
  bool take_leading();
  bool take_flags();
  bool take_pairs();
  bool take_last();
};

// Wherever it stands, also behind "because": there it would be missed, and the incident open to all.
bool is_private_flag(const TitleWord& w) { return w.is("--private") || w.is("-private"); }

void Reading::take_reason() {
  const auto at = std::ranges::find_if(words, [](const TitleWord& w) { return w.is("because"); });
  words.erase(at, words.end());
}

bool Reading::take_leading() {
  if (words.empty() || words.front().quoted || !severity.empty()) return false;
  severity = severity_word(words.front().text);
  if (!severity.empty()) words.erase(words.begin());
  return !severity.empty();
}

// --severity 2, --severity=2, severity=2; the same for the others.
bool Reading::take_flags() {
  for (auto w = words.begin(); w != words.end(); ++w) {
    if (w->quoted) continue;
    const std::string lower = lower_ascii(w->text);
    for (const std::string_view key : {"severity", "for", "from"}) {
      const bool dashed = lower.starts_with("--");
      const std::string_view bare = dashed ? std::string_view(lower).substr(2) : std::string_view(lower);
      if (!bare.starts_with(key) || !slot(key).empty()) continue;
      const bool equals = bare.size() > key.size() && bare[key.size()] == '=';
      if (equals) {
        slot(key) = value_of(key, {{}, std::string(bare.substr(key.size() + 1)), false});
        if (slot(key).empty()) continue;
        words.erase(w);
        return true;
      }
      if (!dashed || bare.size() != key.size() || w + 1 == words.end()) continue;
      slot(key) = value_of(key, w[1]);
      if (slot(key).empty()) continue;
      words.erase(w, w + 2);
      return true;
    }
  }
  return false;
}

// "severity 2" and "from E1" mean the same wherever they stand.
bool Reading::take_pairs() {
  for (auto w = words.begin(); w != words.end() && w + 1 != words.end(); ++w) {
    for (const std::string_view key : {"severity", "from"}) {
      if (!w->is(key) || !slot(key).empty() || value_of(key, w[1]).empty()) continue;
      slot(key) = value_of(key, w[1]);
      words.erase(w, w + 2);
      return true;
    }
  }
  return false;
}

// "for" is also a word of titles: only at the end is any name a service. In the middle only a known one is, which the
// grammar cannot tell.
bool Reading::take_last() {
  const std::size_t n = words.size();
  if (n > 2 && service.empty() && words[n - 2].is("for") && !value_of("for", words[n - 1]).empty()) {
    service = value_of("for", words[n - 1]);
    words.erase(words.end() - 2, words.end());
    return true;
  }
  if (n > 1 && severity.empty() && !words[n - 1].quoted && !severity_word(words[n - 1].text).empty()) {
    severity = severity_word(words[n - 1].text);
    words.pop_back();
    return true;
  }
  return false;
}

std::string title_source(const Reading& r) {
  std::string title;
  for (const TitleWord& w : r.words) title += (title.empty() ? "" : " ") + std::string(w.raw);
  return without_tail(std::move(title), ",;");
}

// An option that is none would end up in the title, unseen.
Fault unknown_flag(const Reading& r, const VerbInfo& verb) {
  for (const TitleWord& w : r.words) {
    const bool flag = !w.quoted && w.text.starts_with("--") && w.text.size() > 3 && w.text[2] > '9' && w.text[2] < '{';
    if (flag) return verb_error("unknown_flag", verb, {{"word", lower_ascii(w.text)}});
  }
  return {};
}

std::string reason_of(std::string_view text) {
  std::string reason;
  for (const TitleWord& w : words_of(text))
    if (!is_private_flag(w)) reason += (reason.empty() ? "" : " ") + std::string(w.raw);
  return reason;
}

}  // namespace

Fault read_declare(Command& c, const VerbInfo& verb, std::string_view text) {
  Reading r{words_of(text), {}, {}, {}, {}};
  r.is_private = std::ranges::any_of(r.words, is_private_flag);
  const auto because = std::ranges::find_if(r.words, [](const TitleWord& w) { return w.is("because"); });
  if (because != r.words.end()) {
    const auto after = static_cast<std::size_t>(because->raw.data() + because->raw.size() - text.data());
    r.reason = trim(text.substr(after));
    if (r.is_private) r.reason = reason_of(r.reason);
    if (r.reason.empty()) return verb_error("missing_value", verb, {{"word", "because"}});
    r.take_reason();
  }
  std::erase_if(r.words, is_private_flag);
  while (r.take_leading() || r.take_flags() || r.take_pairs() || r.take_last()) {
  }
  if (auto fault = unknown_flag(r, verb)) return fault;
  const std::string title = title_source(r);
  const bool one_quote = r.words.size() == 1 && r.words.front().quoted;
  for (const auto& [key, value] :
       {std::pair{"severity", r.severity}, {"for", r.service}, {"from", r.alert}, {"because", r.reason}})
    if (!value.empty()) c.named[key] = value;
  // Without a title it is about a message: the one it names, or the one whose thread it stands in.
  if (!title.empty() || !c.body.empty()) c.args.push_back(one_quote ? r.words.front().text : title);
  const auto echo = [&c](std::string_view label, const std::string& value) {
    if (!value.empty()) c.echo += std::string(label) + " " + value;
  };
  echo(r.severity.starts_with("sev") ? "" : " severity", r.severity);
  echo("", title);
  echo(" for", r.service);
  echo(" from", r.alert);
  if (r.is_private) c.named["private"] = "true", c.echo += " --private";
  echo(" because", r.reason);
  return {};
}

}  // namespace muster::grammar

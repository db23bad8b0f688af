#include "bot/core/postmortems/lint.h"

#include <algorithm>
#include <stdexcept>

#include "bot/base/pattern_set.h"
#include "bot/base/text.h"
#include "bot/core/postmortems/lint_rules.h"

namespace muster {
namespace {

using Span = std::pair<std::size_t, std::size_t>;
using Spans = PatternSet::Spans;

// The placeholders of the rules. Roster::mask put Q___Q for a Latin name and Q___Z for one in Hangul. Short and long
// ones apart and in groups, which RE2 does not melt together: each then has three letters by which a PatternSet sees
// that a text has none.
std::string filled(std::string_view rule) {
  static constexpr std::string_view human =
      R"((?:he|she|they|we|you|someone|somebody|nobody|no\s+one|everyone|(?:engineer|developer|operator|admin|team|)"
      R"(on-?call|responder|reviewer|author|commander|lead|dba|sre|intern|contractor|vendor|manager)s?|Q_Q|(Q___*)Q))";
  std::string pattern(rule);
  const auto put = [&pattern](std::string_view from, std::string_view to) {
    for (std::size_t at = pattern.find(from); at != std::string::npos; at = pattern.find(from, at + to.size())) {
      pattern.replace(at, from.size(), to);
    }
  };
  put("{NAME}", R"((?:Q_Q\b|(Q___*)Q\b|(Q_Z)|(Q___*)Z))");
  put("{NAME_KO}", "(?:Q_Z|(Q___*)Z)");
  put("{HUMAN}", human);
  return pattern;
}

struct Rules {
  struct Use {
    const WordingRule* rule = nullptr;
    std::vector<std::size_t> patterns, unless;  // into the sets
  };
  std::vector<Use> uses;
  std::vector<std::size_t> use_of;  // pattern: index of its use
  PatternSet patterns, unless;
};

PatternSet built(const std::vector<std::string>& texts) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  auto set = PatternSet::build(views);
  if (!set) throw std::logic_error(set.error().message);  // a rule of ours is broken: a bug
  return *set;
}

Rules all_rules() {
  Rules out;
  std::vector<std::string> patterns, unless;
  for (const auto rules : {wording_rules_en(), wording_rules_ko()}) {
    for (const WordingRule& r : rules) {
      Rules::Use use{&r, {}, {}};
      for (const std::string_view p : r.patterns) {
        use.patterns.push_back(patterns.size());
        out.use_of.push_back(out.uses.size());
        patterns.push_back(filled(p));
      }
      for (const std::string_view u : r.unless) {
        use.unless.push_back(unless.size());
        unless.push_back(filled(u));
      }
      out.uses.push_back(std::move(use));
    }
  }
  out.patterns = built(patterns);
  out.unless = built(unless);
  return out;
}

const Rules& rules() {
  static const Rules all = all_rules();
  return all;
}

// One look per byte; find_first_of searches its whole set for each.
template <char... set>
bool has_any(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return ((c == set) || ...); });
}

bool overlaps(const Spans& spans, Span hit) {
  return std::ranges::any_of(spans, [hit](Span s) { return s.first < hit.second && hit.first < s.second; });
}

void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to && i < text.size(); ++i) {
    if (text[i] != '\n') text[i] = '#';
  }
}

// What is quoted is evidence, not the writer's words: blanked with equal length, so that places stay.
void blank_quoted(std::string& text) {
  for (std::size_t at = text.find('`'); at != std::string::npos; at = text.find('`', at)) {
    const std::string_view fence = text.compare(at, 3, "```") == 0 ? "```" : "`";
    const std::size_t end = text.find(fence, at + fence.size());
    if (end == std::string::npos) break;
    blank(text, at, end + fence.size());
    at = end + fence.size();
  }
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    if (text[line] == '>') blank(text, line, end);
    line = end + 1;
  }
}

void blank_all(std::string& text, const PatternSet& set) {
  for (const std::size_t p : set.candidates(text)) {
    for (const auto& [from, to] : set.find_all(p, text)) blank(text, from, to);
  }
}

// Whether an address or the name of a file may stand in it: both are rare, and looking closely costs more.
bool may_name_place(std::string_view text) {
  if (text.find("://") != std::string_view::npos) return true;
  for (std::size_t dot = text.find('.'); dot < text.size(); dot = text.find('.', dot + 1)) {
    const auto next = static_cast<unsigned char>(dot + 1 < text.size() ? text[dot + 1] : ' ');
    if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next >= 0x80) return true;
  }
  return false;
}

std::string own_words(std::string_view text) {
  static const PatternSet places = built({R"(https?://\S+)", R"([\w./-]+\.(?:cpp|h|py|go|js|ts|java|rb|rs|sh|sql|ya?ml)"
                                                             R"(|json|toml|conf|log|md|html|png|jpe?g|csv|txt)\b)"});
  std::string out(text);
  if (has_any<'`', '>'>(text)) blank_quoted(out);
  if (may_name_place(out)) blank_all(out, places);
  return out;
}

// `<!-- lint-ok BL06: quoting the customer -->` on the same line or the one before; it needs a reason.
bool excused(std::string_view text, std::string_view rule, std::size_t at) {
  std::size_t begin = text.rfind('\n', at == 0 ? 0 : at - 1);
  if (begin == std::string_view::npos) begin = 0;
  if (begin > 0) begin = text.rfind('\n', begin - 1) == std::string_view::npos ? 0 : text.rfind('\n', begin - 1);
  const std::string_view lines = text.substr(begin, std::min(text.find('\n', at), text.size()) - begin);
  const std::string mark = "<!-- lint-ok " + std::string(rule) + ":";
  const std::size_t found = lines.find(mark);
  if (found == std::string_view::npos) return false;
  const std::string_view rest = lines.substr(found + mark.size());
  const std::size_t close = rest.find("-->");
  return close != std::string_view::npos && !trim(rest.substr(0, close)).empty();
}

Spans all_hits(const PatternSet& set, const std::vector<std::size_t>& patterns, std::string_view text) {
  Spans hits;
  for (const std::size_t p : patterns) {
    const Spans more = set.find_all(p, text);
    hits.insert(hits.end(), more.begin(), more.end());
  }
  return hits;
}

// The first hit of a rule that none of its exceptions overlaps.
bool first_hit(const Rules& all, const Rules::Use& use, std::string_view text, Span& place) {
  const Spans hits = all_hits(all.patterns, use.patterns, text);
  if (hits.empty()) return false;
  const Spans excuses = all_hits(all.unless, use.unless, text);
  bool found = false;
  for (const Span& hit : hits) {
    if (overlaps(excuses, hit) || (found && hit.first >= place.first)) continue;
    place = hit;
    found = true;
  }
  return found;
}

}  // namespace

std::string wording_form(std::string_view text) {
  // Combining marks and single Hangul letters start with these bytes; without them the text is NFC already.
  return has_any<'\xCC', '\xCD', '\xE1'>(text) ? to_nfc(text) : std::string(text);
}

std::vector<WordingFinding> wording_findings(std::string_view masked, std::string_view section) {
  const Rules& all = rules();
  const std::string text = own_words(masked);
  std::vector<WordingFinding> out;
  std::size_t last = all.uses.size();
  for (const std::size_t p : all.patterns.candidates(text)) {
    if (all.use_of[p] == last) continue;  // another expression of a rule that was looked at
    last = all.use_of[p];
    const Rules::Use& use = all.uses[last];
    Span place;
    if ((!section.empty() && use.rule->off_in == section) || !first_hit(all, use, text, place)) continue;
    if (excused(masked, use.rule->id, place.first)) continue;
    out.push_back({use.rule->id, use.rule->level, place.first, place.second, use.rule->why, use.rule->rewrite});
  }
  return out;
}

bool holds_back(const std::vector<WordingFinding>& findings) {
  return std::ranges::any_of(findings, [](const WordingFinding& f) { return f.level == WordingLevel::error; });
}

}  // namespace muster

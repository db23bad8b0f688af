#include "bot/core/postmortems/lint.h"

#include <algorithm>
#include <stdexcept>

#include "bot/base/regex_search.h"

namespace muster {
namespace {

using Spans = std::vector<std::pair<std::size_t, std::size_t>>;

struct Rule {
  std::string id;
  SearchPattern found;
  std::vector<SearchPattern> unless;
};

// The placeholders of the domain rules; every name was masked to one word before.
std::string filled(std::string pattern) {
  static constexpr std::string_view human =
      "(?:he|she|they|we|you|someone|somebody|nobody|no\\s+one|everyone|(?:engineer|developer|operator|admin|team|"
      "on-?call|responder|reviewer|author|commander|lead|dba|sre|intern|contractor|vendor|manager)s?|Qzname)";
  const auto put = [&pattern](std::string_view from, std::string_view to) {
    for (std::size_t at = pattern.find(from); at != std::string::npos; at = pattern.find(from, at + to.size())) {
      pattern.replace(at, from.size(), to);
    }
  };
  put("{NAME}", "(?:Qzname\\b)");
  put("{HUMAN}", human);
  return pattern;
}

SearchPattern compiled(const std::string& pattern) {
  auto p = SearchPattern::compile(filled(pattern));
  if (!p) throw std::logic_error(p.error().message);  // a rule of ours is broken: a bug
  return *p;
}

Rule rule(const char* id, std::initializer_list<const char*> patterns, std::initializer_list<const char*> unless) {
  std::string any;
  for (const char* p : patterns) any += (any.empty() ? "(?:" : "|(?:") + std::string(p) + ")";
  Rule out{id, compiled(any), {}};
  for (const char* p : unless) out.unless.push_back(compiled(p));
  return out;
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
      rule(
          "BL01",
          {R"(\b(?:because|due to|thanks to|owing to|caused by|triggered by|introduced by|fault of)\s+(?:of\s+)?@?{NAME})",
           R"(@?{NAME}(?:['’]s)?\s+(?:\w+\s+){0,3}?(?:mistake|error|fault|oversight|negligence|misconfiguration|bad\s+(?:push|deploy|change|commit|merge))\b)",
           R"(@?{NAME}\s+(?:\w+\s+){0,2}?(?:caused|broke|crashed|took\s+down|brought\s+down|wiped|screwed\s+up|messed\s+up)\b)"},
          {}),
      rule(
          "BL02",
          {R"(\b(?:should|could|would|might|must|ought\s+to|needed\s+to|supposed\s+to)(?:n['’]t|\s+not)?(?:\s+\w+)?\s+have\s+\w+)",
           R"(\b(?:should|could|would|might)(?:n['’]t)?['’]ve\b|\b(?:shoulda|coulda|woulda)\b)",
           R"(\bif\s+only\s+{HUMAN}\s+(?:had|could|would|knew)\b|\bhad\s+(?:the\s+)?{HUMAN}\s+(?:\w+\s+)?(?:known|noticed|checked|tested|read|followed|asked|waited)\b)"},
          {R"(\b(?:could|might|would)\s+(?:also\s+)?have\s+(?:been\s+)?(?:affected|impacted|seen|lost|received|experienced|retried)\b)",
           R"(\b(?:should|must|would|might|could)(?:n['’]t|\s+not)?\s+(?:also\s+|always\s+|only\s+)?have\s+(?:a|an|the|no|its|their|at|enough|access|permission|one|two|some|more|fewer|\d+)\b)"}),
      rule(
          "BL07", {R"(\b(?:obviously|clearly|simply|merely|of\s+course|trivial(?:ly)?|easily|basically|just)\b)"},
          {R"(\bjust\s+(?:before|after|as|over|under|above|below|in\s+time|now|about|short\s+of|then|culture|one|two|\d+)\b)",
           R"(\bjust-in-time\b)", R"(\bnot\s+just\b)", R"(\bsimply\s+typed\b)"}),
      rule(
          "BL08",
          {R"(\bhindsight\b|\bin\s+retrospect\b|\blooking\s+back\b|\b(?:was|were)\s+(?:\w+\s+)?(?:inevitable|predictable|foreseeable|avoidable|preventable|bound\s+to)\b)",
           R"(\bwaiting\s+to\s+happen\b|\b(?:warning\s+signs?|red\s+flags?)\b|\ball\s+along\b|\beveryone\s+kn(?:ew|ows)\b|\bwas\s+going\s+to\s+(?:break|fail|happen)\b|\bknew\s+(?:this|it|that)\s+would\b)",
           R"(\b{HUMAN}\s+(?:\w+\s+)?(?:overlooked|ignored|missed)\b)"},
          {R"(\bleads?\s+to\b)"}),
  };
  return all;
}

bool overlaps(const Spans& spans, std::pair<std::size_t, std::size_t> hit) {
  return std::any_of(spans.begin(), spans.end(),
                     [hit](auto s) { return s.first < hit.second && hit.first < s.second; });
}

bool applies(const Rule& r, std::string_view text) {
  if (!r.found.search(text)) return false;
  Spans excused;
  for (const SearchPattern& u : r.unless) {
    const Spans more = u.find_all(text);
    excused.insert(excused.end(), more.begin(), more.end());
  }
  const Spans hits = r.found.find_all(text);
  return std::any_of(hits.begin(), hits.end(), [&](auto h) { return !overlaps(excused, h); });
}

}  // namespace

std::vector<std::string> wording_findings(std::string_view text) {
  std::vector<std::string> out;
  for (const Rule& r : rules()) {
    if (applies(r, text)) out.push_back(r.id);
  }
  return out;
}

bool holds_back(const std::vector<std::string>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const std::string& id) { return id != "BL07"; });
}

}  // namespace muster

#include "bot/reach.h"

#include "bot/base/text.h"
#include "bot/core/commands/words.h"

namespace muster {

void Reach::failed(const std::string& target, const Error& why, TimeMs now) {
  Silent& entry = silent[target];
  if (entry.since == 0) entry.since = now;
  entry.why = why;
}

void Reach::note(std::vector<PlaceNow>& places, TimeMs now) {
  for (PlaceNow& p : places) {
    if (p.target.empty()) continue;
    if (p.said || p.answered) {
      answered(p.target);
      continue;
    }
    // That it took too long says less than what an earlier question was told.
    const auto known = silent.find(p.target);
    if (!p.too_late || known == silent.end()) failed(p.target, {ErrorKind::unavailable, p.problem, p.next_step}, now);
    const Silent& entry = silent.at(p.target);
    p.problem = entry.why.message;
    p.next_step = entry.why.next_step;
    p.silent_since = entry.since;
  }
}

Section away_section(const Reach& reach, const std::string& language) {
  std::string lines;
  for (const auto& [target, entry] : reach.silent) {
    const char* key = target == Reach::offer ? "status.offer_away" : "status.away";
    lines += say(language, key,
                 {{"target", plain(target)},
                  {"time", format_utc_minute(entry.since) + " UTC"},
                  {"why", in_words(entry.why)}}) +
             "\n";
  }
  return {std::string(trim(lines)), {}};
}

}  // namespace muster

#include "bot/silence_watch.h"

namespace muster {

void SilenceWatch::tick() {
  if (asking_) return;
  const TimeMs now = out_.clock.now();
  const Silence* due = nullptr;
  for (const auto& [number, silence] : out_.state().silences) {
    if (silence.status != "active" || silence.until_ms <= now) {
      looked_.erase(silence.id);
      continue;
    }
    // One that was made just now has been seen then.
    const auto [it, fresh] = looked_.try_emplace(silence.id, Looked{now, 0});
    if (fresh || it->second.at + looked_every_ms > now) continue;
    if (!due || it->second.at < looked_.at(due->id).at) due = &silence;
  }
  if (!due) return;
  asking_ = true;
  const std::string id = due->id;
  looked_[id].at = now;
  out_.look(*due, [this, id](const auto& answer) { seen(id, answer); });
}

// What cannot be asked is as it was. One that its source does not know at all may have gone there with the memory of a
// member that is starting: the second such answer counts.
void SilenceWatch::seen(const std::string& id, const observability::Answer<observability::SilenceLook>& answer) {
  asking_ = false;
  const auto it = looked_.find(id);
  if (!answer || it == looked_.end()) return;
  it->second.unknown = answer->known ? 0 : it->second.unknown + 1;
  if (it->second.unknown == 1) return;
  const auto& found = answer->found;
  const SilenceSeen seen{id, answer->there, found.id, found.until_ms, found.matchers};
  if (is_news(out_.state(), seen, out_.clock.now())) out_.tell(seen);
}

}  // namespace muster

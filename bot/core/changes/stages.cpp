#include "bot/core/changes/stages.h"

#include <algorithm>
#include <charconv>

#include "bot/base/text.h"
#include "bot/core/changes/health.h"

namespace muster {
namespace {

constexpr int copies_max = 10'000;
constexpr DurationMs hold_standard = 5 * minute_ms, hold_max = 24 * hour_ms;

const RolloutRule* rule_of(const std::vector<RolloutRule>& rules, const std::string& service,
                           const std::string& environment) {
  const auto it = std::ranges::find_if(rules, [&](const RolloutRule& r) {
    return is_named(r.services, service) && is_named(r.environments, environment);
  });
  return it == rules.end() ? nullptr : &*it;
}

}  // namespace

std::optional<Part> part_from(std::string_view text) {
  if (text == "beside") return Part{.amount = 0, .percent = false, .beside = true};
  Part part;
  part.percent = text.ends_with('%');
  if (part.percent) text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), part.amount);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || part.amount < 1 || part.amount > (part.percent ? 99 : copies_max)) return std::nullopt;
  return part;
}

int copies_of(const Part& part, int replicas) {
  if (part.beside || replicas <= 0) return std::max(0, replicas);
  const int n = part.percent ? (replicas * part.amount + 99) / 100 : part.amount;
  return std::clamp(n, 1, replicas);
}

std::optional<RolloutStage> stage_from(std::string_view text) {
  std::vector<std::string> words = split(std::string(text), ' ');
  std::erase(words, "");
  if (words.size() < 3 || words[1] != "for") return std::nullopt;
  const bool asks = words.back() == "ask";
  if (asks) words.pop_back();
  // A time may be in several words, as stage_text() writes it: "5m 00s".
  const auto hold = parse_duration(join(std::vector(words.begin() + 2, words.end()), ""));
  if (!part_from(words[0]) || !hold || *hold < second_ms || *hold > hold_max) return std::nullopt;
  return RolloutStage{words[0], *hold, asks};
}

std::string stage_text(const RolloutStage& stage) {
  return stage.part + " for " + format_duration(stage.hold) + (stage.asks ? " ask" : "");
}

std::vector<RolloutStage> stages_of(const std::vector<RolloutRule>& rules, const std::string& service,
                                    const std::string& environment, const std::string& strategy) {
  std::vector<RolloutStage> stages;
  if (strategy != "canary" && strategy != "bluegreen") return stages;
  const bool beside = strategy == "bluegreen";
  const RolloutRule* rule = rule_of(rules, service, environment);
  for (const std::string& text : rule ? rule->stages : std::vector<std::string>{}) {
    const auto stage = stage_from(text);
    if (stage && (stage->part == "beside") == beside) stages.push_back(*stage);
  }
  if (!stages.empty()) return stages;
  if (beside) return {{"beside", hold_standard, false}};
  return {{"25%", hold_standard, false}, {"50%", hold_standard, false}};
}

std::string strategy_of(const std::vector<RolloutRule>& rules, const std::string& service,
                        const std::string& environment) {
  const RolloutRule* rule = rule_of(rules, service, environment);
  return rule ? rule->strategy : "rolling";
}

}  // namespace muster

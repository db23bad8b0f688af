// Alerts that are counted on one card instead of having their own are recorded in lists: one entry of the journal for
// those of one delivery, in which what they share stands once. Internal to the engine.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/engine/cards.h"
#include "bot/core/engine/state.h"

namespace muster {

inline constexpr std::string_view list_kind = "alerts.firing";

// What the alerts of a list have in common, kept as alerts keep it.
struct ListedAlike {
  Pairs labels, links;
  const Pair* group = nullptr;
  const Pair* place = nullptr;
  std::string severity, reason;
  TimeMs occurred_ms = 0, received_ms = 0;
};

// The list that a decision is writing: the last entry of the decision as long as nothing else was recorded.
struct AlertList {
  std::size_t entries = 0;  // of the decision, when its own was the last; 0: there is none
  int next = 0;             // number of the alert that would follow
  std::size_t bytes = 0;
  CardPlace card;
  ListedAlike alike;
};

struct ListedTimes {
  TimeMs occurred_ms = 0, received_ms = 0;
};

bool is_open(const Work& work, const AlertList& list, const CardPlace& card);
// `entry`: who saw what when, as for a single alert; its data is made here.
void begin_list(Work& work, AlertList& list, Entry entry, const AlertEvent& first, const std::string& group,
                const CardPlace& card);
// The number of the new alert is the next one.
Alert& add_to_list(Work& work, AlertList& list, const AlertEvent& event, const Fingerprint& fingerprint,
                   const std::string& group, const ListedTimes& times, const std::vector<std::string>& services);
void end_list(Work& work, AlertList& list);

void add_listed(std::vector<std::string>& ids, const Entry& entry);  // E12 and so on: those that the entry lists
void apply_list(State& state, const Entry& entry);
ProjectionRow list_row(const Alert& first);  // stands for all of the list that have no row of their own

}  // namespace muster

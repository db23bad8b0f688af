// `muster metrics`: the same figures as in chat, from the data folder, beside a running bot or without one.
#include <iostream>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/cli/flags.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/change_answers.h"
#include "storage/store.h"

namespace muster {
namespace {

Result<State> folded(const std::string& folder) {
  StoreOptions o;
  o.folder = folder;
  o.read_only = true;
  auto store = open_store(std::move(o), [](std::function<void()> task) { task(); });
  if (!store) return std::unexpected(store.error());
  State state;
  state.changes.per_place = state.changes.most = state.changes.versions = static_cast<std::size_t>(-1);
  auto read = (*store)->read_journal(0, [&state](const Entry& e) { apply(state, e); });
  if (!read) return std::unexpected(read.error());
  return state;
}

}  // namespace

int metrics_command(const Flags& f) {
  const auto span = parse_duration(f.since);
  if (!span || *span <= 0)
    return complain({ErrorKind::invalid, "`" + f.since + "` is no length of time.", "Write --since 30d, for example."});
  const auto state = folded(data_folder(f));
  if (!state) return complain(state.error());
  const TimeMs now = SystemClock().now();
  DoraQuery query;
  query.service = f.words.empty() ? "" : f.words.front();
  query.from = now - *span;
  query.to = now;
  query.count_rollbacks = f.count_rollbacks;
  if (!f.environment.empty()) query.environments.insert(f.environment);
  const Loaded loaded = load_config(f.config, f.sandbox);
  const CoreConfig config = core_config(loaded.settings, f.sandbox);
  const Outcome o =
      metrics_outcome({config, cli_language(f), "UTC", now}, state->changes, incident_spans(*state), query);
  std::cout << (f.json ? to_json(o.json, 2) : plain_text(o.reply)) << "\n";
  return exit_fine;
}

}  // namespace muster

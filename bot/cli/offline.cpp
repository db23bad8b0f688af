// What a bot that does not run would have answered: the record is read, nothing is written.
#include "bot/cli/offline.h"

#include <filesystem>
#include <iostream>

#include "bot/app.h"
#include "bot/base/clock.h"
#include "bot/core/chat/message.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/engine.h"
#include "bot/core/engine/state.h"
#include "bot/output.h"
#include "bot/reads.h"
#include "storage/store.h"

namespace muster {
namespace {

CommandInput operator_asks(const std::string& text, TimeMs now) {
  CommandInput in;
  in.is_operator = true;
  in.platform = "cli";
  in.source_id = "offline";
  in.text = text;
  in.direct = true;
  in.sent_ms = now;
  return in;
}

}  // namespace

std::optional<Value> answer_from_folder(const Flags& f, const std::string& text) {
  const std::string folder = data_folder(f);
  std::error_code ignored;
  if (!std::filesystem::exists(folder + "/muster.db", ignored)) return std::nullopt;
  StoreOptions o;
  o.folder = folder;
  o.read_only = true;
  auto store = open_store(std::move(o), [](const std::function<void()>& task) { task(); });
  if (!store) return std::nullopt;
  State state;
  if (!(*store)->read_journal(0, [&state](const Entry& e) { apply(state, e); })) return std::nullopt;
  const CoreConfig config = core_config(load_config(f.config, f.sandbox).settings, f.sandbox);
  const TimeMs now = SystemClock().now();
  Work work{
      .state = state, .config = config, .now = now, .new_id = [] { return std::string("offline"); }, .decision = {}};
  Outcome answer = run_command(work, operator_asks(text, now));  // what it would record is dropped
  if (answer.read)
    // What targets say now, below an answer, is nothing that a folder knows.
    answer =
        read_outcome(answer.reply.text.empty() ? record_outcome(**store, *answer.read, config) : Outcome{}, answer);
  else
    apply_flags_for_script(answer);
  std::cerr << say(cli_language(f), "cli.from_folder", {{"folder", folder}}) << "\n";
  Value v = Value::Map{{"ok", answer.ok}, {"text", plain_text(answer.reply)}};
  if (!answer.json.is_null()) v.set("json", answer.json);
  return v;
}

}  // namespace muster

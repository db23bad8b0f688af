// Runs in the program: the engine behind the dispatcher, the library, and which verbs reach the world.
#include "bot/app_impl.h"
#include "bot/base/log.h"
#include "bot/runbook_library.h"

namespace muster {

void App::Impl::open_runbooks() {
  engine = std::make_unique<runbooks::Engine>(runbooks::load_runbook);
  auto library = load_library(library_folders(options.config_folder, {}));
  for (const auto& [name, known] : library)
    if (!known.runbook) log(LogLevel::warn, "a runbook cannot be read", {{"name", name}});
  engine->set_library(std::move(library));
  performer.set_sink([this](AttemptReport report) { dispatcher->attempt_ended(std::move(report)); });
  dispatcher->set_extension(engine.get(), [this](const AttemptOrder& order) { performer.take(order); });
}

}  // namespace muster

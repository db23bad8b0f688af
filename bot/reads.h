// Answers that need the journal or the process: timeline, postmortem, history, health, configuration, try.
#pragma once
#include <string>
#include <vector>

#include "bot/core/engine/engine.h"
#include "bot/core/postmortems/report.h"

namespace muster {

Outcome timeline_outcome(const std::vector<Entry>& entries, const std::string& id, const CoreConfig& config,
                         const std::string& language);
Outcome history_outcome(const std::vector<Entry>& newest_last, const std::string& language);
// format: md, html, json
std::string render_report(const std::vector<Entry>& entries, const CoreConfig& config, const std::string& format,
                          const std::string& language, const std::string& zone, Profile profile = Profile::internal);

}  // namespace muster

// "muster runbook test": the cases beside runbooks, with mocks and a turned clock; no network, no bot.
#pragma once
#include <string>
#include <vector>

namespace muster {

class RunbookFiles;
int test_runbooks(RunbookFiles& files, const std::vector<std::string>& names, bool json);

}  // namespace muster

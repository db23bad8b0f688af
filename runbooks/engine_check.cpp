// What has mistakes does not start, whoever asks: half a runbook is worse than none.
#include <algorithm>

#include "bot/base/text.h"
#include "runbooks/engine_parts.h"
#include "runbooks/lint.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t named_max = 3;  // mistakes in the sentence; `runbook lint` names all

struct Mistakes {
  std::size_t count = 0;
  std::vector<std::string> named;
  std::string first;  // the runbook in which the first one is

  void add(const std::string& book, const std::vector<Finding>& findings, bool main) {
    for (const Finding& f : findings) {
      // A place that the list of services does not have: a target may know it all the same, and says so in its turn.
      if (f.level != Finding::Level::error || f.code == "RB067") continue;
      if (count++ == 0) first = book;
      if (named.size() == named_max) continue;
      named.push_back((main ? "" : book + ", ") + "line " + std::to_string(f.place.line) + ": " + one_line(f.message));
    }
  }
};

}  // namespace

// Against today's configuration: an approver who has left since the file was written would never be asked.
Decided<void> Engine::without_mistakes(const CoreConfig& config, const Book& book) const {
  if (!checks_first_) return {};
  const LintContext context{&config, [&book](const std::string& name) -> std::shared_ptr<const Runbook> {
                              const auto it = book.called.find(name);
                              return it == book.called.end() ? nullptr : it->second;
                            }};
  Mistakes found;
  found.add(book.main->name, lint_runbook(*book.main, context), true);
  for (const auto& [name, called] : book.called)
    if (called) found.add(name, lint_runbook(*called, context), false);
  if (found.count == 0) return {};
  const std::size_t more = found.count - found.named.size();
  return std::unexpected(
      Refusal{"run.mistakes",
              {{"name", book.main->name},
               {"where", found.first},
               {"n", std::to_string(found.count)},
               {"list", join(found.named, "; ") + (more > 0 ? " (+" + std::to_string(more) + ")" : "")}}});
}

}  // namespace muster::runbooks

// What has mistakes does not start, whoever asks: half a runbook is worse than none. The linter is asked once for each
// definition and configuration, because a storm of alerts or a look at `health` would ask it again and again.
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "runbooks/engine_parts.h"
#include "runbooks/lint.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t named_max = 3;      // mistakes in the sentence; `runbook lint` names all
constexpr std::size_t checked_max = 500;  // definitions that are remembered

}  // namespace

struct Mistakes {
  struct Mistake {
    std::string book;  // empty: the main one
    Finding finding;
  };
  std::size_t count = 0;
  std::vector<Mistake> named;
  std::string first;  // the runbook in which the first one is

  void add(const std::string& book, const std::vector<Finding>& findings, bool main) {
    for (const Finding& f : findings) {
      // A place that the list of services does not have: a target may know it all the same, and says so in its turn.
      if (f.level != Finding::Level::error || f.code == "RB067") continue;
      if (count++ == 0) first = book;
      if (named.size() < named_max) named.push_back({main ? "" : book, f});
    }
  }
};

namespace {

// Against today's configuration: an approver who has left since the file was written would never be asked.
std::shared_ptr<const Mistakes> mistakes_in(const CoreConfig& config, const Book& book) {
  const LintContext context{&config, [&book](const std::string& name) -> std::shared_ptr<const Runbook> {
                              const auto it = book.called.find(name);
                              return it == book.called.end() ? nullptr : it->second;
                            }};
  const auto found = std::make_shared<Mistakes>();
  found->add(book.main->name, lint_runbook(*book.main, context), true);
  for (const auto& [name, called] : book.called)
    if (called) found->add(name, lint_runbook(*called, context), false);
  return found;
}

std::string list_of(const Mistakes& found, const std::string& language) {
  std::vector<std::string> lines;
  for (const Mistakes::Mistake& m : found.named)
    lines.push_back((m.book.empty() ? "" : m.book + ", ") +
                    say(language, "lint.line", {{"n", std::to_string(m.finding.place.line)}}) + ": " +
                    told_reason(language, m.finding));
  const std::size_t more = found.count - found.named.size();
  return join(lines, "; ") + (more > 0 ? " (+" + std::to_string(more) + ")" : "");
}

}  // namespace

void Engine::configured() {
  checked_.clear();
  broken_.clear();
}

Decided<void> Engine::without_mistakes(const CoreConfig& config, const Book& book, const std::string& hash,
                                       const std::string& language) {
  if (!checks_first_) return {};
  if (checked_.size() >= checked_max) checked_.clear();
  auto& found = checked_[hash];
  if (!found) found = mistakes_in(config, book);
  if (found->count == 0) return {};
  return std::unexpected(Refusal{"run.mistakes",
                                 {{"name", book.main->name},
                                  {"where", found->first},
                                  {"n", std::to_string(found->count)},
                                  {"list", list_of(*found, language)}}});
}

bool Engine::has_mistakes(const CoreConfig& config, const std::string& name) {
  if (const auto known = broken_.find(name); known != broken_.end()) return known->second;
  const auto it = library_.find(name);
  if (it == library_.end() || !it->second.runbook) return true;
  const LintContext context{&config, [this](const std::string& other) {
                              const auto found = library_.find(other);
                              return found == library_.end() ? nullptr : found->second.runbook;
                            }};
  return broken_[name] = has_errors(lint_runbook(*it->second.runbook, context));
}

}  // namespace muster::runbooks

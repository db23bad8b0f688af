// The engine of runbooks: what happens to runs when commands, timers, alerts, answers and reports come in. Everything
// is a decision: it reads and fills the Work, with no I/O; what goes out are Decision::attempts, messages and timers.
// A run is a tree of steps and what is recorded of each; what comes next is found anew each time (machine.h).
// Loop thread only.
#pragma once
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/core/engine/extension.h"
#include "bot/core/runs/run.h"
#include "runbooks/machine.h"
#include "runbooks/model.h"

namespace muster::runbooks {

// Why something was not done: a sentence of the catalogue and its words.
struct Refusal {
  std::string key;
  std::map<std::string, std::string> words;
};
template <class T>
using Decided = std::expected<T, Refusal>;

struct StartWish {
  std::string runbook;
  Value inputs;        // name -> value, as given; missing ones come from the alert, the incident or the default
  std::string person;  // person id or "operator"; "automation" for a trigger
  std::string incident, alert;
  std::string platform = "room", channel, thread;
  std::string trigger;                          // of an automatic run: the matchers
  std::string again_of;                         // R41: the run this one tries again
  std::shared_ptr<const PinnedRunbook> pinned;  // run this definition; null: the latest
  Value change;                                 // of a built-in change: its wish (bot/core/changes/plan.h); null: none
  std::string language;                         // of a refusal; empty: that of the channel
  Entry by;                                     // who says so, from where: an entry to fill (human_entry)
};

// One runbook as the bot has it now, and what its runs were like.
struct Known {
  std::shared_ptr<const Runbook> runbook;
  std::vector<Finding> findings;
  bool shipped = false;  // of the catalogue that comes with the program
};
using Library = std::map<std::string, Known, std::less<>>;  // by name

// "R42 needs a person": the steps that wait for a decision or a form, for lists and for help.
struct OpenMatter {
  std::string run, path, step, kind;  // decision, approve, form, undo
  std::string question;               // A7; empty: none
};

// How far a step is that is under way, as who carries it out says; the newest word only, and never recorded.
struct StepProgress {
  std::string run, path, id;  // id: of the attempt
  std::string line;           // of a target: "3 of 5 ready"
  std::string lines;          // of a command: its last lines, secrets masked
};
struct LiveStep {
  StepProgress seen;
  std::string post, shown;  // the message of the thread, and what stands in it
  TimeMs shown_ms = 0;
};

struct Mistakes;  // engine_check.cpp

class Engine final : public Extension {
 public:
  using Loader = std::function<LoadedRunbook(std::string_view text, const std::string& file)>;
  explicit Engine(Loader loader);
  ~Engine() override;

  // The runbooks people may start from now on; runs in flight keep theirs.
  void set_library(Library library);
  const Library& library() const { return library_; }
  // What the linter finds mistakes in does not start; `runbook test` plays it all the same.
  void check_first(bool on) { checks_first_ = on; }
  // Whether the linter finds mistakes in one of the library, against this configuration. Asked again, it remembers.
  bool has_mistakes(const CoreConfig& config, const std::string& name);

  Decided<std::string> start_run(Work& work, StartWish wish);  // R42
  Decided<void> cancel_run(Work& work, std::string_view run, bool undo, const std::string& reason, Entry by);
  Decided<void> pause_run(Work& work, std::string_view run, Entry by);
  Decided<void> resume_run(Work& work, std::string_view run, Entry by);
  // A new run with the same inputs: of the same definition, or of the latest. With `step`: only that step of a run
  // that waits for a decision is tried again, and the answer is the same run.
  Decided<std::string> retry_run(Work& work, std::string_view run, const std::string& step, bool latest,
                                 const std::string& person, Entry by);
  // choice: retry, done, skip, undo, fail. `step` may be empty when only one waits for it.
  Decided<void> decide(Work& work, std::string_view run, const std::string& step, std::string_view choice, Entry by);
  Decided<void> undo_run(Work& work, std::string_view run, Entry by);  // a finished one
  // Fills a form (`ask`); values as typed. A missing or wrong field is refused with what is wanted.
  Decided<void> answer(Work& work, std::string_view run, const std::map<std::string, std::string>& fields, Entry by);
  Decided<void> watch(Work& work, std::string_view run, const std::string& person, bool on, Entry by);

  Decided<void> arm(Work& work, const std::string& runbook, const std::string& key, Entry by);
  Decided<void> disarm(Work& work, const std::string& runbook, const std::string& key, TimeMs until_ms,
                       const std::string& reason, Entry by);
  void switch_automation(Work& work, bool on, const std::string& environment, const std::string& reason, Entry by);
  void drain(Work& work, bool on, const std::string& reason, Entry by);

  // Shown in the run's message and in its thread, each at most once in three seconds; the end is always shown.
  void progressed(Work& work, const StepProgress& progress);
  const StepProgress* progress_of(std::string_view run, std::string_view path) const;  // null: nothing is known

  std::vector<OpenMatter> open_matters(const State& state, std::string_view run = {}) const;
  // The runbook as this run has it pinned; null when its text cannot be read any more.
  const Book* book_of(const Run& run);
  // The hash that a run beginning now would pin; empty: there is no such runbook, or it cannot be read.
  std::string hash_of(std::string_view runbook) const;
  Message run_message(const Work& work, const Run& run);  // the live message with its checklist
  // For tests and for `runbook test`: definitions that were made by hand.
  void remember(const std::string& hash, std::shared_ptr<const Book> book);

  const std::map<std::string_view, Handler>& handlers() const override;
  void offer(const State& state, Live& live) const override;
  void configured() override;  // what the linter said of the one before is forgotten
  void set_handlers(const std::map<std::string_view, Handler>* handlers) { handlers_ = handlers; }
  bool timer_rang(Work& work, const Timer& timer) override;
  void alerts_changed(Work& work, const std::vector<std::string>& alerts) override;
  void incident_changed(Work& work, const std::string& incident) override;
  void question_closed(Work& work, const Question& question) override;
  void attempt_ended(Work& work, const AttemptReport& report) override;
  void clock_moved(Work& work, DurationMs by) override;
  void process_started(Work& work) override;

 private:
  void live_ended(Work& work, const std::string& run, const std::string& path);
  void check_effect(Work& work, const std::string& run);
  void trigger_rang(Work& work, const Timer& timer);
  Decided<std::shared_ptr<const PinnedRunbook>> pin(const Runbook& runbook) const;
  Decided<void> without_mistakes(const CoreConfig& config, const Book& book, const std::string& hash,
                                 const std::string& language);
  Loader loader_;
  bool checks_first_ = true;
  // What the linter said, by the hash of what is pinned: of one configuration, and thrown away with it.
  std::map<std::string, std::shared_ptr<const Mistakes>> checked_;
  std::map<std::string, bool> broken_;  // by name
  Library library_;
  std::map<std::string, LiveStep> live_;                      // "R1 4.1"
  std::map<std::string, std::shared_ptr<const Book>> books_;  // by the hash of what is pinned
  const std::map<std::string_view, Handler>* handlers_ = nullptr;
};

// The engine behind a decision; throws when there is none (a bug).
Engine& engine_of(Work& work);

}  // namespace muster::runbooks

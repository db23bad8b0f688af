#include "runbooks/scope.h"

#include <algorithm>

#include "runbooks/paths.h"

namespace muster::runbooks {
namespace {

bool has_id(const std::vector<Step>& steps, const std::string& id) {
  return std::ranges::any_of(steps, [&](const Step& s) { return s.id == id || has_id(s.steps, id); });
}

bool knows_id(const Runbook& book, const std::string& id) {
  return has_id(book.steps, id) || has_id(book.on_failure, id) || has_id(book.finally, id);
}

// Something was sent to a target: it may be different now.
bool has_changed(const Run& run) {
  return std::ranges::any_of(
      run.steps, [](const auto& entry) { return is_change(entry.second.verb) && !entry.second.before.is_null(); });
}

}  // namespace

Scope::Scope(const Book& book, const Run& run, std::string path, TimeMs now, const Value* it)
    : book_(book),
      run_(run),
      path_(std::move(path)),
      frame_(frame_of(path_)),
      now_(now),
      it_(it),
      inputs_(inputs()),
      renderer_(runbook_here(), inputs_, [this](const cel::Program& program) { return bindings(program); }) {}

const Runbook& Scope::runbook_here() const {
  static const Runbook none;
  const Runbook* book = runbook_at(book_, run_, path_);
  return book ? *book : none;
}

const Value* Scope::find_step(const std::string& name) const {
  const std::string call = call_of(frame_);
  const StepRun* best = nullptr;
  for (const std::string& path : run_.order) {
    const auto it = run_.steps.find(path);
    if (it == run_.steps.end() || it->second.id != name || path == path_ || is_undo_path(path)) continue;
    const std::string frame = frame_of(path);
    if (call_of(frame) == call && frame_.starts_with(frame)) best = &it->second;
  }
  if (best && best->result.is_map()) return &best->result.get();
  const Runbook* book = runbook_at(book_, run_, path_);
  if (!best && (!book || !knows_id(*book, name))) return nullptr;
  // Skipped, failed, or not reached: nothing is in it, which has() and default() can tell.
  return &made_.emplace(name, Value::Map{}).first->second;
}

Value Scope::inputs() const {
  const std::string call = call_of(frame_);
  if (call.empty()) return run_.inputs;
  const auto it = run_.steps.find(call.substr(0, call.size() - 2));  // "6c." -> "6"
  return it == run_.steps.end() ? Value(Value::Map{}) : it->second.arguments["inputs"];
}

Value Scope::make_run() const {
  return Value::Map{{"id", run_.id},
                    {"runbook", run_.runbook},
                    {"status", run_.outcome.empty() ? run_.status : run_.outcome},
                    {"failure", run_.failure},
                    {"failed_step", run_.failed_step},
                    {"reason", run_.reason},
                    {"person", run_.person},
                    {"incident", run_.incident},
                    {"alert", run_.alert},
                    {"started", format_utc(run_.started_ms)},
                    {"took", took_of(run_, now_)},
                    {"changed", has_changed(run_)},
                    {"summary", summary_of(run_)}};
}

const Value* Scope::find(const std::string& name) const {
  if (const auto it = made_.find(name); it != made_.end()) return &it->second;
  if (name == "it") return it_;
  const auto keep = [&](Value v) { return &made_.emplace(name, std::move(v)).first->second; };
  if (name == "run") return keep(make_run());
  if (name == "alert" || name == "incident") return keep(run_.facts[name].is_map() ? run_.facts[name] : Value::Map{});
  if (name == "item") {
    const auto item = item_of(run_, frame_);
    return item ? keep(*item) : nullptr;
  }
  return find_step(name);
}

cel::Bindings Scope::bindings(const cel::Program& program) const {
  cel::Bindings with;
  with.now(now_);
  without_data_.clear();
  for (const std::string& name : program.names())
    if (name == "inputs" || name == "secret")
      continue;  // they come from the renderer
    else if (const Value* v = find(name)) {
      with.bind(name, *v);
      if ((*v)["state"].as_string() == "no_data") without_data_ = name;
    }
  return with;
}

// "no such key" is the truth and says nothing: what was asked for had no data.
template <class T>
Result<T> Scope::explained(Result<T> result) const {
  if (result || without_data_.empty() || result.error().message.find("no such key") == std::string::npos) return result;
  Error e = result.error();
  e.message +=
      ", for `" + without_data_ + "` found no data; default(" + without_data_ + ".value, …) says what counts then";
  return std::unexpected(std::move(e));
}

Result<bool> Scope::test(const Expression& condition) const { return explained(renderer_.test(condition)); }
Result<Value> Scope::arguments(const Step& step) const { return explained(renderer_.arguments(step)); }
Result<Value> Scope::outputs() const { return explained(renderer_.outputs()); }
Result<std::string> Scope::key(const Template& text) const { return explained(renderer_.key(text)); }

std::string took_of(const Run& run, TimeMs now) {
  return format_duration(std::max<DurationMs>(0, (run.ended_ms != 0 ? run.ended_ms : now) - run.started_ms));
}

std::string summary_of(const Run& run) {
  int done = 0, skipped = 0, failed = 0, undone = 0;
  for (const auto& [path, s] : run.steps) {
    if (s.effect == "group") continue;
    done += s.status == "succeeded" ? 1 : 0;
    skipped += s.status == "skipped" ? 1 : 0;
    failed += s.status == "failed" || s.status == "undo_failed" ? 1 : 0;
    undone += s.status == "undone" ? 1 : 0;
  }
  std::string text = std::to_string(done) + (done == 1 ? " step done" : " steps done");
  if (undone) text += ", " + std::to_string(undone) + " put back";
  if (skipped) text += ", " + std::to_string(skipped) + " skipped";
  if (failed) text += ", " + std::to_string(failed) + " failed";
  return text;
}

}  // namespace muster::runbooks

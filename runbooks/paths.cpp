#include "runbooks/paths.h"

#include <charconv>

#include "bot/base/text.h"
#include "runbooks/machine.h"

namespace muster::runbooks {
namespace {

int number(std::string_view text) {
  int n = -1;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

const Step* in_list(const std::vector<Step>& steps, std::string_view component) {
  const int n = number(component);
  return n >= 0 && static_cast<std::size_t>(n) < steps.size() ? &steps[static_cast<std::size_t>(n)] : nullptr;
}

const Runbook* called_by(const Book& book, const Run& run, const std::string& path) {
  const auto record = run.steps.find(path);
  if (record == run.steps.end()) return nullptr;
  const auto it = book.called.find(record->second.arguments["runbook"].as_string());
  return it == book.called.end() ? nullptr : it->second.get();
}

// Follows a path from the top: the list the next component is looked up in, and the runbook it belongs to.
struct Way {
  const Runbook* book = nullptr;
  const std::vector<Step>* list = nullptr;
  const Step* step = nullptr;
};

const std::vector<Step>* named_list(const Runbook& book, std::string_view name) {
  if (name == "on_failure") return &book.on_failure;
  return name == "finally" ? &book.finally : nullptr;
}

Way follow(const Book& book, const Run& run, std::string_view path) {
  Way way{book.main.get(), book.main ? &book.main->steps : nullptr, nullptr};
  std::string so_far;
  for (const std::string& part : components(path)) {
    if (!way.book || !way.list) return {};
    so_far += so_far.empty() ? part : "." + part;
    if (const auto* list = named_list(*way.book, part)) {
      way.list = list;
      continue;
    }
    if (part == "undo" && way.step) {
      way.list = &way.step->undo.steps;
      continue;
    }
    way.step = in_list(*way.list, part);
    if (!way.step) return {};
    if (is_call(part)) {
      way.book = called_by(book, run, so_far.substr(0, so_far.size() - 1));
      way.list = way.book ? &way.book->steps : nullptr;
      way.step = nullptr;
    } else {
      way.list = &way.step->steps;
    }
  }
  return way;
}

// "undo.2" is done by step 2; its own steps "undo.2.0" stand in step 2's undo.
std::string plain_path(const Run& run, std::string_view path) {
  if (!is_undo_path(path)) return std::string(path);
  const std::string_view rest = without_undo(path);
  // The longest recorded step that the rest begins with is the one that is put back.
  std::string target(rest);
  while (!target.empty() && !run.steps.contains(target)) {
    const std::size_t dot = target.rfind('.');
    target = dot == std::string::npos ? "" : target.substr(0, dot);
  }
  if (target.empty() || target.size() == rest.size()) return std::string(rest);
  return target + ".undo" + std::string(rest.substr(target.size()));
}

}  // namespace

std::vector<std::string> components(std::string_view path) {
  return path.empty() ? std::vector<std::string>() : split(path, '.');
}

bool is_turn(std::string_view c) { return !c.empty() && digit(c[0]) && c.find('_') != std::string_view::npos; }
bool is_call(std::string_view c) { return c.size() > 1 && digit(c[0]) && c.back() == 'c'; }

std::string frame_of(std::string_view whole) {
  const std::string_view path = without_undo(whole);
  std::size_t end = 0, begin = 0;
  while (begin < path.size()) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    const std::string_view part = path.substr(begin, dot - begin);
    if ((is_turn(part) || is_call(part)) && dot < path.size()) end = dot + 1;
    begin = dot + 1;
  }
  return std::string(path.substr(0, end));
}

std::string call_of(std::string_view frame) {
  std::size_t end = 0, begin = 0;
  while (begin < frame.size()) {
    const std::size_t dot = std::min(frame.find('.', begin), frame.size());
    if (is_call(frame.substr(begin, dot - begin))) end = dot + 1;
    begin = dot + 1;
  }
  return std::string(frame.substr(0, end));
}

std::optional<Value> item_of(const Run& run, std::string_view frame) {
  if (frame.empty() || frame == call_of(frame)) return {};
  const std::string_view turn = frame.substr(0, frame.size() - 1);  // "4.5_3."
  const std::size_t bar = turn.rfind('_');
  if (bar == std::string_view::npos) return {};
  const auto group = run.steps.find(std::string(turn.substr(0, bar)));
  if (group == run.steps.end()) return {};
  const auto& items = group->second.arguments["in"].as_list();
  const int n = number(turn.substr(bar + 1));
  if (n < 0 || static_cast<std::size_t>(n) >= items.size()) return {};
  return items[static_cast<std::size_t>(n)];
}

const Step* step_at(const Book& book, const Run& run, std::string_view path) {
  return follow(book, run, plain_path(run, path)).step;
}

const Runbook* runbook_at(const Book& book, const Run& run, std::string_view path) {
  const std::string call = call_of(frame_of(path));
  if (call.empty()) return book.main.get();
  return called_by(book, run, call.substr(0, call.size() - 2));
}

}  // namespace muster::runbooks

#include "runbooks/lint.h"

#include <algorithm>

#include "bot/base/text.h"
#include "runbooks/lint_parts.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t line_shown_max = 110;

const Step* find_in(const std::vector<Step>& steps, std::string_view id) {
  const Step* found = nullptr;
  each_step(steps, [&](const Step& s) {
    if (s.named && s.id == id) found = &s;
  });
  return found;
}

std::string_view line_of(std::string_view text, int line) {
  std::size_t at = 0;
  for (int i = 1; i < line; ++i) {
    at = text.find('\n', at);
    if (at == text.npos) return {};
    ++at;
  }
  return text.substr(at, text.find('\n', at) - at);
}

// The line around a column, cut to what fits, and where the caret stands in it.
std::pair<std::string, std::size_t> cut_line(std::string_view line, int column) {
  std::string shown_line = repair_utf8(line);
  std::ranges::replace_if(
      shown_line, [](char c) { return (static_cast<unsigned char>(c) < ' ') || c == '\x7F'; }, ' ');
  const auto at = static_cast<std::size_t>(std::max(1, column) - 1);
  if (at + 20 < line_shown_max) return {clip(shown_line, line_shown_max), at};
  return {clip(shown_line, at + 20), at};
}

}  // namespace

void each_step(const std::vector<Step>& steps, const std::function<void(const Step&)>& visit) {
  for (const Step& s : steps) {
    visit(s);
    each_step(s.steps, visit);
    each_step(s.undo.steps, visit);
    if (s.probe) visit(*s.probe->look);
  }
}

void each_step(const Runbook& book, const std::function<void(const Step&)>& visit) {
  each_step(book.steps, visit);
  each_step(book.on_failure, visit);
  each_step(book.finally, visit);
}

void each_text(const Field& field, const std::function<void(const Template&)>& visit) {
  if (field.kind == Field::Kind::scalar) visit(field.scalar);
  for (const Field& item : field.items) each_text(item, visit);
  for (const auto& [name, member] : field.members) each_text(member, visit);
}

const Step* step_called(const Runbook& book, std::string_view id) {
  for (const auto* steps : {&book.steps, &book.on_failure, &book.finally})
    if (const Step* found = find_in(*steps, id)) return found;
  return nullptr;
}

bool is_automatic(const Runbook& book) {
  return std::ranges::any_of(book.triggers, [](const Trigger& t) { return t.automatic; });
}

std::string literal_argument(const Step& step, std::string_view name) {
  const Field* f = step.arguments.find(name);
  return f && f->kind == Field::Kind::scalar && f->scalar.literal() ? literal_text(f->scalar) : std::string();
}

std::vector<Finding> lint_runbook(const Runbook& book, const LintContext& context) {
  std::vector<Finding> findings;
  const Lint lint{book, context, findings};
  lint_references(lint);
  lint_safety(lint);
  lint_texts(lint);
  lint_names(lint);
  lint_calls(lint);
  std::ranges::stable_sort(findings, [](const Finding& a, const Finding& b) {
    return std::tuple(a.place.line, a.place.column, a.code) < std::tuple(b.place.line, b.place.column, b.code);
  });
  return findings;
}

LoadedRunbook load_and_lint(std::string_view text, const std::string& file, const LintContext& context) {
  LoadedRunbook out = load_runbook(text, file);
  if (out.runbook) out.findings = lint_runbook(*out.runbook, context);
  return out;
}

bool has_errors(const std::vector<Finding>& findings) {
  return std::ranges::any_of(findings, [](const Finding& f) { return f.level == Finding::Level::error; });
}

std::string format_finding(const Finding& f, std::string_view text, const std::string& file) {
  const std::string line = std::to_string(f.place.line);
  std::string out = file + ":" + line + ":" + std::to_string(f.place.column) +
                    (f.level == Finding::Level::error ? ": error " : ": warning ") + f.code + ": " + f.message;
  if (!f.advice.empty()) out += (out.ends_with('.') ? " " : ". ") + f.advice;
  const std::string_view source = line_of(text, f.place.line);
  // What may be a secret is not shown again: the report may end up in a public log.
  const bool hidden = f.code == "RB020" || f.message.starts_with("this looks like a secret");
  if (hidden || trim(source).empty()) return out + "\n";
  const auto [shown_line, caret] = cut_line(source, f.place.column);
  const std::string blank(line.size(), ' ');
  return out + "\n  " + line + " | " + shown_line + "\n  " + blank + " | " + std::string(caret, ' ') + "^\n";
}

}  // namespace muster::runbooks

#include "integrations/targets/exec/outcome.h"

#include <algorithm>

#include "bot/base/text.h"

namespace muster::exec {
namespace {

constexpr std::size_t output_bytes_max = 4 << 10;

}  // namespace

std::string last_part(const std::string& text) {
  if (text.size() <= output_bytes_max) return text;
  const std::size_t line = text.find('\n', text.size() - output_bytes_max);
  return line == text.npos ? clip_bytes(text, output_bytes_max) : text.substr(line + 1);
}

const std::string& end_of(const CommandOutput& out) { return out.left_out > 0 ? out.tail : out.head; }

std::string last_line(const CommandEnd& end) {
  const std::string& text = end.err.head.empty() ? end_of(end.out) : end_of(end.err);
  const std::string_view trimmed = trim(text);
  return clip_bytes(one_line(trimmed.substr(trimmed.rfind('\n') + 1)), 200);
}

std::string how_it_ended(const CommandEnd& end) {
  switch (end.kind) {
    case CommandEndKind::exited:
      return "ended with code " + std::to_string(end.code);
    case CommandEndKind::signalled:
      return "was ended by signal " + std::to_string(end.signal);
    case CommandEndKind::timed_out:
      return "was stopped at its deadline";
    case CommandEndKind::cancelled:
      return "was cancelled";
    case CommandEndKind::stopped:
      return "was stopped together with the machine or its service";
    case CommandEndKind::not_started:
    case CommandEndKind::never_started:
      return "never ran: " + end.trouble;
    case CommandEndKind::lost:
      return "was lost: " + end.trouble;
  }
  return {};
}

ChangeOutcome outcome_of(const CommandEnd& end, const ExecTargetDef& def) {
  switch (end.kind) {
    case CommandEndKind::exited:
      if (end.code == 0) return ChangeOutcome::succeeded;
      return std::ranges::count(def.nothing_to_do, end.code) > 0 ? ChangeOutcome::nothing_to_do : ChangeOutcome::failed;
    case CommandEndKind::timed_out:
      return ChangeOutcome::timed_out;
    case CommandEndKind::cancelled:
      return ChangeOutcome::cancelled;
    case CommandEndKind::not_started:
    case CommandEndKind::never_started:
      return ChangeOutcome::refused;
    default:
      return ChangeOutcome::unknown;  // it stopped half-way, by nobody's decision
  }
}

// As it would have to be typed to mean the same.
std::string shown(const std::vector<std::string>& argv) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-=,%";
  std::string text;
  for (const std::string& argument : argv) {
    if (!text.empty()) text += ' ';
    if (!argument.empty() && argument.find_first_not_of(plain) == argument.npos) {
      text += argument;
      continue;
    }
    text += '\'';
    for (const char c : one_line(argument)) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += '\'';
  }
  return text;
}

}  // namespace muster::exec

#include "runbooks/reading.h"

#include <algorithm>

#include "bot/base/text.h"
#include "bot/core/metrics/query.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

std::string article(std::string_view name) { return "`" + std::string(name) + "`"; }

std::string kind_word(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::null) return "nothing";
  if (node.kind == YamlNode::Kind::list) return "a list";
  return node.kind == YamlNode::Kind::map ? "a map" : "a single value";
}

std::string in_text(double n) {
  std::string text = std::to_string(n);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

std::string shown(std::string_view text) { return "`" + clip(one_line(text), 60) + "`"; }

std::string did_you_mean(std::string_view word, const Names& names) {
  const auto near = nearest(clip(word, 60), names, word.size() > 4 ? 3 : 2, 1);
  if (!near.empty()) return "Did you mean `" + near.front() + "`?";
  if (names.empty()) return {};
  return names.size() == 1 ? "Known here is `" + names[0] + "`." : "One of " + join(names, ", ") + ".";
}

std::string key_meant(std::string_view word, const Names& names) {
  constexpr std::pair<std::string_view, std::string_view> ours_and_theirs[] = {
      {"if", "when condition unless"},
      {"say", "name description title"},
      {"run", "command cmd exec shell script bash"},
      {"wait", "sleep pause delay until"},
      {"message", "notify slack post send log"},
      {"approve", "approval confirm manual"},
      {"ask", "prompt input"},
      {"stop", "fail exit abort end"},
      {"for_each", "loop foreach with_items"},
      {"block", "group"},
      {"call", "include runbook"},
      {"http", "curl request webhook"},
      {"query", "promql metric"},
      {"undo", "compensate revert"},
      {"retry", "retries"},
      {"on_error", "ignore_errors continue_on_error"},
      {"runbook", "name title"},
      {"summary", "description doc"},
      {"inputs", "vars params parameters variables"},
      {"triggers", "on alerts"},
      {"steps", "tasks jobs"},
      {"finally", "always ensure"},
      {"on_failure", "rescue catch"},
      {"guard", "concurrency"}};
  for (const auto& [ours, theirs] : ours_and_theirs) {
    const bool here = std::ranges::find(names, ours) != names.end();
    const auto others = split(theirs, ' ');
    if (here && std::ranges::find(others, lower_ascii(word)) != others.end())
      return "Here it is called `" + std::string(ours) + "`.";
  }
  return did_you_mean(word, names);
}

Reader::Reader(std::string_view text, std::vector<Finding>& findings) : text_(text), findings_(findings) {
  lines_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lines_.push_back(i + 1);
}

std::size_t Reader::offset_of(const YamlNode& node) const {
  if (node.line < 1 || static_cast<std::size_t>(node.line) > lines_.size()) return text_.size();
  const std::size_t start = lines_[static_cast<std::size_t>(node.line) - 1];
  return std::min(text_.size(), start + static_cast<std::size_t>(std::max(0, node.column - 1)));
}

Place Reader::place_of(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::ranges::upper_bound(lines_, offset);
  const std::size_t line = static_cast<std::size_t>(after - lines_.begin());
  const std::size_t start = lines_[line - 1];
  return {static_cast<int>(line), static_cast<int>(code_point_count(text_.substr(start, offset - start))) + 1};
}

Place Reader::place(int line, int byte_column) const {
  YamlNode at;
  at.line = std::max(1, line);
  at.column = std::max(1, byte_column);
  return place_of(offset_of(at));
}

void Reader::error(std::string_view code, Place place, std::string message, std::string advice) {
  findings_.push_back({Finding::Level::error, place, std::string(code), std::move(message), std::move(advice)});
}

void Reader::only(const YamlNode& node, const Names& names, std::string_view where, std::string_view code) {
  for (const YamlMember& m : node.members) {
    if (std::ranges::find(names, m.key) != names.end()) continue;
    error(code, place(m), "there is no " + shown(m.key) + " " + std::string(where),
          code == "RB005" ? key_meant(m.key, names) : did_you_mean(m.key, names));
  }
}

bool Reader::is_map(const YamlNode& node, std::string_view name, std::string_view wanted) {
  if (node.kind == YamlNode::Kind::map) return true;
  error("RB011", place(node), article(name) + " takes " + std::string(wanted) + ", and this is " + kind_word(node));
  return false;
}

bool Reader::is_list(const YamlNode& node, std::string_view name, std::string_view wanted) {
  if (node.kind == YamlNode::Kind::list) return true;
  error("RB011", place(node), article(name) + " takes " + std::string(wanted) + ", and this is " + kind_word(node));
  return false;
}

std::optional<std::string> Reader::plain_text(const YamlNode& node, std::string_view name, std::string_view wanted) {
  if (node.kind != YamlNode::Kind::scalar || node.text.empty()) {
    error("RB011", place(node),
          article(name) + " takes " + std::string(wanted) + ", and this is " +
              (node.kind == YamlNode::Kind::scalar ? "empty" : kind_word(node)));
    return std::nullopt;
  }
  if (node.text.find("${") != std::string::npos) {
    error("RB012", place(node), article(name) + " is fixed: it cannot hold ${…}", "Write " + std::string(wanted) + ".");
    return std::nullopt;
  }
  return node.text;
}

std::optional<DurationMs> Reader::duration(const YamlNode& node, std::string_view name, DurationMs min,
                                           DurationMs max) {
  const auto text = plain_text(node, name, "a duration such as 90s, 30m or 2h");
  if (!text) return std::nullopt;
  const auto ms = parse_duration(*text);
  if (!ms) {
    error("RB012", place(node), article(name) + " is no duration: " + shown(*text), "Write 90s, 30m, 2h, 1h30m or 1d.");
    return std::nullopt;
  }
  if (*ms >= min && *ms <= max) return *ms;
  error("RB013", place(node),
        article(name) +
            (min < second_ms ? " must be more than 0, and at most " : " lies outside of " + short_span(min) + " to ") +
            short_span(max));
  return std::nullopt;
}

std::optional<double> Reader::number(const YamlNode& node, std::string_view name, double min, double max) {
  const auto text = plain_text(node, name, "a number");
  if (!text) return std::nullopt;
  const Value value = node.quoted ? Value() : core_scalar(*text);
  if (!value.is_number()) {
    error("RB012", place(node), article(name) + " is no number: " + shown(*text));
    return std::nullopt;
  }
  if (value.as_double() >= min && value.as_double() <= max) return value.as_double();
  error("RB013", place(node), article(name) + " lies outside of " + in_text(min) + " to " + in_text(max));
  return std::nullopt;
}

std::optional<std::int64_t> Reader::integer(const YamlNode& node, std::string_view name, std::int64_t min,
                                            std::int64_t max) {
  const auto text = plain_text(node, name, "a whole number");
  if (!text) return std::nullopt;
  const Value value = node.quoted ? Value() : core_scalar(*text);
  if (!value.is_int()) {
    error("RB012", place(node), article(name) + " is no whole number: " + shown(*text));
    return std::nullopt;
  }
  if (value.as_int() >= min && value.as_int() <= max) return value.as_int();
  error("RB013", place(node), article(name) + " lies outside of " + std::to_string(min) + " to " + std::to_string(max));
  return std::nullopt;
}

std::optional<bool> Reader::boolean(const YamlNode& node, std::string_view name) {
  const auto text = plain_text(node, name, "true or false");
  if (!text) return std::nullopt;
  const Value value = node.quoted ? Value() : core_scalar(*text);
  if (value.is_bool()) return value.as_bool();
  error("RB012", place(node), article(name) + " is neither true nor false: " + shown(*text),
        "`yes`, `no` and `on` are text here.");
  return std::nullopt;
}

std::optional<std::string> Reader::choice(const YamlNode& node, std::string_view name, const Names& choices) {
  const auto text = plain_text(node, name, "one of " + join(choices, ", "));
  if (!text || std::ranges::find(choices, *text) != choices.end()) return text;
  error("RB012", place(node), article(name) + " cannot be " + shown(*text), did_you_mean(*text, choices));
  return std::nullopt;
}

}  // namespace muster::runbooks

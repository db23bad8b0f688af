#include "runbooks/seen.h"

#include <vector>

#include "bot/base/json.h"
#include "bot/base/redact.h"
#include "bot/base/text.h"

namespace muster::runbooks {
namespace {

constexpr std::size_t brief_bytes = 160;
constexpr std::size_t brief_series = 3, brief_lines = 2;
constexpr std::size_t line_bytes = 200, lines_bytes = 2'000, lines_kept = 8;

std::string seen_text(const Value& v) { return v.is_string() ? v.as_string() : to_json(v); }

// "service=api 0.12"
std::string series_text(const Value& s) {
  std::string labels;
  for (const auto& [name, v] : s["labels"].as_map()) labels += name + "=" + v.as_string() + " ";
  return labels + s["text"].as_string();
}

std::vector<std::string> rows_of(const Value& result) {
  std::vector<std::string> rows;
  if (!result["lines"].as_list().empty()) {
    for (const Value& v : result["lines"].as_list()) rows.push_back(seen_text(v));
  } else if (result["series"].is_list()) {
    const auto& series = result["series"].as_list();
    for (const Value& s : series) rows.push_back(series.size() == 1 ? s["text"].as_string() : series_text(s));
  }
  return rows;
}

// What says nothing is left out.
std::vector<std::pair<std::string, std::string>> members_of(const Value& result) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [key, v] : result.as_map()) {
    const bool list = key == "lines" || key == "series" || key == "body_bytes" || key == "headers";
    const bool twice = key == "body" && !result["json"].is_null();
    std::string text = seen_text(v);
    const bool empty = text.empty() || text == "[]" || text == "{}" || text == "null" || text == "false";
    if (!list && !twice && !empty) members.emplace_back(key, std::move(text));
  }
  return members;
}

}  // namespace

std::string last_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n'))
    if (!trim(line).empty()) lines.push_back(clip(std::string(trim(line)), line_bytes));
  if (lines.size() > lines_kept) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_kept));
  std::string kept = join(lines, "\n");
  while (kept.size() > lines_bytes && kept.find('\n') != kept.npos) kept.erase(0, kept.find('\n') + 1);
  return redact(kept).text;
}

std::string seen_brief(const Value& result) {
  std::vector<std::string> rows = rows_of(result);
  const bool series = result["lines"].as_list().empty();
  const std::size_t all = rows.size(), most = series ? brief_series : brief_lines;
  if (all > most) rows.resize(most);
  std::string text = join(rows, ", ") + (all > most ? " (+" + std::to_string(all - most) + ")" : "");
  if (rows.empty() && !result["series"].is_list())
    for (const auto& [key, v] : members_of(result)) text += (text.empty() ? "" : " ") + key + "=" + clip(v, 60);
  return clip(one_line(text), brief_bytes);
}

std::string seen_lines(const Value& result) {
  if (result["output"].is_string()) return result["output"].as_string();
  std::string text = join(rows_of(result), "\n");
  if (!text.empty() || result["series"].is_list()) return text;
  for (const auto& [key, v] : members_of(result)) text += (text.empty() ? "" : "\n") + key + ": " + v;
  return text;
}

}  // namespace muster::runbooks

// The text of a conversation: reading and writing a .chat file, comparing what came with it. Format: runner.cpp.
#pragma once
#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bot/core/chat/form.h"

namespace muster {

using Lines = std::vector<std::string>;

inline Lines split_lines(const std::string& text) {
  Lines lines;
  std::size_t at = 0;
  while (at <= text.size() && !text.empty()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

inline std::string trimmed_right(std::string text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
  return text;
}

inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

struct Step {
  Lines before;  // comments and empty lines
  std::size_t line = 0;
  std::string input;
  Lines expected;
  std::size_t expected_line = 0;
};

inline bool is_expectation(const std::string& line) { return line.starts_with('#') || line.starts_with("  | "); }

struct Script {
  std::vector<Step> steps;
  Lines after;
};

inline Script read_script(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  Script script;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    line = trimmed_right(line);
    if (line.empty() || line.starts_with("//")) {
      script.after.push_back(line);
    } else if (is_expectation(line)) {
      if (script.steps.empty()) throw std::runtime_error(path + ": an expectation before any input");
      // A comment between expectations belongs to the next input when rewritten.
      script.steps.back().expected.push_back(line);
    } else {
      script.steps.push_back({std::move(script.after), number, line, {}, number + 1});
      script.after.clear();
    }
  }
  return script;
}

inline void write_script(const std::string& path, const Script& script) {
  std::ofstream file(path);
  const auto write = [&file](const Lines& lines) {
    for (const std::string& line : lines) file << line << "\n";
  };
  for (const Step& step : script.steps) {
    write(step.before);
    file << step.input << "\n";
    write(step.expected);
  }
  write(script.after);
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

inline bool like(std::string_view pattern, std::string_view text) {
  const std::size_t dots = pattern.find("...");
  if (dots == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, dots))) return false;
  const std::string_view rest = pattern.substr(dots + 3);
  for (std::size_t at = dots; at <= text.size(); ++at) {
    if (like(rest, text.substr(at))) return true;
  }
  return false;
}

inline bool like(const Lines& expected, const Lines& got) {
  if (expected.size() != got.size()) return false;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!like(std::string_view(expected[i]), std::string_view(got[i]))) return false;
  }
  return true;
}

inline void explain(const std::string& path, const Step& step, const Lines& got) {
  std::cout << path << ":" << step.line << ": " << step.input << "\n";
  const std::size_t most = std::max(step.expected.size(), got.size());
  for (std::size_t i = 0; i < most; ++i) {
    const bool has_expected = i < step.expected.size(), has_got = i < got.size();
    if (has_expected && has_got && like(std::string_view(step.expected[i]), std::string_view(got[i]))) {
      std::cout << "    " << got[i] << "\n";
      continue;
    }
    if (has_expected) std::cout << "  - " << step.expected[i] << "\n";
    if (has_got) std::cout << "  + " << got[i] << "\n";
  }
}

// Words separated by spaces; "…" keeps spaces together.
inline Lines words_of(const std::string& text) {
  Lines words;
  std::string word;
  bool quoted = false;
  for (const char c : text + " ") {
    if (c == '"')
      quoted = !quoted;
    else if (c != ' ' || quoted)
      word += c;
    else if (!word.empty())
      words.push_back(std::exchange(word, ""));
  }
  return words;
}

// A one-time code in a line is kept, and the line shows that there was one.
inline void hide_code(std::string& line, std::string& code) {
  constexpr std::size_t length = 14;  // XXXX-XXXX-XXXX
  const auto is_code = [](std::string_view word) {
    for (std::size_t i = 0; i < length; ++i) {
      const char c = word[i];
      const bool letter = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (i == 4 || i == 9 ? c != '-' : !letter) return false;
    }
    return true;
  };
  for (std::size_t at = 0; at + length <= line.size(); ++at) {
    if (!is_code(std::string_view(line).substr(at, length))) continue;
    code = line.substr(at, length);
    line.replace(at, length, "XXXX-XXXX-XXXX");
  }
}

// A form as a transcript shows it.
inline Lines form_lines(const std::string& channel, const std::string& to, const Form& form) {
  Lines lines = {channel + " bot opens a form to " + to + ": " + form.title};
  for (const FormField& f : form.fields) {
    std::string line = "  | " + f.name + ": " + f.label + (f.required ? "" : " (may be empty)");
    for (std::size_t i = 0; i < f.choices.size(); ++i) line += (i == 0 ? " [" : ", ") + f.choices[i];
    lines.push_back(line + (f.choices.empty() ? "" : "]") + (f.standard.empty() ? "" : " = " + f.standard));
  }
  return lines;
}

inline Lines form_answer_lines(const std::string& channel, const std::string& to, const FormAnswer& answer) {
  Lines lines;
  for (const auto& [field, why] : answer.wrong)
    lines.push_back(channel + " form tells " + to + ": " + field + ": " + why);
  if (!answer.refused.empty()) lines.push_back(channel + " form tells " + to + ": " + answer.refused);
  return lines;
}

inline std::string with_breaks(std::string text) {
  for (std::size_t at; (at = text.find("\\n")) != std::string::npos;) text.replace(at, 2, "\n");
  return text;
}

}  // namespace muster

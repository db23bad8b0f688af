#include "bot/cli/runbook_ask.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "bot/base/json.h"
#include "bot/core/commands/words.h"

namespace muster {
namespace {

Result<std::string> text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorKind::not_found, "`" + file + "` cannot be read.", "Name a file that you may write.");
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

// A file that exists keeps its cases; one of another runbook is left alone.
Result<std::string> with_case(const std::string& file, const std::string& made) {
  if (!std::filesystem::exists(file)) return made;
  auto text = text_of(file);
  if (!text) return text;
  const std::string head = made.substr(0, made.find('\n') + 1), cases = "cases:\n";
  if (!text->starts_with(head) && text->find("\n" + head) == std::string::npos)
    return fail(ErrorKind::conflict, "`" + file + "` does not say `" + head.substr(0, head.size() - 1) + "`.",
                "Name another file.");
  if (!text->ends_with('\n')) *text += '\n';
  return *text + made.substr(made.find(cases) + cases.size());
}

// First beside it, then in its place: a full disk leaves the old file whole.
Result<void> write_whole(const std::string& file, const std::string& text) {
  const std::string beside = file + ".new";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << text;
    out.flush();
    if (!out) return fail(ErrorKind::unavailable, "`" + beside + "` cannot be written.", "Is the disk full?");
  }
  std::error_code error;
  std::filesystem::rename(beside, file, error);
  if (error) return fail(ErrorKind::unavailable, "`" + file + "` cannot be written: " + error.message() + ".");
  return {};
}

}  // namespace

int record_runbook(const Flags& f, const std::string& run, const std::string& file) {
  const auto answer = ask_bot(f, Value::Map{{"op", "say"}, {"text", "runbook record " + run}, {"as", f.as}});
  if (!answer) {
    complain(answer.error());
    return answer.error().kind == ErrorKind::invalid ? exit_failed : exit_not_running;
  }
  if (!(*answer)["ok"].as_bool()) {
    std::cerr << (*answer)["text"].as_string() << "\n";
    return exit_failed;
  }
  const Value& made = (*answer)["json"];
  for (const Value& d : made["differs"].as_list()) std::cerr << "differs: " << d.as_string() << "\n";
  const int code = made["differs"].as_list().empty() ? exit_fine : exit_failed;
  if (f.json) return std::cout << to_json(made, 2) << "\n", code;
  if (file.empty()) return std::cout << made["text"].as_string(), code;
  const auto text = with_case(file, made["text"].as_string());
  if (!text) return complain(text.error());
  if (const auto written = write_whole(file, *text); !written) return complain(written.error());
  std::cout << say(cli_language(f), "cli.recorded", {{"id", run}, {"file", file}}) << "\n";
  return code;
}

int plan_runbook(const Flags& f, const std::vector<std::string>& words) {
  std::string line = "plan run";
  for (const std::string& word : words) {
    const bool bare = word.find_first_of(" \t\"'`\\") == std::string::npos && !word.empty();
    const std::size_t at = word.find('=');
    if (bare) {
      line += " " + word;
      continue;
    }
    std::string value = at == std::string::npos ? word : word.substr(at + 1), quoted;
    for (const char c : value) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    line += " " + (at == std::string::npos ? "" : word.substr(0, at + 1)) + "\"" + quoted + "\"";
  }
  return say_line(f, line);
}

}  // namespace muster

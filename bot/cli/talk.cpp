// Commands that speak to the running bot through its socket.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "bot/base/json.h"
#include "bot/cli/flags.h"
#include "integrations/net/local_socket.h"

namespace muster {

int complain(const Error& e) {
  std::cerr << e.message << (e.message.ends_with('\n') ? "" : "\n");
  if (!e.next_step.empty()) std::cerr << e.next_step << "\n";
  return exit_failed;
}

std::string data_folder(const Flags& f) {
  if (!f.data.empty()) return f.data;
  if (const char* state = std::getenv("STATE_DIRECTORY")) return state;  // systemd
  if (::geteuid() == 0) return "/var/lib/muster";
  if (const char* xdg = std::getenv("XDG_STATE_HOME")) return std::string(xdg) + "/muster";
  const char* home = std::getenv("HOME");
  return std::string(home ? home : ".") + "/.local/state/muster";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

Result<Value> ask_bot(const Flags& f, const Value& ask) {
  const auto line = call_local_socket(data_folder(f) + "/muster.sock", to_json(ask), 30'000);
  if (!line)
    return fail(line.error().kind, "The bot is not running with the data folder " + data_folder(f) + ".",
                "Start it with `muster serve`, or name its folder with --data.");
  return parse_json(*line, 128);
}

std::optional<Value> running_bot(const Flags& f) {
  auto answer = ask_bot(f, Value::Map{{"op", "info"}});
  if (!answer || !(*answer)["ok"].as_bool()) return std::nullopt;
  return std::move(*answer);
}

namespace {

Result<Value> say_to_bot(const Flags& f, const std::string& text) {
  return ask_bot(f, Value::Map{{"op", "say"}, {"text", text}, {"channel", f.channel}, {"as", f.as}});
}

int not_answered(const Error& error) {
  complain(error);
  return error.kind == ErrorKind::invalid ? exit_failed : exit_not_running;
}

int print_answer(const Flags& f, const Value& answer) {
  const bool ok = answer["ok"].as_bool();
  if (f.json)
    std::cout << to_json(answer.has("json") ? answer["json"] : answer, 2) << "\n";
  else
    (ok ? std::cout : std::cerr) << answer["text"].as_string() << "\n";
  return ok ? exit_fine : exit_failed;
}

}  // namespace

int say_line(const Flags& f, const std::string& text) {
  const auto answer = say_to_bot(f, text);
  return answer ? print_answer(f, *answer) : not_answered(answer.error());
}

int outbox_command(const Flags& f) {
  if (f.what == "list") return say_line(f, "outbox");
  if (f.words.empty()) {
    complain({ErrorKind::invalid, "`outbox resend` needs an id, or `all`.", "`muster outbox list` shows the ids."});
    return exit_usage;
  }
  return say_line(f, "outbox resend " + joined(f.words));
}

int incident_command(const Flags& f) {
  if (f.what == "list") return say_line(f, joined(f.words).empty() ? "incidents" : "incidents " + joined(f.words));
  if (f.words.empty()) {
    complain({ErrorKind::invalid,
              "`incident " + f.what + "` needs an id, for example `muster incident " + f.what + " INC-7`.",
              "`muster incident list` shows what exists."});
    return exit_usage;
  }
  const std::string id = joined(f.words);
  if (f.what == "transcript") return say_line(f, "transcript " + id);
  if (!f.json) return say_line(f, "show " + id);
  auto shown = say_to_bot(f, "show " + id);
  if (!shown) return not_answered(shown.error());
  if (!(*shown)["ok"].as_bool() || !(*shown)["json"].has("id")) return print_answer(f, *shown);
  // A script wants the whole: what it is now, and how it came about.
  Value whole = (*shown)["json"];
  const auto timeline = say_to_bot(f, "timeline " + id);
  if (timeline && (*timeline)["ok"].as_bool()) whole.set("timeline", (*timeline)["json"]);
  std::cout << to_json(whole, 2) << "\n";
  return exit_fine;
}

}  // namespace muster

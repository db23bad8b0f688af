// Commands that speak to the running bot through its socket.
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/cli/flags.h"
#include "bot/cli/offline.h"
#include "bot/core/commands/words.h"
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
  // As shells do: what the system knows of the user where the environment says nothing.
  const char* home = std::getenv("HOME");
  const passwd* known = home ? nullptr : ::getpwuid(::geteuid());
  return std::string(home ? home : known ? known->pw_dir : ".") + "/.local/state/muster";
}

std::string cli_language(const Flags& f) {
  const auto set = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  std::string wanted = f.speak;  // CLI11 has put MUSTER_LANGUAGE there
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (wanted.empty()) wanted = set(name);
  return wanted.starts_with("ko") ? "ko" : "en";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

Result<Value> ask_bot(const Flags& f, const Value& ask) {
  const auto line = call_local_socket(data_folder(f) + "/muster.sock", to_json(ask), 30'000);
  if (!line && line.error().kind != ErrorKind::not_found) return std::unexpected(line.error());
  if (!line)
    return fail(line.error().kind, say(cli_language(f), "cli.not_running", {{"folder", data_folder(f)}}),
                say(cli_language(f), "cli.start_it"));
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

// A question about the record is answered from the folder when nobody runs there.
Result<Value> read_from_bot(const Flags& f, const std::string& text) {
  auto answer = say_to_bot(f, text);
  if (answer || answer.error().kind == ErrorKind::invalid) return answer;
  if (auto kept = answer_from_folder(f, text)) return std::move(*kept);
  return answer;
}

int read_line(const Flags& f, const std::string& text) {
  const auto answer = read_from_bot(f, text);
  return answer ? print_answer(f, *answer) : not_answered(answer.error());
}

}  // namespace

int history_command(const Flags& f) { return read_line(f, "history " + joined(f.words)); }

int say_line(const Flags& f, const std::string& text) {
  const auto answer = say_to_bot(f, text);
  return answer ? print_answer(f, *answer) : not_answered(answer.error());
}

int login_command(const Flags& f) {
  const auto made = ask_bot(f, Value::Map{{"op", "login"}, {"as", f.as}, {"rotate", f.rotate_login}});
  if (!made) return not_answered(made.error());
  if (!(*made)["ok"].as_bool()) return print_answer(f, *made);
  Value link = *made;
  if (!f.base.empty() && !f.base.starts_with("http://") && !f.base.starts_with("https://"))
    return complain({ErrorKind::invalid, "`" + f.base + "` is no address of a page.",
                     "Write --url https://muster.example.com, as browsers see it."});
  if (!f.base.empty()) link.set("url", f.base + link["path"].as_string());
  if (f.json) {
    std::cout << to_json(link, 2) << "\n";
    return exit_fine;
  }
  std::cout << link["url"].as_string() << "\n";
  if (link["rotated"].as_bool()) std::cerr << say(cli_language(f), "cli.login.rotated") << "\n";
  if (link["valid_minutes"].is_int())
    std::cerr << say(cli_language(f), "cli.login.until",
                     {{"who", link["person"].as_string()}, {"n", std::to_string(link["valid_minutes"].as_int())}})
              << "\n";
  return exit_fine;
}

// Shown first; with --yes asked for and confirmed in one go, by the same question that chat would ask.
int scrub_command(const Flags& f) {
  const std::string line = "scrub " + joined(f.words) + (f.because.empty() ? "" : " because " + f.because);
  if (!f.yes) {
    const auto shown = say_to_bot(f, "plan " + line);
    if (!shown) return not_answered(shown.error());
    const int code = print_answer(f, *shown);
    const bool possible = (*shown)["json"]["would"].as_string() != "refuse";
    if (code == exit_fine && possible && !f.json) std::cout << say(cli_language(f), "cli.scrub.shown") << "\n";
    return possible ? code : exit_failed;
  }
  const auto asked = say_to_bot(f, line);
  if (!asked) return not_answered(asked.error());
  const bool question = (*asked)["ok"].as_bool() && (*asked)["json"]["kind"].as_string() == "confirm";
  return question ? say_line(f, "yes " + (*asked)["json"]["id"].as_string()) : print_answer(f, *asked);
}

int webhooks_command(const Flags& f) { return say_line(f, std::string(trim("webhooks " + joined(f.words)))); }

int outbox_command(const Flags& f) {
  if (f.what == "list") return say_line(f, "outbox");
  if (f.words.empty()) {
    complain({ErrorKind::invalid, "`outbox resend` needs an id, or `all`.", "`muster outbox list` shows the ids."});
    return exit_usage;
  }
  return say_line(f, "outbox resend " + joined(f.words));
}

int incident_command(const Flags& f) {
  if (f.what == "list") return read_line(f, joined(f.words).empty() ? "incidents" : "incidents " + joined(f.words));
  if (f.words.empty()) {
    complain({ErrorKind::invalid,
              "`incident " + f.what + "` needs an id, for example `muster incident " + f.what + " INC-7`.",
              "`muster incident list` shows what exists."});
    return exit_usage;
  }
  const std::string id = joined(f.words);
  if (f.what == "transcript") return read_line(f, "transcript " + id);
  if (!f.json) return read_line(f, "show " + id);
  auto shown = read_from_bot(f, "show " + id);
  if (!shown) return not_answered(shown.error());
  if (!(*shown)["ok"].as_bool() || !(*shown)["json"].has("id")) return print_answer(f, *shown);
  // A script wants the whole: what it is now, and how it came about.
  Value whole = (*shown)["json"];
  const auto timeline = read_from_bot(f, "timeline " + id);
  if (timeline && (*timeline)["ok"].as_bool()) whole.set("timeline", (*timeline)["json"]);
  std::cout << to_json(whole, 2) << "\n";
  return exit_fine;
}

}  // namespace muster

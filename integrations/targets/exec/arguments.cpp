#include "integrations/targets/exec/arguments.h"

#include <algorithm>
#include <string_view>

#include "bot/base/regex.h"
#include "bot/base/text.h"

namespace muster::exec {
namespace {

constexpr std::string_view name_pattern = "[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}";
constexpr std::string_view placeholders[] = {"version",     "part", "replicas",       "service",
                                             "environment", "run",  "before_version", "before_replicas"};

struct Piece {
  std::string literal;
  std::string name;  // empty: no placeholder
};

// "--tag={version}" -> {"--tag=", "version"}. A brace that opens no known-looking name is a character like any other.
Piece parse(const std::string& argument) {
  const std::size_t open = argument.rfind('{');
  if (open == argument.npos || !argument.ends_with('}')) return {argument, ""};
  const std::string name = argument.substr(open + 1, argument.size() - open - 2);
  const bool word = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == name.npos;
  return word ? Piece{argument.substr(0, open), name} : Piece{argument, ""};
}

// {word} where none may stand: in the middle of an argument.
bool has_inner_placeholder(const std::string& literal) {
  for (const std::string_view name : placeholders) {
    if (literal.find("{" + std::string(name) + "}") != literal.npos) return true;
  }
  return false;
}

bool is_rollout(TargetVerb verb) { return verb == TargetVerb::deploy || verb == TargetVerb::rollback; }

bool stands_for(TargetVerb verb, std::string_view name) {
  if (name == "part") return false;  // of a stage alone
  if (name == "version") return is_rollout(verb);
  if (name == "replicas") return verb == TargetVerb::scale;
  if (name == "run" || name.starts_with("before_")) return changes_something(verb);
  return true;
}

struct Value {
  std::string text;
  std::string pattern = std::string(name_pattern);
};

Value value_of(const std::string& name, const ExecTargetDef& def, const ChangeRequest& request,
               const TargetState& before) {
  if (name == "version") return {request.version, def.version_pattern};
  if (name == "part") return {request.part, "[0-9]{1,5}%?|beside"};
  if (name == "before_version") return {before.version, def.version_pattern};
  if (name == "replicas") return {std::to_string(request.replicas.value_or(-1)), "[0-9]{1,6}"};
  if (name == "before_replicas") return {before.replicas ? std::to_string(*before.replicas) : "", "[0-9]{1,6}"};
  if (name == "service") return {request.subject.service};
  if (name == "environment") return {request.subject.environment};
  return {request.run, "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"};
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<std::string> checked(const std::string& name, const Value& value) {
  const auto matches = full_match(value.text, value.pattern);
  if (matches && *matches && !has_control(value.text)) return value.text;
  if (value.text.empty()) return fail(ErrorKind::invalid, "the " + name + " is not known, and the command needs it");
  return fail(ErrorKind::invalid, "`" + clip(one_line(value.text), 80) + "` is no " + name + " that this target takes",
              "It must match " + clip(value.pattern, 120) + " as a whole.");
}

// `stage`: of a part, which is a deploy with one more placeholder.
void check_list(const std::vector<std::string>& list, const std::string& field, TargetVerb verb, bool stage,
                std::vector<Fault>& faults) {
  if (list.empty()) return;
  bool version = false, replicas = false;
  if (!list.front().starts_with('/') || !parse(list.front()).name.empty()) {
    faults.push_back({field, 0, "the program is not named by its absolute path", "/usr/local/bin/…"});
  }
  for (std::size_t i = 1; i < list.size(); ++i) {
    const Piece piece = parse(list[i]);
    version = version || piece.name == "version";
    replicas = replicas || piece.name == "replicas";
    if (has_inner_placeholder(piece.literal)) {
      faults.push_back({field, i, "a placeholder stands in the middle of an argument",
                        "one placeholder, at the end of the argument"});
    }
    if (piece.name.empty()) continue;
    const auto* known = std::find(std::begin(placeholders), std::end(placeholders), piece.name);
    if (known == std::end(placeholders)) {
      faults.push_back(
          {field, i, "no placeholder is called {" + piece.name + "}",
           "{version}, {part}, {replicas}, {service}, {environment}, {run}, {before_version} or {before_replicas}"});
    } else if (!(stage && piece.name == "part") && !stands_for(verb, piece.name)) {
      faults.push_back({field, i, "{" + piece.name + "} has no meaning in `" + field + "`", "another placeholder"});
    }
  }
  if (verb == TargetVerb::deploy && !version)
    faults.push_back({field, 0, "the command is not told the version", "{version}"});
  if (verb == TargetVerb::scale && !replicas)
    faults.push_back({field, 0, "the command is not told the number", "{replicas}"});
}

}  // namespace

const std::vector<std::string>& arguments_of(const ExecTargetDef& def, TargetVerb verb) {
  static const std::vector<std::string> none;
  switch (verb) {
    case TargetVerb::status:
      return def.status;
    case TargetVerb::deploy:
      return def.deploy;
    case TargetVerb::rollback:
      return def.rollback.empty() ? def.deploy : def.rollback;
    case TargetVerb::scale:
      return def.scale;
    case TargetVerb::restart:
      return def.restart;
    case TargetVerb::pause:
      return def.pause;
    case TargetVerb::resume:
      return def.resume;
    case TargetVerb::history:
      return def.history;
    case TargetVerb::dry_run:
      return none;
  }
  return none;
}

std::vector<Fault> faults_of(const ExecTargetDef& def) {
  std::vector<Fault> faults;
  for (const TargetVerb verb : {TargetVerb::status, TargetVerb::deploy, TargetVerb::rollback, TargetVerb::scale,
                                TargetVerb::restart, TargetVerb::pause, TargetVerb::resume, TargetVerb::history}) {
    const bool other = verb == TargetVerb::rollback && def.rollback.empty();  // that of `deploy`
    if (!other) check_list(arguments_of(def, verb), name_of(verb), verb, false, faults);
  }
  check_list(def.canary, "canary", TargetVerb::deploy, true, faults);
  check_list(def.bluegreen, "bluegreen", TargetVerb::deploy, true, faults);
  if (!full_match("", def.version_pattern)) {
    faults.push_back({"version_pattern", 0, "it is no regular expression", "an expression in RE2's syntax"});
  }
  if (def.status_timeout <= 0) faults.push_back({"status_timeout", 0, "it leaves no time at all", "10s"});
  if (def.watch_every <= 0) faults.push_back({"watch_every", 0, "it leaves no time between two looks", "2s"});
  if (def.processes > 0 && def.user.empty()) {
    faults.push_back({"processes", 0, "all processes of a user count, the bot's own too",
                      "`user`, an account that only these programs use"});
  }
  if (def.cpu_time > 0 && def.cpu_time < second_ms) {
    faults.push_back({"cpu_time", 0, "it is less than a second", "1s or more; 0 for no limit"});
  }
  for (const auto& [field, value] : {std::pair{"memory_mb", def.memory_mb},
                                     {"open_files", def.open_files},
                                     {"file_mb", def.file_mb},
                                     {"processes", def.processes}}) {
    if (value < 0) faults.push_back({field, 0, "a limit cannot be negative", "0 for no limit"});
  }
  if (def.open_files > 0 && def.open_files < 16) {
    faults.push_back({"open_files", 0, "no program starts with so few", "16 or more; 0 for no limit"});
  }
  if (!def.folder.starts_with('/')) faults.push_back({"folder", 0, "it is no absolute path", "/"});
  return faults;
}

const std::vector<std::string>& arguments_of(const ExecTargetDef& def, const ChangeRequest& request) {
  if (request.part.empty()) return arguments_of(def, request.verb);
  return request.part == "beside" ? def.bluegreen : def.canary;
}

Result<std::vector<std::string>> render(const ExecTargetDef& def, const ChangeRequest& request,
                                        const TargetState& before) {
  std::vector<std::string> argv;
  bool options_over = false;
  for (const std::string& argument : arguments_of(def, request)) {
    const Piece piece = parse(argument);
    if (piece.name.empty()) {
      options_over = options_over || argument == "--";
      argv.push_back(argument);
      continue;
    }
    const auto value = checked(piece.name, value_of(piece.name, def, request, before));
    if (!value) return std::unexpected(value.error());
    // A pattern of the administrator's may allow it; a program would still take it for an option.
    if (piece.literal.empty() && value->starts_with('-') && !options_over) {
      return fail(ErrorKind::invalid, "`" + clip(*value, 80) + "` would be read as an option of the program",
                  "Put \"--\" before {" + piece.name + "} in the configuration, if the program knows it.");
    }
    argv.push_back(piece.literal + *value);
  }
  return argv;
}

}  // namespace muster::exec

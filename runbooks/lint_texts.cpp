// Texts in another language: no quotes by hand around ${…}, no secrets where people or journals read.
#include <algorithm>

#include "bot/base/redact.h"
#include "bot/base/text.h"
#include "runbooks/lint_parts.h"
#include "runbooks/script_places.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

bool is_metrics(Language l) { return l == Language::promql || l == Language::logql || l == Language::lucene; }

// The quote that is open at the end of the literal parts before `part`, and whether it began behind =~ or !~.
struct Open {
  char quote = 0;
  bool expression = false, other_text = false;
};

Open open_at(const Template& t, std::size_t part) {
  Open open;
  std::string before;
  for (std::size_t i = 0; i < part; ++i) {
    if (t.parts[i].expression) {
      open.other_text = true;
      before += 'x';
      continue;
    }
    for (std::size_t at = 0; at < t.parts[i].text.size(); ++at) {
      const char c = t.parts[i].text[at];
      if (open.quote != 0 && c == '\\') {
        ++at;
        open.other_text = true;
      } else if (open.quote == 0 && (c == '"' || c == '\'' || c == '`')) {
        const std::string_view sign = trim(before);
        open = {c, sign.ends_with("=~") || sign.ends_with("!~") || sign.ends_with("|~"), false};
      } else if (c == open.quote) {
        open.quote = 0;
      } else {
        open.other_text = true;
      }
      before += c;
    }
  }
  return open;
}

bool text_follows(const Template& t, std::size_t part, char quote) {
  if (part + 1 >= t.parts.size()) return false;
  const Template::Part& next = t.parts[part + 1];
  return next.expression || !next.text.starts_with(quote);
}

void check_metrics_quotes(const Lint& lint, const Template& t) {
  for (std::size_t i = 0; i < t.parts.size(); ++i) {
    if (!t.parts[i].expression) continue;
    const Open open = open_at(t, i);
    if (open.quote == 0) continue;
    // A pattern such as =~"${x}.*" cannot be written in another way; the value's own signs are escaped there.
    if (open.expression && (open.other_text || text_follows(t, i, open.quote))) continue;
    lint.error("RB065", t.parts[i].place, "quotes stand around ${…}: a value is quoted and escaped already",
               "Leave the quotes out; to join texts write ${\"api-\" + x}.");
  }
}

// `'${x}'` in an argument of a command, "${x}" in a body: habits of the shell and of templates.
void check_plain_quotes(const Lint& lint, const Template& t, std::string_view signs, std::string_view advice) {
  for (std::size_t i = 1; i + 1 < t.parts.size(); ++i) {
    if (!t.parts[i].expression || t.parts[i - 1].expression || t.parts[i + 1].expression) continue;
    const char before = t.parts[i - 1].text.back(), after = t.parts[i + 1].text.front();
    if (before == after && signs.find(before) != signs.npos)
      lint.error("RB065", t.parts[i].place, "quotes stand around ${…}, and they would be part of the text",
                 std::string(advice));
  }
}

void check_quotes(const Lint& lint, const Step& s, const Argument& a, const Template& t) {
  if (t.literal()) return;
  if (is_metrics(a.language)) check_metrics_quotes(lint, t);
  if (a.language == Language::argv) check_plain_quotes(lint, t, "\"'", "There is no shell: leave the quotes out.");
  if (a.language == Language::url) check_plain_quotes(lint, t, "\"'", "A value is encoded already: leave them out.");
  if (s.verb == "http" && a.name == "body")
    check_plain_quotes(lint, t, "\"", "Write json: and a map, then each value is written as JSON.");
}

// --- code
void check_scripts(const Lint& lint, const Step& s) {
  const Field* argv = s.verb == "run" ? s.arguments.find("argv") : nullptr;
  if (!argv || argv->kind != Field::Kind::list) return;
  const auto refuse = [&](const Template& t, ReadAs as) {
    const ScriptProblem problem = value_problem(as);
    lint.error("RB068", t.place, problem.message, problem.advice);
  };
  const std::vector<ReadAs> as = read_as(*argv);
  for (std::size_t i = 0; i < as.size(); ++i) {
    const Template& t = argv->items[i].scalar;  // what goes to another host is known only when it is rendered
    if (!t.literal() && (as[i] == ReadAs::program || as[i] == ReadAs::script)) refuse(t, as[i]);
  }
  const Field* input = s.arguments.find("stdin");
  if (input && !input->scalar.literal() && takes_script_from_input(*argv)) refuse(input->scalar, ReadAs::script);
}

// --- secrets
bool is_secret(const Lint& lint, const cel::Reference& r) {
  if (r.path[0] == "secret") return true;
  if (r.path[0] != "inputs" || r.path.size() < 2) return false;
  return std::ranges::any_of(lint.book.inputs, [&](const Input& i) { return i.secret && i.name == r.path[1]; });
}

void refuse_secrets(const Lint& lint, const cel::Program& program, Place place, std::string_view where) {
  for (const cel::Reference& r : program.references())
    if (is_secret(lint, r))
      lint.error("RB066", place_inside(place, cel::problem_at(program.source(), r.offset, "")),
                 "a secret cannot stand in " + std::string(where),
                 "Secrets go to http, run, query and the inputs of call, there by ${secret.NAME}.");
}

void refuse_secrets(const Lint& lint, const Template& t, std::string_view where) {
  for (const Template::Part& p : t.parts)
    if (p.expression) refuse_secrets(lint, *p.expression, p.place, where);
}

bool may_hold_secret(const Step& s, const Argument* a) {
  if (s.verb == "call") return a && a->name == "inputs";
  return (s.verb == "http" || s.verb == "run" || s.verb == "query") && a && a->language != Language::chat;
}

void check_written_secret(const Lint& lint, const Template& t) {
  for (const Template::Part& p : t.parts) {
    if (p.expression) continue;
    const Redaction found = redact(p.text);
    if (!found.types.empty())
      lint.error(
          "RB066", t.place, "this looks like a secret (" + found.types[0] + ")",
          "Write it as a reference: secrets: {name: env:NAME}, then ${secret.name}. And replace it: it was seen.");
  }
}

void check_step(const Lint& lint, const Step& s) {
  const Verb* verb = find_verb(s.verb);
  check_scripts(lint, s);
  if (s.condition) refuse_secrets(lint, s.condition->program, s.condition->place, "a condition");
  if (s.until) refuse_secrets(lint, s.until->program, s.until->place, "a condition");
  if (s.probe) refuse_secrets(lint, s.probe->applied.program, s.probe->applied.place, "a condition");
  for (const auto& [name, field] : s.arguments.members) {
    const Argument* a = verb && !verb->any_names ? find_argument(*verb, name) : nullptr;
    each_text(field, [&](const Template& t) {
      if (a) check_quotes(lint, s, *a, t);
      if (!may_hold_secret(s, a)) refuse_secrets(lint, t, "`" + s.verb + "`");
      check_written_secret(lint, t);
    });
    if (!a || a->kind != Kind::rows) continue;
    for (const Field& item : field.items)
      for (const auto& [inner, value] : item.members)
        if (const Argument* each = find_argument(*a->rows, inner))
          each_text(value, [&](const Template& t) { check_quotes(lint, s, *each, t); });
  }
}

}  // namespace

void lint_texts(const Lint& lint) {
  each_step(lint.book, [&](const Step& s) { check_step(lint, s); });
  if (lint.book.guard.key) refuse_secrets(lint, *lint.book.guard.key, "`key`");
  for (const auto& [name, value] : lint.book.outputs) refuse_secrets(lint, value, "an output");
}

}  // namespace muster::runbooks

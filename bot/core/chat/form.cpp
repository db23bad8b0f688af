#include "bot/core/chat/form.h"

#include "bot/base/text.h"

namespace muster {
namespace {

// One argument of a line, whatever is in it.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : one_line(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string value_of(const std::map<std::string, std::string>& values, const char* name) {
  const auto it = values.find(name);
  return it == values.end() ? std::string() : std::string(trim(it->second));
}

// `declare` has a grammar of its own: the title stands in quotes, so that no word of it is an option.
std::string declare_line(const std::string& command, const std::map<std::string, std::string>& values) {
  std::string line = command;  // "declare", or "declare --private"
  const auto add = [&line](const char* label, const std::string& text) {
    if (!text.empty()) line += std::string(label) + text;
  };
  add(" ", lower_ascii(value_of(values, "severity")));
  if (const std::string title = value_of(values, "title"); !title.empty()) add(" ", in_quotes(title));
  add(" for ", value_of(values, "service"));
  add(" because ", one_line(value_of(values, "because")));
  return line;
}

// `todo INC-7 text @who due day`: who and when stand at the end, as people type them.
std::string todo_line(const std::string& command, const std::map<std::string, std::string>& values) {
  std::string line = command + " " + one_line(value_of(values, "text"));
  const std::string who = value_of(values, "who"), due = value_of(values, "due");
  if (!who.empty()) line += (who.starts_with('@') ? " " : " @") + who;
  if (!due.empty()) line += " due " + due;
  return line;
}

}  // namespace

Value to_value(const Form& form) {
  Value fields = Value::List{};
  for (const FormField& f : form.fields) {
    Value choices = Value::List{};
    for (const std::string& c : f.choices) choices.push(c);
    fields.push(Value::Map{{"name", f.name},
                           {"label", f.label},
                           {"kind", f.kind},
                           {"choices", std::move(choices)},
                           {"standard", f.standard},
                           {"hint", f.hint},
                           {"required", f.required}});
  }
  Value v = Value::Map{{"title", form.title}, {"intro", form.intro}, {"send", form.send}, {"command", form.command}};
  v.set("fields", std::move(fields));
  return v;
}

Form form_from(const Value& v) {
  Form form{.title = v["title"].as_string(),
            .intro = v["intro"].as_string(),
            .send = v["send"].as_string(),
            .command = v["command"].as_string(),
            .fields = {}};
  for (const Value& f : v["fields"].as_list()) {
    FormField field{.name = f["name"].as_string(), .label = f["label"].as_string(), .kind = f["kind"].as_string()};
    for (const Value& c : f["choices"].as_list()) field.choices.push_back(c.as_string());
    field.standard = f["standard"].as_string();
    field.hint = f["hint"].as_string();
    field.required = f["required"].as_bool(true);
    form.fields.push_back(std::move(field));
  }
  return form;
}

std::string typed_twin(const std::string& command, const std::map<std::string, std::string>& values) {
  if (command.starts_with("declare")) return declare_line(command, values);
  if (command.starts_with("todo ")) return todo_line(command, values);
  std::string line = command;
  for (const auto& [name, value] : values)
    if (!trim(value).empty()) line += " " + name + "=" + in_quotes(trim(value));
  return line;
}

}  // namespace muster

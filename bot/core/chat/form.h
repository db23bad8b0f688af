// A form that a person fills in, platform-neutral. Whatever it asks can be typed as one line instead: its typed twin.
#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "bot/base/value.h"

namespace muster {

struct FormField {
  std::string name;           // the key of the typed twin
  std::string label;          // what people read
  std::string kind = "text";  // text, long (several lines), choice
  std::vector<std::string> choices = {};
  std::string standard = {};  // filled in beforehand
  std::string hint = {};
  bool required = true;
};

struct Form {
  std::string title, intro, send;  // `send`: the label of the button that sends it
  std::string command;             // "answer R1": the line that the values complete
  std::vector<FormField> fields;
};

// What the sender of a form is told before it closes. Nothing: it was taken.
struct FormAnswer {
  std::map<std::string, std::string> wrong;  // field -> what is wrong with it
  std::string refused;                       // about the whole
  bool taken() const { return wrong.empty() && refused.empty(); }
};

Value to_value(const Form& form);
Form form_from(const Value& value);

// The command and the values as one line that means exactly the same; empty values are left out.
std::string typed_twin(const std::string& command, const std::map<std::string, std::string>& values);

}  // namespace muster

// Where a command reads a text as a language of its own: `sh -c TEXT`, `python3 -c TEXT`, what ssh sends to a shell far
// away, and the name of the program itself. A value there would be code, and alert labels are written by anybody: none
// may stand there, so that `$(reboot)` stays text. Any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "runbooks/model.h"

namespace muster::runbooks {

enum class ReadAs {
  argument,  // as it is
  program,   // the program to start
  script,    // code of a shell, an interpreter or a database
  remote     // joined with others to a line for a shell on another host: letters, digits and a few signs only
};

// Of each element of a command (Kind::argv).
std::vector<ReadAs> read_as(const Field& argv);
// The command is a shell without a script of its own, which takes it from its input.
bool takes_script_from_input(const Field& argv);
bool is_harmless_remotely(std::string_view text);

// What is wrong about a value there, and what to write instead; empty for an argument.
struct ScriptProblem {
  std::string message, advice;
};
ScriptProblem value_problem(ReadAs as);

}  // namespace muster::runbooks

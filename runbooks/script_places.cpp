#include "runbooks/script_places.h"

#include <algorithm>
#include <array>

#include "bot/base/text.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

// Programs that take code as an argument, the letters of the options before it, and their long names.
struct Interpreter {
  std::string_view names, letters, long_names;
  bool shell = false;     // reads its input as a script, when it is given none
  bool anywhere = false;  // its options may stand behind other arguments
};
constexpr std::array interpreters = {
    Interpreter{" sh bash dash ash zsh ksh mksh fish busybox ", "c", " --command ", true},
    Interpreter{" su runuser script flock ", "c", " --command ", false, true},
    Interpreter{" python ", "c", "", true},
    Interpreter{" perl ruby lua ", "eE", "", true},
    Interpreter{" node nodejs ", "ep", " --eval --print ", true},
    Interpreter{" php ", "r", "", true},
    Interpreter{" psql ", "c", " --command ", true},
    Interpreter{" mysql mariadb ", "e", " --execute ", true},
};

bool holds(std::string_view words, std::string_view word) {
  return !word.empty() && words.contains(" " + std::string(word) + " ");
}

// "/usr/bin/python3.11" -> "python"
std::string_view program_in(std::string_view word) {
  word.remove_prefix(word.rfind('/') == word.npos ? 0 : word.rfind('/') + 1);
  const std::size_t end = word.find_last_not_of("0123456789.");
  return end == word.npos ? std::string_view() : word.substr(0, end + 1);
}

const Interpreter* interpreter_in(std::string_view word) {
  const std::string_view name = program_in(word);
  const auto it = std::ranges::find_if(interpreters, [&](const Interpreter& i) { return holds(i.names, name); });
  return it == interpreters.end() ? nullptr : &*it;
}

// As far as the author wrote them; a text that begins with a value begins with nothing.
std::string written_start(const Field& element) {
  const Template& t = element.scalar;
  if (t.literal()) return literal_text(t);
  return !t.parts.empty() && !t.parts[0].expression ? t.parts[0].text : std::string();
}

bool is_option(std::string_view word) { return word.size() > 1 && (word[0] == '-' || word[0] == '+'); }

struct Found {
  std::size_t script = 0;  // its place; 0: none
  std::size_t rest = 0;    // the option before it, or the first element that is no option
};

// `-lc TEXT`: the option is the last letter, or one of a few; `-eTEXT` has the text behind it.
bool text_follows(std::string_view behind_letter) {
  return behind_letter.size() <= 2 && std::ranges::all_of(behind_letter, [](char c) { return c >= 'a' && c <= 'z'; });
}

// The options of the interpreter at `at`, up to its script or its first other argument.
Found script_of(const Interpreter& program, const std::vector<std::string>& words, std::size_t at) {
  std::size_t i = at + 1;
  for (; i < words.size() && (program.anywhere || is_option(words[i])); ++i) {
    const std::string& word = words[i];
    if (!is_option(word)) continue;
    const std::size_t equals = word.find('=');
    if (holds(program.long_names, word.substr(0, equals))) return {equals == word.npos ? i + 1 : i, i};
    if (word[0] != '-' || word[1] == '-') continue;
    const std::size_t letter = word.find_first_of(program.letters, 1);
    if (letter != word.npos) return {text_follows(std::string_view(word).substr(letter + 1)) ? i + 1 : i, i};
    if (word == "-o" || word == "-O") ++i;  // of a shell: the name of an option follows
  }
  return {0, i};
}

std::vector<std::string> words_of(const Field& argv) {
  std::vector<std::string> words;
  words.reserve(argv.items.size());
  for (const Field& element : argv.items) words.push_back(written_start(element));
  return words;
}

}  // namespace

std::vector<ReadAs> read_as(const Field& argv) {
  std::vector<ReadAs> as(argv.items.size(), ReadAs::argument);
  if (as.empty()) return as;
  as[0] = ReadAs::program;
  const std::vector<std::string> words = words_of(argv);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (program_in(words[i]) == "ssh")
      for (std::size_t far = i + 1; far < as.size(); ++far) as[far] = std::max(as[far], ReadAs::remote);
    const Interpreter* program = interpreter_in(words[i]);
    if (!program) continue;
    const Found found = script_of(*program, words, i);
    if (found.script == 0) continue;
    as[found.rest] = ReadAs::script;  // `-e${x}`
    if (found.script < as.size()) as[found.script] = ReadAs::script;
  }
  return as;
}

bool takes_script_from_input(const Field& argv) {
  const std::vector<std::string> words = words_of(argv);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Interpreter* program = interpreter_in(words[i]);
    if (!program || !program->shell) continue;
    const Found found = script_of(*program, words, i);
    const bool said = std::ranges::find(words, "-s") != words.end();
    if (found.script == 0 && (said || found.rest == words.size())) return true;
  }
  return false;
}

bool is_harmless_remotely(std::string_view text) {
  constexpr std::string_view signs = "._-/:@%+=,";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || signs.contains(c);
  });
}

ScriptProblem value_problem(ReadAs as) {
  switch (as) {
    case ReadAs::argument:
      return {};
    case ReadAs::program:
      return {"a value cannot name the program: it could be any", "Write the program; values are its arguments."};
    case ReadAs::script:
      return {"this is read as code, and a value in it could be any command",
              "Pass the value beside it: [sh, -c, 'echo \"$1\"', sh, \"${…}\"]."};
    case ReadAs::remote:
      return {
          "a shell on the other host reads this again, and the value holds more than letters, digits and ._-/:@%+=,",
          "Put a script on that host and give it such values on its input (stdin)."};
  }
  return {};
}

}  // namespace muster::runbooks

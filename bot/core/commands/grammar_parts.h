// What grammar.cpp, grammar_words.cpp and grammar_text.cpp share; nobody else includes it.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "bot/core/commands/grammar.h"
#include "bot/core/commands/verbs.h"

namespace muster::grammar {

using Fault = std::optional<GrammarError>;

GrammarError error(std::string key, std::map<std::string, std::string> args = {});
// The line, and below it a caret under the byte `at`.
std::string caret(std::string_view line, std::size_t at);
GrammarError unclosed(std::string_view line, std::size_t at);
GrammarError verb_error(std::string key, const VerbInfo& verb, std::map<std::string, std::string> args = {});

// The next token at or after `at`; none at the end of the line.
std::expected<std::optional<Token>, GrammarError> next_token(std::string_view line, std::size_t at);

bool is_name(std::string_view word);  // what a service may be called: no quotes, no punctuation
bool is_preposition(std::string_view lower_word);
std::string normal_value(std::string_view kind, std::string_view value);  // canonical spelling by slot kind
std::string quoted_if_needed(const std::string& word);

// The text after the verb, `line` from byte `at`, becomes arguments of the command.
Fault read_words(Command& command, const VerbInfo& verb, std::string_view line, std::size_t at);
Fault read_text(Command& command, const VerbInfo& verb, std::string_view text);
Fault read_declare(Command& command, const VerbInfo& verb, std::string_view text);

}  // namespace muster::grammar

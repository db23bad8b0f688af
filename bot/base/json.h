// JSON text <-> Value. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/result.h"
#include "bot/base/value.h"

namespace muster {

// Parses one JSON document. Depth over `max_depth` is an error; invalid UTF-8 and lone surrogates become
// U+FFFD; of duplicate keys the last wins; integers beyond 64 bits become doubles.
Result<Value> parse_json(std::string_view text, int max_depth = 64);

// The same without the members of this name, at any depth: what a service sends along and nobody reads here is looked
// at and not kept.
Result<Value> parse_json_without(std::string_view name, std::string_view text, int max_depth = 64);

// Canonical text: keys sorted, no white space, UTF-8 as it is. `indent` > 0 prints for people.
std::string to_json(const Value& value, int indent = 0);
// The same canonical text behind what `out` has already: for who writes a document piece by piece.
void append_json(std::string& out, const Value& value);
void append_json(std::string& out, const std::string& text);

}  // namespace muster

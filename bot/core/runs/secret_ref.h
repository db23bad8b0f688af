// A secret in the arguments of a step: the text names it between two marks, and only what carries the step out puts
// the secret itself there. No other text of an argument can hold the marks: every value that is interpolated is
// refused or cleaned of them when it is rendered (runbooks/render.h), so a label that looks like a mark is only text.
// Pure; any thread.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/base/result.h"
#include "bot/base/value.h"

namespace muster {

// How the secret is written where it stands: as it is, percent-encoded, or inside of a quoted literal (PromQL, LogQL).
enum class SecretForm { plain, url, literal };

struct SecretRef {
  std::size_t begin = 0, end = 0;  // in the text, the marks included
  SecretForm form = SecretForm::plain;
  std::string reference;  // env:NAME or file:PATH
};

bool is_secret_reference(std::string_view text);  // env:NAME or file:PATH
std::string secret_mark(std::string_view reference, SecretForm form = SecretForm::plain);
std::vector<SecretRef> find_secrets(std::string_view text);
bool has_secret(const Value& value);  // anywhere in the tree

// For people, the journal's pages and hashes: "[secret env:TOKEN]". Keys of maps hold none.
std::string mask_secrets(std::string_view text);
Value masked(const Value& value);

// The text without the two characters that begin and end a mark.
std::string without_secret_marks(std::string_view text);

// For what carries a step out, at the last moment. `resolve` gives the secret of a reference.
using ResolveSecret = std::function<Result<std::string>(const std::string& reference)>;
Result<std::string> fill_secrets(std::string_view text, const ResolveSecret& resolve);
Result<Value> filled(const Value& value, const ResolveSecret& resolve);

std::string percent_encoded(std::string_view text);  // all but letters, digits and - . _ ~
// The inside of a PromQL or LogQL literal in double quotes; without control characters that they do not know.
std::string literal_escaped(std::string_view text);

}  // namespace muster

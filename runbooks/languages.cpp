#include "runbooks/languages.h"

#include <algorithm>
#include <cmath>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/cel/cel.h"
#include "bot/core/chat/message.h"

namespace muster::runbooks {
namespace {

using Sort = cel::Kind;

std::string duration_text(cel::Duration d) {
  constexpr std::int64_t second = 1'000'000'000, ms = 1'000'000;
  return d.nanos % second == 0 ? std::to_string(d.nanos / second) + "s" : std::to_string(d.nanos / ms) + "ms";
}

// Embeddings, overrides and isolates turn the direction of all that follows; letters written from the right stay.
std::string without_direction(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    const bool old = three.starts_with("\xE2\x80") && three.size() == 3 &&
                     (three[2] == '\x8E' || three[2] == '\x8F' || (three[2] >= '\xAA' && three[2] <= '\xAE'));
    const bool isolate = three.starts_with("\xE2\x81") && three.size() == 3 && three[2] >= '\xA6' && three[2] <= '\xA9';
    if (old || isolate)
      i += 2;
    else
      out += text[i];
  }
  return out;
}

std::string chat_text(std::string_view text) { return plain(one_line(without_direction(repair_utf8(text)))); }

std::string plain_part(std::string_view text) {
  std::string out = repair_utf8(text);
  std::erase_if(out, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' && c != '\n' && c != '\t') || byte == 0x7F;
  });
  return out;
}

Result<std::string> write_chat(const Pieces& pieces, const Marks& marks) {
  std::string out;
  for (const Piece& p : pieces) {
    if (!p.value) {
      out += p.literal;
      continue;
    }
    const cel::Val& v = *p.value;
    if (v.is(Sort::null)) {
      out += "nothing";  // a message that says how a run ended must not fail for want of a value
    } else if (v.is(Sort::duration)) {
      out += format_duration(v.as_duration().nanos / 1'000'000);
    } else {
      const auto text = text_of(v, true);
      if (!text) return text;
      if (marks.in(*text)) return fail(ErrorKind::invalid, "a secret cannot be said in chat");
      out += chat_text(*text);
    }
  }
  return out;
}

Result<std::string> write_plain(const Pieces& pieces, const Marks& marks, bool one) {
  std::string out;
  for (const Piece& p : pieces) {
    if (!p.value) {
      out += p.literal;
      continue;
    }
    const auto text = text_of(*p.value, !one);
    if (!text) return text;
    if (one && text->find_first_of(std::string_view("\r\n\0", 3)) != text->npos)
      return fail(ErrorKind::invalid, "a value has more than one line, and here only one can stand");
    out += marks.weave(*text, SecretForm::plain, plain_part);
  }
  return out;
}

Result<std::string> write_element(const Pieces& pieces, const Marks& marks) {
  std::string out;
  for (const Piece& p : pieces) {
    if (!p.value) {
      out += p.literal;
      continue;
    }
    if (p.value->is(Sort::list) || p.value->is(Sort::map))
      return fail(ErrorKind::invalid, "a list cannot be one argument of a command",
                  "Use for_each, or join it: list.join(\",\").");
    const auto text = text_of(*p.value, false);
    if (!text) return text;
    if (text->find('\0') != text->npos)
      return fail(ErrorKind::invalid, "a value holds a NUL character, which no command can be given");
    out += marks.weave(*text, SecretForm::plain, [](std::string_view t) { return repair_utf8(t); });
  }
  return out;
}

}  // namespace

std::string Marks::made(std::string_view reference) const {
  return "\x02" + nonce_ + without_secret_marks(reference) + "\x03";
}

std::string plain_number(double d) {
  if (std::isnan(d)) return "NaN";
  if (std::isinf(d)) return d > 0 ? "+Inf" : "-Inf";
  if (d == std::floor(d) && std::abs(d) < 1e15) return std::to_string(static_cast<std::int64_t>(d));
  return to_json(Value(d));
}

Result<std::string> text_of(const cel::Val& value, bool lists) {
  switch (value.kind()) {
    case Sort::text:
      return std::string(value.as_chars());
    case Sort::null:
      return fail(ErrorKind::invalid, "a value is null, and here must be one", "Say default(x, …).");
    case Sort::real:
      return plain_number(value.as_double());
    case Sort::duration:
      return duration_text(value.as_duration());
    case Sort::list:
    case Sort::map:
      if (!lists) return fail(ErrorKind::invalid, "a list or a map cannot stand here", "Say list.join(\",\").");
      return to_json(cel::to_json_value(value));
    default:
      break;
  }
  const Value json = cel::to_json_value(value);
  return json.is_string() ? json.as_string() : to_json(json);
}

Result<std::string> written(Language language, const Pieces& pieces, const Marks& marks) {
  switch (language) {
    case Language::chat:
      return write_chat(pieces, marks);
    case Language::promql:
    case Language::logql:
      return write_metrics(pieces, marks);
    case Language::lucene:
      return write_lucene(pieces, marks);
    case Language::url:
      return write_url(pieces, marks);
    case Language::argv:
      return write_element(pieces, marks);
    case Language::header:
      return write_plain(pieces, marks, true);
    default:
      return write_plain(pieces, marks, false);
  }
}

}  // namespace muster::runbooks

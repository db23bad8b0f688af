#include "bot/base/json_walk.h"

#include <string>

#if defined(__SSE2__) && !defined(RAPIDJSON_SSE2)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/reader.h>

#include "bot/base/text.h"

namespace muster {
namespace {

// The names are the parser's.
struct WalkEvents {
  using Ch = char;
  JsonWalker& walker;
  bool Null() { return walker.other(); }
  bool Bool(bool) { return walker.other(); }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return walker.number({text, size}); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return walker.text({text, size}); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return walker.name({text, size}); }
  bool StartObject() { return walker.open(true); }
  bool StartArray() { return walker.open(false); }
  bool EndObject(rapidjson::SizeType) { return walker.close(true); }
  bool EndArray(rapidjson::SizeType) { return walker.close(false); }
};

constexpr std::size_t walk_read_ahead = 32;  // zero bytes: the parser looks at sixteen at a time

bool needs_mending(std::string_view text) {
  return !is_utf8(text) || text.contains("\\ud") || text.contains("\\uD");  // perhaps half of a pair
}

}  // namespace

bool walk_json(std::string_view text, JsonWalker& walker) {
  if (needs_mending(text)) return false;
  std::string buffer;  // read in place: strings are unescaped where they stand
  buffer.reserve(text.size() + walk_read_ahead);
  buffer = text;
  buffer.append(walk_read_ahead, '\0');
  WalkEvents events{walker};
  rapidjson::InsituStringStream stream(buffer.data());
  rapidjson::Reader reader;
  const auto parsed = reader.Parse<rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag>(stream, events);
  return !parsed.IsError() && stream.Tell() == text.size();
}

}  // namespace muster

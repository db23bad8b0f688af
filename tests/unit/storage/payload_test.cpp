// The stored payload is written in one go; the chain of every old folder depends on its bytes.
#include "storage/payload.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"

using namespace muster;

namespace {

// Every member of the payload is there or not, one bit each.
Entry entry_with(unsigned bits) {
  Entry e;
  const auto has = [bits](unsigned n) { return (bits >> n & 1) != 0; };
  const std::string odd = "Ün\"i\\c\nöde 한국어 \x01 \xED\xA0\x80";
  e.text = has(0) ? odd : "";
  e.source.permalink = has(1) ? "https://chat.example.org/p1" : "";
  e.source.channel = has(2) ? "#ops" : "";
  e.actor.handle = has(3) ? "kim" : "";
  e.actor.display = has(4) ? odd : "";
  if (has(5)) e.data = Value::Map{{"z", 1}, {"a", Value::List{odd, 1.5, nullptr, true}}, {odd, Value::Map{}}};
  if (has(6)) e.services = {"checkout", odd};
  if (has(7)) e.attachments = Value::List{Value::Map{{"name", odd}}};
  if (has(8)) e.tags = {"late_delivery"};
  return e;
}

}  // namespace

TEST_CASE("a payload's text is the canonical JSON of its value, whatever it has") {
  for (unsigned bits = 0; bits < 512; ++bits) {
    const Entry e = entry_with(bits);
    CAPTURE(bits);
    CHECK(storage::payload_text(e) == to_json(entry_payload(e)));
  }
}

TEST_CASE("an empty payload is an empty object, and a full one is known to the byte") {
  CHECK(storage::payload_text(entry_with(0)) == "{}");
  Entry e;
  e.text = "up";
  e.actor.handle = "kim";
  e.services = {"a", "b"};
  e.data = Value::Map{{"n", 1}};
  CHECK(storage::payload_text(e) == R"({"data":{"n":1},"handle":"kim","services":["a","b"],"text":"up"})");
}

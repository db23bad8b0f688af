#include "storage/chain.h"

#include <array>
#include <charconv>

#include "bot/base/hash.h"

namespace muster::storage {
namespace {

template <class Number>
std::string_view digits(Number number, std::array<char, 24>& buffer) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

void put(std::string& out, std::string_view field) {
  std::array<char, 24> buffer;
  out += digits(field.size(), buffer);
  out += ':';
  out += field;
}
void put(std::string& out, std::int64_t number) {
  std::array<char, 24> buffer;
  put(out, digits(number, buffer));
}

}  // namespace

std::string first_link() { return std::string(32, '\0'); }

const std::string& dedupe_key_of(const Entry& e) { return e.dedupe_key.empty() ? e.event_id : e.dedupe_key; }

std::string payload_mac(std::string_view key, std::string_view event_id, std::string_view body) {
  std::string covered;
  covered.reserve(event_id.size() + body.size() + 8);
  begin_covered(covered, event_id);
  covered += body;
  return hmac_sha256(key, covered);
}

void begin_covered(std::string& out, std::string_view event_id) { put(out, event_id); }

std::string row_hash(const Entry& e, std::string_view mac, std::string_view previous) {
  std::string row;
  row.reserve(512);
  append_covered(row, e, mac, previous);
  return sha256(row);
}

void append_covered(std::string& row, const Entry& e, std::string_view mac, std::string_view previous) {
  row += previous;
  for (const std::int64_t n : {e.position, e.seq, e.occurred_ms, e.received_ms, e.written_ms, e.precision_ms, e.skew_ms,
                               std::int64_t{e.pinned}}) {
    put(row, n);
  }
  for (const std::string* text :
       {&e.event_id, &e.incident_id, &e.kind, &e.clock_name, &e.origin, &e.actor.type, &e.actor.id, &e.role,
        &e.visibility, &e.corrects, &e.reply_to, &e.source.system, &e.source.type, &e.source.id, &dedupe_key_of(e)}) {
    put(row, std::string_view(*text));
  }
  put(row, mac);
}

}  // namespace muster::storage

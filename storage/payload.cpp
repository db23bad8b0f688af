#include "storage/payload.h"

#include <string_view>
#include <vector>

#include "bot/base/json.h"

namespace muster::storage {
namespace {

// Writes the members of one object, which come in the order of their names.
class Members {
 public:
  explicit Members(std::string& out) : out_(out), start_(out.size()) {}
  void add(std::string_view name, const std::string& text) {
    if (text.empty()) return;
    begin(name);
    append_json(out_, text);
  }
  void add(std::string_view name, const Value& value) {
    if (value.is_null()) return;
    begin(name);
    append_json(out_, value);
  }
  void add(std::string_view name, const std::vector<std::string>& list) {
    if (list.empty()) return;
    begin(name);
    for (const std::string& item : list) {
      out_ += &item == &list.front() ? '[' : ',';
      append_json(out_, item);
    }
    out_ += ']';
  }
  void end() { out_ += is_empty() ? "{}" : "}"; }

 private:
  void begin(std::string_view name) {
    out_ += is_empty() ? "{\"" : ",\"";
    out_ += name;
    out_ += "\":";
  }
  bool is_empty() const { return out_.size() == start_; }
  std::string& out_;
  std::size_t start_;
};

}  // namespace

std::string payload_text(const Entry& e) {
  std::string out;
  append_payload(out, e);
  return out;
}

void append_payload(std::string& out, const Entry& e) {
  Members members(out);
  members.add("attachments", e.attachments);
  members.add("channel", e.source.channel);
  members.add("data", e.data);
  members.add("display", e.actor.display);
  members.add("handle", e.actor.handle);
  members.add("permalink", e.source.permalink);
  members.add("services", e.services);
  members.add("tags", e.tags);
  members.add("text", e.text);
  members.end();
}

}  // namespace muster::storage

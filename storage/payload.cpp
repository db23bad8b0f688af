#include "storage/payload.h"

#include <string_view>
#include <vector>

#include "bot/base/json.h"

namespace muster::storage {
namespace {

// Writes the members of one object, which come in the order of their names.
class Members {
 public:
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
  std::string take() {
    out_ += out_.empty() ? "{}" : "}";
    return std::move(out_);
  }

 private:
  void begin(std::string_view name) {
    out_ += out_.empty() ? "{\"" : ",\"";
    out_ += name;
    out_ += "\":";
  }
  std::string out_;
};

}  // namespace

std::string payload_text(const Entry& e) {
  Members members;
  members.add("attachments", e.attachments);
  members.add("channel", e.source.channel);
  members.add("data", e.data);
  members.add("display", e.actor.display);
  members.add("handle", e.actor.handle);
  members.add("permalink", e.source.permalink);
  members.add("services", e.services);
  members.add("tags", e.tags);
  members.add("text", e.text);
  return members.take();
}

}  // namespace muster::storage

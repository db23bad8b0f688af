#include "bot/base/json_walk.h"
#include "integrations/alerts/alertmanager_parts.h"

namespace muster {
namespace {

using PlainPairs = std::map<std::string, std::string>;

// Texts come in the order of the document. The walk ends at everything that is not plain: a value that is no text, a
// name given twice, an empty value, a time that cannot be read.
class PlainReader : public JsonWalker {
 public:
  explicit PlainReader(TimeMs received_ms) : received_ms_(received_ms) {}

  bool text(std::string_view text) override {
    if (depth_ == in_pairs) return add_pair(text);
    if (depth_ != in_alert) return false;
    switch (member_) {
      case Member::starts:
        return read_time(text, starts_);
      case Member::ends:
        return read_time(text, ends_);
      case Member::generator:
        generator_ = text;
        return true;
      case Member::other:
        return true;
      default:
        return false;  // labels and annotations are no text
    }
  }
  bool name(std::string_view name) override {
    if (depth_ == in_pairs) {
      name_ = name;
      return !name.empty();
    }
    member_ = member_called(name);
    const unsigned bit = 1u << static_cast<unsigned>(member_);
    const bool again = (seen_ & bit) != 0 && member_ != Member::other;
    seen_ |= bit;
    return !again;
  }
  bool open(bool map) override {
    if (map != (depth_ != 0)) return false;
    if (depth_ == in_list) begin_alert();
    if (depth_ == in_alert && member_ != Member::labels && member_ != Member::annotations) return false;
    return ++depth_ <= in_pairs;
  }
  bool close(bool) override {
    --depth_;
    return depth_ != in_list || end_alert();
  }
  bool other() override { return false; }

  std::vector<AlertEvent> take() { return std::move(events_); }

 private:
  enum class Member { labels, annotations, starts, ends, generator, other };
  static constexpr int in_list = 1, in_alert = 2, in_pairs = 3;

  static Member member_called(std::string_view name) {
    if (name == "labels") return Member::labels;
    if (name == "annotations") return Member::annotations;
    if (name == "startsAt") return Member::starts;
    if (name == "endsAt") return Member::ends;
    return name == "generatorURL" ? Member::generator : Member::other;
  }
  bool add_pair(std::string_view value) {
    PlainPairs& pairs = member_ == Member::labels ? labels_ : annotations_;
    const std::size_t before = pairs.size();
    pairs.emplace_hint(pairs.end(), name_, value);
    return !value.empty() && pairs.size() == before + 1;
  }
  // A sender gives most alerts of a delivery the same times.
  bool read_time(std::string_view text, TimeMs& time) {
    Known& known = known_[&time == &starts_ ? 0 : 1];
    if (known.text != text) {
      const Result<TimeMs> parsed = text.empty() ? Result<TimeMs>(0) : parse_time(text);
      if (!parsed && parsed.error().kind != ErrorKind::not_found) return false;
      known = {std::string(text), parsed.value_or(0)};
    }
    time = known.time;
    return true;
  }
  void begin_alert() {
    labels_.clear();
    annotations_.clear();
    generator_.clear();
    starts_ = ends_ = 0;
    seen_ = 0;
  }
  bool end_alert() {
    AlertEvent event = alert_of(std::move(labels_), std::move(annotations_), generator_);
    if (event.labels.empty()) return false;
    set_times_v2(event, starts_, ends_, received_ms_);
    if (event.ends_ms < event.starts_ms) return false;
    events_.push_back(std::move(event));
    return true;
  }

  struct Known {
    std::string text;
    TimeMs time = 0;
  };
  TimeMs received_ms_;
  std::vector<AlertEvent> events_;
  PlainPairs labels_, annotations_;
  std::string name_, generator_;
  TimeMs starts_ = 0, ends_ = 0;
  Known known_[2];
  Member member_ = Member::other;
  unsigned seen_ = 0;
  int depth_ = 0;
};

}  // namespace

std::optional<std::vector<AlertEvent>> read_plain_v2(std::string_view body, TimeMs received_ms) {
  PlainReader reader(received_ms);
  if (!walk_json(body, reader)) return std::nullopt;
  return reader.take();
}

}  // namespace muster

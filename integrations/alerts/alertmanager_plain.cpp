#include <algorithm>
#include <charconv>

#include "bot/base/json_walk.h"
#include "bot/base/limits.h"
#include "bot/base/text.h"
#include "integrations/alerts/alertmanager_parts.h"

namespace muster {
namespace {

// What lies in members that nobody reads: no deeper than any reader of these bodies allows.
constexpr int skipped_depth_max = 16;

bool is_small_number(std::string_view digits) {
  constexpr std::size_t bytes_max = 15;
  return digits.size() <= bytes_max && digits.find_first_of("eE") == digits.npos;
}

// Texts come in the order of the document. The walk ends at everything that is not plain: a value of another type than
// usual, a name given twice, an empty value, a time that cannot be read.
class PlainReader : public JsonWalker {
 public:
  // `webhook`: an object with the alerts in it; else a list of alerts.
  PlainReader(bool webhook, TimeMs received_ms) : webhook_(webhook), received_ms_(received_ms) {}

  bool text(std::string_view text) override {
    if (skipped_ > 0) return true;
    if (place_ == Place::pairs) return add_pair(text);
    if (place_ == Place::delivery) return delivery_text(text);
    return place_ == Place::alert && alert_text(text);
  }
  bool name(std::string_view name) override {
    if (skipped_ > 0) return true;
    if (place_ == Place::pairs) {
      name_ = name;
      return !name.empty();
    }
    unsigned& seen = place_ == Place::delivery ? seen_in_delivery_ : seen_;
    member_ = place_ == Place::delivery ? delivery_member(name) : alert_member(name);
    const unsigned bit = 1u << static_cast<unsigned>(member_);
    const bool again = (seen & bit) != 0 && member_ != Member::other;
    seen |= bit;
    return !again;
  }
  bool number(std::string_view digits) override {
    if (!is_small_number(digits)) return false;
    if (skipped_ > 0 || (in_members() && member_ == Member::other)) return true;
    if (place_ != Place::delivery || member_ != Member::truncated) return false;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, delivery_.truncated);
    return read.ec == std::errc() && read.ptr == end;
  }
  bool other() override { return skipped_ > 0 || (in_members() && member_ == Member::other); }
  bool open(bool map) override {
    if (skipped_ > 0) return ++skipped_ <= skipped_depth_max;
    switch (place_) {
      case Place::outside:
        place_ = webhook_ ? Place::delivery : Place::list;
        return map == webhook_;
      case Place::delivery:
        if (member_ == Member::other) return ++skipped_ > 0;
        place_ = Place::list;
        return !map && member_ == Member::alerts;
      case Place::list:
        begin_alert();
        place_ = Place::alert;
        return map;
      case Place::alert:
        if (member_ == Member::other) return ++skipped_ > 0;
        place_ = Place::pairs;
        return map && (member_ == Member::labels || member_ == Member::annotations);
      default:
        return false;
    }
  }
  bool close(bool) override {
    if (skipped_ > 0) return --skipped_ >= 0;
    switch (place_) {
      case Place::pairs:
        place_ = Place::alert;
        return sorted(member_ == Member::labels ? labels_ : annotations_);
      case Place::alert:
        place_ = Place::list;
        return end_alert();
      case Place::list:
        place_ = webhook_ ? Place::delivery : Place::outside;
        return true;
      default:
        place_ = Place::outside;
        return end_delivery();
    }
  }

  std::vector<AlertEvent> take_alerts() { return std::move(delivery_.alerts); }
  WebhookAlerts take_delivery() { return std::move(delivery_); }

 private:
  enum class Place { outside, delivery, list, alert, pairs };
  enum class Member {
    labels,
    annotations,
    starts,
    ends,
    generator,
    fingerprint,
    status,
    alerts,
    version,
    group_key,
    truncated,
    external_url,
    other
  };

  bool in_members() const { return place_ == Place::delivery || place_ == Place::alert; }
  Member alert_member(std::string_view name) const {
    if (name == "labels") return Member::labels;
    if (name == "annotations") return Member::annotations;
    if (name == "startsAt") return Member::starts;
    if (name == "endsAt") return Member::ends;
    if (name == "generatorURL") return Member::generator;
    if (!webhook_) return Member::other;
    if (name == "fingerprint") return Member::fingerprint;
    return name == "status" ? Member::status : Member::other;
  }
  static Member delivery_member(std::string_view name) {
    if (name == "alerts") return Member::alerts;
    if (name == "version") return Member::version;
    if (name == "groupKey") return Member::group_key;
    if (name == "status") return Member::status;
    if (name == "truncatedAlerts") return Member::truncated;
    return name == "externalURL" ? Member::external_url : Member::other;
  }
  bool delivery_text(std::string_view text) {
    switch (member_) {
      case Member::version:
        return text == "4";
      case Member::group_key:
        group_key_ = text;
        return true;
      case Member::status:
        group_status_ = text;
        return true;
      case Member::external_url:
        delivery_.external_url = bounded(text, link_bytes_max);
        return true;
      default:
        return member_ == Member::other;
    }
  }
  bool alert_text(std::string_view text) {
    switch (member_) {
      case Member::starts:
        return read_time(text, starts_);
      case Member::ends:
        return read_time(text, ends_);
      case Member::generator:
        generator_ = text;
        return true;
      case Member::fingerprint:
        fingerprint_ = text;
        return true;
      case Member::status:
        status_ = text;
        return true;
      default:
        return member_ == Member::other;  // labels and annotations are no text
    }
  }
  bool add_pair(std::string_view value) {
    (member_ == Member::labels ? labels_ : annotations_).emplace_back(name_, value);
    return !value.empty();
  }
  // Senders write Go's maps, which are in order already.
  static bool sorted(SentPairs& pairs) {
    if (!std::ranges::is_sorted(pairs, {}, &LabelView::first)) std::ranges::sort(pairs, {}, &LabelView::first);
    return std::ranges::adjacent_find(pairs, {}, &LabelView::first) == pairs.end();
  }
  // A sender gives most alerts of a delivery the same times.
  bool read_time(std::string_view text, TimeMs& time) {
    Known& known = known_[&time == &starts_ ? 0 : 1];
    if (known.text != text) {
      const Result<TimeMs> parsed = text.empty() ? Result<TimeMs>(0) : parse_time(text);
      const bool wrong = !parsed && parsed.error().kind != ErrorKind::not_found;
      if (wrong && !webhook_) return false;
      known = {text, parsed.value_or(0)};
    }
    time = known.time;
    return true;
  }
  void begin_alert() {
    labels_.clear();
    annotations_.clear();
    generator_ = fingerprint_ = status_ = {};
    starts_ = ends_ = 0;
    seen_ = 0;
  }
  bool end_alert() {
    if (labels_.empty()) return false;
    AlertEvent event = alert_of(labels_, annotations_, generator_);
    if (event.labels.empty()) return false;
    if (webhook_) {
      set_webhook_words(event, one_line(fingerprint_), status_, {});
      event.starts_ms = starts_;
      event.ends_ms = ends_;
      if (status_.empty()) without_status_.push_back(delivery_.alerts.size());
    } else {
      set_times_v2(event, starts_, ends_, received_ms_);
      if (event.ends_ms < event.starts_ms) return false;
    }
    delivery_.alerts.push_back(std::move(event));
    return true;
  }
  // What holds for all alerts may stand behind them.
  bool end_delivery() {
    const auto has = [this](Member m) { return (seen_in_delivery_ & (1u << static_cast<unsigned>(m))) != 0; };
    if (!has(Member::version) || !has(Member::alerts)) return false;
    delivery_.group_key = bounded(group_key_, limits::label_value_bytes_max);
    for (AlertEvent& e : delivery_.alerts) e.group_key = delivery_.group_key;
    for (const std::size_t n : without_status_)
      if (group_status_ == "resolved") delivery_.alerts[n].status = "resolved";
    return true;
  }

  struct Known {
    std::string_view text;
    TimeMs time = 0;
  };
  const bool webhook_;
  TimeMs received_ms_;
  WebhookAlerts delivery_;
  SentPairs labels_, annotations_;
  std::string_view name_, generator_, fingerprint_, status_, group_key_, group_status_;
  TimeMs starts_ = 0, ends_ = 0;
  Known known_[2];
  std::vector<std::size_t> without_status_;  // alerts that have none of their own
  Place place_ = Place::outside;
  Member member_ = Member::other;
  unsigned seen_ = 0, seen_in_delivery_ = 0;
  int skipped_ = 0;  // how deep in what nobody reads
};

}  // namespace

std::optional<std::vector<AlertEvent>> read_plain_v2(std::string_view body, TimeMs received_ms) {
  PlainReader reader(false, received_ms);
  if (!walk_json(body, reader)) return std::nullopt;
  return reader.take_alerts();
}

std::optional<WebhookAlerts> read_plain_webhook(std::string_view body) {
  PlainReader reader(true, 0);
  if (!walk_json(body, reader)) return std::nullopt;
  return reader.take_delivery();
}

}  // namespace muster

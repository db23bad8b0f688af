// What the ways of reading Alertmanager's alerts share. Internal to this folder.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/alerts/alertmanager.h"

namespace muster {

// Pairs as they were sent, sorted by name, those with empty values left out; views into what is being read.
using SentPairs = std::vector<LabelView>;

// Everything but state and times. Leaves the pairs within the limits of what is kept.
AlertEvent alert_of(SentPairs& labels, SentPairs& annotations, std::string_view generator_url);
// As the API reads them; 0: absent.
void set_times_v2(AlertEvent& event, TimeMs starts, TimeMs ends, TimeMs received_ms);

inline constexpr std::size_t link_bytes_max = 4096;

// Texts come out of a JSON reader, so that they are valid UTF-8 already: only long ones need work.
std::string bounded(std::string_view text, std::size_t max_bytes);
// What an alert of a webhook says of itself beside its pairs; `group_status` is that of the whole delivery.
void set_webhook_words(AlertEvent& event, std::string_view fingerprint, std::string_view status,
                       std::string_view group_status);

// The usual body, in which nothing is wrong and nothing is odd, at a third of the cost; nothing for every other one.
std::optional<std::vector<AlertEvent>> read_plain_v2(std::string_view body, TimeMs received_ms);
std::optional<WebhookAlerts> read_plain_webhook(std::string_view body);

}  // namespace muster

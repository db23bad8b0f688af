// What the ways of reading Alertmanager's alerts share. Internal to this folder.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "integrations/alerts/alertmanager.h"

namespace muster {

// Everything but state and times. Pairs with empty values are gone already.
AlertEvent alert_of(std::map<std::string, std::string> labels, std::map<std::string, std::string> annotations,
                    const std::string& generator_url);
// As the API reads them; 0: absent.
void set_times_v2(AlertEvent& event, TimeMs starts, TimeMs ends, TimeMs received_ms);

// The usual body, in which nothing is wrong and nothing is odd, at a third of the cost; nothing for every other one.
std::optional<std::vector<AlertEvent>> read_plain_v2(std::string_view body, TimeMs received_ms);

}  // namespace muster

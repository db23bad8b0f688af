// Events for other systems: which entries of a decision they are told, and what they are told of each.
#pragma once
#include "bot/core/engine/engine.h"

namespace muster {

// Adds the messages for the configured webhooks to a decision that is complete: they are committed with what they tell.
void tell_webhooks(Work& work);
// What became of a webhook, decided again as often as it is heard: gone, full, resumed, failed, well: told once;
// refused, one event alone: once an hour.
void webhook_news(Work& work, const std::string& hook, const std::string& what, const std::string& why);
// What an attempt broke on, for people: "500" is the status that it answered, everything else is in the wire's words.
std::string webhook_error(const std::string& note, std::string_view language);
bool apply_webhook(State& state, const Entry& entry);  // false: not about a webhook
const WebhookRule* find_webhook(const CoreConfig& config, std::string_view name);

}  // namespace muster

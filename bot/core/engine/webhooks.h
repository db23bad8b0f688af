// Events for other systems: which entries of a decision they are told, and what they are told of each.
#pragma once
#include "bot/core/engine/engine.h"

namespace muster {

// Adds the messages for the configured webhooks to a decision that is complete: they are committed with what they tell.
void tell_webhooks(Work& work);
// What became of a webhook, decided again as often as it is heard: gone, full, resumed, moved (it has another address
// than the one that is gone), failed, well: told once; removed, by the configuration while `why` events wait; refused,
// one event alone: once an hour. `address`: of one that is gone, a digest.
void webhook_news(Work& work, const std::string& hook, const std::string& what, const std::string& why,
                  const std::string& address = {});
// What an attempt broke on, for people: "500" is the status that it answered, everything else is in the wire's words.
std::string webhook_error(const std::string& note, std::string_view language);
bool apply_webhook(State& state, const Entry& entry);  // false: not about a webhook
const WebhookRule* find_webhook(const CoreConfig& config, std::string_view name);

}  // namespace muster

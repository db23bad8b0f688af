// Forms as Slack's modals, within their limits ("Block Kit", "Modals"). Any thread, no I/O.
#pragma once
#include <map>
#include <string>

#include "bot/base/value.h"
#include "bot/core/chat/form.h"

namespace muster {

// Where a form was asked for, carried through the modal: a view has no channel of its own.
struct SlackViewPlace {
  std::string command, channel, thread;
};

Value slack_view(const Form& form, const SlackViewPlace& place);
inline constexpr const char* slack_view_id = "muster_form";

// From the view of a submission: where it belongs and what was filled in; `channel` is empty when it is none of ours.
struct SlackViewValues {
  SlackViewPlace place;
  std::string first;  // its first field, which shows what is wrong with the whole
  std::map<std::string, std::string> values;
};
SlackViewValues slack_view_values(const Value& view);

// What the acknowledgement of a submission says: null closes the modal.
Value slack_view_answer(const FormAnswer& answer, const std::map<std::string, std::string>& values,
                        const std::string& first);

}  // namespace muster

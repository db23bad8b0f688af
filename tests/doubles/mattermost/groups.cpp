// Groups of the server: found by a part of their name; without a license there are none.
#include "bot/base/json.h"
#include "tests/doubles/mattermost/core.h"

namespace muster::doubles {

namespace {

HttpResponse answer(int status, const Value& v) {
  return {.status = status, .content_type = "application/json", .body = to_json(v), .headers = {}};
}

}  // namespace

std::string MattermostCore::add_group(const std::string& name, std::vector<std::string> users) {
  const std::string id = new_id('g');
  groups_[id] = {name, std::move(users)};
  return id;
}

HttpResponse MattermostCore::groups(const std::vector<std::string>& at, const std::string& wanted) const {
  if (groups_.empty())
    return answer(501, Value::Map{{"id", "api.ldap_groups.license_error"}, {"message", "x"}, {"status_code", 501}});
  if (at.size() == 1) {
    Value list = Value::List{};
    for (const auto& [id, g] : groups_)
      if (g.first.contains(wanted)) list.push(Value::Map{{"id", id}, {"name", g.first}, {"display_name", g.first}});
    return answer(200, list);
  }
  const auto it = groups_.find(at[1]);
  if (it == groups_.end() || at.size() != 3 || at[2] != "members")
    return answer(404, Value::Map{{"id", "app.group.no_rows"}, {"message", "x"}, {"status_code", 404}});
  Value members = Value::List{};
  for (const std::string& user : it->second.second) members.push(to_value(users_.at(user)));
  const auto count = static_cast<std::int64_t>(it->second.second.size());
  return answer(200, Value::Map{{"members", members}, {"total_member_count", count}});
}

}  // namespace muster::doubles

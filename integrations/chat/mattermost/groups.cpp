// Who is in a group of the server (a licensed feature) or in a team ("team/ops"), now.
#include "bot/base/log.h"
#include "integrations/chat/mattermost/mattermost.h"
#include "integrations/chat/mattermost/names.h"

namespace muster {

using namespace mattermost;

namespace {

constexpr int page_size = 200;
constexpr int pages_max = 11;  // more than anybody asks for: then it is said that it is too large

struct Pages {
  std::string path;  // with its question mark
  int page = 0;
  std::vector<ChatMember> all = {};
};

std::unexpected<Error> untold(const std::string& group, const Answer& a) {
  const bool unlicensed = a.status == 501;
  return fail(ErrorKind::unavailable, "Mattermost does not tell who is in @" + group + " (" +
                                          (unlicensed           ? "its license has no groups"
                                           : a.error_id.empty() ? a.why
                                                                : a.error_id) +
                                          ")");
}

}  // namespace

void Mattermost::members_of(const std::string& group, Members done) {
  if (group.starts_with("team/")) {
    return look_up("/teams/name/" + path_part(group.substr(5)), [this, group, done](const Answer& a) {
      if (!a.ok()) return done(untold(group, a));
      member_pages(group, "/teams/" + path_part(a.body["id"].as_string()) + "/members?", done);
    });
  }
  look_up("/groups?filter_allow_reference=true&q=" + path_part(group), [this, group, done](const Answer& a) {
    if (!a.ok()) return done(untold(group, a));
    for (const Value& g : a.body.as_list())
      if (g["name"].as_string() == group)
        return member_pages(group, "/groups/" + path_part(g["id"].as_string()) + "/members?", done);
    done(fail(ErrorKind::not_found, "Mattermost has no group @" + group));
  });
}

void Mattermost::member_pages(const std::string& group, const std::string& path, const Members& done) {
  const auto pages = std::make_shared<Pages>(Pages{path});
  const auto next = std::make_shared<std::function<void()>>();
  *next = [this, group, pages, done, again = std::weak_ptr(next)] {
    const std::string query = "per_page=" + std::to_string(page_size) + "&page=" + std::to_string(pages->page);
    look_up(pages->path + query, [group, pages, done, go = again.lock()](const Answer& a) {
      if (!a.ok()) return done(untold(group, a));
      const auto& list = a.body.is_map() ? a.body["members"].as_list() : a.body.as_list();
      for (const Value& m : list) {
        if (m["delete_at"].as_int() != 0) continue;
        pages->all.push_back(m.has("user_id") ? ChatMember{m["user_id"].as_string(), {}}
                                              : ChatMember{m["id"].as_string(), m["username"].as_string()});
      }
      if (list.size() < static_cast<std::size_t>(page_size) || ++pages->page >= pages_max) return done(pages->all);
      (*go)();
    });
  };
  (*next)();
}

// A group of the server ("mattermost:@sre") stands for its members of now.
bool Mattermost::invite_group(const OpPtr& op, const std::string& id, std::size_t n) {
  const std::string mark = config_.name + ":@";
  const std::string asked = op->message.body["people"].as_list()[n].as_string();
  if (!asked.starts_with(mark)) return false;
  members_of(asked.substr(mark.size()), [this, op, id, n, asked](const Result<std::vector<ChatMember>>& members) {
    if (members) {
      Value people = op->message.body["people"];
      for (const ChatMember& m : *members) people.push(config_.name + ":" + m.id);
      op->message.body.set("people", std::move(people));
    } else {
      log(LogLevel::warn, "a group of Mattermost's cannot be invited",
          {{"channel", op->channel}, {"group", asked}, {"why", members.error().message}});
      Deliveries::not_invited(*op, asked, members.error().message);
    }
    invite(op, id, n + 1);
  });
  return true;
}

}  // namespace muster

// The routes of the double's REST v4, by job: rest.cpp (who, roles, the way in), rest_channels.cpp, rest_posts.cpp.
#pragma once
#include "tests/doubles/mattermost/core.h"

namespace muster::doubles {

HttpResponse mattermost_json(int status, const Value& v);
HttpResponse mattermost_error(int status, const std::string& id);
HttpResponse mattermost_forbidden();

// One request with what its path names; friend of the core.
struct MattermostRoutes {
  MattermostCore& core;
  const HttpRequest& q;
  const MmUser& me;
  std::vector<std::string> at;  // path parts after /api/v4
  Value body;

  std::size_t n() const { return at.size(); }
  bool is(const char* method, std::size_t parts, const char* first) const {
    return q.method == method && n() == parts && at[0] == first;
  }
  std::string user_id(const std::string& text) const { return text == "me" ? me.id : text; }

  HttpResponse users();
  HttpResponse teams();
  HttpResponse channels();
  HttpResponse create_channel();
  HttpResponse roles();
  HttpResponse channel_act(MmChannel& c);
  HttpResponse channel_posts(const MmChannel& c);
  HttpResponse members(MmChannel& c);
  HttpResponse direct();
  HttpResponse posts();
  HttpResponse create_post();
  HttpResponse ephemeral();
  HttpResponse post_act(MmPost& p);
  HttpResponse change_post(MmPost& p, bool replace);
  HttpResponse action(MmPost& p, const std::string& id);
  HttpResponse reactions();
  HttpResponse upload();
  HttpResponse commands();
  HttpResponse save_command(MmCommand before);
  HttpResponse execute();
  HttpResponse route();
  void take_props(MmPost& p, Value props);
};

}  // namespace muster::doubles

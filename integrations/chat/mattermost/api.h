// REST v4: calls and answers as values. Pure.
#pragma once
#include <string>
#include <string_view>

#include "bot/base/clock.h"
#include "bot/base/value.h"
#include "integrations/net/http_client.h"

namespace muster::mattermost {

struct Answer {
  int status = 0;  // 0: the exchange broke; whether the server did it is not known
  Value body;
  std::string error_id;  // api.x.y.app_error: what to decide on, never the localised text
  std::string why;       // of a broken exchange, or a short reason for the log
  std::string version;   // header X-Version-Id
  bool is_json = false;

  bool taken() const { return status / 100 == 2; }
  // The server answers with JSON always: a page that says 200 is somebody's in between, who may be asking for a login.
  bool ok() const { return taken() && is_json; }
  // Not the call's fault: a broken exchange, a proxy's 502 or its page, a first attempt still under way. 501 is a
  // feature that the server's license does not have.
  bool try_again() const {
    return status == 0 || status == 408 || (status >= 500 && status != 501) || (taken() && !is_json);
  }
};

Answer answer_of(const Result<HttpResult>& result);

class Api {
 public:
  Api(std::string site, std::string token, std::string ca_file, std::string proxy);
  HttpCall get(const std::string& path) const { return call("GET", path, {}); }
  HttpCall post(const std::string& path, const Value& body) const { return call("POST", path, body); }
  HttpCall put(const std::string& path, const Value& body) const { return call("PUT", path, body); }
  HttpCall del(const std::string& path) const { return call("DELETE", path, {}); }
  HttpCall upload(const std::string& channel_id, const std::string& file_name, std::string data) const;
  std::string websocket_url(const std::string& query) const;
  const std::string& site() const { return site_; }  // without a slash at the end

 private:
  HttpCall call(const char* method, const std::string& path, const Value& body) const;
  std::string site_, token_, ca_file_, proxy_;
};

std::string path_part(std::string_view text);  // percent-encoded

struct Post {
  std::string id, channel_id, user_id, root_id, message, type;
  TimeMs create_at = 0, update_at = 0, edit_at = 0, delete_at = 0;
  bool pinned = false;
  bool from_webhook = false;
  Value files = {};         // list; as the server describes them
  std::string muster_id;    // of our own posts: the outgoing message it carries
  std::string muster_post;  // and our name for it, which stays when it is edited
};
Post post_of(const Value& v);
// Values inside `data` are JSON text in a string: null when it is none.
Value inner(const Value& data, std::string_view key);

}  // namespace muster::mattermost

#include "integrations/chat/mattermost/api.h"

#include "bot/base/clock.h"
#include "bot/base/json.h"

namespace muster::mattermost {

namespace {

constexpr std::int64_t call_ms = 30'000;             // a busy server answers slowly; a write that breaks off is probed
constexpr std::size_t answer_bytes_max = 16u << 20;  // a thousand posts of a backfill

}  // namespace

Answer answer_of(const Result<HttpResult>& result) {
  Answer a;
  if (!result) {
    a.why = result.error().message;
    // A refused URL or certificate is no hiccup, but the caller cannot tell; it is retried and shown.
    return a;
  }
  a.status = result->status;
  if (const auto it = result->headers.find("x-version-id"); it != result->headers.end()) a.version = it->second;
  auto parsed = parse_json(result->body);
  a.is_json = parsed.has_value();
  if (a.is_json) a.body = std::move(*parsed);
  a.error_id = a.ok() ? "" : a.body["id"].as_string();
  if (!a.ok()) a.why = "status " + std::to_string(a.status) + (a.error_id.empty() ? "" : " " + a.error_id);
  if (a.taken() && !a.is_json) a.why += " with a page that is not Mattermost's";
  return a;
}

Api::Api(std::string site, std::string token, std::string ca_file, std::string proxy)
    : site_(std::move(site)), token_(std::move(token)), ca_file_(std::move(ca_file)), proxy_(std::move(proxy)) {
  while (site_.ends_with('/')) site_.pop_back();
}

HttpCall Api::call(const char* method, const std::string& path, const Value& body) const {
  HttpCall c;
  c.method = method;
  c.url = site_ + "/api/v4" + path;
  c.headers["Authorization"] = "Bearer " + token_;
  c.ca_file = ca_file_;
  c.proxy = proxy_;
  c.timeout_ms = call_ms;
  c.max_body_bytes = answer_bytes_max;
  if (!body.is_null()) {
    c.headers["Content-Type"] = "application/json";
    c.body = to_json(body);
  }
  return c;
}

HttpCall Api::upload(const std::string& channel_id, const std::string& file_name, std::string data) const {
  HttpCall c = call("POST", "/files?channel_id=" + channel_id + "&filename=" + path_part(file_name), {});
  c.headers["Content-Type"] = "application/octet-stream";
  c.body = std::move(data);
  return c;
}

std::string Api::websocket_url(const std::string& query) const {
  const std::string scheme = site_.starts_with("https://") ? "wss://" : "ws://";
  const std::size_t host = site_.find("://");
  return scheme + (host == site_.npos ? site_ : site_.substr(host + 3)) + "/api/v4/websocket" +
         (query.empty() ? "" : "?" + query);
}

std::string path_part(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
  return out;
}

Post post_of(const Value& v) {
  Post p;
  p.id = v["id"].as_string();
  p.channel_id = v["channel_id"].as_string();
  p.user_id = v["user_id"].as_string();
  p.root_id = v["root_id"].as_string();
  p.message = v["message"].as_string();
  p.type = v["type"].as_string();
  p.create_at = v["create_at"].as_int();
  p.update_at = v["update_at"].as_int();
  p.edit_at = v["edit_at"].as_int();
  p.delete_at = v["delete_at"].as_int();
  p.pinned = v["is_pinned"].as_bool();
  p.from_webhook = v["props"]["from_webhook"].as_string() == "true";
  p.files = v["metadata"]["files"];
  if (!p.files.is_list()) {  // only their ids: the names are not known
    p.files = Value::List{};
    for (const Value& id : v["file_ids"].as_list()) p.files.push(Value::Map{{"id", id}, {"name", id}});
  }
  p.muster_id = v["props"]["muster_id"].as_string();
  p.muster_post = v["props"]["muster_post"].as_string();
  if (v["props"]["muster_relayed"].as_bool()) p.type = "muster_relayed";  // no type of the server's is called so
  return p;
}

Value inner(const Value& data, std::string_view key) {
  auto parsed = parse_json(data[key].as_string());
  return parsed ? std::move(*parsed) : Value();
}

}  // namespace muster::mattermost

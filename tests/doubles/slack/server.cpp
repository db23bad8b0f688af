#include "tests/doubles/slack/server.h"

#include <future>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/doubles/form.h"

namespace muster::doubles {

namespace {

// Clients send forms or JSON; nested values of JSON become the text that a form would carry.
std::map<std::string, std::string> arguments_of(const HttpRequest& q) {
  std::map<std::string, std::string> out = q.query;
  const auto type = q.headers.find("content-type");
  if (type != q.headers.end() && type->second.starts_with("application/json")) {
    if (const auto body = parse_json(q.body)) {
      for (const auto& [name, v] : body->as_map()) out[name] = v.is_string() ? v.as_string() : to_json(v);
    }
    return out;
  }
  for (auto& [name, value] : form_fields(q.body)) out[name] = value;
  return out;
}

std::string token_of(const HttpRequest& q) {
  const auto it = q.headers.find("authorization");
  return it == q.headers.end() || !it->second.starts_with("Bearer ") ? std::string() : it->second.substr(7);
}

}  // namespace

SlackServer::SlackServer(const Clock& clock, WebServerOptions web)
    : clock_(clock), scheme_(web.certificate_pem.empty() ? "http" : "https"), core_(clock.now()) {
  WebHandlers h;
  h.request = [this](const HttpRequest& q, const HttpReply& reply) {
    reply(request(q));
    pump();
  };
  h.upgrade = [this](const HttpRequest& q) {
    const auto ticket = q.query.find("ticket");
    const bool good = q.path.starts_with("/link") && ticket != q.query.end() && core_.opens(ticket->second);
    return HttpResponse{.status = good ? 101 : 404, .body = {}, .headers = {}};
  };
  h.opened = [this](WebPeer p, const HttpRequest&) {
    core_.connected(p);
    pump();
  };
  h.text = [this](WebPeer p, const std::string& text) { core_.received(p, text); };
  h.closed = [this](WebPeer p) { core_.disconnected(p); };
  web_ = WebServer::listen(std::move(h), std::move(web));
  on([this](SlackCore& core) {
    core.link_base = "ws" + url().substr(4);  // ws for http, wss for https
    core.upload_base = url();
  });
}

SlackServer::~SlackServer() = default;

HttpResponse SlackServer::request(const HttpRequest& q) {
  core_.set_now(clock_.now());
  core_.tick();
  SlackReply reply;
  if (q.path.starts_with("/upload/")) {
    reply = core_.upload(q.path.substr(8), q.body);
  } else if (q.path.starts_with("/files-pri/")) {
    reply = core_.download(url() + q.path, token_of(q));
  } else if (q.path.starts_with("/api/")) {
    if (before_call) before_call();
    reply = core_.call(q.path.substr(5), arguments_of(q), token_of(q));
    if (after_call) after_call(core_);
  } else {
    reply.status = 404;
  }
  HttpResponse r{.status = reply.status, .content_type = "application/json", .body = reply.body, .headers = {}};
  for (const auto& [name, value] : reply.headers) {
    if (name == "content-type") r.content_type = value;
    if (name != "Content-Type" && name != "content-type") r.headers[name] = value;
  }
  return r;
}

void SlackServer::pump() {
  core_.set_now(clock_.now());
  for (SlackCore::Frame& frame : core_.take_frames()) {
    web_->send(frame.peer, std::move(frame.text));
    if (frame.then_close) web_->close(frame.peer, 1000, "");
  }
}

void SlackServer::on(const std::function<void(SlackCore&)>& task) {
  std::promise<void> done;
  web_->post([&] {
    core_.set_now(clock_.now());
    task(core_);
    core_.tick();
    pump();
    done.set_value();
  });
  done.get_future().wait();
}

void SlackServer::cut_all() {
  on([this](SlackCore& core) {
    for (const auto peer : core.peers()) web_->cut(peer);
  });
}

}  // namespace muster::doubles

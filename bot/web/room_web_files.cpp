// Files: into the room as the body of a request, out of it as something to save.
#include "bot/core/chat/message.h"
#include "bot/web/room_answers.h"
#include "bot/web/room_web.h"

namespace muster {
namespace {

// Our own pictures are shown in the page; everything else is only saved.
HttpResponse attachment_file(const Value& a) {
  HttpResponse r = download(a["name"].as_string(), attachment_bytes(a));
  const std::string& type = a["type"].as_string();
  if (type == "image/png" || type == "image/svg+xml") r.content_type = type;
  return r;
}

}  // namespace

void RoomWeb::upload(const HttpRequest& request, const RoomSession& who, const HttpReply& reply) {
  if (!options_.read_file) return reply(respond(fail(ErrorKind::conflict, "This room takes no files.")));
  const Result<std::string> person = speaker(query_of(request, "as"), who);
  if (!person) return reply(respond(std::unexpected(person.error())));
  Room::Act a;
  a.user = *person;
  a.channel = query_of(request, "channel");
  a.thread = query_of(request, "thread");
  a.text = query_of(request, "text");
  a.client_id = query_of(request, "client_id");
  a.files.push_back({.id = {}, .name = query_of(request, "name"), .bytes = {}});
  const auto say = [this, a, reply](Result<std::string> bytes) {
    if (!bytes) return reply(respond(std::unexpected(bytes.error())));
    Room::Act whole = a;
    whole.files.front().bytes = std::move(*bytes);
    room_.say(std::move(whole), [reply](const Result<void>& result) { reply(respond(result)); });
  };
  // Beyond the limit it is refused anyhow: no work for it.
  if (!options_.clean_file || request.body.size() > Room::file_bytes_max) return say(request.body);
  options_.clean_file(request.body, say);
}

void RoomWeb::file(const HttpRequest& request, const RoomSession& who, const HttpReply& reply) const {
  const Result<std::string> person = speaker(query_of(request, "as"), who);
  const std::string_view id = std::string_view(request.path).substr(std::string_view("/room/file/").size());
  const RoomFile* found = person ? room_.file(id, *person) : nullptr;
  if (!found || !options_.read_file) {
    return reply(notice_page(404, "This file is no longer here", "Its post was deleted or is too old."));
  }
  options_.read_file(found->id, [reply, name = found->name](Result<std::string> bytes) {
    if (!bytes) return reply(notice_page(404, "This file is no longer here", bytes.error().message));
    reply(download(name, std::move(*bytes)));
  });
}

HttpResponse RoomWeb::attachment(const HttpRequest& request, const RoomSession& who) const {
  const Result<std::string> person = speaker(query_of(request, "as"), who);
  const std::string channel = query_of(request, "channel"), post_id = query_of(request, "post");
  const RoomPost* post = room_.post(channel, post_id);
  const bool seen = person && post && !post->deleted && room_.may_see(*person, channel, post_id);
  if (seen) {
    const Value message = message_of(*post);
    for (const Value& a : message["attachments"].as_list()) {
      if (a["name"].as_string() == query_of(request, "name")) return attachment_file(a);
    }
  }
  return notice_page(404, "This file is no longer here", "Its message was deleted or is too old.");
}

}  // namespace muster

// What the files of the room's web part share: reading a request, making an answer. Internal to bot/web.
#pragma once
#include <string>

#include "bot/base/result.h"
#include "bot/base/value.h"
#include "integrations/net/http_server.h"

namespace muster {

std::string header_of(const HttpRequest& request, const std::string& name);
std::string query_of(const HttpRequest& request, const std::string& name);
std::string cookie_of(const HttpRequest& request, std::string_view name);
// By what the browser itself says: made by a page of another origin. Without those headers it was no page.
bool is_of_another_site(const HttpRequest& request);
std::string host_name(const std::string& host);  // "[::1]:8080" -> "[::1]", "localhost:8080" -> "localhost"

HttpResponse answer(int status, std::string type, std::string body);  // with the headers every page carries
HttpResponse notice_page(int status, const std::string& title, const std::string& text,
                         const std::string& language = "en");
HttpResponse redirect(const std::string& to);
HttpResponse json_answer(const Value& value);
HttpResponse respond(const Result<void>& result);  // {"ok":true}, or the error with its status
// Bytes to be saved, never shown by the browser itself, whatever they claim to be.
HttpResponse download(const std::string& name, std::string bytes);

}  // namespace muster

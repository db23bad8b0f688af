// The addresses of the alert senders, with what to paste into each sender's own configuration.
#include <unistd.h>

#include <iostream>

#include "bot/app.h"
#include "bot/base/json.h"
#include "bot/cli/flags.h"

namespace muster {
namespace {

struct Place {
  std::string base;  // http://HOST:PORT, without a slash at the end
  bool running = false;
};

// An address to listen on is none to send to when it stands for every address of the machine.
std::string reachable(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  const std::string host = listen.substr(0, colon);
  if (host != "0.0.0.0" && host != "[::]") return listen;
  char name[256] = "";
  if (::gethostname(name, sizeof name - 1) != 0) return listen;
  return name + listen.substr(colon);
}

// The running bot knows its port; the configuration only what was wished for.
Place place_of(const Flags& f, const Settings& settings) {
  const auto bot = running_bot(f);
  Place p{.base = "http://" + reachable(f.listen.empty() ? settings.listen : f.listen), .running = bot.has_value()};
  if (bot) p.base = "http://" + reachable((*bot)["address"].as_string());
  if (!f.base.empty()) p.base = f.base.ends_with('/') ? f.base.substr(0, f.base.size() - 1) : f.base;
  return p;
}

std::string authorization(const AlertSourceDef& s, const std::string& indent) {
  if (s.secrets.empty()) return {};
  if (!s.header.empty() && s.header != "authorization")
    return indent + "http_headers:\n" + indent + "  " + s.header + ":\n" + indent +
           "    files: [/path/to/file]  # holds the secret of this source; newer releases only\n";
  if (s.secrets.front().find(':') != std::string::npos)
    return indent + "basic_auth:\n" + indent + "  username: USER  # the two halves of the secret of this source\n" +
           indent + "  password_file: /path/to/file\n";
  return indent + "authorization:\n" + indent +
         "  credentials_file: /path/to/file  # holds the secret of this source\n";
}

// A comment: neither Alertmanager nor Prometheus signs.
std::string signature_note(const AlertSourceDef& s) {
  if (s.signature_secrets.empty()) return {};
  const bool dated = !s.timestamp_header.empty();
  return "# only what is signed is taken: HMAC-SHA256 of " + std::string(dated ? "SECONDS:BODY" : "the body") +
         ", in hex, in the header " + s.signature_header + (dated ? "; SECONDS in " + s.timestamp_header : "") + "\n";
}

std::string alertmanager_snippet(const AlertSourceDef& s, const std::string& url) {
  std::string text =
      "# alertmanager.yml: a receiver, and a route that uses it\n"
      "receivers:\n  - name: muster\n    webhook_configs:\n      - url: " +
      url + "\n        send_resolved: true\n";
  if (const std::string auth = authorization(s, "          "); !auth.empty()) text += "        http_config:\n" + auth;
  return text + "route:\n  receiver: muster\n";
}

std::string prometheus_snippet(const AlertSourceDef& s, const std::string& base, const std::string& path) {
  const std::size_t scheme = base.find("://");
  const std::string rest = scheme == std::string::npos ? base : base.substr(scheme + 3);
  const std::size_t slash = rest.find('/');
  return "# prometheus.yml\nalerting:\n  alertmanagers:\n    - scheme: " +
         (scheme == std::string::npos ? std::string("http") : base.substr(0, scheme)) +
         "\n      path_prefix: " + (slash == std::string::npos ? "" : rest.substr(slash)) + path + "\n" +
         authorization(s, "      ") + "      static_configs:\n        - targets: [\"" + rest.substr(0, slash) + "\"]\n";
}

Value described(const AlertSourceDef& s, const Place& place, const std::string& token) {
  const std::string path = "/in/" + s.kind + "/" + token;
  const bool api = s.kind == "prometheus";
  return Value::Map{{"name", s.name},
                    {"kind", s.kind},
                    {"url", place.base + path + (api ? "/api/v2/alerts" : "")},
                    {"running", place.running},
                    {"snippet", signature_note(s) + (api ? prometheus_snippet(s, place.base, path)
                                                         : alertmanager_snippet(s, place.base + path))}};
}

void print(const Flags& f, const Place& place, const Value& list) {
  if (f.json) {
    std::cout << to_json(list, 2) << "\n";
    return;
  }
  if (!place.running)
    std::cout << "# The bot is not running with the data folder " << data_folder(f)
              << ":\n# these addresses have the configured port. Ask again when it runs.\n\n";
  for (const Value& s : list.as_list())
    std::cout << "# " << s["name"].as_string() << " (" << s["kind"].as_string() << ")\n# " << s["url"].as_string()
              << "\n"
              << s["snippet"].as_string() << "\n";
  if (list.as_list().empty()) std::cout << "No sources are configured (see `sources` in docs/configuration.md).\n";
}

}  // namespace

int sources(const Flags& f) {
  const Loaded loaded = load_config(f.config, f.sandbox);
  if (!loaded.ok()) return check(f);
  if (const std::string& name = f.rotate.empty() ? f.retire : f.rotate; !name.empty()) {
    if (auto done = rotate_token(data_folder(f), name, f.rotate.empty()); !done) return complain(done.error());
    // A running bot learns of it as of any change of its configuration: by a reload, under the same policy.
    if (running_bot(f)) {
      Flags quiet = f;
      quiet.json = false;
      if (const int code = say_line(quiet, "config reload because tokens of " + name + " changed"); code != 0)
        return code;
    }
  }
  const auto tokens = load_tokens(data_folder(f), loaded.settings);
  if (!tokens) return complain(tokens.error());
  const Place place = place_of(f, loaded.settings);
  Value list = Value::List{};
  for (const AlertSourceDef& s : loaded.settings.sources) list.push(described(s, place, tokens->sources.at(s.name)));
  print(f, place, list);
  return exit_fine;
}

}  // namespace muster

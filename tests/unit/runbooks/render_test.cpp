// Hostile values against every language a text may end in.
#include "runbooks/render.h"

#include <doctest/doctest.h>

#include <string>

#include "bot/base/json.h"
#include "bot/core/runs/secret_ref.h"

namespace {

using namespace muster;
using namespace muster::runbooks;

// A runbook of one step, and what its verb is given when `item` is `value`.
struct Rendered {
  Result<Value> arguments;
  LoadedRunbook loaded;
};

Result<Value> given(const std::string& step, const Value& item, const std::string& head = "") {
  const std::string text = "runbook: x\n" + head + "steps:\n  - " + step + "\n";
  const LoadedRunbook loaded = load_runbook(text, "x.yaml");
  REQUIRE_MESSAGE(loaded.runbook, text << (loaded.findings.empty() ? "" : loaded.findings[0].message));
  const Value inputs = Value::Map{};
  const Renderer renderer(*loaded.runbook, inputs, [&](const cel::Program&) {
    cel::Bindings with;
    with.bind("item", item);
    return with;
  });
  return renderer.arguments(loaded.runbook->steps[0]);
}

std::string one(const std::string& step, const Value& item, const char* name) {
  const auto arguments = given(step, item);
  return arguments ? (*arguments)[name].as_string() : "refused: " + arguments.error().message;
}

std::string promql(const std::string& expression, const Value& item) {
  return one("query: >-\n      " + expression, item, "promql");
}
std::string url(const std::string& address, const Value& item) { return one("http: " + address, item, "url"); }
std::string chat(const Value& item) { return one("message: \"<${item}>\"", item, "text"); }

bool refused(const std::string& text) { return text.starts_with("refused: "); }

const std::string hostile[] = {"$(reboot)",
                               "\"}) or vector(1)#",
                               "../../etc",
                               "<!channel>",
                               "${secret.token}",
                               "a\nb",
                               std::string("a\0b", 3),
                               "\xED\xA0\x80",
                               "\xE2\x80\xAEtxt",
                               "`id`",
                               "' or 1=1",
                               "\\\"",
                               "x|.*",
                               "@channel *bold*",
                               "\x02secret:plain:env:TOKEN\x03"};

// Reads a PromQL literal back; empty when it is not exactly one.
std::string read_back(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '"' || literal.back() != '"') return "no literal";
  std::string out;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i) {
    if (literal[i] == '"') return "ended early";
    if (literal[i] == '\\') {
      ++i;
      out += literal[i] == 'n' ? '\n' : literal[i];
    } else {
      out += literal[i];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("a value in PromQL is one literal, whatever it says") {
  CHECK(promql("up{job=${item}}", "api") == "up{job=\"api\"}");
  CHECK(promql("up{job=${item}}", "\"}) or vector(1)#") == "up{job=\"\\\"}) or vector(1)#\"}");
  for (const std::string& text : hostile) {
    const std::string out = promql("up{job=${item}}", text);
    REQUIRE(out.starts_with("up{job="));
    REQUIRE(out.ends_with("}"));
    const std::string inside = read_back(std::string_view(out).substr(7, out.size() - 8));
    CHECK(inside.find('\0') == std::string::npos);
    CHECK(inside.find('\x02') == std::string::npos);
    if (text == "$(reboot)" || text == "../../etc" || text == "a\nb" || text == "\\\"") CHECK(inside == text);
  }
}

TEST_CASE("a value behind a matcher of expressions matches only itself") {
  CHECK(promql("up{job=~${item}}", "a.b|.*") == R"(up{job=~"a\\.b\\|\\.\\*"})");
  CHECK(promql("up{job!~ ${item}}", "x$") == R"(up{job!~ "x\\$"})");
  CHECK(promql("up{job=~\"${item}.*\"}", "a.b\"") == R"(up{job=~"a\\.b\".*"})");
  CHECK(promql("up{job=~${item}}", Value::List{"a.b", "c"}) == R"(up{job=~"a\\.b|c"})");
  CHECK(refused(promql("up{job=${item}}", Value::List{"a"})));
}

TEST_CASE("numbers and durations stand free in PromQL, and as text in matchers") {
  CHECK(promql("up > ${item}", 3) == "up > 3");
  CHECK(promql("up > ${item}", 0.25) == "up > 0.25");
  CHECK(promql("up{code=${item}}", 500) == "up{code=\"500\"}");
  CHECK(promql("rate(up[${duration(item)}])", "300s") == "rate(up[300s])");
  CHECK(promql("up > ${item}", "1) or vector(1") == "up > \"1) or vector(1\"");
}

TEST_CASE("a value inside of hand-written quotes or a comment cannot leave them") {
  CHECK(promql("up{job=\"${item}\"}", "\"} or up{") == R"(up{job="\"} or up{"})");
  CHECK(promql("up{job='${item}'}", "'} or up{\"") == R"(up{job='\'} or up{"'})");
  CHECK(refused(promql("up{job=`${item}`}", "`} or up{")));
  CHECK(promql("up # ${item}", "x\nor vector(1)") == "up # x or vector(1)");
}

TEST_CASE("LogQL and Lucene take literals as well") {
  CHECK(one("query: {logql: '{app=${item}} |= ${item}'}", "a\"b", "logql") == R"({app="a\"b"} |= "a\"b")");
  CHECK(one("query: {logql: '{app=\"x\"} |~ ${item}'}", "a.b", "logql") == R"({app="x"} |~ "a\\.b")");
  CHECK(one("query: {lucene: 'host:${item} AND up:1'}", "x\" OR *", "lucene") == R"(host:"x\" OR *" AND up:1)");
  CHECK(one("query: {lucene: 'n:${item}'}", -5, "lucene") == "n:\"-5\"");
}

TEST_CASE("a value in a URL stays in its part") {
  CHECK(url("https://a.example/x/${item}/y", "b/c?d#e") == "https://a.example/x/b%2Fc%3Fd%23e/y");
  CHECK(url("https://a.example/x?q=${item}", "a&b=c d") == "https://a.example/x?q=a%26b%3Dc%20d");
  for (const char* climb : {"..", ".", ""}) CHECK(refused(url("https://a.example/x/${item}", climb)));
  CHECK(refused(url("https://a.example/x/.${item}/y", ".")));
  CHECK(url("https://a.example/${item}", "../../etc") == "https://a.example/..%2F..%2Fetc");
  CHECK(url("https://a.example/${item}", "%2e%2e") == "https://a.example/%252e%252e");
  CHECK(url("https://${item}.example/x", "eu-1") == "https://eu-1.example/x");
  for (const char* host : {"evil.com/", "a@b", "evil.com#", "a:1", "evil.com", "", "-x"})
    CHECK(refused(url("https://${item}.example/x", host)));
  CHECK(url("https://${item}/x", "a.example") == "https://a.example/x");
  CHECK(refused(url("https://api.example${item}", ".evil.com/")));
  CHECK(refused(url("ht${item}://a/x", "tp")));
  for (const std::string& text : hostile) {
    const std::string out = url("https://a.example/x/${item}?y", text);
    if (!refused(out)) CHECK(out.substr(20, out.size() - 22).find_first_of("/?#\"<>\\ \n") == std::string::npos);
  }
}

TEST_CASE("an address that is a value leads where it says") {
  CHECK(url("\"${item}\"", "https://a.example/x?y=1") == "https://a.example/x?y=1");
  for (const char* bad : {"file:///etc/passwd", "https://a@b/", "https://a/../x", "javascript:1", "https:// a", "//a/b",
                          "https://a\\b/", "https://a/\nx", "https://\xC3\xA4.example/"})
    CHECK(refused(url("\"${item}\"", bad)));
}

TEST_CASE("a value is one argument of a command, and never an option by accident") {
  const auto argv = [](const std::string& list, const Value& item) {
    const auto out = given("run: " + list, item);
    return out ? to_json((*out)["argv"]) : "refused: " + out.error().message;
  };
  CHECK(argv("[kubectl, get, \"${item}\"]", "$(reboot); `id` && x\ny") ==
        R"(["kubectl","get","$(reboot); `id` && x\ny"])");
  CHECK(refused(argv("[ls, \"${item}\"]", "-rf")));
  CHECK(refused(argv("[ls, \"${item}x\"]", "-rf")));
  CHECK(refused(argv("[ls, \"${item}\"]", -5)));
  CHECK(argv("[ls, --, \"${item}\"]", "-rf") == R"(["ls","--","-rf"])");
  CHECK(argv("[ls, \"--name=${item}\"]", "-rf") == R"(["ls","--name=-rf"])");
  CHECK(refused(argv("[ls, \"${item}\"]", std::string("a\0b", 3))));
  CHECK(refused(argv("[ls, \"${item}\"]", Value::List{"a", "b"})));
  CHECK(refused(argv("[ls, \"${item}\"]", nullptr)));
  CHECK(argv("[ls, \"${item}\", 010, true]", 6) == R"(["ls","6","010","true"])");
}

TEST_CASE("no value stands where a command reads code, a program, or a line for another host") {
  for (const std::string& value : hostile) {
    CAPTURE(value);
    for (const char* step :
         {"run: [sh, -c, \"echo ${item}\"]", "run: [/usr/bin/env, bash, -o, pipefail, -lc, \"${item}\"]",
          "run: [sudo, -u, x, sh, -c, \"${item}\", a]", "run: [python3.11, -c, \"print(${item})\"]",
          "run: [perl, -we, \"${item}\"]", "run: [node, \"--eval=${item}\"]", "run: [psql, -Atc, \"select ${item}\"]",
          "run: [su, app, -c, \"${item}\"]", "run: {argv: [sh], stdin: \"${item}\"}",
          "run: {argv: [bash, -s, a], stdin: \"echo ${item}\"}", "run: [\"${item}\", a]", "run: [\"/opt/${item}\"]"}) {
      CAPTURE(step);
      const auto arguments = given(step, Value(value));
      CHECK_FALSE(arguments);
    }
  }
  for (const char* value : {"$(reboot)", "a b", "x;id", "`id`", "a\nb"})
    CHECK_FALSE(given("run: [ssh, host, \"--\", ls, \"${item}\"]", Value(value)));
  // Beside the script it is an argument, and nothing in it is read again.
  CHECK((*given("run: [sh, -c, 'echo \"$1\"', sh, \"--\", \"${item}\"]", Value("$(reboot)")))["argv"].as_list()[5] ==
        Value("$(reboot)"));
  CHECK(given("run: [bash, report.sh, -c, \"${item}\"]", Value("$(reboot)")));  // an option of the script file
  CHECK(given("run: [grep, -c, \"x${item}\"]", Value("$(reboot)")));            // no interpreter
  CHECK(given("run: {argv: [tee, a], stdin: \"${item}\"}", Value("$(reboot)")));
  CHECK(given("run: [ssh, \"${item}\", uptime]", Value("db-1.example.com")));
}

TEST_CASE("a value said in chat mentions nobody and makes no markup") {
  CHECK(chat("a\nb") == "<a b>");
  CHECK(chat("@channel") ==
        "<@\xE2\x80\x8B"
        "channel>");
  CHECK(chat("*x* `y`") == "<\\*x\\* \\`y\\`>");
  CHECK(chat("\xE2\x80\xAE"
             "abc\xE2\x81\xA6") == "<abc>");
  CHECK(chat("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D") == "<\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D>");
  CHECK(chat(nullptr) == "<nothing>");
  CHECK(chat(6.0) == "<6>");
  for (const std::string& text : hostile) {
    const std::string out = chat(text);
    CHECK(out.find('\n') == std::string::npos);
    CHECK(out.find("@c") == std::string::npos);
    CHECK(out.find("\xE2\x80\xAE") == std::string::npos);
  }
}

TEST_CASE("a header is one line, and JSON keeps types") {
  CHECK(!given("http: {url: 'https://a/x', headers: {X-A: \"${item}\"}}", "a\r\nSet-Cookie: x"));
  const auto json = given("http: {url: 'https://a/x', method: POST, json: {n: \"${item}\", s: \"n ${item}\"}}", 5);
  REQUIRE(json);
  CHECK(to_json((*json)["json"]) == R"({"n":5,"s":"n 5"})");
  const auto list = given("set: {a: \"${item}\", b: '5', c: 5, d: 1.5, e: no, f: '$${x}'}", Value::List{1, "x"});
  REQUIRE(list);
  CHECK(to_json(*list) == R"({"a":[1,"x"],"b":"5","c":5,"d":1.5,"e":"no","f":"${x}"})");
}

TEST_CASE("what a value holds is never evaluated again") {
  CHECK(promql("up{job=${item}}", "${1 + 1}") == "up{job=\"${1 + 1}\"}");
  const auto twice = given("set: {a: \"${item}\"}", "${inputs.x}");
  REQUIRE(twice);
  CHECK((*twice)["a"].as_string() == "${inputs.x}");
}

TEST_CASE("a secret is a reference until it is used, and no label can name one") {
  const std::string head = "secrets: {token: env:TOKEN}\n";
  const auto header =
      given("http: {url: 'https://a/x?t=${secret.token}', headers: {A: \"Bearer ${secret.token}\"}}", 1, head);
  REQUIRE(header);
  CHECK(to_json(*header).find("TOKEN") != std::string::npos);
  CHECK(mask_secrets((*header)["headers"]["A"].as_string()) == "Bearer [secret env:TOKEN]");
  const ResolveSecret resolve = [](const std::string& reference) {
    return reference == "env:TOKEN" ? Result<std::string>("s&cret") : fail(ErrorKind::not_found, "none");
  };
  const auto used = filled(*header, resolve);
  REQUIRE(used);
  CHECK((*used)["headers"]["A"].as_string() == "Bearer s&cret");
  CHECK((*used)["url"].as_string() == "https://a/x?t=s%26cret");
  CHECK_FALSE(given("message: \"${secret.token}\"", 1, head));
  CHECK_FALSE(given("set: {a: \"${secret.token}\"}", 1, head));
  for (const char* step :
       {"run: [x, \"${item}\"]", "http: {url: 'https://a/x', json: \"${item}\"}", "query: up{a=${item}}"}) {
    const auto fake = given(step, secret_mark("env:TOKEN"), head);
    if (fake) CHECK_FALSE(has_secret(*fake));
  }
}

TEST_CASE("arguments have the type their verb takes") {
  const auto scale = [](const Value& item) {
    return given("scale: {service: api, env: prod, replicas: \"${item}\"}", item);
  };
  CHECK((*scale(8))["replicas"].as_int() == 8);
  CHECK((*scale(8.0))["replicas"].as_int() == 8);
  for (const Value& bad : {Value("8"), Value(1.5), Value(-1), Value(), Value(true)}) CHECK_FALSE(scale(bad));
  CHECK_FALSE(given("lookup: {service: \"${item}\"}", ""));
  CHECK_FALSE(given("lookup: {service: \"${item}\"}", "a\nb"));
  CHECK((*given("deploy: {service: api, env: prod, version: 1.10}", 1))["version"].as_string() == "1.10");
  CHECK((*given("wait: \"${item}\"", "90s"))["for"].as_string() == "90s");
}

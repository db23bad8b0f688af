#include "bot/base/redact.h"

#include <doctest/doctest.h>

#include "bot/base/json.h"
#include "bot/base/secret_hints.h"

using namespace muster;

namespace {

const std::string forty = "0123456789abcdefABCD0123456789abcdefABCD";

std::string body_of(std::string_view json) { return redact_body(json); }

}  // namespace

TEST_CASE("each kind of secret leaves the text") {
  struct Row {
    std::string in, out;
  };
  const Row rows[] = {
      {"k -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- z", "k [REDACTED:private-key] z"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----\ncut off", "[REDACTED:private-key]"},
      {"id AKIAIOSFODNN7EXAMPLE.", "id [REDACTED:aws-access-key-id]."},
      {"postgres://app:s3cr3t@db:5432/x", "postgres://app:[REDACTED:url-password]@db:5432/x"},
      {"Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [REDACTED:auth-header]"},
      {"X-Api-Key=abcdefgh1", "X-Api-Key=[REDACTED:auth-header]"},
      {"curl with bearer abcdefghijklmnop1", "curl with bearer [REDACTED:bearer]"},
      {"got eyJhbGciOiJI.eyJzdWIiOiIx.abcdefgh_-1", "got [REDACTED:jwt]"},
      {"ghp_" + forty, "[REDACTED:github-token]"},
      {"github_pat_" + forty, "[REDACTED:github-token]"},
      {"glpat-abcdefghij0123456789", "[REDACTED:gitlab-token]"},
      {"xoxb"
       "-1234567890-abc",
       "[REDACTED:slack-token]"},
      {"https://chat.example/hooks/abcdefghijklmnopqrstuvwxyz", "https://chat.example/hooks/[REDACTED:webhook-url]"},
      {"AIza" + forty.substr(0, 35), "[REDACTED:google-api-key]"},
      {"sk_"
       "live_0123456789abcdef",
       "[REDACTED:stripe-key]"},
      {"DB_PASSWORD=hunter22", "DB_PASSWORD=[REDACTED:named-secret]"},
      {"password: 'hunter22', next", "password: '[REDACTED:named-secret]', next"},
      {"token=abcdefghijklmnopqrstuvwxyz", "token=[REDACTED:named-secret]"},
      {"비밀번호는 Abc123!@", "비밀번호는 [REDACTED:named-secret-ko]"},
      {"토큰: abcdef123", "토큰: [REDACTED:named-secret-ko]"},
      {"주민 900101-1234567 확인", "주민 [REDACTED:kr-resident-number] 확인"},
      {"연락처 010-1234-5678", "연락처 [REDACTED:kr-mobile]"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.in);
    const Redaction done = redact(row.in);
    CHECK(done.text == row.out);
    CHECK(done.types.size() == 1);
  }
}

TEST_CASE("what is no secret stays readable") {
  for (const char* text : {
           "commit 3f786850e387550fdab836ed7e6dc881de23001b",
           "id 123e4567-e89b-12d3-a456-426614174000",
           "trace 4bf92f3577b34da6a3ce929d0e0e4736",
           "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
           "2026-03-17T05:04:40.123Z",
           "1773723880123",
           "db-1.internal:5432",
           "http://prometheus:9090/graph?g0.expr=up",
           "token expired",
           "the password was rotated",
           "password=$DB_PASSWORD",
           "password: {{ .Values.password }}",
           "token=<your token>",
           "secret=********",
           "password=[REDACTED:named-secret]",
           "https://user@host/path",
           "비밀번호 변경 안내",
           "결제 지연 🚨",
       }) {
    CAPTURE(text);
    CHECK(redact(text).text == text);
    CHECK(redact(text).types.empty());
  }
}

TEST_CASE("several secrets are named in order, and overlapping ones leave whole") {
  const Redaction two = redact(
      "xoxb"
      "-1234567890-abc then AKIAIOSFODNN7EXAMPLE");
  CHECK(two.text == "[REDACTED:slack-token] then [REDACTED:aws-access-key-id]");
  CHECK(two.types == std::vector<std::string>{"slack-token", "aws-access-key-id"});
  const Redaction nested = redact("password=https://u:hunter22@host/tail");
  CHECK(nested.text == "password=[REDACTED:url-password]");
  CHECK(redact(two.text).text == two.text);
}

TEST_CASE("text is composed before it is searched") {
  CHECK(redact("\u1110\u1169\u110F\u1173\u11AB: abcdef123").text == "토큰: [REDACTED:named-secret-ko]");
}

TEST_CASE("telling names hide whole strings and leave numbers alone") {
  const Value v = parse_json(R"({"password":"two words here","clientSecret":"abcdefg","tokens":["abcdefg"],)"
                             R"("token":123456789,"secret":true,"api_key":"$KEY_NAME","pwd":"short1",)"
                             R"("labels":{"note":"AKIAIOSFODNN7EXAMPLE"},"secretary":"Kim Minji"})")
                      .value();
  std::vector<std::string> types;
  CHECK(to_json(redact_value(v, &types)) ==
        R"({"api_key":"$KEY_NAME","clientSecret":"[REDACTED:named-secret]",)"
        R"("labels":{"note":"[REDACTED:aws-access-key-id]"},"password":"[REDACTED:named-secret]","pwd":"short1",)"
        R"("secret":true,"secretary":"Kim Minji","token":123456789,"tokens":["[REDACTED:named-secret]"]})");
  CHECK(types.size() == 4);
}

TEST_CASE("a clean body keeps its bytes") {
  for (const char* body : {R"( {"b": 1,  "a":"\u0041 \/ x"} )", "not json", "", R"({"token":"$X", "n":1})", "{broken",
                           "payload=%7B%7D", "\xFF\xFE"}) {
    CAPTURE(body);
    CHECK(body_of(body) == body);
  }
}

TEST_CASE("secrets leave a body however they are written") {
  CHECK(body_of(R"({"m":"\u0041KIAIOSFODNN7EXAMPLE"})") == R"({"m":"[REDACTED:aws-access-key-id]"})");
  CHECK(body_of(R"({"u":"postgres:\/\/a:hunter22@h"})") == R"({"u":"postgres://a:[REDACTED:url-password]@h"})");
  CHECK(body_of(R"({"m":"{\"password\":\"hunter22\"}"})") == R"({"m":"{\"password\":\"[REDACTED:named-secret]\"}"})");
  CHECK(body_of(R"({"a":"AKIAIOSFODNN7EXAMPLE","a":"x"})") == R"({"a":"x"})");
  CHECK(body_of("{broken AKIAIOSFODNN7EXAMPLE") == "{broken [REDACTED:aws-access-key-id]");
  CHECK(body_of("token=abcdefgh&x=1") == "token=[REDACTED:named-secret]");
  CHECK(body_of(R"({"AKIAIOSFODNN7EXAMPLE":1})") == R"({"[REDACTED:aws-access-key-id]":1})");
}

// Pieces of what the rules look for, whole and spoilt, between pieces of usual text.
TEST_CASE("the quick look at a text never misses what the sure one finds") {
  const std::string pieces[] = {"PRIVATE KEY",
                                "private key",
                                "AKIA",
                                "ASIA",
                                "asia-northeast1",
                                "://",
                                "a:b@",
                                "user",
                                ":",
                                "@",
                                "/",
                                "Authorization",
                                "X-API-KEY",
                                "x-auth-token",
                                "BeArEr",
                                "eyJ",
                                "ghp_",
                                "ghs_",
                                "github_pat_",
                                "glpat-",
                                "glptt-",
                                "gldt-",
                                "glrt-",
                                "glsoat-",
                                "glft-",
                                "glimt-",
                                "glagent-",
                                "xoxb-",
                                "/hooks/",
                                "/services/",
                                "/webhooks/",
                                "AIza",
                                "sk_live_",
                                "rk_test_",
                                "PassW",
                                "passphrase",
                                "SECRET",
                                "\u017fecret",
                                "toKen",
                                "to\u212aen",
                                "api_key",
                                "API-KEY",
                                "apikey",
                                "accesskey",
                                "access-key",
                                "access_key",
                                "privatekey",
                                "private_key",
                                "private-key",
                                "credential",
                                "비밀번호",
                                "비번",
                                "암호",
                                "토큰",
                                "인증키",
                                "시크릿",
                                "비밀",
                                "번호",
                                "1-1234567",
                                "900101-1234567",
                                "0-9234567",
                                "010-1234-5678",
                                "01012345678",
                                "011 123 4567",
                                "01",
                                "0",
                                "2026-11-22T17:52:42.010Z",
                                "12345",
                                " ",
                                "\n",
                                "x",
                                "서울",
                                "checkout-api",
                                "p99",
                                "\xff",
                                "\xed\x84",
                                ""};
  std::uint32_t dice = 7;
  const auto roll = [&dice](std::size_t below) {
    dice = dice * 1'664'525u + 1'013'904'223u;
    return (dice >> 8) % below;
  };
  std::size_t hinted = 0, quiet = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string text;
    for (std::size_t n = 1 + roll(4); n > 0; --n) {
      std::string piece = pieces[roll(std::size(pieces))];
      if (!piece.empty() && roll(8) == 0) piece.erase(roll(piece.size()), 1);
      text += piece;
    }
    CAPTURE(text);
    const bool sure = hints_at_secret(text), quick = may_hint_at_secret(text);
    if (sure) REQUIRE(quick);
    ++(sure ? hinted : quiet);
  }
  CHECK(hinted > 1000);
  CHECK(quiet > 1000);
  CHECK(!may_hint_at_secret(
      R"([{"labels":{"alertname":"HighRequestLatency","pod":"checkout-7"},"startsAt":"2026-03-17T05:00:00.000Z",)"
      R"("generatorURL":"http://prometheus.example.org:9090/graph?g0.expr=job%3Alatency%3Ap99&g0.tab=1"}])"));
}

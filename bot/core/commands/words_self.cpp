// What the bot says about itself.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_self() {
  static constexpr Sentence table[] = {
      {"health.head", "Healthy.", "정상입니다."},
      {"health.head_apart", "Running, but not connected with {names}.", "작동 중이지만 {names}에 연결되지 않았습니다."},
      {"health.sick", "Not ready: {parts}", "준비되지 않았습니다: {parts}"},
      {"health.database",
       "database: {n} {n?decision|decisions} waiting, last commit {ms} ms, {commits} since the start",
       "데이터베이스: 대기 {n}건, 마지막 기록 {ms} ms, 시작 후 {commits}회"},
      {"health.lag", "loop: {ms} ms behind", "처리 지연: {ms} ms"},
      {"health.outbox", "outgoing: {n} {n?message|messages} waiting · {timers} {timers?timer|timers} set",
       "보낼 메시지: 대기 {n}건 · 타이머 {timers}개"},
      {"health.connected", "{name} connected", "{name} 연결됨"},
      {"health.apart", "{name} not connected", "{name} 연결되지 않음"},
      {"health.account", " as {who} ({version})", ": {who} ({version})"},
      {"health.waiting", "{n} waiting", "대기 {n}건"},
      {"health.waiting_for", "for {time}", "({time}째)"},
      {"health.no_event", "nothing heard since the start", "시작 후 들은 것 없음"},
      {"health.last_event", "last heard {time} ago", "마지막 소식 {time} 전"},
      {"version", "muster {version} · database schema {schema} · policy {policy}",
       "muster {version} · 데이터베이스 스키마 {schema} · 정책 {policy}"},
      {"sandbox.mark", "[sandbox]", "[샌드박스]"},
  };
  return table;
}

}  // namespace muster

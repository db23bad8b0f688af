// Running the bot itself: configuration, undeliverable messages, refused deliveries.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_ops() {
  static constexpr Sentence sentences[] = {
      {"config.same", "A reload would change nothing.", "다시 읽어도 바뀌는 것이 없습니다."},
      {"config.would", "What `config reload` would change:", "`config reload`가 바꿀 값:"},
      {"config.more", "… and {n} more.", "… 그 밖에 {n}개."},
      {"config.at_start", "Only the next start takes over: {names}.", "다음 시작 때만 적용: {names}."},
      {"try.no_source",
       "There is no door for the sample alert: no source of the kind `alertmanager` is configured (`sources` in the "
       "configuration).",
       "예제 알림이 들어올 문이 없습니다: 설정의 `sources`에 `alertmanager` 종류가 없습니다."},
      {"outbox.dead",
       "⚠️ {n} {n?message|messages} could not be delivered. `outbox` lists them, `outbox resend all` tries again.",
       "⚠️ 전달하지 못한 메시지가 {n}개 있습니다. `outbox`로 보고 `outbox resend all`로 다시 "
       "보냅니다."},
      {"outbox.empty", "Every message was delivered or is on its way.", "모든 메시지가 전달되었거나 전달 중입니다."},
      {"outbox.head",
       "{n} {n?message|messages} could not be delivered. `outbox resend <id>` or `outbox resend all` tries again.",
       "전달하지 못한 메시지 {n}개. `outbox resend <id>` 또는 `outbox resend all`로 다시 보냅니다."},
      {"outbox.unknown", "No undelivered message is called `{id}`. `outbox` lists them.",
       "`{id}`라는 미전달 메시지가 없습니다. `outbox`로 목록을 보세요."},
      {"outbox.resent", "{n} {n?message is|messages are} on {n?its|their} way again. `outbox` shows what comes back.",
       "메시지 {n}개를 다시 보냅니다. 돌아온 것은 `outbox`에서 보입니다."},
      {"door.no_channel", "There is no channel #{name}. `incidents` shows the channel of each.",
       "#{name} 채널은 없습니다. `incidents`에 장애마다 채널이 나옵니다."},
      {"door.no_channel_near", "There is no channel #{name}. Did you mean {near}?",
       "#{name} 채널은 없습니다. 혹시 {near}인가요?"},
      {"door.refused.title", "{source} sends deliveries that are too large (over {limit} MiB): they are refused",
       "{source}의 전송이 너무 큽니다({limit} MiB 초과): 거절되었습니다"},
      {"door.refused.body",
       "Their alerts do not reach this bot, and the sender tries again for ever. Let it send smaller groups "
       "(`group_by`), or shorten annotations.",
       "그 알림은 이 봇에 도달하지 못하고 보내는 쪽은 계속 다시 시도합니다. 더 작은 그룹으로 보내거나(`group_by`) "
       "주석을 "
       "줄이세요."},
  };
  return sentences;
}

}  // namespace muster

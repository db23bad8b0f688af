// Webhooks that are sent: their state, their log, what people are told of them.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_webhooks() {
  static constexpr Sentence sentences[] = {
      {"webhook.none", "No webhook is configured. `webhooks` in the configuration names who is told of events.",
       "설정된 웹훅이 없습니다. 설정의 `webhooks`에 이벤트를 받을 곳을 적습니다."},
      {"webhook.unknown", "No webhook is called `{hook}`. There is {names}.",
       "`{hook}`라는 웹훅은 없습니다. 있는 것: {names}."},
      {"webhook.list", "{n} {n?webhook|webhooks}; `webhooks log <name>` shows what one was sent.",
       "웹훅 {n}개. `webhooks log <name>`으로 보낸 내역을 봅니다."},
      {"webhook.line", "`{hook}` → {to}", "`{hook}` → {to}"},
      {"webhook.state.new", "nothing delivered yet", "아직 전달한 것 없음"},
      {"webhook.state.well", "last delivered {time} ago", "마지막 전달 {time} 전"},
      {"webhook.state.failing", "failing for {time}: {why}", "{time}째 실패: {why}"},
      {"webhook.state.gone", "disabled, it answered 410; `webhooks enable {hook}` sends events again",
       "꺼짐(410 응답). `webhooks enable {hook}`로 다시 보냅니다"},
      {"webhook.state.full", "too much is waiting: further events are not kept until half of it is delivered",
       "대기가 너무 많아 절반이 전달될 때까지 새 이벤트를 보관하지 않습니다"},
      {"webhook.answered", "it answered {status}", "{status} 응답"},
      {"webhook.asks_wait", " and asks to wait {time}", ", {time} 뒤에 다시 보내라고 합니다"},
      {"webhook.status.3xx", "(redirects are not followed: correct its `url`)",
       "(리디렉션은 따라가지 않습니다. `url`을 고치세요)"},
      {"webhook.status.401", "(it does not accept the signature, or wants more than one)",
       "(서명을 받아들이지 않거나 다른 인증이 더 필요합니다)"},
      {"webhook.status.403", "(it does not accept the signature, or wants more than one)",
       "(서명을 받아들이지 않거나 다른 인증이 더 필요합니다)"},
      {"webhook.status.404", "(nobody takes events at this `url`)", "(이 `url`에는 받는 곳이 없습니다)"},
      {"webhook.status.410", "(it wants no more events)", "(이벤트를 더 원하지 않습니다)"},
      {"webhook.status.429", "(too many at once; it gets time)", "(한꺼번에 너무 많습니다. 잠시 쉬었다 보냅니다)"},
      {"webhook.log.none", "`{hook}` was sent nothing yet. `webhooks test {hook}` sends it a test event.",
       "`{hook}`에 아직 보낸 것이 없습니다. `webhooks test {hook}`로 시험 이벤트를 보냅니다."},
      {"webhook.log.head",
       "The last events for `{hook}`, newest first; `webhooks redeliver {hook} <id>` sends one again.",
       "`{hook}`로 보낸 최근 이벤트(최근 것부터). `webhooks redeliver {hook} <id>`로 다시 보냅니다."},
      {"webhook.row.done", "delivered {time}, {note}", "{time} 전달됨, {note}"},
      {"webhook.row.dead", "given up {time}: {why}", "{time} 포기함: {why}"},
      {"webhook.row.again", "again at {time}: {why}", "{time}에 다시 시도: {why}"},
      {"webhook.row.waits", "waits for its turn", "차례를 기다리는 중"},
      {"webhook.attempts", "{n} attempts", "{n}번 시도"},
      {"webhook.not_paused", "`{hook}` is enabled already.", "`{hook}`은(는) 이미 켜져 있습니다."},
      {"webhook.enabled",
       "`{hook}` gets events again. What was given up goes out with `webhooks redeliver {hook} all`.",
       "`{hook}`에 다시 이벤트를 보냅니다. 포기했던 것은 `webhooks redeliver {hook} all`로 보냅니다."},
      {"webhook.tested", "A test event `{id}` is on its way to `{hook}`. `webhooks log {hook}` shows what came of it.",
       "시험 이벤트 `{id}`을(를) `{hook}`로 보냅니다. 결과는 `webhooks log {hook}`에 나옵니다."},
      {"webhook.is_gone", "`{hook}` is disabled, it answered 410. First `webhooks enable {hook}`.",
       "`{hook}`은(는) 410 응답으로 꺼져 있습니다. 먼저 `webhooks enable {hook}`를 쓰세요."},
      {"webhook.none_dead", "No event for `{hook}` was given up.", "`{hook}`에 보내다 포기한 이벤트가 없습니다."},
      {"webhook.no_event", "`{hook}` was sent no event `{id}`. `webhooks log {hook}` shows the ids.",
       "`{hook}`에 보낸 이벤트 중 `{id}`은(는) 없습니다. `webhooks log {hook}`에 id가 나옵니다."},
      {"webhook.on_its_way", "`{id}` is on its way to `{hook}` already. `webhooks test {hook}` tries at once.",
       "`{id}`은(는) 이미 `{hook}`로 가는 중입니다. `webhooks test {hook}`가 바로 시도합니다."},
      {"webhook.redelivered", "{n} {n?event is|events are} on {n?its|their} way to `{hook}` again.",
       "이벤트 {n}개를 `{hook}`로 다시 보냅니다."},
      {"webhook.told.gone",
       "⚠️ The webhook `{hook}` wants no more events (410 Gone): it is disabled. "
       "`webhooks enable {hook}` sends them again.",
       "⚠️ 웹훅 `{hook}`이(가) 410으로 이벤트를 거절하여 껐습니다. "
       "`webhooks enable {hook}`로 다시 보냅니다."},
      {"webhook.told.full",
       "⚠️ Too many events wait for the webhook `{hook}` ({why}): further ones are not kept until half of them are "
       "delivered. `webhooks` says what is wrong.",
       "⚠️ 웹훅 `{hook}`에 대기 중인 이벤트가 너무 많습니다({why}건). "
       "절반이 전달될 때까지 새 이벤트를 보관하지 않습니다. "
       "`webhooks`에서 원인을 보세요."},
      {"webhook.told.resumed", "The webhook `{hook}` gets new events again.",
       "웹훅 `{hook}`에 다시 새 이벤트를 보냅니다."},
      {"webhook.told.moved",
       "The webhook `{hook}` has another address than the one that answered 410: it gets events again. What was given "
       "up goes out with `webhooks redeliver {hook} all`.",
       "웹훅 `{hook}`의 주소가 410으로 응답한 주소에서 바뀌어 다시 이벤트를 보냅니다. "
       "포기했던 것은 `webhooks redeliver {hook} all`로 보냅니다."},
      {"webhook.told.removed",
       "⚠️ The configuration names no webhook `{hook}` any more: what waited for it is given up ({why}). Where "
       "that "
       "was "
       "a mistake, put it back and say `webhooks redeliver {hook} all`.",
       "⚠️ 설정에 웹훅 `{hook}`이(가) 더 이상 없어 대기 중이던 이벤트 {why}건을 "
       "포기했습니다. "
       "실수였다면 설정을 되돌린 뒤 `webhooks redeliver {hook} all`을 쓰세요."},
      {"webhook.told.failed",
       "⚠️ The webhook `{hook}` did not take an event for a day: {why}. It is given up; once the webhook works, "
       "`webhooks redeliver {hook} all` sends such events again.",
       "⚠️ 웹훅 `{hook}`이(가) 하루 동안 이벤트를 받지 않아 포기했습니다: {why}. "
       "고친 뒤 `webhooks redeliver {hook} all`로 다시 보냅니다."},
      {"webhook.told.well",
       "The webhook `{hook}` takes events again. What was given up goes out with `webhooks redeliver {hook} all`.",
       "웹훅 `{hook}`이(가) 다시 이벤트를 받습니다. 포기했던 것은 `webhooks redeliver {hook} all`로 보냅니다."},
  };
  return sentences;
}

}  // namespace muster

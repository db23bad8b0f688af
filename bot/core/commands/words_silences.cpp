// Silences, snoozes and graphs.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_silences() {
  static constexpr Sentence table[] = {
      {"what.silence", "Silences alerts at their source, in Alertmanager, for a limited time.",
       "정해진 시간 동안 Alertmanager에서 알림을 무음으로 합니다."},
      {"what.unsilence", "Ends a silence before its time.", "무음을 일찍 끝냅니다."},
      {"what.silences", "The silences that were made here and hold now; `--all` shows those that are over, too.",
       "여기서 만든 현재 무음 목록. `--all`은 끝난 것도 보여 줍니다."},
      {"what.snooze", "No reminder about this alert for a while; it keeps firing.",
       "이 알림을 잠시 다시 알리지 않습니다. 알림은 계속 발생 중입니다."},
      {"what.graph", "Draws a query, or what an alert measures; `since 6h` for a longer time.",
       "쿼리나 알림이 측정하는 값을 그립니다. 더 긴 기간은 `since 6h`."},
      {"button.unsilence", "End the silence", "무음 끝내기"},
      {"silenced_until", "🔕 {id} until {time}", "🔕 {id}, {time}까지"},
      {"snoozed_until", "💤 until {time}", "💤 {time}까지"},
      {"quiet.no_time", "For how long? Add the time, such as `for {example}`; at most {longest}.",
       "얼마나 오래? `for {example}`처럼 시간을 쓰세요. 최대 {longest}."},
      {"quiet.bad_time", "`{text}` is no length of time I can use here. From 1m to {longest}, such as `for {example}`.",
       "`{text}`은(는) 쓸 수 없는 시간입니다. 1m부터 {longest}까지, 예: `for {example}`."},
      {"quiet.because", "Why? Those who wonder about the quiet read it later: `{command}`",
       "이유가 필요합니다. 조용한 까닭을 나중에 보는 사람이 읽습니다: `{command}`"},
      {"silence.matchers",
       "I do not understand the matchers: {why}. They look like `alertname=\"DiskFilling\", env=~\"stage|test\"`, or "
       "name an alert: `silence E12 for 2h because …`",
       "조건을 이해하지 못했습니다: {why}. `alertname=\"DiskFilling\", env=~\"stage|test\"` 형식이나 알림 번호를 "
       "쓰세요: "
       "`silence E12 for 2h because …`"},
      {"silence.everything",
       "That would silence everything, and the source refuses it. At least one matcher must refuse an empty value, "
       "such "
       "as `alertname=\"DiskFilling\"`.",
       "모든 알림이 무음이 되며 Alertmanager도 거절합니다. 빈 값과 맞지 않는 조건이 하나는 필요합니다. 예: "
       "`alertname=\"DiskFilling\"`."},
      {"silence.where", "No silence was made: I do not know in which Alertmanager.",
       "무음을 만들지 않았습니다. 어느 Alertmanager인지 알 수 없습니다."},
      {"silence.many", "{n} silences are open, that is the limit. `silences` lists them, `unsilence L…` ends one.",
       "열린 무음이 {n}개로 한도입니다. `silences`로 보고 `unsilence L…`로 끝내세요."},
      {"silence.asked",
       "⏳ *{id}* · Alertmanager `{name}` is asked to be silent until {time} about `{what}` · {n} {n?alert|alerts} "
       "firing "
       "now {n?matches|match}",
       "⏳ *{id}* · Alertmanager `{name}`에 {time}까지 무음을 요청합니다: `{what}` · 지금 발생 중인 알림 {n}개가 해당"},
      {"silence.active", "🔕 *{id}* holds in Alertmanager `{name}` until {time}: `{what}` · `unsilence {id}` ends it",
       "🔕 *{id}* · Alertmanager `{name}`에서 {time}까지 무음: `{what}` · `unsilence {id}`로 끝냅니다"},
      {"silence.refused", "❌ *{id}* was not made: Alertmanager `{name}` refused it. {why}",
       "❌ *{id}* 무음을 만들지 못했습니다. Alertmanager `{name}`이(가) 거절했습니다. {why}"},
      {"silence.unknown",
       "❓ *{id}* · Alertmanager `{name}` gave no answer for 5 minutes ({why}). Whether the silence was made is not "
       "known; "
       "when it answers again, `unsilence {id}` removes what may be there.",
       "❓ *{id}* · Alertmanager `{name}`이(가) 5분 동안 답하지 않았습니다({why}). 무음이 만들어졌는지 알 수 없습니다. "
       "다시 "
       "답하면 `unsilence {id}`로 남은 것을 지우세요."},
      {"silence.no_such", "There is no silence `{id}`. `silences` lists what exists.",
       "`{id}` 무음은 없습니다. `silences`로 목록을 보세요."},
      {"silence.is_over", "{id} is over already.", "{id} 무음은 이미 끝났습니다."},
      {"silence.is_ending", "{id} is being ended already; the outcome is told here.",
       "{id} 무음을 이미 끝내는 중입니다. 결과를 알려 드립니다."},
      {"silence.ending", "⏳ *{id}* · Alertmanager `{name}` is asked to end it.",
       "⏳ *{id}* · Alertmanager `{name}`에 무음을 끝내도록 요청합니다."},
      {"silence.ended", "🔔 *{id}* has ended in Alertmanager `{name}`: `{what}` is heard again.",
       "🔔 *{id}* · Alertmanager `{name}`에서 무음이 끝났습니다. `{what}` 알림이 다시 옵니다."},
      {"silence.time_over", "🔔 *{id}* has ended, its time is over: `{what}` is heard again.",
       "🔔 *{id}* · 시간이 다 되어 무음이 끝났습니다. `{what}` 알림이 다시 옵니다."},
      {"silence.ended_there", "🔔 *{id}* was ended in Alertmanager `{name}`, not from here: `{what}` is heard again.",
       "🔔 *{id}* · Alertmanager `{name}`에서 누군가 직접 무음을 끝냈습니다. `{what}` 알림이 다시 옵니다."},
      {"silence.moved",
       "🔕 *{id}* was changed in Alertmanager `{name}`, not from here: it holds until {time} for `{what}`",
       "🔕 *{id}* · Alertmanager `{name}`에서 누군가 직접 무음을 바꿨습니다. {time}까지 무음: `{what}`"},
      {"silence.not_ended", "❌ *{id}* was not ended: {why}. It lasts until {time}; try `unsilence {id}` again.",
       "❌ *{id}* 무음을 끝내지 못했습니다: {why}. {time}까지 이어집니다. `unsilence {id}`로 다시 해 보세요."},
      {"silence.status.asked", "asked for, until {time}", "요청함, {time}까지"},
      {"silence.status.active", "until {time}", "{time}까지 무음"},
      {"silence.status.ending", "being ended, else until {time}", "끝내는 중, 아니면 {time}까지"},
      {"silence.status.over", "over, was until {time}", "끝남, {time}까지였음"},
      {"silence.status.failed", "was refused", "거절됨"},
      {"silence.status.unknown", "perhaps there, until {time}", "있을 수 있음, {time}까지"},
      {"silences.none", "Nothing is silenced from here. Silences that others made in Alertmanager are not listed.",
       "여기서 만든 무음이 없습니다. Alertmanager에서 직접 만든 것은 나오지 않습니다."},
      {"silences.head", "{n} {n?silence|silences}", "무음 {n}개"},
      {"snooze.done", "💤 {id} is snoozed until {time}: {title}. It keeps firing; I say so when the time is over.",
       "💤 {id}을(를) {time}까지 미룹니다: {title}. 알림은 계속 발생 중이며 시간이 되면 알려 드립니다."},
      {"snooze.resolved", "{id} has resolved; there is nothing to snooze.",
       "{id} 알림은 이미 해소되어 미룰 것이 없습니다."},
      {"snooze.over", "⏰ The snooze is over and {id} still fires: {title}",
       "⏰ 미룬 시간이 끝났고 {id} 알림은 아직 발생 중입니다: {title}"},
      {"backend.none",
       "No {kind} is configured. Add an entry under `backends` of the configuration, with `kind: {kind}`, a `name` and "
       "its `url`, then `config reload`.",
       "설정된 {kind} 서버가 없습니다. 설정의 `backends` 아래에 `kind: {kind}`와 `name`, `url`을 쓰고 `config "
       "reload`를 "
       "실행하세요."},
      {"code.no-backend",
       "This command asks a system beside the bot, and the configuration does not say which one. `backends` in the "
       "configuration lists Prometheus, Alertmanager and others; `on NAME` or `in ENV` chooses among several.",
       "이 명령은 봇 밖의 시스템에 묻는데 설정에 어느 것인지 없습니다. 설정의 `backends`에 Prometheus, Alertmanager "
       "등을 "
       "적고, 여럿이면 `on NAME`이나 `in ENV`로 고르세요."},
      {"backend.unknown", "No {kind} is called {asked}. There is: {names}.",
       "이름이 {asked}인 {kind} 서버는 없습니다. 있는 것: {names}."},
      {"backend.environment", "No {kind} knows the environment {asked}. There is: {names}; `on NAME` chooses one.",
       "{asked} 환경을 아는 {kind} 서버가 없습니다. 있는 것: {names}. `on NAME`으로 고르세요."},
      {"backend.several", "There are several of kind {kind}: {names}. Choose with `on NAME` or `in ENV`.",
       "{kind} 서버가 여럿입니다: {names}. `on NAME`이나 `in ENV`로 고르세요."},
      {"graph.where", "There is nothing to draw from.", "그릴 곳을 알 수 없습니다."},
      {"graph.since", "`{text}` is no length of time I can draw. From 1m to 31d, such as `since 6h`.",
       "`{text}`은(는) 그릴 수 없는 기간입니다. 1m부터 31d까지, 예: `since 6h`."},
      {"graph.too_long", "The query is longer than 8,000 bytes.", "쿼리가 8,000바이트보다 깁니다."},
      {"graph.no_expression",
       "{id} came without its query: its sender gives no Prometheus address with an expression. Write the query "
       "itself: "
       "`graph <promql> since 1h`.",
       "{id}에는 쿼리가 없습니다. 보낸 쪽이 Prometheus 주소를 주지 않았습니다. 쿼리를 직접 쓰세요: "
       "`graph <promql> since 1h`."},
      {"graph.head", "📈 {what} · {span} until {time} · step {step} · {name}",
       "📈 {what} · {time}까지 {span} · 간격 {step} · {name}"},
      {"graph.empty",
       "📈 {what} · no data: in the last {span} {name} has no series for it. That is not the same as zero.",
       "📈 {what} · 데이터 없음: 지난 {span} 동안 {name}에 이 계열이 없습니다. 0과는 다릅니다."},
      {"graph.failed", "{name} did not answer this query: {why}", "{name}에서 쿼리 결과를 받지 못했습니다: {why}"},
      {"graph.text", "That query yields a text, nothing to draw: {text}",
       "쿼리 결과가 글이라 그릴 것이 없습니다: {text}"},
      {"graph.line", "min {min} · max {max} · last {last}", "최소 {min} · 최대 {max} · 현재 {last}"},
      {"graph.more", "and {n} more series", "그 밖에 {n}개 계열"},
      {"graph.limit", "the dashed line: the alert fires at {comparison} {limit}",
       "점선: 알림 조건 {comparison} {limit}"},
      {"graph.warning", "{name} warns: {text}", "{name} 경고: {text}"},
      {"graph.gaps", "{n} {n?sample is|samples are} not a number and left out",
       "숫자가 아닌 값 {n}개는 빼고 그렸습니다"},
  };
  return table;
}

}  // namespace muster

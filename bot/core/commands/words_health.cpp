// Watching a service after a change: the verdict, and what is said when it hurt.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_health() {
  static constexpr Sentence table[] = {
      {"verify.target", "the target's own word", "대상 시스템의 상태"},
      {"verify.alerts", "alerts", "알림"},
      {"verify.status", "status {status}", "상태 코드 {status}"},
      {"verify.unhealthy", "says it is not healthy", "정상이 아니라고 함"},
      {"verify.no_answer", "no answer: {why}", "응답 없음: {why}"},
      {"verify.no_value", "no value ({state})", "값 없음({state})"},
      {"verify.value", "{value}, wanted {pass}", "{value}, 조건 {pass}"},
      {"verify.failing.target", "The target {last} ({n} {n?look|looks} in a row).",
       "대상 시스템: {last} (연속 {n}회)."},
      {"verify.failing", "{name}: {last} ({n} {n?look|looks} in a row).", "{name}: {last} (연속 {n}회)."},
      {"verify.alert", "Began to fire after the change: {alerts}.", "변경 뒤에 발생한 알림: {alerts}."},
      {"verify.doubt", "{name}: its last look was bad ({last}).", "{name}: 마지막 확인이 나빴습니다({last})."},
      {"verify.count", "{n} replicas, wanted {wanted}; of health it says nothing",
       "복제본 {n}개, 목표 {wanted}개. 정상 여부는 알 수 없음"},
      {"verify.miscounted", "{name}: {last}.", "{name}: {last}."},
      {"verify.mute", "{name} does not say whether it is healthy.", "{name}: 정상 여부를 알려 주지 않습니다."},
      {"verify.unseen", "{name} never answered ({last}).", "{name}: 한 번도 답하지 않았습니다({last})."},
      {"verify.seldom", "{name} answered only {seen} of {of} times ({last}).",
       "{name}: {of}번 중 {seen}번만 답했습니다({last})."},
      {"verify.nothing", "Nothing but alerts was watched, and silence is no proof.",
       "알림 말고는 본 것이 없고, 조용하다는 것은 증거가 아닙니다."},
      {"verify.gap", "Not watched, because the bot was away: {time}.", "봇이 없어서 보지 못한 시간: {time}."},
      {"verify.gap.long", "The bot was away for {time} of {all}.", "{all} 중 {time} 동안 봇이 없었습니다."},
      {"verify.foreign", "{version} runs there now, not {ours}: somebody else has changed it.",
       "지금 그곳에는 {ours}이(가) 아니라 {version}이(가) 있습니다: 다른 변경이 있었습니다."},
      {"verify.good", "*{id}* · {service} in {env} is well: watched for {time} ({what}).",
       "*{id}* · {env}의 {service}: 정상입니다. {time} 동안 지켜봄({what})."},
      {"verify.bad", "*{id}* · {service} in {env} is *not well*. {why}",
       "*{id}* · {env}의 {service}: *정상이 아닙니다*. {why}"},
      {"verify.bad.ask", "*{id}* asks you: {service} in {env} is *not well*. {why}",
       "*{id}*의 질문: {env}의 {service}: *정상이 아닙니다*. {why}"},
      {"verify.unknown", "*{id}* · nobody can tell whether {service} in {env} is well. {why}",
       "*{id}* · {env}의 {service}이(가) 정상인지 알 수 없습니다. {why}"},
      {"verify.unknown.ask", "*{id}* asks you: is {service} in {env} well? I cannot tell. {why}",
       "*{id}*의 질문: {env}의 {service}은(는) 정상인가요? 저는 알 수 없습니다. {why}"},
      {"verify.choices",
       "Look first, then say: `done {id} {step}` it is well, keep it · `fail {id} {step}` it is not, do what the run "
       "does when it fails · `retry {id} {step}` watch it once more. After 24 hours without an answer the run is "
       "handed "
       "over: nothing is put back on a guess.",
       "먼저 확인한 뒤 말해 주세요: `done {id} {step}` 정상이니 그대로 둠 · `fail {id} {step}` 정상이 아니니 실패 때의 "
       "절차를 실행 · `retry {id} {step}` 다시 지켜봄. 24시간 동안 답이 없으면 사람에게 넘기며, 짐작으로 되돌리지 "
       "않습니다."},
      {"verify.button.good", "It is well", "정상"},
      {"verify.button.bad", "It is not", "정상 아님"},
      {"verify.button.again", "Watch again", "다시 지켜보기"},
      {"verify.until", "watching until {time}", "{time}까지 지켜봄"},
      {"hurt.what", "*{id}* · {verb} of {service} to {to} in {env} went wrong. {why}",
       "*{id}* · {env}의 {service} {verb} ({to}): 문제가 생겼습니다. {why}"},
      {"hurt.what.bare", "*{id}* · {verb} of {service} in {env} went wrong. {why}",
       "*{id}* · {env}의 {service} {verb}: 문제가 생겼습니다. {why}"},
      {"hurt.back", "It was put back: {before} as before.", "원래대로 되돌렸습니다: {before}."},
      {"hurt.not_back",
       "*It could not be put back.* {why} The way forward is the next good version: `deploy {service}@ ?` lists some; "
       "the same gates hold.",
       "*되돌리지 못했습니다.* {why} 앞으로 가려면 다음 정상 버전을 배포하세요: `deploy {service}@ ?`로 목록을 볼 수 "
       "있고, 같은 절차가 적용됩니다."},
      {"hurt.left",
       "It was left as it is: nothing was put back. `rollback {service} in {env}` goes back, `deploy {service}@ ?` "
       "goes "
       "forward; the same gates hold.",
       "그대로 두었습니다. `rollback {service} in {env}`로 되돌리거나 `deploy {service}@ ?`로 앞으로 갈 수 있으며, "
       "같은 "
       "절차가 적용됩니다."},
      {"hurt.restart", "A restart has nothing that could be put back.", "다시 시작은 되돌릴 것이 없습니다."},
      {"hurt.locked", "Locked as *{lock}* until {time}: `unlock {service} in {env} --steal because …` opens it.",
       "잠금 *{lock}*, {time}까지: `unlock {service} in {env} --steal because …`로 풉니다."},
      {"hurt.noted", "It stands in the timeline of *{incident}*.", "*{incident}*의 타임라인에 적었습니다."},
      {"hurt.offer", "Does it need an incident? `{line}`", "인시던트가 필요한가요? `{line}`"},
      {"hurt.button.declare", "Declare", "선언"},
      {"health.one_way",
       "There is no way back from {version} (health rule {rule}): if it hurts, it is not put back; the way forward is "
       "the next good version.",
       "{version}에서는 되돌아갈 수 없습니다(상태 규칙 {rule}): 문제가 생겨도 되돌리지 않으며, 다음 정상 버전으로 "
       "나아가야 합니다."},
      {"what.suspects", "What was changed before the incident in its services and in what they need, newest first.",
       "장애 전에 해당 서비스와 의존 서비스에 있었던 변경을 최신순으로 보여 줍니다."},
      {"suspects.head",
       "{n} {n?change|changes} to {id}'s services and what they need, in the 24 hours before it, the newest first:",
       "{id}의 서비스와 그것이 의존하는 서비스에 그 전 24시간 동안 있었던 변경 {n}건(최신순):"},
      {"suspects.none", "In the 24 hours before {id} nothing was changed in its services, as far as I know.",
       "제가 아는 한 {id} 전 24시간 동안 해당 서비스에 변경이 없었습니다."},
      {"suspects.more", "and {n} older ones: `history since 1d`", "이전 {n}건 더: `history since 1d`"},
      {"suspects.button.back", "Take {change} back", "{change} 되돌리기"},
      {"suspects.name",
       "That they came before proves nothing. Whoever knows says it: `caused by {change} because …`, for the figures.",
       "먼저 일어났다고 원인은 아닙니다. 알게 되면 말해 주세요: `caused by {change} because …`(지표에 쓰입니다)."},
      {"change.health", "Afterwards", "변경 뒤"},
      {"health.watched", "Watched for {time}: {what}.", "{time} 동안 지켜봄: {what}."},
      {"health.back", "If it is bad, it is put back by itself and locked for {time}.",
       "나쁘면 자동으로 되돌리고 {time} 동안 잠급니다."},
      {"health.asks", "If it is bad, a person is asked.", "나쁘면 사람에게 묻습니다."},
      {"health.tells", "If it is bad, it is told and left as it is.", "나쁘면 알리기만 하고 그대로 둡니다."}};
  return table;
}

}  // namespace muster

// Commands that the clock gives: stored, listed, run, held, offered, suspended; and what runs by itself as a whole.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_schedules() {
  static constexpr Sentence table[] = {
      {"what.at", "Gives a command later: `at 18:00 …`, `at tomorrow 07:30 KST …`, `at in 2h …`.",
       "명령을 나중에 실행합니다: `at 18:00 …`, `at tomorrow 07:30 KST …`, `at in 2h …`."},
      {"what.every",
       "Gives a command again and again: `every 2h …`, `every weekday at 09:00 …`, `every 0 9 * * mon-fri …`.",
       "명령을 되풀이합니다: `every 2h …`, `every weekday at 09:00 …`, `every 0 9 * * mon-fri …`."},
      {"what.schedule", "What the clock will do, whose it is, and how it went last.", "예약된 명령, 주인, 지난 결과."},
      {"what.schedule_cancel", "Drops a stored command; somebody else's is for owners.",
       "예약을 취소합니다. 남의 예약은 소유자만 취소합니다."},
      {"schedule.at", "*{id}* is stored: once at {time}, in {wait}. The answer comes here.",
       "*{id}*을(를) 저장했습니다: {time}에 한 번({wait} 뒤). 답은 여기에 올라옵니다."},
      {"schedule.every", "*{id}* is stored: {rhythm}, first at {time}, in {wait}. Each answer comes here.",
       "*{id}*을(를) 저장했습니다: {rhythm}, 처음은 {time}({wait} 뒤). 답은 매번 여기에 올라옵니다."},
      {"schedule.now", "Your rights are asked again when its time comes. If it were now: {what}",
       "시각이 되면 권한을 다시 확인합니다. 지금이라면: {what}"},
      {"schedule.planned", "The plan is made when its time comes, after a look at the target.",
       "계획은 시각이 되면 대상을 살펴본 뒤 세웁니다."},
      {"schedule.off_now", "Automation is off there now ({why}): as long as it is, this is offered to you and not run.",
       "지금 그곳의 자동 실행이 꺼져 있습니다({why}). 켜질 때까지는 실행하지 않고 다시 보여 줍니다."},
      {"schedule.draining_now", "No new runs are taken now: as long as that is so, this is held.",
       "지금은 새 실행을 받지 않습니다. 그동안은 보류됩니다."},
      {"schedule.next", "Next: {times}. It follows the clock of {zone}.", "다음: {times}. {zone}의 시계를 따릅니다."},
      {"schedule.drop", "To drop it: `schedule cancel {id}`", "취소하려면: `schedule cancel {id}`"},
      {"button.unschedule", "Drop it", "취소"},
      {"schedule.once", "once", "한 번"},
      {"schedule.no_command", "And what shall be run then? For example `{verb} 18:00 status`.",
       "그때 무엇을 실행할까요? 예: `{verb} 18:00 status`."},
      {"schedule.not_this", "`{verb}` cannot be given by the clock: it only makes sense when a person says it.",
       "`{verb}`은(는) 예약할 수 없습니다. 사람이 직접 말할 때만 뜻이 있습니다."},
      {"schedule.many_mine",
       "{n} of your commands wait already, which is as many as one person may have. `schedule --mine` lists them.",
       "이미 내 예약이 {n}개로, 한 사람이 둘 수 있는 최대입니다. `schedule --mine`으로 목록을 보세요."},
      {"schedule.many", "{n} commands wait already, which is as many as there may be. `schedule` lists them.",
       "이미 예약이 {n}개로 최대입니다. `schedule`로 목록을 보세요."},
      {"schedule.none", "Nothing is scheduled. `at 18:00 …` and `every 2h …` store a command.",
       "예약된 명령이 없습니다. `at 18:00 …`이나 `every 2h …`로 저장합니다."},
      {"schedule.head", "{n} {n?command|commands} of the clock:", "예약 {n}개:"},
      {"schedule.last", "last: {result}, {time}", "지난번: {result}, {time}"},
      {"schedule.no_id", "There is no `{id}`. `schedule --all` lists them.",
       "`{id}`이(가) 없습니다. `schedule --all`로 보세요."},
      {"schedule.over", "*{id}* is over: {status}.", "*{id}*은(는) 이미 끝났습니다: {status}."},
      {"schedule.cancelled", "*{id}* is dropped: `{command}` will not be run.",
       "*{id}* 취소: `{command}`을(를) 실행하지 않습니다."},
      {"schedule.was_of", "It was {who}'s.", "{who}의 예약이었습니다."},
      {"schedule.status.waiting", "waits", "대기"},
      {"schedule.status.held", "held: no new runs are taken", "보류: 새 실행을 받지 않음"},
      {"schedule.status.done", "done", "완료"},
      {"schedule.status.offered", "not run, offered instead", "실행하지 않고 제안함"},
      {"schedule.status.refused", "refused", "거절됨"},
      {"schedule.status.cancelled", "cancelled", "취소됨"},
      {"schedule.status.suspended", "suspended", "중단됨"},
      {"schedule.result.ok", "run", "실행"},
      {"schedule.result.asked", "asked for a yes", "확인 요청"},
      {"schedule.result.refused", "refused", "거절"},
      {"schedule.result.late", "too late, offered", "늦어서 제안"},
      {"schedule.result.busy", "left out, the one before still went on", "앞선 것이 진행 중이라 건너뜀"},
      {"schedule.result.held", "held back", "보류"},
      {"schedule.rings", "⏰ {who} · *{id}*", "⏰ {who} · *{id}*"},
      {"schedule.rings_every", "⏰ {who} · *{id}* · {rhythm} · next {next}",
       "⏰ {who} · *{id}* · {rhythm} · 다음 {next}"},
      {"schedule.is_late", "(was due at {time}, {late} ago)", "(예정 시각 {time}, {late} 지남)"},
      {"schedule.held",
       "*{id}* is held: no new runs are taken. It goes on at `undrain`; when that is more than a minute late, it is "
       "offered and not run.",
       "*{id}* 보류: 지금은 새 실행을 받지 않습니다. `undrain` 때 이어집니다. 1분 넘게 늦으면 실행하지 않고 "
       "제안합니다."},
      {"schedule.held_every", "*{id}* is left out as long as no new runs are taken (`undrain`).",
       "새 실행을 받지 않는 동안(`undrain`까지) *{id}*을(를) 건너뜁니다."},
      {"schedule.off", "*{id}* was not run: automation is off ({why}). You may run it by hand.",
       "*{id}*을(를) 실행하지 않았습니다: 자동 실행이 꺼져 있습니다({why}). 직접 실행할 수 있습니다."},
      {"schedule.too_late", "*{id}* was not run: so late it may be wrong.",
       "*{id}*을(를) 실행하지 않았습니다: 너무 늦어 맞지 않을 수 있습니다."},
      {"schedule.paste", "Ready to paste: `{command}`", "붙여 넣기: `{command}`"},
      {"schedule.busy", "*{id}* is left out this time: {what} of the time before still goes on.",
       "이번에는 *{id}*을(를) 건너뜁니다: 지난번의 {what}이(가) 아직 진행 중입니다."},
      {"schedule.suspended", "*{id}* is suspended and will not come again: {why}\nTo begin anew: `{again}`",
       "*{id}*을(를) 중단했고 다시 실행하지 않습니다: {why}\n다시 시작하려면: `{again}`"},
      {"schedule.owner_gone", "{who} is not in the configuration any more.", "{who}은(는) 더 이상 설정에 없습니다."},
      {"explain.at",
       "*{id}*: {who} stored `{command}` at {made}; it is run once, at {time}, with the rights of {who} then.",
       "*{id}*: {who}이(가) {made}에 `{command}`을(를) 저장했습니다. {time}에 {who}의 그때 권한으로 한 번 실행합니다."},
      {"explain.every",
       "*{id}*: {who} stored `{command}` at {made}; it is run {rhythm} by the clock of {zone}, next at {time}, each "
       "time with "
       "the rights of {who} then.",
       "*{id}*: {who}이(가) {made}에 `{command}`을(를) 저장했습니다. {zone} 시계로 {rhythm}, 다음은 {time}, 매번 "
       "{who}의 그때 "
       "권한으로 실행합니다."},
      {"explain.schedule.held", "*{id}* was due at {time}, while no new runs were taken. `undrain` lets it go on.",
       "*{id}*의 시각 {time}에는 새 실행을 받지 않았습니다. `undrain`으로 이어집니다."},
      {"explain.schedule.done", "*{id}* was run at {last}: `{command}`.",
       "*{id}*은(는) {last}에 실행했습니다: `{command}`."},
      {"explain.schedule.offered", "*{id}* was not run at {last} but offered: {why}. To run it: `{again}`",
       "*{id}*은(는) {last}에 실행하지 않고 제안했습니다: {why}. 실행하려면: `{again}`"},
      {"explain.schedule.refused", "*{id}* was refused at {last}: {why}", "*{id}*은(는) {last}에 거절됐습니다: {why}"},
      {"explain.schedule.cancelled", "*{id}* was dropped by {by}: {why}",
       "*{id}*은(는) {by}이(가) 취소했습니다: {why}"},
      {"explain.schedule.suspended", "*{id}* was suspended at {last}: {why}. To begin anew: `{again}`",
       "*{id}*은(는) {last}에 중단됐습니다: {why}. 다시 시작하려면: `{again}`"},
      {"at.no_time",
       "`{text}` does not begin with a time that I understand. Write for example `at 18:00 …`, `at tomorrow 07:30 KST "
       "…`, "
       "`at friday 18:00 …`, `at 2026-12-24 18:00 CET …`, `at in 2h …`.",
       "`{text}`의 앞에서 시각을 읽지 못했습니다. 예: `at 18:00 …`, `at tomorrow 07:30 KST …`, `at friday 18:00 …`, "
       "`at "
       "2026-12-24 18:00 CET …`, `at in 2h …`."},
      {"at.no_clock", "Which hour? `{text}` names a day alone. Write for example `at friday 09:00 …`.",
       "몇 시인가요? `{text}`에는 날만 있습니다. 예: `at friday 09:00 …`."},
      {"at.gap",
       "That time does not exist there: the clocks skip it that day. Write another one, or the offset: `07:30 "
       "+02:00`.",
       "그곳에는 그 시각이 없습니다: 그날 시계가 건너뜁니다. 다른 시각이나 시차를 적어 주세요: `07:30 +02:00`."},
      {"at.fold",
       "That time comes twice there: the clocks are put back that day. Say which with the offset: `02:30 +02:00` "
       "or "
       "`02:30 +01:00`, or in UTC.",
       "그곳에서는 그 시각이 두 번 있습니다: 그날 시계를 되돌립니다. 시차로 적어 주세요: `02:30 +02:00`, `02:30 "
       "+01:00` "
       "또는 UTC."},
      {"at.zone_unclear",
       "That zone has more than one meaning. Write the offset, such as +05:30, or a name such as Asia/Kolkata.",
       "그 시간대는 뜻이 여럿입니다. +05:30 같은 시차나 Asia/Kolkata 같은 이름을 적어 주세요."},
      {"at.past", "That was {ago} ago ({time}). Nothing was stored.",
       "이미 {ago} 지난 시각입니다({time}). 저장하지 않았습니다."},
      {"at.far", "{time} is more than a year away. Nothing was stored.",
       "{time}은(는) 1년보다 멉니다. 저장하지 않았습니다."},
      {"every.no_time",
       "`{text}` does not begin with a rhythm that I understand. Write for example `every 2h …`, `every day at 06:00 "
       "…`, "
       "`every mon,thu at 18:30 …`, `every weekday at 09:00 Asia/Seoul …`, or the five fields of cron.",
       "`{text}`의 앞에서 주기를 읽지 못했습니다. 예: `every 2h …`, `every day at 06:00 …`, `every mon,thu at 18:30 "
       "…`, `every "
       "weekday at 09:00 Asia/Seoul …`, 또는 cron의 다섯 칸."},
      {"every.no_clock", "At which hour? Write for example `every weekday at 09:00 …`.",
       "몇 시인가요? 예: `every weekday at 09:00 …`."},
      {"every.often", "That is too often: there are at least {n} minutes between two times.",
       "너무 잦습니다. 두 번 사이는 적어도 {n}분입니다."},
      {"every.never", "`{text}` never comes.", "`{text}`은(는) 오지 않는 때입니다."},
      {"field.next", "Next", "다음"},
      {"field.fired", "Run so far", "지금까지 실행"},
      {"field.channel", "Answers in", "답이 올라오는 곳"},
      {"automation.schedules",
       "{n} stored {n?command|commands} that {n?changes|change} something {n?is|are} bound by it too: {n?it is|they "
       "are} offered, not run.",
       "무언가를 바꾸는 예약 {n}개도 여기에 묶입니다: 실행하지 않고 제안합니다."},
      {"drain.off_held", "New runs are taken again; {n} {n?that was held is|that were held are} looked at now.",
       "새 실행을 다시 받습니다. 보류된 {n}개를 지금 다시 봅니다."},
      {"status.draining", "No new runs are taken since {time}. `undrain` ends this.",
       "{time}부터 새 실행을 받지 않습니다. `undrain`으로 끝냅니다."},
      {"health.draining", "no new runs are taken (`undrain` ends this)", "새 실행을 받지 않음(`undrain`으로 끝)"},
      {"run.held",
       "*{runbook}* would begin by itself for {alert}, but no new runs are taken: it is held until `undrain`.",
       "*{runbook}*이(가) {alert}에 자동으로 시작할 차례지만 새 실행을 받지 않습니다. `undrain`까지 보류합니다."},
  };
  return table;
}

}  // namespace muster

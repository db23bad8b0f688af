// Stages of a change.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_stages() {
  static const Sentence list[] = {
      {"button.advance", "Advance", "다음 단계"},
      {"button.hold", "Hold", "머무르기"},
      {"button.put_back", "Put back", "되돌리기"},
      {"change.was", "Before", "이전"},
      {"change.stages", "Stages", "단계"},
      {"change.stage", "{part}, watched for {time}, on by itself when it is well",
       "{part}, {time} 동안 지켜보고 괜찮으면 자동으로 진행"},
      {"change.stage.asks", "{part}, watched for {time}, on when somebody says `advance`",
       "{part}, {time} 동안 지켜보고 누군가 `advance`라고 하면 진행"},
      {"change.stage.all", "then all of it", "그다음 전체"},
      {"change.outcome.in_part", "out in part", "일부만 나감"},
      {"change.part", "{n} of {version} beside it", "옆에 {version} {n}개"},
      {"stage.part.beside", "all of it beside the old one", "이전 버전 옆에 전체"},
      {"stage.part.percent", "{n} % of the copies", "복제본의 {n} %"},
      {"stage.part.copies", "{n} {n?copy|copies}", "복제본 {n}개"},
      {"stage.begins",
       "*{id}* · {service} in {env}, out now: {part}. It is watched for {time} and goes on by itself when it is "
       "well: `advance {id}` goes on now, `hold {id}` stays here, `cancel {id} --undo` puts it back.",
       "*{id}* · {env}의 {service}에 {part}을(를) 내보냈습니다. {time} 동안 지켜보고 괜찮으면 자동으로 진행합니다. "
       "`advance {id}`은(는) 바로 진행, `hold {id}`은(는) 머무르기, `cancel {id} --undo`는 되돌리기입니다."},
      {"stage.begins.asks",
       "*{id}* · {service} in {env}, out now: {part}. It is watched for {time}, and goes on when somebody says "
       "`advance {id}`. `cancel {id} --undo` puts it back.",
       "*{id}* · {env}의 {service}에 {part}을(를) 내보냈습니다. {time} 동안 지켜보며, 누군가 `advance {id}`라고 하면 "
       "진행합니다. `cancel {id} --undo`는 되돌리기입니다."},
      {"stage.waits",
       "*{id}* was well and stays at this stage. {why}`advance {id}` goes on, `cancel {id} --undo` puts it back; until "
       "then it is watched on.",
       "*{id}*은(는) 괜찮았고 이 단계에 머무릅니다. {why}`advance {id}`로 진행하고 `cancel {id} --undo`로 되돌립니다. "
       "그때까지 계속 지켜봅니다."},
      {"stage.waiting", "stays here until `advance`", "`advance`까지 머무름"},
      {"stage.locked", "It is locked by {who} ({id}): {reason}.", "{who} 님이 잠갔습니다({id}): {reason}."},
      {"stage.did.advance", "*{id}* goes on to the next stage.", "*{id}*이(가) 다음 단계로 갑니다."},
      {"stage.did.hold",
       "*{id}* stays at this stage and is watched on. `advance {id}` goes on, `cancel {id} --undo` puts it back.",
       "*{id}*은(는) 이 단계에 머무르며 계속 지켜봅니다. `advance {id}`로 진행하고 `cancel {id} --undo`로 되돌립니다."},
      {"stage.not_now",
       "*{id}* is not between two stages just now: one is being brought out, or all are. `show {id}` says which.",
       "*{id}*은(는) 지금 단계 사이가 아닙니다. 한 단계를 내보내는 중이거나 모두 끝났습니다. `show {id}`로 보세요."},
      {"stage.held_already", "*{id}* stays at this stage already. `advance {id}` goes on.",
       "*{id}*은(는) 이미 이 단계에 머물러 있습니다. `advance {id}`로 진행합니다."},
      {"stage.paused", "*{id}* is paused: `resume {id}` first.",
       "*{id}*은(는) 일시 정지 중입니다. 먼저 `resume {id}`."},
      {"stage.doubtful",
       "The last look at *{id}* was bad: {last}. Nothing was sent. Wait for the next look, or `cancel {id} --undo`.",
       "*{id}*의 마지막 점검이 나빴습니다: {last}. 아무것도 보내지 않았습니다. 다음 점검을 기다리거나 `cancel {id} "
       "--undo`."},
      {"check.strategy.failed", "its target has no {strategy}; it has: {list}",
       "대상에 {strategy} 방식이 없습니다. 있는 것: {list}"},
      {"check.no_part.failed", "it cannot be brought out in part: {why}. `--strategy rolling` brings out all of it",
       "일부만 내보낼 수 없습니다: {why}. `--strategy rolling`은 전체를 내보냅니다"},
      {"check.stages.failed",
       "with {n} {n?copy|copies} the first stage is all of it, and nothing is tried out before. More copies first, or "
       "`--strategy rolling`.",
       "복제본이 {n}개라 첫 단계가 곧 전체여서 먼저 시험해 볼 수 없습니다. 복제본을 늘리거나 `--strategy rolling`을 "
       "쓰세요"},
      {"check.way.one",
       "there is no way back from {version} (health rule {rule}). The way forward: `deploy {service}@… to {env}` with "
       "the next good version",
       "{version}에서 되돌아갈 수 없습니다({rule} 규칙). 앞으로 가는 길: 다음 좋은 버전으로 `deploy {service}@… to "
       "{env}`"},
      {"complete.locked", "locked by {who} ({id}): {reason}", "{who} 님이 잠금({id}): {reason}"},
      {"complete.frozen", "frozen by {who} ({id}): {reason}", "{who} 님이 동결({id}): {reason}"},
      {"check.there.failed", "that version cannot be brought out: {why}", "그 버전은 내보낼 수 없습니다: {why}"},
      {"check.part.warning", "a part of {version} is out there; it ends with this change",
       "{version}의 일부가 나가 있으며 이 변경으로 끝납니다"},
  };
  return list;
}

}  // namespace muster

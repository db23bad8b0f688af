// Locks and freezes that end, stand or change hands.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_locks() {
  static constexpr Sentence table[] = {
      {"lock.ended", "*{id}* has ended: {what} is free again (it was {who}: {reason}).",
       "*{id}*이(가) 끝났습니다: {what}을(를) 다시 쓸 수 있습니다({who}: {reason})."},
      {"lock.ends_soon", "*{id}* on {what} ends at {time} UTC. {who}, to keep it: `relock {id} for 1h because …`",
       "*{id}*({what})이(가) {time} UTC에 끝납니다. {who} 님, 계속하려면: `relock {id} for 1h because …`"},
      {"lock.still", "*{id}* still stands on {what}: {reason}. {who}, is it still needed? `unlock` ends it.",
       "*{id}*이(가) 아직 {what}에 걸려 있습니다: {reason}. {who} 님, 아직 필요한가요? `unlock`으로 풉니다."},
      {"lock.waits", "{list} {n?waits|wait} for it", "대기: {list}"},
      {"lock.two_ends", "`for` and `until` both say when it ends. Nothing was changed: say one of them.",
       "`for`와 `until`이 모두 끝을 말합니다. 바꾼 것은 없습니다. 하나만 적어 주세요."},
      {"said_twice", "`{key}` stands there twice: `{first}` and `{second}`. Say it once.",
       "`{key}`이(가) 두 번 있습니다: `{first}`, `{second}`. 한 번만 적어 주세요."},
      {"lock.stolen", "{who}, your lock *{id}* on {what} was taken away by somebody else.",
       "{who} 님, {what}에 건 잠금 *{id}*을(를) 다른 사람이 풀었습니다."},
  };
  return table;
}

}  // namespace muster

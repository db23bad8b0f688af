// Destroying what must not be kept.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_scrub() {
  static constexpr Sentence table[] = {
      {"scrub.mark", "[scrubbed]", "[삭제됨]"},
      {"scrub.which",
       "Entry {entry} of which incident? Say `scrub INC-1 {entry} because …`; `timeline INC-1 --ids` shows the "
       "numbers.",
       "어느 장애의 {entry}번 기록인가요? `scrub INC-1 {entry} because …`처럼 쓰세요. 번호는 "
       "`timeline INC-1 --ids`에 나옵니다."},
      {"scrub.unknown",
       "The journal has no entry {entry}, so nothing was destroyed. `timeline INC-1 --ids` shows the numbers of an "
       "incident, `history --json` the ids of the others.",
       "{entry}번 기록이 없어 아무것도 지우지 않았습니다. 장애의 번호는 `timeline INC-1 --ids`, 다른 기록의 id는 "
       "`history --json`에서 보세요."},
      {"scrub.again", "The text of entry {entry} is destroyed already.", "{entry} 기록의 글은 이미 지워졌습니다."},
      {"scrub.redaction", "Entry {entry} says that another one was scrubbed; it stays.",
       "{entry}은(는) 다른 기록을 지웠다는 표시라서 남겨 둡니다."},
      {"scrub.failed", "Nothing was destroyed: {why}", "아무것도 지우지 않았습니다: {why}"},
      {"scrub.done",
       "The text of entry {entry} is destroyed. {n} stored {n?row|rows} that repeated it now say `{mark}`; the record "
       "keeps who did what and when.",
       "{entry} 기록의 글을 지웠습니다. 같은 글이 있던 {n}곳은 이제 `{mark}`입니다. 누가 언제 무엇을 했는지는 기록에 "
       "남습니다."},
      {"scrub.channel",
       "The channel is still called #{channel}, a name made of that text, and every entry says where it was written. "
       "Rename it on Slack and Mattermost; with `channel_name: inc-{field}` in the configuration the next ones carry "
       "no title.",
       "그 글로 만든 채널 이름 #{channel}은(는) 그대로이고, 기록마다 어느 채널에서 쓰였는지 남아 있습니다. Slack과 "
       "Mattermost에서는 채널 이름을 바꾸세요. 설정에 `channel_name: inc-{field}`을(를) 쓰면 다음부터 제목이 "
       "이름에 들어가지 않습니다."},
      {"scrub.outside",
       "Out of reach: backups made before, what people wrote or uploaded themselves on Slack or Mattermost, mails and "
       "pages that went out. Delete those where they are, and revoke a secret in any case.",
       "손이 닿지 않는 것: 이전 백업, Slack이나 Mattermost에 사람이 직접 쓰거나 올린 것, 이미 나간 메일과 호출. "
       "그 자리에서 지우고, 비밀 값이라면 반드시 폐기하세요."},
      {"scrub.also", "The same text stands in other entries, which were left as they are: {list}",
       "같은 글이 다른 기록에도 있으며 그대로 두었습니다: {list}"},
      {"scrub.left", "Its bytes are still on the disk: {why}", "디스크에 아직 남아 있습니다: {why}"},
  };
  return table;
}

}  // namespace muster

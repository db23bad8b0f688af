// What the bot says about incident channels: links, the archive.
#include "bot/core/commands/words_parts.h"

namespace muster {

std::span<const Sentence> words_channels() {
  static constexpr Sentence table[] = {
      {"link.bridge", "Call", "통화"},
      {"link.dashboard", "Dashboard", "대시보드"},
      {"link.runbook", "Runbook", "런북"},
      {"link.postmortem", "Postmortem", "회고"},
      {"archive.ask", "{id} has been over for {time}. Shall this channel be archived? The record stays.",
       "{id}이(가) 끝난 지 {time} 지났습니다. 이 채널을 보관할까요? 기록은 그대로 남습니다."},
      {"button.archive", "Archive", "보관"},
      {"button.archive_later", "Ask later", "나중에 묻기"},
      {"archive.done", "#{channel} will be archived now. The record of {id} stays.",
       "#{channel} 채널을 이제 보관합니다. {id}의 기록은 그대로 남습니다."},
      {"archive.undone",
       "{who} archived the channel of {id}, which is still open: it goes on here. After `resolve {id} because …` the "
       "channel can be archived.",
       "{who} 님이 아직 열려 있는 {id}의 채널을 보관했습니다. 여기서 계속합니다. `resolve {id} because …` 뒤에는 "
       "보관할 수 있습니다."},
      {"slash.apart", "muster is not connected with this server just now. Type it again in a minute.",
       "지금은 muster가 이 서버에 연결되어 있지 않습니다. 잠시 뒤 다시 입력하세요."},
      {"slash.other_team", "muster works in the team {team}, not here.",
       "muster는 여기가 아니라 {team} 팀에서 일합니다."},
      {"slash.not_stored",
       "muster has not stored this line yet. Look whether an answer comes before you type it again.",
       "muster가 아직 이 줄을 저장하지 못했습니다. 답이 오는지 본 뒤에 다시 입력하세요."},
      {"slash.invite",
       "{who} is not in this channel and cannot answer here: type `/invite {who}`, or speak to {who} directly.",
       "{who}은(는) 이 채널에 없어 여기서 답할 수 없습니다. `/invite {who}`를 입력하거나 {who}에게 직접 말하세요."},
      {"button.unsealed",
       "This button is no longer valid: it is not this bot's, or was made before its token was changed. Type the "
       "command "
       "behind ↳ instead.",
       "더 이상 쓸 수 없는 버튼입니다. 이 봇의 것이 아니거나 토큰이 바뀌기 전에 만들어졌습니다. ↳ 뒤의 명령을 "
       "입력하세요."},
      {"button.old", "This button is too old. Type `{command}`.",
       "오래되어 쓸 수 없는 버튼입니다. `{command}`를 입력하세요."},
      {"button.no_person", "Only people's accounts may press buttons.", "사람의 계정만 버튼을 누를 수 있습니다."},
      {"form.old", "This form is too old. Type {command} again.",
       "오래되어 쓸 수 없는 양식입니다. {command} 명령을 다시 입력하세요."},
      {"somebody", "Somebody", "누군가"},
      {"archive.later", "The channel of {id} stays; I ask again at {time}.",
       "{id}의 채널을 그대로 둡니다. {time}에 다시 묻겠습니다."},
      {"archive.never", "The channel of {id} stays; nobody is asked, because `archive_after` is not set.",
       "{id}의 채널을 그대로 둡니다. `archive_after`가 설정되지 않아 다시 묻지 않습니다."},
      {"archive.open", "{id} is open: its channel is needed. `resolve {id} because …` comes first.",
       "{id}이(가) 열려 있어 채널이 필요합니다. 먼저 `resolve {id} because …`를 입력하세요."},
      {"archive.already", "#{channel} of {id} is archived already.", "{id}의 #{channel} 채널은 이미 보관되었습니다."},
      {"what.archive", "Archives the channel of an incident that is over.", "끝난 장애의 채널을 보관합니다."},
      {"what.archive_later", "Keeps the channel and asks again later.", "채널을 두고 나중에 다시 묻습니다."},
  };
  return table;
}

}  // namespace muster

// What the bot says about incident channels: links, the archive, and the review that it may wait for.
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
      {"archive.ask_reviewed", "The postmortem of {id} is published. Shall this channel be archived? The record stays.",
       "{id}의 회고가 공개되었습니다. 이 채널을 보관할까요? 기록은 그대로 남습니다."},
      {"archive.held",
       "The channel of {id} stays until its postmortem is published: `postmortem publish {id}` comes first. Without a "
       "review: `archive {id} because …`.",
       "{id}의 채널은 회고가 공개될 때까지 남겨 둡니다. 먼저 `postmortem publish {id}`를 입력하세요. 회고 없이 "
       "보관하려면 `archive {id} because …`를 쓰세요."},
      {"archive.waits",
       "The channel of {id} stays until its postmortem is published (`postmortem publish`); then I ask whether it "
       "shall "
       "be archived.",
       "{id}의 채널은 회고가 공개될 때까지(`postmortem publish`) 남겨 두고, 그때 보관할지 묻겠습니다."},
      {"publish.open", "{id} is open: its review comes after `resolve {id} because …`.",
       "{id}이(가) 아직 열려 있습니다. `resolve {id} because …` 뒤에 회고를 공개할 수 있습니다."},
      {"publish.none", "{id} was no incident: there is no review to publish.",
       "{id}은(는) 장애가 아니어서 공개할 회고가 없습니다."},
      {"publish.same",
       "{id}: version {n}, which {who} published at {time}, is what the record says now. There is nothing new to "
       "publish.",
       "{id}: {who} 님이 {time}에 공개한 회고(버전 {n})가 지금 기록과 같습니다. 새로 공개할 내용이 없습니다."},
      {"publish.done",
       "Version {n} of the postmortem of {id} is *published*{inside? for those in the incident, which stays private|}; "
       "{id} is closed. `postmortem` shows this version from now "
       "on and tells what is recorded later, `postmortem publish` makes the next one.",
       "{id} 회고를 {inside?비공개 장애에 들어 있는 사람에게만 |}*공개*하고(버전 {n}) 장애를 종료했습니다. 이제 "
       "`postmortem`이 이 버전을 보여 주고 나중에 기록된 "
       "것이 있으면 알려 줍니다. `postmortem publish`로 다음 버전을 만들 수 있습니다."},
      {"publish.draft", "Read it first: {url}", "먼저 읽어 보세요: {url}"},
      {"publish.left",
       "Open in the text: {n} sections still ask their question. Wording (*Record quality*): {held} held back, {mild} "
       "more to look at.",
       "글에 남은 것: 질문이 남은 절 {n}개. 표현(*기록 품질*): 가려진 줄 {held}개, 더 살펴볼 줄 {mild}개."},
      {"postmortem.published", "Postmortem of {id}, version {n}, published by {who} at {time}: {url}",
       "{id} 회고 버전 {n}, {who} 님이 {time}에 공개: {url}"},
      {"postmortem.later",
       "Changed since: {later} {later?entry is|entries are} newer than this version. `postmortem draft` shows the "
       "record "
       "as it is now, `postmortem publish` makes version {next}.",
       "그 뒤로 바뀐 것: 이 버전보다 새로운 기록 {later}건. `postmortem draft`는 지금 기록을 보여 주고, `postmortem "
       "publish`는 다음 버전({next})을 만듭니다."},
      {"postmortem.newer", "Version {last} is the newest.", "가장 새로운 것은 버전 {last}입니다."},
      {"postmortem.before", "Version {n} was published by {who} at {time}; {later} {later?entry is|entries are} newer.",
       "{who} 님이 {time}에 회고를 공개했습니다(버전 {n}). 그 뒤 기록은 {later}건입니다."},
      {"postmortem.no_version", "{id} has no version {asked} of its postmortem; published: {last}.",
       "{id} 회고에는 {asked}번 버전이 없습니다. 공개된 버전: {last}개."},
      {"field.postmortem", "Postmortem", "회고"},
      {"field.version_of", "version {n} · {who} · {time} UTC", "버전 {n} · {who} · {time} UTC"},
      {"fact.since", "Recorded since the last version", "지난 버전 뒤의 기록"},
      {"fact.entries", "Entries in the record", "기록 항목"},
      {"fact.readers", "Read by these alone", "읽을 수 있는 사람"},
      {"fact.todos", "Follow-ups still open", "남은 후속 조치"},
      {"fact.items", "Checklist items still open", "남은 체크리스트 항목"},
      {"what.postmortem_publish",
       "Publishes the postmortem as the record stands: a version that later entries do not change. Closes the "
       "incident.",
       "지금 기록대로 회고를 공개합니다. 나중 기록은 이 버전을 바꾸지 않으며, 장애는 종료됩니다."},
      {"button.archive", "Archive", "보관"},
      {"button.archive_later", "Ask later", "나중에 묻기"},
      {"archive.done", "#{channel} will be archived now. The record of {id} stays.",
       "#{channel} 채널을 이제 보관합니다. {id}의 기록은 그대로 남습니다."},
      {"archive.done_unpublished",
       "#{channel} will be archived now, before the postmortem of {id} is published. The record stays; from now on "
       "`postmortem publish {id}` is said in a direct message to me, or with `muster say` on the bot's machine.",
       "{id}의 회고가 공개되기 전에 #{channel} 채널을 이제 보관합니다. 기록은 그대로 남습니다. 앞으로 "
       "`postmortem publish {id}`는 봇에게 보내는 다이렉트 메시지나 봇이 도는 서버의 `muster say`로 입력하세요."},
      {"archive.undone",
       "{who} archived the channel of {id}, which is still open: it goes on here. After `resolve {id} because …` the "
       "channel can be archived.",
       "{who} 님이 아직 열려 있는 {id}의 채널을 보관했습니다. 여기서 계속합니다. `resolve {id} because …` 뒤에는 "
       "보관할 수 있습니다."},
      {"archive.standing",
       "⚠️ {who} archived #{channel} on {place}: what belongs there arrives nowhere. "
       "Unarchive it there and invite the bot, then type `outbox resend all`; "
       "or name another channel in the configuration.",
       "⚠️ {who} 님이 {place}의 #{channel} 채널을 보관했습니다. "
       "그곳에 올라갈 글이 전달되지 않습니다. "
       "채널 보관을 해제하고 봇을 초대한 뒤 `outbox resend all`을 입력하거나, "
       "설정에서 다른 채널을 지정하세요."},
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
      // Private incidents
      {"private.in_the_open",
       "Others read along here, so nothing was opened. Tell me in a direct message: `declare … --private`, or fill in "
       "the form, which nobody else sees. What you typed here has been read; delete the message if it gives "
       "something away.",
       "여기는 다른 사람도 읽는 곳이라 아무것도 열지 않았습니다. 개인 메시지로 `declare … --private`를 보내거나, "
       "남에게 "
       "보이지 않는 양식을 채워 주세요. 여기에 입력한 글은 이미 읽혔을 수 있으니 알려져서는 안 될 내용이면 메시지를 "
       "삭제하세요."},
      {"private.from",
       "A private incident is not opened from an alert or a message: others see those, and what became of them. "
       "Declare "
       "it with a title of its own.",
       "비공개 장애는 알림이나 메시지에서 열지 않습니다. 다른 사람도 그것과 그 결과를 보기 때문입니다. 제목을 따로 "
       "적어 선언하세요."},
      {"private.not_yet",
       "Not in a private incident yet: `{verb}` is listed where everybody looks. Give it in another channel, without "
       "the "
       "incident's number, if it may be seen.",
       "비공개 장애에서는 아직 `{verb}` 명령을 쓸 수 없습니다. 모두가 보는 목록에 남기 때문입니다. 보여도 괜찮다면 "
       "다른 "
       "채널에서 장애 번호 없이 입력하세요."},
      {"private.asks",
       "Not in a private incident: the rule {rule} asks about `{verb}` first, and everybody can list what waits for an "
       "answer. Somebody in it whom the policy does not ask can do it: `can @who {verb}`.",
       "비공개 장애에서는 쓸 수 없습니다. {rule} 규칙이 `{verb}` 명령을 먼저 승인받게 하는데, 답을 기다리는 목록은 "
       "누구나 "
       "볼 수 있습니다. 이 장애에 들어 있고 승인이 필요 없는 사람에게 부탁하세요. `can @이름 {verb}`로 확인할 수 "
       "있습니다."},
      {"private.not_in",
       "{who} is not in this private incident and hears nothing of it. `invite @{person}` comes first.",
       "{who} 님은 이 비공개 장애에 들어 있지 않아 아무것도 전하지 않습니다. 먼저 `invite @{person}`를 입력하세요."},
      {"invite.done", "{who} is in {id} now and is invited into its channel.",
       "{who} 님이 {id}에 들어왔고 채널에 초대되었습니다."},
      {"invite.done_elsewhere",
       "{who} is in {id} now. It has no channel on {place}, where {who} is: a direct message says how to open one.",
       "{who} 님이 {id}에 들어왔습니다. {who} 님이 있는 {place}에는 그 채널이 없어, 여는 방법을 개인 메시지로 "
       "알렸습니다."},
      {"invite.told_elsewhere",
       "{by} has let you into the private incident {id}. It has no channel on {place} yet: `bind {id}`, typed in a "
       "direct "
       "message to me there, opens one for those in it. `timeline {id}` in a direct message shows what happened.",
       "{by} 님이 비공개 장애 {id}에 들어오게 했습니다. {place}에는 아직 그 채널이 없습니다. 거기서 저에게 개인 "
       "메시지로 `bind {id}`를 보내면 그 안의 사람들만 보는 채널이 열립니다. 개인 메시지에서 `timeline {id}`로 "
       "지금까지의 "
       "일을 볼 수 있습니다."},
      {"invite.already", "{who} is in {id} already.", "{who} 님은 이미 {id}에 들어 있습니다."},
      {"uninvite.done", "{who} is taken out of {id} and of its channel, and told so.",
       "{who} 님을 {id}과(와) 그 채널에서 내보내고 당사자에게 알렸습니다."},
      {"uninvite.done_archived",
       "{who} is taken out of {id} and told so. Its channel is archived: on Slack and Mattermost those who were in it "
       "can still read it, because neither takes anybody out of an archived channel. Who manages channels there can "
       "unarchive it, remove the person and archive it again.",
       "{who} 님을 {id}에서 내보내고 당사자에게 알렸습니다. 채널은 보관되어 있어 Slack과 Mattermost에서는 들어 있던 "
       "사람이 계속 읽을 수 있습니다. 두 플랫폼 모두 보관된 채널에서는 사람을 내보낼 수 없습니다. 그쪽 채널 관리자가 "
       "보관을 풀고 내보낸 뒤 다시 보관할 수 있습니다."},
      {"uninvite.told", "{by} has taken you out of the private incident {id}: you do not see it any more.{why}",
       "{by} 님이 비공개 장애 {id}에서 나가게 했습니다. 이제 그 장애를 볼 수 없습니다.{why}"},
      {"uninvite.told_why", " Why: {why}", " 이유: {why}"},
      {"uninvite.public", "{id} is not private: everybody sees it, and nobody is taken out.",
       "{id}은(는) 비공개가 아니어서 누구나 봅니다. 내보낼 사람이 없습니다."},
      {"uninvite.not_in", "{who} is not in {id}. Whoever was added on the platform itself is removed there.",
       "{who} 님은 {id}에 들어 있지 않습니다. 플랫폼에서 직접 넣은 사람은 그곳에서 내보내세요."},
      {"uninvite.role", "{who} is {role} of {id}. Hand that over first: `{how} @…`.",
       "{who} 님은 {id}의 {role}입니다. 먼저 넘기세요: `{how} @…`."},
      {"uninvite.last", "Nobody else is in {id}: nobody could read it then. First `invite @…`.",
       "{id}에 다른 사람이 없어 아무도 읽을 수 없게 됩니다. 먼저 `invite @…`를 입력하세요."},
      {"access.asked",
       "If there is a private incident {id}, those in it have been asked to let you in. I say neither that there is "
       "one "
       "nor that there is none.",
       "비공개 장애 {id}이(가) 있다면, 그 안의 사람들에게 들여보내 달라고 전했습니다. 있는지 없는지는 말하지 "
       "않습니다."},
      {"access.yours", "You can see {id} already.", "{id}은(는) 이미 볼 수 있습니다."},
      {"access.told", "🔑 *{who}* asks to be let in: {why} · `invite @{person}`",
       "🔑 *{who}* 님이 들여보내 달라고 합니다: {why} · `invite @{person}`"},
      {"unseal.told", "🔓 {who} has unsealed the private incident {id} and reads it now: {why}",
       "🔓 {who} 님이 비공개 장애 {id}의 봉인을 열고 이제 읽습니다: {why}"},
      {"unseal.asked",
       "Asked as {id}: {n} of {names}, by direct message, until {time}. They see the number and your reason and "
       "nothing "
       "else; what comes of it you are told by direct message.",
       "승인을 요청했습니다({id}). {names} 가운데 {n}명이 승인해야 하며 {time}까지 기다립니다. 각자에게 개인 메시지로 "
       "번호와 이유만 보여 주며, 결과는 개인 메시지로 알려 드립니다."},
      {"unseal.approved", "{who} is told what came of it. You see nothing of it.",
       "결과는 {who} 님에게만 알렸습니다. 그 내용은 보이지 않습니다."},
      {"unseal.done", "You are in {id} now: #{channel}. Everybody in it has been told, and its timeline says why.",
       "이제 {id}에 들어 있습니다: #{channel}. 그 안의 모두에게 알렸고 이유는 타임라인에 남습니다."},
      {"disclose.sure",
       "{id} would be public: its title, its timeline and all that was said in its channel can then be read by "
       "everybody here, in lists, reports and figures, and nothing of that is taken back. On Slack and Mattermost the "
       "channel itself stays private. If it is meant: `{line}`",
       "{id}이(가) 공개됩니다. 제목과 타임라인, 채널에서 오간 말을 목록·보고서·통계에서 누구나 읽을 수 있게 되고, "
       "되돌릴 수 없습니다. Slack과 Mattermost의 채널 자체는 비공개로 남습니다. 정말이라면: `{line}`"},
      {"button.disclose", "Make it public", "공개하기"},
      {"disclose.done", "{id} is public now.", "이제 {id}은(는) 공개되었습니다."},
      {"disclose.public", "{id} is public already.", "{id}은(는) 이미 공개되어 있습니다."},
  };
  return table;
}

}  // namespace muster

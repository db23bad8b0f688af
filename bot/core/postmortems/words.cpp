#include "bot/core/postmortems/words.h"

#include <array>

namespace muster {
namespace {

struct Word {
  std::string_view key, en, ko;
};

constexpr std::array<SectionWords, 24> sections = {{
    {"header", "Header", "문서 정보", "", ""},
    {"summary", "Summary", "개요",
     "In three to five plain sentences: who was affected, how, what set it off, how did it end?",
     "누가 어떤 영향을 받았고, 무엇이 계기였으며, 어떻게 끝났는지 서너 문장으로 적어 주세요."},
    {"impact", "Impact", "영향", "What did this mean for customers, and what kept working?",
     "고객에게 어떤 의미였고, 무엇은 계속 동작했나요?"},
    {"lead-up", "Lead-up", "배경", "Which conditions were already there before the impact, told forwards in time?",
     "영향이 시작되기 전에 어떤 조건이 있었는지 시간 순서대로 적어 주세요."},
    {"trigger", "Trigger", "계기", "Which event set it off?", "어떤 일이 계기가 되었나요?"},
    {"detection", "Detection", "탐지",
     "What would have halved the time to detect? Which signals existed but did not reach a person?",
     "무엇이 있었다면 탐지 시간이 절반이 되었을까요? 사람에게 닿지 않은 신호가 있었나요?"},
    {"timeline", "Timeline", "타임라인", "", ""},
    {"response", "Response", "대응", "Who was asked for help, how was it clear whom to ask?",
     "누구에게 도움을 청했고, 누구에게 물어야 하는지는 어떻게 알았나요?"},
    {"mitigation", "Mitigation and recovery", "완화와 복구",
     "What ended the impact, what finished the repair, how was it verified?",
     "무엇이 영향을 끝냈고, 무엇으로 복구를 마쳤으며, 어떻게 확인했나요?"},
    {"factors", "Contributing factors", "기여 요인", "Which conditions had to be true at the same time?",
     "어떤 조건들이 동시에 성립해야 했나요?"},
    {"went-well", "What went well", "잘된 점", "Which skill or improvisation is worth keeping?",
     "계속 지키고 싶은 솜씨나 임기응변은 무엇인가요?"},
    {"difficult", "What was difficult", "어려웠던 점", "What made the next step hard to see?",
     "다음 단계를 알기 어렵게 만든 것은 무엇이었나요?"},
    {"luck", "Where we got lucky", "운이 좋았던 점", "What would have made it worse and did not happen?",
     "일어났다면 더 나빠졌을 일은 무엇인가요?"},
    {"surprises", "Surprises and open questions", "의외였던 점과 남은 질문",
     "What did you expect to happen then? What is still unknown?",
     "그때 무엇을 예상했나요? 아직 모르는 것은 무엇인가요?"},
    {"lessons", "Lessons and themes", "배운 점", "What will someone do differently at work tomorrow?",
     "내일 무엇을 다르게 하게 될까요?"},
    {"actions", "Action items", "후속 조치", "What does \"done\" look like for each item?",
     "각 항목은 무엇이 되면 끝난 것인가요?"},
    {"related", "Related incidents", "관련 장애",
     "Did something like this happen in the last 12 months, and did an open action cover it?",
     "지난 12개월 동안 비슷한 일이 있었고, 남은 조치가 그것을 다루었나요?"},
    {"metrics", "Metrics", "지표", "", ""},
    {"communications", "Communications", "공지 이력", "", ""},
    {"evidence", "Evidence", "근거 자료", "Which graphs and queries show this? Give their text.",
     "어떤 그래프와 질의가 이것을 보여 주나요? 질의문도 적어 주세요."},
    {"external", "External message", "대외 공지문", "What should customers be told, and who approved it?",
     "고객에게 무엇을 알리고, 누가 승인했나요?"},
    {"glossary", "Glossary", "용어", "Which terms and services will a reader from another team not know?",
     "다른 팀의 독자가 모를 용어와 서비스는 무엇인가요?"},
    {"quality", "Record quality", "기록 품질", "", ""},
    {"review", "Review record", "검토 기록", "When was the review, which roles took part, who approved?",
     "검토는 언제였고, 어떤 역할이 참여했으며, 누가 승인했나요?"},
}};

constexpr std::array<Word, 82> words = {{
    {"not_recorded", "not recorded", "기록 없음"},
    {"state_draft", "Draft", "Draft (초안)"},
    {"yes", "yes", "예"},
    {"incident", "Incident", "장애"},
    {"title", "Title", "제목"},
    {"field", "Field", "항목"},
    {"value", "Value", "값"},
    {"severity", "Severity", "심각도"},
    {"severity_peak", "Peak severity", "최고 심각도"},
    {"severity_final", "Final severity", "최종 심각도"},
    {"services", "Services", "서비스"},
    {"date", "Date", "날짜"},
    {"document_state", "State of the document", "문서 상태"},
    {"incident_state", "State of the incident", "장애 상태"},
    {"profile", "Profile", "열람 범위"},
    {"template", "Template version", "양식 버전"},
    {"owner", "Owner", "담당"},
    {"start", "Start", "시작"},
    {"end", "End", "끝"},
    {"duration", "Duration", "지속 시간"},
    {"requests_total", "Requests", "요청"},
    {"requests_bad", "Bad requests", "실패 요청"},
    {"bad_ratio", "Share of bad requests", "실패 비율"},
    {"customers", "Customers affected", "영향받은 고객"},
    {"tickets_first", "Tickets in the first report", "첫 문의 건수"},
    {"tickets_total", "Tickets", "전체 문의"},
    {"orders_lost", "Orders lost", "잃은 주문"},
    {"money_lost", "Money lost", "금전 손실"},
    {"budget_spent", "Error budget spent", "오류 예산 소진"},
    {"burn_rate", "Burn rate meanwhile", "소진 속도"},
    {"source", "First signal from", "첫 신호"},
    {"monitoring", "monitoring", "모니터링"},
    {"customer", "a customer", "고객"},
    {"colleague", "a colleague", "동료"},
    {"ttd", "Time to detect (TTD)", "탐지까지 (TTD)"},
    {"page_delay", "Page delay", "호출 지연"},
    {"tta", "Time to acknowledge (TTA)", "확인까지 (TTA)"},
    {"time_to_declare", "Time to declare", "선언까지"},
    {"ttm", "Time to mitigate (TTM)", "완화까지 (TTM)"},
    {"ttr", "Time to resolve (TTR)", "해결까지 (TTR)"},
    {"response_time", "Response time", "대응 시간"},
    {"verification", "Verification time", "확인 시간"},
    {"impact_duration", "Impact duration", "영향 지속 시간"},
    {"first_report", "First customer report after detection", "탐지 뒤 첫 고객 문의까지"},
    {"utc", "UTC", "UTC"},
    {"offset", "Offset", "경과"},
    {"event", "What", "내용"},
    {"evidence", "Evidence", "근거"},
    {"role", "Role", "역할"},
    {"from", "From", "부터"},
    {"to", "To", "까지"},
    {"number", "No.", "번호"},
    {"type", "Type", "종류"},
    {"version", "Version", "버전"},
    {"outcome", "Outcome", "결과"},
    {"due", "Due", "기한"},
    {"priority", "Priority", "우선순위"},
    {"text", "Text", "내용"},
    {"state", "State", "상태"},
    {"run", "Run", "실행"},
    {"done", "Done", "완료"},
    {"skipped", "Skipped", "건너뜀"},
    {"failed", "Failed", "실패"},
    {"audience", "Audience", "대상"},
    {"promised", "Next update promised", "다음 공지 약속"},
    {"kept", "kept", "지킴"},
    {"late_by", "late by", "늦음"},
    {"corrected", "Corrected", "정정"},
    {"retracted", "Retracted", "철회"},
    {"late", "Delivered late", "늦은 수신"},
    {"clock", "Clock adjusted", "시계 보정"},
    {"added_later", "added later", "나중에 추가 (added later)"},
    {"held", "[text held: wording findings]", "[text held: wording findings] (표현 검토 중)"},
    {"appendix", "Appendix: complete record", "부록: 전체 기록"},
    {"nothing", "Nothing to report.", "해당 없음."},
    {"responders_only", "entries for responders only", "건은 대응자 전용"},
    {"order", "Order", "순서"},
    {"changes", "Changes", "변경"},
    {"lead_time", "Lead time", "리드 타임"},
    {"id", "Id", "식별자"},
    {"amount", "Amount", "정도"},
    {"reason", "Reason", "이유"},
}};

constexpr std::array<Word, 24> kinds = {{
    {"alert.firing", "Alert firing", "알림 발생"},
    {"alert.resolved", "Alert resolved", "알림 해소"},
    {"alert.acknowledged", "Alert acknowledged", "알림 확인"},
    {"page.sent", "Page sent", "호출"},
    {"page.acknowledged", "Page acknowledged", "호출 확인"},
    {"report.customer", "Customer report", "고객 문의"},
    {"report.internal", "Internal report", "내부 제보"},
    {"incident.declared", "Incident declared", "장애 선언"},
    {"incident.status_changed", "Status changed", "상태 변경"},
    {"incident.mitigated", "Mitigated", "완화"},
    {"incident.resolved", "Resolved", "해결"},
    {"incident.reopened", "Reopened", "재개"},
    {"incident.closed", "Closed", "종료"},
    {"impact.started", "Impact started", "영향 시작"},
    {"impact.measured", "Impact measured", "영향 측정"},
    {"severity.changed", "Severity changed", "심각도 변경"},
    {"role.assigned", "Role assigned", "역할 배정"},
    {"role.handoff", "Handoff", "인계"},
    {"deploy.started", "Deployment started", "배포 시작"},
    {"deploy.finished", "Deployment finished", "배포 완료"},
    {"runbook.step", "Runbook step", "런북 단계"},
    {"decision", "Decision", "결정"},
    {"status.update", "Update", "공지"},
    {"note", "Note", "메모"},
}};

}  // namespace

std::span<const SectionWords> section_words() { return sections; }

std::string_view report_word(std::string_view key, bool korean) {
  for (const Word& w : words) {
    if (w.key == key) return korean ? w.ko : w.en;
  }
  return key;
}

std::string kind_word(std::string_view kind, bool korean) {
  for (const Word& w : kinds) {
    if (w.key == kind) return std::string(korean ? w.ko : w.en);
  }
  return std::string(kind);
}

}  // namespace muster

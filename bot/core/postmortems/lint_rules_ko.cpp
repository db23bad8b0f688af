// Wording rules, Korean. Expressions are RE2, ignoring case; {NAME}, {NAME_KO} and {HUMAN} are filled in lint.cpp.
#include "bot/core/postmortems/lint_rules.h"

namespace muster {

std::span<const WordingRule> wording_rules_ko() {
  static const std::vector<WordingRule> rules = {
      {.id = "KL01",
       .level = WordingLevel::error,
       .patterns = {R"re(실수)re"},
       .unless = {R"re(실수\s*(?:형|값|부|연산|표현|타입|자료형|변환|계산|나눗셈|집합|정밀도|)re"
                  R"re(배))re",
                  R"re(실수(?:요|령|익|입|출))re"},
       .off_in = "",
       .why = "'실수'는 결과를 알고 나서 붙이는 이름표라서 무엇이 그 행동을 "
              "자연스럽게 만들었는지 가려 버린다.",
       .rewrite = "행동과 조건을 쓴다: '운영과 스테이징 프롬프트가 같아 보여 "
                  "명령이 운영에서 실행되었다.'"},
      {.id = "KL02",
       .level = WordingLevel::error,
       .patterns = {R"re(부주의|방심|소홀|태만|게으(?:르|름|른)|무책임|무능|미숙|경솔|불성실|)re"
                    R"re(안일(?:하|한|함|했|히)|주의(?:력)?\s*(?:이|가)?\s*부족|신경을?\s*(?:안|못)\s*)re"
                    R"re(썼)re"},
       .unless = {R"re((?:보|제|방|대|초|현|문|동)안일)re", R"re(방심위)re", R"re(무능동)re"},
       .off_in = "",
       .why = "사람의 성격이나 태도를 원인으로 적으면 고칠 수 있는 것이 남지 "
              "않는다.",
       .rewrite = "조건으로 바꾼다: 시간 압박, 빠진 검증, 불분명한 담당, 알림 과다."},
      {.id = "KL03",
       .level = WordingLevel::error,
       .patterns = {R"re([했았었였갔봤왔됐렸쳤겼졌냈섰췄켰났썼떴폈챘랐렀잤찼탔팠]어야)re",
                    R"re((?:했|았|었|였)더라면|(?:했|었|았)으면\s*(?:됐|되었|좋았|막)|할\s*수도?\s*)re"
                    R"re(있었(?:는데|지만|음에도)|(?:했|았|었)다면\s*[^.\n]{0,30}(?:않았을|막을\s*수|)re"
                    R"re(없었을|됐을))re"},
       .unless = {},
       .off_in = "luck",
       .why = "일어나지 않은 일을 기준으로 사람을 평가하게 된다.",
       .rewrite = "그때 보인 것과 보이지 않은 것을 쓴다: '대시보드에 풀 사용률이 "
                  "없어 05:04:40의 변화가 보이지 않았다.'"},
      {.id = "KL04",
       .level = WordingLevel::error,
       .patterns = {R"re(책임(?:이\s*(?:있|크|큽|누구)|은\s*[^.\n]{0,20}(?:있|크)|을\s*(?:져|지|묻|물|회)re"
                    R"re(피|추궁|전가|통감)|\s*(?:소재|추궁|전가|회피|규명))|누구(?:의)?\s*책임|책)re"
                    R"re(임자\s*(?:색출|처벌|문책))re",
                    R"re(문책|징계|질책|경위서|시말서|색출)re"},
       .unless = {R"re((?:단일|공동|공유)\s*책임)re", R"re(책임\s*(?:연구원|매니저|엔지니어|님|범위|분리|연쇄))re",
                  R"re((?:문책|징계|질책|색출)[^.\n]{0,10}(?:아니|아닌|않))re"},
       .off_in = "actions",
       .why = "책임을 가리는 문서는 사실을 모으지 못한다.",
       .rewrite = "역할과 다음 행동으로 바꾼다: '체크아웃 팀이 AI-1을 3월 31일까지 "
                  "진행한다.'"},
      {.id = "KL05",
       .level = WordingLevel::error,
       .patterns = {R"re(잘못(?:했|하|을\s*(?:저지|인정|했)|이\s*(?:있|크|었)|은\s|입니다|이다)|(?:{N)re"
                    R"re(AME_KO}|담당자|개발자|엔지니어|운영자|작업자|관리자|팀원|팀장|팀|온콜))re"
                    R"re(\S{0,3}\s*잘못)re",
                    R"re((?:{NAME_KO}|담당자|개발자|엔지니어|운영자|작업자|관리자|팀원|팀장|팀|)re"
                    R"re(온콜)\S{0,3}\s*탓|탓(?:이|입니다|을|하)|과실)re"},
       .unless = {R"re(잘못된)re", R"re(잘못하면)re", R"re((?:지연|부하|트래픽|네트워크|정전|오류|버그|캐시)\s*탓)re",
                  R"re((?:효|성|결|경|전)과실)re", R"re(과실(?:주|나무|음료))re"},
       .off_in = "",
       .why = "'잘못', '탓', '과실'은 판정이다.",
       .rewrite = "시스템을 주어로 쓴다: '도구가 0을 허용했다', '요청이 시간 "
                  "초과되었다'."},
      {.id = "KL06",
       .level = WordingLevel::warn,
       .patterns = {R"re((?:{NAME_KO}|담당자|개발자|엔지니어|운영자|작업자|관리자|팀원|팀장|팀|)re"
                    R"re(온콜)\S{0,3}\s*(?:\S+\s+){0,4}?(?:깜빡|까먹|잊|빠뜨|빼먹|놓[쳤친치]|간과|무시)re"
                    R"re(했|확인하지\s*않|확인\s*안|지키지\s*않|따르지\s*않))re"},
       .unless = {},
       .off_in = "",
       .why = "하지 않은 일을 선택처럼 적는다.",
       .rewrite = "어떤 신호가 없었는지 쓴다: '체크리스트에 풀 한도 항목이 없었다.'"},
      {.id = "KL07",
       .level = WordingLevel::info,
       .patterns = {R"re(당연히|뻔히|뻔한|뻔했|그냥|단순히|조금만\s*(?:더\s*)?(?:주의|신경|확인)|)re"
                    R"re(누가\s*봐도|상식적으로|애초에|진작)re"},
       .unless = {R"re(단순히\s*[^.\n]{0,20}아니)re"},
       .off_in = "",
       .why = "누구나 알았을 것처럼 들려 몰랐다고 말하기 어렵게 만든다.",
       .rewrite = "지우거나, 무엇이 누구에게 보였는지 쓴다."},
      {.id = "KL08",
       .level = WordingLevel::warn,
       .patterns = {R"re(돌이켜\s*보면|지나고\s*(?:나서\s*)?보(?:면|니)|결과적으로\s*보면|예견된|)re"
                    R"re(예고된|(?:막을|피할|알|예상할)\s*수\s*있었|인재(?:였|이다|입니다|라고))re"},
       .unless = {},
       .off_in = "luck",
       .why = "결과를 알고 나면 앞선 신호가 실제보다 커 보인다.",
       .rewrite = "시간 순서대로, 그 시각에 알고 있던 것만 쓴다."},
      {.id = "KL09",
       .level = WordingLevel::warn,
       .patterns = {R"re((?:단\s*하나의|유일한|진짜|결정적(?:인)?)\s*(?:근본\s*)?원인|근본\s*원인은)re"},
       .unless = {},
       .off_in = "",
       .why = "원인이 하나라는 말은 찾기를 멈춘 자리를 뜻한다.",
       .rewrite = "'기여 요인'을 둘 이상 적고, 시작점은 '계기'라고 부른다."},
      {.id = "KL10",
       .level = WordingLevel::warn,
       .patterns = {R"re(왜\s*(?:\S+\s+){0,3}?(?:\S*\s*안\s*했|\S*하지\s*않았|\S*못\s*했)|(?:^|[.!?]\s+)누가\s)re"
                    R"re(*(?:\S+\s+){0,2}?(?:배포했|만들었|승인했|망가|건드))re"},
       .unless = {},
       .off_in = "",
       .why = "'왜 안 했나'는 변명을, '누가'는 용의자를 부른다.",
       .rewrite = "'그 화면에는 무엇이 보였나', '변경은 어떤 길로 운영에 가나'라고 "
                  "묻는다."},
      {.id = "KL11",
       .level = WordingLevel::warn,
       .patterns = {R"re((?:더|좀\s*더|각별히|앞으로)\s*(?:주의|조심|신경)|(?:주의|조심)하(?:겠|도)re"
                    R"re(록|자)|재교육|교육\s*강화|경각심|철저히\s*(?:확인|점검|관리))re"},
       .unless = {},
       .off_in = "",
       .why = "다짐은 조치가 아니다. 새벽 3시의 사람을 돕지 않는다.",
       .rewrite = "검증, 기본값, 한도, 알림, 더 짧은 롤백 경로로 바꾼다."},
      {.id = "KL12",
       .level = WordingLevel::error,
       .patterns = {R"re({NAME_KO}\s*(?:님|씨|선임|책임|수석|프로|매니저)?\s*(?:때문|의\s*(?:배포|변)re"
                    R"re(경|작업|코드)\s*(?:때문|로)|(?:이|가|께서)\s*(?:\S+\s+){0,3}?(?:장애를|망가|중)re"
                    R"re(단시|삭제해|일으)))re"},
       .unless = {},
       .off_in = "",
       .why = "사람 이름이 원인 자리에 있으면 분석이 거기서 끝난다.",
       .rewrite = "역할과 장치를 쓴다: '온콜 엔지니어가 배포했고, 배포 도구는 "
                  "한도를 검사하지 않았다.'"},
  };
  return rules;
}

}  // namespace muster

// Wording rules, English. Expressions are RE2, ignoring case; {NAME}, {NAME_KO} and {HUMAN} are filled in lint.cpp.
#include "bot/core/postmortems/lint_rules.h"

namespace muster {

std::span<const WordingRule> wording_rules_en() {
  static const std::vector<WordingRule> rules = {
      {.id = "BL01",
       .level = WordingLevel::error,
       .patterns =
           {R"re(\b(?:because|due to|thanks to|owing to|caused by|triggered by|introduced by|fault of)\s+(?:of\s+)re"
            R"re()?@?{NAME})re",
            R"re(@?{NAME}(?:['’]s)?\s+(?:\w+\s+){0,3}?(?:mistake|error|fault|oversight|negligence|misconfigurat)re"
            R"re(ion|bad\s+(?:push|deploy|change|commit|merge))\b)re",
            R"re(@?{NAME}\s+(?:\w+\s+){0,2}?(?:caused|broke|crashed|took\s+down|brought\s+down|wiped|screwed\s+up)re"
            R"re(|messed\s+up)\b)re"},
       .unless = {},
       .off_in = "",
       .why = "A person in the cause slot ends the analysis: it says who, and hides how the system let "
              "it through.",
       .rewrite = "Name the mechanism and the role: 'The release tool applied the change without a limit "
                  "check; the on-call engineer saw it at 05:09.'"},
      {.id = "BL02",
       .level = WordingLevel::error,
       .patterns =
           {R"re(\b(?:should|could|would|might|must|ought\s+to|needed\s+to|supposed\s+to)(?:n['’]t|\s+not)?(?:\)re"
            R"re(s+\w+)?\s+have\s+\w+)re",
            R"re(\b(?:should|could|would|might)(?:n['’]t)?['’]ve\b|\b(?:shoulda|coulda|woulda)\b)re",
            R"re(\bif\s+only\s+{HUMAN}\s+(?:had|could|would|knew)\b|\bhad\s+(?:the\s+)?{HUMAN}\s+(?:\w+\s+)?(?:kn)re"
            R"re(own|noticed|checked|tested|read|followed|asked|waited)\b)re"},
       .unless =
           {R"re(\b(?:could|might|would)\s+(?:also\s+)?have\s+(?:been\s+)?(?:affected|impacted|seen|lost|received)re"
            R"re(|experienced|retried)\b)re",
            R"re(\b(?:should|must|would|might|could)(?:n['’]t|\s+not)?\s+(?:also\s+|always\s+|only\s+)?have\s+()re"
            R"re(?:a|an|the|no|its|their|at|enough|access|permission|one|two|some|more|fewer|\d+)\b)re"},
       .off_in = "luck",
       .why = "A counterfactual describes a world that did not exist and judges people by what is known "
              "now.",
       .rewrite = "Say what was seen and what was not shown: 'The dashboard showed no pool metric, so the "
                  "step at 05:04:40 was not visible.'"},
      {.id = "BL03",
       .level = WordingLevel::error,
       .patterns =
           {R"re(\b(?:human|operator|user|manual|engineer|developer|admin(?:istrator)?|pilot)\s+(?:error|mistake|)re"
            R"re(oversight)s?\b)re"},
       .unless =
           {R"re(\b(?:user|operator)\s+errors?\s+(?:rate|ratio|budget|count|counter|page|message|code|report|hand)re"
            R"re(ling|log|metric)s?\b)re"},
       .off_in = "",
       .why = "'Human error' is a label put on after the outcome; it is where the questions start, not "
              "an answer.",
       .rewrite = "Describe the action, the goal behind it, and what made it look right: 'The command ran "
                  "against production because both prompts look the same.'"},
      {.id = "BL04",
       .level = WordingLevel::error,
       .patterns =
           {R"re(\b(?:careless(?:ly|ness)?|negligen(?:t|ce|tly)|sloppy|sloppiness|lazy|laziness|incompeten(?:t|ce)re"
            R"re()|reckless(?:ly|ness)?|inattentive(?:ness)?|clueless|stupid(?:ly|ity)?|dumb|foolish(?:ly)?|inexp)re"
            R"re(erienced|unprofessional|irresponsible|complacen(?:t|cy))\b)re"},
       .unless = {R"re(\blazy[-\s](?:load|init|eval|connect|import|quantif|delet|mount|alloc|writ|match)\w*)re",
                  R"re(\bdumb\s+(?:terminal|pipe|client|mode)\b)re"},
       .off_in = "",
       .why = "Words about character explain an event by what someone is like; nothing can be changed "
              "from that.",
       .rewrite = "Replace the adjective by the condition: time pressure, missing guard, unclear ownership, "
                  "alert volume."},
      {.id = "BL05",
       .level = WordingLevel::warn,
       .patterns =
           {R"re(\b{HUMAN}\s+(?:\w+\s+){0,2}?(?:fail(?:ed|s)?|forg[eo]t(?:ten)?|neglect(?:ed|s)?|refused|didn[')re"
            R"re(’]?t\s+bother|never\s+bothered)\s+(?:to|about)\b)re"},
       .unless =
           {R"re(\b(?:kubernetes|k8s|etcd|postgres|prometheus|cert)[-\s]operators?\s+(?:\w+\s+){0,2}?failed\s+to\)re"
            R"re(b)re"},
       .off_in = "",
       .why = "It reports what did not happen as if it were a choice.",
       .rewrite = "State what happened instead and the cue that was missing: 'The rollback was not part of "
                  "the release checklist and had last run in 2024.'"},
      {.id = "BL06",
       .level = WordingLevel::warn,
       .patterns =
           {R"re(\b(?:the|a|one|its|our|single|sole|main|real|true|actual|ultimate|underlying)\s+(?:\w+\s+)?root[)re"
            R"re(-\s]cause\b)re",
            R"re(\broot[-\s]cause\s*(?:was|is|:))re"},
       .unless = {R"re(\broot[-\s]cause\s+(?:analysis|analyses|field|label|column|template)\b)re"},
       .off_in = "",
       .why = "One cause is where the search stopped. Complex failures need several conditions at once.",
       .rewrite = "Use 'contributing factors' and list at least two; keep 'trigger' for the change that set "
                  "it off."},
      {.id = "BL07",
       .level = WordingLevel::info,
       .patterns = {R"re(\b(?:obviously|clearly|simply|merely|of\s+course|trivial(?:ly)?|easily|basically|just)\b)re"},
       .unless =
           {R"re(\bjust\s+(?:before|after|as|over|under|above|below|in\s+time|now|about|short\s+of|then|culture|o)re"
            R"re(ne|two|\d+)\b)re",
            R"re(\bjust-in-time\b)re", R"re(\bnot\s+just\b)re", R"re(\bsimply\s+typed\b)re"},
       .off_in = "",
       .why = "It tells the reader that anyone would have seen it, so nobody will say that they did not.",
       .rewrite = "Delete the word, or say what made it visible and to whom."},
      {.id = "BL08",
       .level = WordingLevel::warn,
       .patterns =
           {R"re(\bhindsight\b|\bin\s+retrospect\b|\blooking\s+back\b|\b(?:was|were)\s+(?:\w+\s+)?(?:inevitable|p)re"
            R"re(redictable|foreseeable|avoidable|preventable|bound\s+to)\b)re",
            R"re(\bwaiting\s+to\s+happen\b|\b(?:warning\s+signs?|red\s+flags?)\b|\ball\s+along\b|\beveryone\s+kn()re"
            R"re(?:ew|ows)\b|\bwas\s+going\s+to\s+(?:break|fail|happen)\b|\bknew\s+(?:this|it|that)\s+would\b)re",
            R"re(\b{HUMAN}\s+(?:\w+\s+)?(?:overlooked|ignored|missed)\b)re"},
       .unless = {R"re(\bleads?\s+to\b)re"},
       .off_in = "luck",
       .why = "The outcome makes earlier signals look louder than they were.",
       .rewrite = "Tell it forward in time: what was known at 05:12, which options were open, why the chosen "
                  "one looked best."},
      {.id = "BL09",
       .level = WordingLevel::error,
       .patterns =
           {R"re(\b(?:to\s+blame|at\s+fault|blame[ds]?|blaming|culprits?|guilty|screw(?:ed)?\s+up|mess(?:ed)?\s+u)re"
            R"re(p|botched|fat[-\s]?finger(?:ed)?|whose\s+fault|(?:responsible|accountable)\s+for\s+(?:the|this|t)re"
            R"re(hat)\s+(?:\w+\s+)?(?:outage|incident|failure|breakage|downtime|problem|bug))\b)re"},
       .unless = {R"re(\bgit[-\s]blame\b)re", R"re(\bblame\s+(?:view|layer|annotation)\b)re"},
       .off_in = "",
       .why = "Verdict words turn a review into a trial.",
       .rewrite = "Use a neutral verb with the system as subject: 'applied', 'removed', 'routed', 'timed "
                  "out'."},
      {.id = "BL10",
       .level = WordingLevel::warn,
       .patterns =
           {R"re(\bwhy\s+(?:did|was|were)(?:n['’]t|\s+not)?\s+(?:the\s+)?{HUMAN}\b)re",
            R"re((?:^|[.!?]\s+)who\s+(?:broke|caused|did|deployed|pushed|approved|merged|missed|is\s+responsible))re"
            R"re(\b)re"},
       .unless = {},
       .off_in = "",
       .why = "'Why did you' asks for a defence, 'who' asks for a suspect.",
       .rewrite = "Ask how and what: 'What did the dashboard show at that moment?', 'How does a change reach "
                  "production?'"},
      {.id = "BL11",
       .level = WordingLevel::warn,
       .patterns =
           {R"re(\b(?:lack\s+of|insufficient|poor|bad|inadequate)\s+(?:attention|care|discipline|diligence|judge?)re"
            R"re(ment|communication|(?:situational\s+)?awareness|decisions?|attitude|training|skills?)\b|\bloss\s)re"
            R"re(+of\s+situational\s+awareness\b)re",
            R"re(\b{HUMAN}\s+(?:\w+\s+){0,2}?(?:violated|bypassed|broke|did(?:n['’]t|\s+not)\s+follow)\s+(?:the)re"
            R"re(\s+)?(?:process|procedure|policy|runbook|rules?|protocol|checklist)\b)re"},
       .unless = {},
       .off_in = "",
       .why = "It measures people against an ideal and skips how the work is done on a normal day.",
       .rewrite = "Describe the rule, how often it is followed, and what it costs to follow it under time "
                  "pressure."},
      {.id = "BL12",
       .level = WordingLevel::warn,
       .patterns =
           {R"re(\bmore\s+(?:careful(?:ly)?|cautious(?:ly)?|vigilant|attentive|diligent|mindful)\b|\bpay\s+(?:mor)re"
            R"re(e|closer)\s+attention\b|\btry\s+harder\b|\bremember\s+to\b|\bdouble[-\s]check\b|\btake\s+(?:more)re"
            R"re(|better)\s+care\b|\b(?:remind|retrain|educate)\s+(?:the\s+)?(?:teams?|engineers?|developers?|ope)re"
            R"re(rators?|everyone|staff)\b)re"},
       .unless = {},
       .off_in = "",
       .why = "As an action item it changes nothing that a tired person will meet at 03:00.",
       .rewrite = "Change the system: a limit, a check, a default, an alert, a shorter path to rollback."},
      {.id = "BL13",
       .level = WordingLevel::error,
       .patterns =
           {R"re(\b{HUMAN}\s+(?:was|were|is|are|been|got|will\s+be)\s+(?:fired|disciplined|reprimanded|punished|w)re"
            R"re(ritten\s+up|sacked)\b|\b(?:disciplinary|reprimand|warning\s+letter|personnel\s+file)\b)re"},
       .unless = {},
       .off_in = "",
       .why = "A review that can be used against someone will contain nothing worth reading.",
       .rewrite = "Remove it. Personnel matters never belong in the record."},
  };
  return rules;
}

}  // namespace muster

#include "bot/core/commands/codes.h"

#include <map>
#include <set>

namespace muster {
namespace {

using Table = std::map<std::string_view, std::string_view>;

const Table& exact() {
  static const Table table = {{"unknown_verb", "unknown-command"},
                              {"verb.unknown", "unknown-command"},
                              {"verb.later", "not-yet"},
                              {"later.read", "not-yet"},
                              {"schedule.no_id", "unknown-id"},
                              {"schedule.over", "state"},
                              {"schedule.no_command", "usage"},
                              {"schedule.not_this", "usage"},
                              {"unclosed_quote", "unclosed"},
                              {"unclosed_block", "unclosed"},
                              {"too_long", "too-long"},
                              {"secret", "secret"},
                              {"stale", "late"},
                              {"overtaken", "late"},
                              {"stranger", "stranger"},
                              {"stranger.account", "stranger"},
                              {"need.incident", "which-incident"},
                              {"need.because", "need-reason"},
                              {"scrub.which", "which-incident"},
                              {"scrub.unknown", "unknown-id"},
                              {"scrub.again", "state"},
                              {"grant.because", "need-reason"},
                              {"unknown.id", "unknown-id"},
                              {"run.no_id", "unknown-id"},
                              {"run.none", "unknown-id"},
                              {"lock.no_id", "unknown-id"},
                              {"lock.no_freeze", "state"},
                              {"lock.none", "unknown-id"},
                              {"lock.where", "usage"},
                              {"change.nobody", "unsatisfiable"},
                              {"change.not_there", "unknown-environment"},
                              {"change.where", "usage"},
                              {"change.version", "usage"},
                              {"change.bad_version", "usage"},
                              {"change.strategy", "usage"},
                              {"stage.not_now", "state"},
                              {"stage.paused", "state"},
                              {"stage.doubtful", "state"},
                              {"stage.held_already", "state"},
                              {"change.to_or_by", "usage"},
                              {"change.number", "usage"},
                              {"change.from", "usage"},
                              {"change.same_place", "usage"},
                              {"change.override_unknown", "usage"},
                              {"link.wrong", "refused"},
                              {"link.tries", "refused"},
                              {"link.too_many", "refused"},
                              {"link.self", "state"},
                              {"link.two_people", "refused"},
                              {"link.guest", "refused"},
                              {"link.outsider", "refused"},
                              {"link.second", "state"},
                              {"run.missing", "usage"},
                              {"run.ask.line", "usage"},
                              {"run.no_input", "usage"},
                              {"run.bad_input", "usage"},
                              {"run.is_over", "state"},
                              {"run.not_over", "state"},
                              {"run.not_latest", "state"},
                              {"run.no_step_again", "state"},
                              {"run.paused_already", "state"},
                              {"run.not_paused", "state"},
                              {"ack.incident", "usage"},
                              {"todo.unknown", "unknown-id"},
                              {"checklist.unknown", "unknown-id"},
                              {"checklist.none", "unknown-id"},
                              {"checklist.already", "state"},
                              {"checklist.is_skipped", "state"},
                              {"checklist.is_open", "state"},
                              {"checklist.no_command", "usage"},
                              {"checklist.elsewhere", "usage"},
                              {"checklist.no_service", "usage"},
                              {"revoke.none", "unknown-id"},
                              {"caused.unknown", "unknown-id"},
                              {"caused.already", "state"},
                              {"caused.not", "state"},
                              {"caused.later", "state"},
                              {"diff.what", "usage"},
                              {"built.bad", "usage"},
                              {"built.count", "usage"},
                              {"built.later", "time"},
                              {"outbox.unknown", "unknown-id"},
                              {"person.unknown", "unknown-person"},
                              {"person.you", "unknown-person"},
                              {"env.unknown", "unknown-environment"},
                              {"env.none", "unknown-environment"},
                              {"severity.unknown", "unknown-severity"},
                              {"role.unknown", "unknown-role"},
                              {"grant.role_unknown", "unknown-role"},
                              {"duration.bad", "time"},
                              {"grant.time", "time"},
                              {"history.since_bad", "time"},
                              {"as_is", "time"},
                              {"empty_command", "empty"},
                              {"declare.no_title", "empty"},
                              {"declare.service_near", "unknown-service"},
                              {"declare.service_unknown", "unknown-service"},
                              {"declare.alert_taken", "state"},
                              {"declare.alert_over", "state"},
                              {"note.empty", "empty"},
                              {"update.empty", "empty"},
                              {"pin.where", "usage"},
                              {"mute.where", "usage"},
                              {"declare.from_unknown", "unknown-id"},
                              {"pin.already", "state"},
                              {"severity.same", "state"},
                              {"archive.open", "state"},
                              {"archive.already", "state"},
                              {"role.same", "state"},
                              {"todo.already", "state"},
                              {"ask.none", "no-question"},
                              {"ask.other_kind", "unknown-id"},
                              {"ask.which", "no-question"},
                              {"ask.closed", "closed"},
                              {"ask.void", "void"},
                              {"ask.nobody", "unsatisfiable"},
                              {"approve.own", "own-approval"},
                              {"approve.not_you", "not-approver"},
                              {"approve.group_unknown", "not-approver"},
                              {"ask.not_yours", "not-approver"},
                              {"quiet.because", "need-reason"},
                              {"quiet.no_time", "time"},
                              {"quiet.bad_time", "time"},
                              {"graph.since", "time"},
                              {"silence.no_such", "unknown-id"},
                              {"silence.is_over", "state"},
                              {"snooze.resolved", "state"},
                              {"silence.is_ending", "state"},
                              {"silence.where", "no-backend"},
                              {"graph.where", "no-backend"},
                              {"silence.matchers", "usage"},
                              {"silence.everything", "usage"},
                              {"graph.too_long", "usage"}};
  return table;
}

// By the first part of the key, for the sentences of one kind.
const Table& family() {
  static const Table table = {{"denied", "denied"},
                              {"service", "unknown-service"},
                              {"alias", "alias"},
                              {"ack", "state"},
                              {"status", "state"},
                              {"triage", "state"},
                              {"reopen", "state"},
                              {"approve", "closed"},
                              {"withdraw", "closed"},
                              {"ask", "closed"},
                              {"missing_argument", "usage"},
                              {"missing_value", "usage"},
                              {"too_many_arguments", "usage"},
                              {"unknown_flag", "usage"},
                              {"bad_choice", "usage"},
                              {"said_twice", "usage"},
                              {"bad_count", "usage"},
                              {"plan_twice", "usage"},
                              {"extra_lines", "usage"},
                              {"unexpected_block", "usage"},
                              {"plan_reads", "usage"},
                              {"grammar", "usage"},
                              {"language", "usage"},
                              {"link", "usage"},
                              {"grant", "usage"},
                              {"page", "usage"},
                              {"help", "unknown-command"},
                              {"code", "unknown-id"},
                              {"unlink", "usage"},
                              {"at", "time"},
                              {"every", "time"}};
  return table;
}

}  // namespace

std::string_view code_of(std::string_view key) {
  if (const auto it = exact().find(key); it != exact().end()) return it->second;
  const auto it = family().find(key.substr(0, key.find('.')));
  return it == family().end() ? "refused" : it->second;
}

const std::vector<std::string_view>& refusal_codes() {
  static const std::vector<std::string_view> all = [] {
    std::set<std::string_view> codes{"refused"};
    for (const auto* table : {&exact(), &family()})
      for (const auto& [key, code] : *table) codes.insert(code);
    return std::vector<std::string_view>(codes.begin(), codes.end());
  }();
  return all;
}

}  // namespace muster

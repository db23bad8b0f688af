// No automatic path writes without a yes; what is put back is named, not counted; what may hang has a time-out.
#include <algorithm>

#include "bot/base/text.h"
#include "bot/cel/lexer.h"
#include "bot/core/metrics/query.h"
#include "runbooks/lint_parts.h"
#include "runbooks/values.h"

namespace muster::runbooks {
namespace {

// --- approvals before writes
class Approvals {
 public:
  explicit Approvals(const Lint& lint) : lint_(lint) {}

  void run() {
    const Runbook& book = lint_.book;
    if (!is_automatic(book) || book.guard.unattended) return;
    walk(book.steps, false, book, {});
    // They run also when the run failed before it came to an approval.
    walk(book.on_failure, false, book, {});
    walk(book.finally, false, book, {});
  }

 private:
  // Where findings go: of a called runbook to the step that calls it.
  struct Blame {
    const Step* call = nullptr;
    int depth = 0;
  };

  bool walk(const std::vector<Step>& steps, bool approved, const Runbook& book, Blame blame) {
    for (const Step& s : steps) approved = step(s, approved, book, blame) || approved;
    return approved;
  }

  // Whether an approval is certain once the step is over.
  bool step(const Step& s, bool approved, const Runbook& book, Blame blame) {
    const bool certain = !s.condition && !s.continue_on_error;
    if (s.effect == Effect::write && !approved) refuse(s, blame);
    walk(s.undo.steps, approved || s.effect == Effect::write, book, blame);
    if (s.verb == "approve") return certain;
    if (s.verb == "call") return call(s, approved, blame) && certain;
    if (s.verb == "parallel") {
      bool any = false;
      for (const Step& branch : s.steps) any = step(branch, approved, book, blame) || any;
      return any && certain;
    }
    const bool after = walk(s.steps, approved, book, blame);
    return after && certain && s.verb == "block";
  }

  bool call(const Step& s, bool approved, Blame blame) {
    // Runbooks that call each other from many steps would be walked for ever: what is left out is not approved.
    if (!lint_.context.find || blame.depth >= call_depth_max || ++calls_ > calls_max) return false;
    const auto called = lint_.context.find(literal_argument(s, "runbook"));
    if (!called) return false;
    const Blame next{blame.call ? blame.call : &s, blame.depth + 1};
    walk(called->on_failure, approved, *called, next);
    walk(called->finally, approved, *called, next);
    return walk(called->steps, approved, *called, next);
  }

  void refuse(const Step& s, Blame blame) {
    const Place place = blame.call ? blame.call->verb_place : s.verb_place;
    const std::string who = blame.call ? "the called runbook's `" + s.verb + "`" : "`" + s.verb + "`";
    lint_.error(
        "RB060", place, who + " writes, and a trigger with mode: auto comes here without an approval",
        "Put an `approve` step before it, without `if`; or mode: suggest; or guard: {unattended: true} with the "
        "right for it.");
  }

  static constexpr int calls_max = 2000;
  const Lint& lint_;
  int calls_ = 0;
};

// --- undo names a state
bool has_arithmetic(const std::string& source) {
  const auto tokens = cel::read_tokens(source);
  if (!tokens) return false;
  return std::ranges::any_of(
      *tokens, [](const cel::Token& t) { return t.is("+") || t.is("-") || t.is("*") || t.is("/") || t.is("%"); });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "+2", "--replicas=-2", "--by", "--increment=1".
bool counts(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const std::string name = argument.substr(0, equals),
                    value = equals == argument.npos ? argument : argument.substr(equals + 1);
  for (const char* word : {"--by", "--delta", "--increment", "--decrement", "--incr", "--decr"})
    if (name == word) return true;
  const bool sign = value.size() > 1 && (value[0] == '+' || (value[0] == '-' && equals != argument.npos));
  return sign && is_digit(value[1]);
}

bool counts_member(std::string_view name) {
  return name == "delta" || name == "increment" || name == "decrement" || name == "by";
}

void check_undo_field(const Lint& lint, const Field& field, bool state) {
  if (field.kind == Field::Kind::scalar) {
    const Template& t = field.scalar;
    for (const Template::Part& part : t.parts)
      if (state && part.expression && has_arithmetic(part.expression->source()))
        lint.error("RB061", part.place, "what is put back is computed: done twice it would do harm",
                   "Name the state to go back to, for example ${grow.previous}.");
    if (t.literal() && counts(literal_text(t)))
      lint.error("RB061", t.place, "what is put back is relative: done twice it would do harm",
                 "Name the state to go back to, for example --replicas=${grow.previous}.");
  }
  for (const Field& item : field.items) check_undo_field(lint, item, state);
  for (const auto& [name, member] : field.members) {
    if (counts_member(name))
      lint.error("RB061", member.place, "`" + name + "` is relative: done twice it would do harm",
                 "Name the state to go back to.");
    check_undo_field(lint, member, state);
  }
}

// The ids that a step `undo` names.
void check_undone(const Lint& lint, const Step& undo) {
  const Field* ids = undo.arguments.find("steps");
  if (!ids) return;
  Names names;
  each_step(lint.book, [&](const Step& s) {
    if (s.named) names.push_back(s.id);
  });
  each_text(*ids, [&](const Template& t) {
    const std::string id = literal_text(t);
    if (id == "all" && ids->kind == Field::Kind::scalar) return;
    const Step* step = step_called(lint.book, id);
    if (!step) return lint.error("RB057", t.place, "there is no step " + shown(id), did_you_mean(id, names));
    // A lock knows its way back without being told.
    if (step->undo.kind == Undo::Kind::none && step->verb != "lock")
      lint.error("RB057", t.place, "`" + id + "` says nothing of how to put it back", "Give it `undo:`.");
  });
}

void check_undo(const Lint& lint) {
  bool all = false;
  each_step(lint.book.on_failure,
            [&](const Step& s) { all |= s.verb == "undo" && literal_argument(s, "steps") == "all"; });
  each_step(lint.book, [&](const Step& s) {
    if (s.verb == "undo") check_undone(lint, s);
    for (const Step& u : s.undo.steps) {
      const bool state = u.effect == Effect::write || u.effect == Effect::idempotent;
      check_undo_field(lint, u.arguments, state && u.verb != "message" && u.verb != "page" && u.verb != "incident");
    }
  });
  if (!all) return;
  each_step(lint.book.steps, [&](const Step& s) {
    if (s.effect == Effect::write && s.undo.kind == Undo::Kind::none && !s.path.ends_with(".probe") &&
        s.path.find(".undo.") == s.path.npos)
      lint.warning("RB062", s.verb_place,
                   "`undo: all` will leave " + (s.named ? "`" + s.id + "`" : "this `" + s.verb + "`") +
                       " as it is: it has no `undo`",
                   "Give it undo: auto where the verb knows its inverse, or the steps that put it back.");
  });
}

// --- time-outs
bool has_own_end(const Step& s) { return s.verb == "wait" && (s.arguments.find("for") || s.arguments.find("at")); }

void check_timeouts(const Lint& lint, const std::vector<Step>& steps, bool covered) {
  for (const Step& s : steps) {
    const Verb* verb = find_verb(s.verb);
    const bool has = covered || s.timeout_ms != 0;
    if (verb && verb->wants_timeout && !has && !has_own_end(s))
      lint.error("RB064", s.verb_place, "`" + s.verb + "` has no time-out",
                 "Write timeout: and how long it may take at most, for example timeout: " +
                     std::string(s.verb == "http"  ? "30s."
                                 : s.verb == "run" ? "5m."
                                                   : "15m."));
    check_timeouts(lint, s.steps, has);
    check_timeouts(lint, s.undo.steps, false);
  }
}

// A question that stays open for eight hours in a run that ends after four is never answered.
void check_deadline(const Lint& lint) {
  const DurationMs deadline = lint.book.guard.deadline_ms;
  each_step(lint.book.steps, [&](const Step& s) {
    const auto fixed = s.verb == "wait" ? parse_duration(literal_argument(s, "for")) : Result<DurationMs>(0);
    if (deadline <= 0 || std::max(s.timeout_ms, fixed ? *fixed : 0) <= deadline) return;
    lint.warning("RB077", s.verb_place,
                 "`" + s.verb + "` may take longer than the whole run, which ends after " + short_span(deadline),
                 "Write guard: {deadline: …}, or a shorter time.");
  });
}

// --- inputs of what starts by itself
void check_inputs_of_triggers(const Lint& lint) {
  if (!is_automatic(lint.book)) return;
  for (const Input& i : lint.book.inputs)
    if (i.required && i.standard.is_null() && i.from.empty())
      lint.error("RB069", i.place, "`" + i.name + "` has no value when an alert starts this: it would never begin",
                 "Write from: alert.labels." + i.name + ", or a default:, or mode: suggest.");
}

}  // namespace

void lint_safety(const Lint& lint) {
  check_inputs_of_triggers(lint);
  check_deadline(lint);
  Approvals(lint).run();
  check_undo(lint);
  for (const auto* steps : {&lint.book.steps, &lint.book.on_failure, &lint.book.finally})
    check_timeouts(lint, *steps, false);
}

}  // namespace muster::runbooks

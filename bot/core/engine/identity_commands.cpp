// link me, unlink: a one-time code, shown to a person where the bot knows them and typed where it does not, joins the
// two accounts. Nothing is joined whose rights would add up unseen.
#include <algorithm>

#include "bot/base/hash.h"
#include "bot/base/text.h"
#include "bot/core/commands/words.h"
#include "bot/core/engine/handlers.h"

namespace muster {
namespace {

constexpr std::string_view code_letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // none that look alike
constexpr std::size_t code_length = 12;                                        // 60 bits

std::string code_from(std::string_view secret) {
  std::string code;
  for (const char byte : sha256("link code\n" + std::string(secret))) {
    if (code.size() == code_length) break;
    code += code_letters[static_cast<unsigned char>(byte) % code_letters.size()];
  }
  return code;
}

std::string as_shown(const std::string& code) {
  return code.substr(0, 4) + "-" + code.substr(4, 4) + "-" + code.substr(8);
}

// As people type it: small letters, spaces, letters for the digits they look like.
std::string as_given(std::string_view typed) {
  std::string code;
  for (char c : typed) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (code_letters.contains(c)) code += c;
  }
  return code;
}

std::string digest_of(const std::string& code) { return to_hex(sha256("link\n" + code)); }

std::size_t times_lately(const std::map<std::string, std::vector<TimeMs>>& times, const std::string& key, TimeMs now) {
  const auto it = times.find(key);
  if (it == times.end()) return 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(it->second, [now](TimeMs t) { return t + link_code_ms > now; }));
}

Outcome give_code(Call& c) {
  const std::string me = asker_of(c).person;
  if (me.empty()) return refuse(c, c.input.is_operator ? "link.operator" : "link.where_known");
  if (times_lately(c.work.state.identities.asked, me, c.work.now) >= link_codes_max) return refuse(c, "link.too_many");
  if (c.input.secret.empty()) return refuse(c, "link.operator");
  const std::string code = code_from(c.input.secret);
  Entry e = human_entry(c, "identity.code", nullptr);
  e.text = "a code to join an account to " + me;  // never the code
  e.data = Value::Map{{"person", me}, {"digest", digest_of(code)}, {"expires_ms", c.work.now + link_code_ms}};
  record(c.work, std::move(e));
  Outcome o = answer(c, "link.code", {{"code", as_shown(code)}, {"prefix", std::string(1, c.work.config.prefix)}});
  o.is_private = true;
  return o;
}

Outcome joins_nothing(Call& c, const std::string& digest, std::string_view why, Words words = {}) {
  Entry e = human_entry(c, "identity.refused", nullptr);
  e.text = std::string(why);
  e.data = Value::Map{{"account", c.input.account}, {"digest", digest}, {"why", std::string(why)}};
  record(c.work, std::move(e));
  return refuse(c, why, words);
}

// Tells the person wherever they are known already: whoever did not do this can take it apart at once.
void tell(Call& c, const Person& p, const std::string& shown) {
  const std::string language = language_of(c.work.state, c.work.config, p.id, {});
  Message m;
  m.color = "warning";
  m.text = say(language, "linked.elsewhere", {{"account", plain(shown)}});
  post(c.work, "muster", "linked-" + c.work.new_id(), m, {}, p.id);
}

std::string rights_of(const Call& c, const Person& p) {
  const auto roles = roles_of(c.work.state, c.work.config, p.id, c.work.now);
  return roles.empty() ? say(c.language, "none_yet") : plain(join(roles, ", "));
}

Outcome join_account(Call& c, const Person& p, const std::string& digest) {
  const std::string shown = c.input.person;
  Entry e = human_entry(c, "identity.linked", nullptr);
  e.text = shown + " is " + p.id + ": a code that " + p.id + " was shown was typed there";
  e.data =
      Value::Map{{"account", c.input.account}, {"shown", shown}, {"person", p.id}, {"how", "code"}, {"digest", digest}};
  record(c.work, std::move(e));
  tell(c, p, shown);
  c.language = language_of(c.work.state, c.work.config, p.id, {});  // who reads it is known now
  return answer(c, "link.joined", {{"account", plain(shown)}, {"who", plain(p.name)}, {"roles", rights_of(c, p)}});
}

Outcome take_code(Call& c, const std::string& typed) {
  const Identities& known = c.work.state.identities;
  if (c.input.account.empty()) return refuse(c, "link.no_account");
  if (times_lately(known.wrong, c.input.account, c.work.now) >= link_wrong_max) return refuse(c, "link.tries");
  const std::string digest = digest_of(as_given(typed));
  const auto code = known.codes.find(digest);
  const bool good = code != known.codes.end() && code->second.expires_ms > c.work.now;
  const Person* p = good ? find_person(c.work.config, code->second.person) : nullptr;
  if (!p) return joins_nothing(c, digest, "link.wrong");
  const std::string me = asker_of(c).person, who = plain(p->name);
  if (me == p->id) return joins_nothing(c, digest, "link.self", {{"who", who}});
  if (!me.empty()) return joins_nothing(c, digest, "link.two_people", {{"who", who}, {"me", plain(c.actor.display)}});
  if (!c.input.standing.empty()) return joins_nothing(c, digest, "link." + c.input.standing);
  if (has_account_on(c.work.state, *p, c.input.platform))
    return joins_nothing(c, digest, "link.second", {{"who", who}, {"platform", c.input.platform}});
  return join_account(c, *p, digest);
}

Outcome link_me(Call& c) {
  const std::string typed = join(c.command.args, " ");
  Outcome o = typed.empty() ? give_code(c) : take_code(c, typed);
  o.is_private = true;
  return o;
}

// The account named, or the only one of one's own.
const JoinedAccount* account_meant(const Call& c, const std::string& name) {
  const JoinedAccount* only = nullptr;
  for (const auto& [key, a] : c.work.state.identities.accounts) {
    if (a.gone) continue;
    const std::string bare = a.shown.substr(a.shown.find(':') + 1);
    const bool named = lower_ascii(a.shown) == name || lower_ascii(bare) == name || lower_ascii(key) == name;
    if (!name.empty() && named) return &a;
    if (!name.empty() || a.person != asker_of(c).person) continue;
    if (only) return nullptr;
    only = &a;
  }
  return only;
}

Outcome unlink(Call& c) {
  std::string name = lower_ascii(first_argument(c.command));
  if (name.starts_with('@')) name.erase(0, 1);
  if (name == "me") name.clear();  // as in `link me`
  const JoinedAccount* found = account_meant(c, name);
  const Person* me = find_person(c.work.config, asker_of(c).person);
  if (!found) {
    const std::string mine = me ? join(handles_of(c.work.state, *me), ", ") : std::string();
    const bool configured = me && std::ranges::any_of(me->handles, [&](const Handle& h) {
                              return name == lower_ascii(h.platform + ":" + h.name) || name == lower_ascii(h.name);
                            });
    return refuse(c,
                  configured     ? "unlink.config"
                  : name.empty() ? "unlink.which"
                                 : "unlink.none",
                  {{"account", plain(name)}, {"list", mine.empty() ? say(c.language, "none_yet") : plain(mine)}});
  }
  const JoinedAccount a = *found;
  const bool mine = me && me->id == a.person;
  if (!mine && !may_run(c, "grant")) return refuse(c, "unlink.not_yours", {{"account", plain(a.shown)}});
  Entry e = human_entry(c, "identity.unlinked", nullptr);
  e.text = a.shown + " is not " + a.person + " any more";
  e.data = Value::Map{{"account", a.key}, {"shown", a.shown}, {"person", a.person}};
  record(c.work, std::move(e));
  const Person* whose = find_person(c.work.config, a.person);
  return answer(c, "unlink.done", {{"account", plain(a.shown)}, {"who", plain(whose ? whose->name : a.person)}});
}

}  // namespace

bool is_joining(const Call& c) {
  return c.command.verb == "link me" && !c.command.args.empty() && !c.command.plan && !c.input.account.empty();
}

const std::map<std::string_view, Handler>& identity_handlers() {
  static const std::map<std::string_view, Handler> table = {{"link me", link_me}, {"unlink", unlink}};
  return table;
}

}  // namespace muster

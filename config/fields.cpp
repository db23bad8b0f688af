// The table itself, with fields_outside.cpp. A new setting is one line there and one line in bind.cpp.
#include "config/fields_parts.h"

namespace muster {

static std::vector<SettingField> own_fields() {
  using K = SettingKind;
  return {
      {"bot_handle", K::name, false, false, "muster", "The name people mention to speak to the bot."},
      {"prefix", K::character, false, false, "!", "The character that begins a command without a mention."},
      {"language", K::choice, false, false, "en", "The bot's language where a person has chosen none.", "en|ko"},
      {"zone", K::zone, false, false, "UTC", "The time zone where a person has chosen none."},
      {"sandbox", K::flag, false, false, "false",
       "A playground marked in every message, in which one may speak as any sample person; refused beside chat "
       "tokens."},
      {"listen", K::listen, false, false, "127.0.0.1:8080",
       "Where pages, webhooks and metrics are served; `--listen` and `MUSTER_LISTEN` come first."},
      {"log_level", K::choice, false, false, "info", "The least important lines that the log still gets.",
       "debug|info|warn|error"},
      {"runbooks", K::text, false, false, "runbooks",
       "The folder of your own runbooks (`NAME.yaml`), seen from the configuration folder."},
      {"alerts_channel", K::name, false, false, "alerts",
       "The channel that lists the alerts for which no incident opens."},
      {"channel_name", K::text, false, false, "inc-{number}-{slug}",
       "How an incident's channel is called. `{number}`, `{id}` (`inc-7`), `{date}`, `{service}`, `{severity}` and "
       "`{slug}` (of the title, Hangul in Latin letters) are filled in; what no platform takes becomes `-`, a name "
       "that is taken gets a "
       "number."},
      {"board_channel", K::name, false, false, "",
       "A channel with one post per incident that is kept current; none: what people declare is announced in the "
       "alerts "
       "channel."},
      {"bridge_url", K::url, false, false, "",
       "Where people talk about an incident; `{id}` and `{number}` are filled in."},
      {"public_url", K::url, false, false, "",
       "Where people reach the bot's pages, for links to postmortems; none: there are no such links."},
      {"archive_after", K::duration, false, false, "0s",
       "How long after its end an incident's channel is asked whether it shall be archived; 0 for never, `published` "
       "for once its postmortem is published and not before.",
       "published"},
      {"group_wait", K::duration, false, false, "30s",
       "How long the first alert of a group waits for the others, on routes where grouping is our job."},
      {"flap_window", K::duration, false, false, "5m",
       "An alert that fires again within this time after its end is the same episode: one thread, not a new alert."},
      {"file_reactions", K::text, true, false, "pushpin,memo",
       "Reactions, as names without colons, that file a message of an incident channel in its timeline."},
      {"todo_reactions", K::text, true, false, "ballot_box_with_check",
       "Reactions, as names without colons, that make a message of an incident channel a follow-up of the incident."},
      {"keep_deleted_messages", K::flag, false, false, "true",
       "Whether the record keeps the text and the files of a message that was deleted in chat; that it was deleted, "
       "when and by whom is recorded in any case."},
      {"offer_words", K::text, true, false, "",
       "Words in chat that make the bot offer to declare an incident; none means it never does."},
      {"link_by_email", K::name, true, false, "",
       "Chat platforms (`slack`, `mattermost`, or the names given below) whose verified e-mail addresses join an "
       "account "
       "to the person with the same address ([people](people.md)); none means that only `link me` joins accounts."},
      {"offer_every", K::duration, false, false, "30m", "The least time between two such offers in one channel."},

      {"people[]", K::record, true, false, "", "Who works here. One entry per person, whatever handles they use."},
      {"people[].id", K::name, false, true, "", "Short and lasting; rules and the record name it."},
      {"people[].name", K::text, false, false, "", "As the person writes it."},
      {"people[].email", K::text, false, false, "", "Mail address."},
      {"people[].zone", K::zone, false, false, "",
       "The zone in which times are shown to this person; none means the bot's `zone`."},
      {"people[].language", K::choice, false, false, "",
       "The language in which the bot answers this person; none means the bot's `language`.", "en|ko"},
      {"people[].handles", K::handle, true, false, "", "Names on the platforms, as `PLATFORM:NAME`."},
      {"people[].groups", K::name, true, false, "", "Groups, which rules name as `group:NAME`."},
      {"people[].roles", K::name, true, false, "", "Roles, which rules name as `role:NAME`."},
      {"people[].uids", K::integer, true, false, "", "Local user ids that speak as this person through the socket."},

      {"services[]", K::record, true, false, "", "What incidents, alerts and changes are about."},
      {"services[].name", K::name, false, true, "", "The name, as the label `service` has it."},
      {"services[].title", K::text, false, false, "", "The name for people."},
      {"services[].owners", K::name, true, false, "", "People (by id) or groups (`group:NAME`)."},
      {"services[].environments", K::name, true, false, "", "Where it runs."},
      {"services[].depends_on", K::name, true, false, "", "Names of services that it needs."},
      {"services[].runbook_url", K::url, false, false, "", "Where its runbook is."},

      {"services[].dashboard_url", K::url, false, false, "", "Where its dashboard is."},
      {"services[].compare_url", K::url, false, false, "",
       "Where two versions are compared; `{from}` and `{to}` are filled in: "
       "`https://git.example.com/shop/compare/{from}...{to}`."},

      {"services[].order", K::name, true, false, "",
       "Environments in the order a version takes: it goes to one only after it ran well in the one before."},
      {"services[].ci_url", K::text, false, false, "",
       "Asked with GET before a version goes out; the host is one of `http_allow`, and `{service}`, `{env}` and "
       "`{version}` are filled in, percent-encoded."},
      {"services[].ci_pass", K::text, false, false, "",
       "What the answer has to say: a condition ([CEL](cel.md)) over `it` (`status`, `headers`, `body`, `json`); none "
       "means the status 200."},

      {"environments[]", K::record, true, false, "",
       "How carefully environments are changed. One that is not listed counts as protected."},
      {"environments[].name", K::name, false, true, "", "The environment, as services name it."},
      {"environments[].protected", K::flag, false, false, "true",
       "Whether rules for `protected` environments are about it."},

      {"invites[]", K::record, true, false, "",
       "Who is invited into an incident's channel when it opens or when its severity changes; all rules that match "
       "count, nobody is invited twice."},
      {"invites[].severities", K::name, true, false, "", "Severities; none means every one."},
      {"invites[].services", K::name, true, false, "", "Services; none means every incident."},
      {"invites[].who", K::text, true, true, "",
       "Person ids, `group:NAME`, `PLATFORM:@NAME` for a user group of Slack or a group of Mattermost (who is in it "
       "then), "
       "or `owners` for the owners of the incident's services."},
      {"invites[].private", K::flag, false, false, "false",
       "The rule is for private incidents and for no others. Without it nobody comes into one by a rule."},

      {"private_incidents[]", K::record, true, false, "",
       "Which incidents are private without `--private`, of those that people declare; what alerts open is not. A rule "
       "with neither severities nor services makes all of them private."},
      {"private_incidents[].severities", K::name, true, false, "", "Severities; none means every one."},
      {"private_incidents[].services", K::name, true, false, "", "Services; none means every incident."},

      {"severities[]", K::record, true, false, "", "Severities, the worst first."},
      {"severities[].name", K::name, false, true, "", "SEV1, SEV2 and so on."},
      {"severities[].meaning", K::text, false, false, "", "When to choose it."},
      {"severities[].update_every", K::duration, false, false, "0s", "How often an update is due; 0 for never."},
      {"severities[].review_within", K::duration, false, false, "0s",
       "By when after its end an incident that was ever this bad is to be reviewed: a follow-up for its commander. 0: "
       "no "
       "review is owed."},

      {"policy[]", K::record, true, false, "",
       "Who may do what where. The first rule that matches decides; where none does, the answer is no."},
      {"policy[].name", K::text, false, false, "", "What `can` and `explain` call the rule."},
      {"policy[].who", K::text, true, true, "",
       "Person ids, `group:NAME`, `role:NAME`, `operator`, `automation`, `guest` or `outsider` for a person whose "
       "account is one on the platform, or `\"*\"` for every person of the configuration."},
      {"policy[].verbs", K::text, true, false, "", "Commands; none or `\"*\"` means every command."},
      {"policy[].services", K::name, true, false, "", "Services; none means every service."},
      {"policy[].environments", K::name, true, false, "",
       "Environments; `protected` means every one that `environments` does not call "
       "unprotected; none means every environment."},
      {"policy[].where", K::name, true, false, "", "Channel names, `incident`, `direct`; none means everywhere."},
      {"policy[].matchers", K::matcher, true, false, "", "Alertmanager matchers over the command's arguments."},
      {"policy[].when", K::text, false, false, "",
       "A condition ([CEL](cel.md)) over `person`, `groups`, `roles`, `verb`, `service`, `environment`, `channel`, "
       "`direct`, `incident_channel`, `automation`, `operator`, `scheduled`, `arguments` and `now`; none means "
       "always."},
      {"policy[].effect", K::choice, false, true, "", "What happens when the rule matches.",
       "run|confirm|approve|deny"},
      {"policy[].approvals", K::integer, false, false, "0", "How many other people must approve (effect `approve`)."},
      {"policy[].approve_group", K::name, false, false, "", "The group whose members may approve."},

      {"automation[]", K::record, true, false, "",
       "Caps above all runbooks: what runbooks that an alert or the clock began may change where nobody approved it "
       "([schedules](schedules.md)). The first rule that is about the environment counts; where none is, the defaults "
       "shown here hold."},
      {"automation[].name", K::name, false, true, "", "What people call the rule."},
      {"automation[].environments", K::name, true, false, "", "Environments; none means every environment."},
      {"automation[].writes_per_hour", K::integer, false, false, "20",
       "How many changes in an environment within an hour; 0 for none."},
      {"automation[].one_write_per_service", K::flag, false, false, "true",
       "Whether only one run at a time may change a service there."},
      {"automation[].freeze", K::choice, false, false, "rollbacks",
       "What a freeze leaves to automation: rollbacks, as to people, or nothing.", "rollbacks|nothing"},

      {"alert_routes[]", K::record, true, false, "",
       "What a firing alert does. The first route that matches decides; other alerts are listed in the alerts "
       "channel."},
      {"alert_routes[].name", K::name, false, true, "", "What the record calls the route."},
      {"alert_routes[].matchers", K::matcher, true, false, "",
       "Alertmanager matchers over the labels as sent, all must hold; none matches every alert."},
      {"alert_routes[].when", K::text, false, false, "",
       "A condition ([CEL](cel.md)) over `alert` (`title`, `status`, `severity`, `starts`, `labels`) and `now`; none "
       "means always. Annotations and body are not kept of an alert, so no condition reads them."},
      {"alert_routes[].open_incident", K::flag, false, false, "false", "Whether it opens (or joins) an incident."},
      {"alert_routes[].severity", K::name, false, false, "", "The severity of the incident it opens."},
      {"alert_routes[].triage", K::flag, false, false, "false",
       "Whether that incident waits in triage until somebody says `accept`; `decline` ends it and counts it nowhere."},

      {"checklists[]", K::record, true, false, "",
       "What is to be ticked off in an incident ([checklists](checklists.md)): every list whose stage the incident is "
       "in and whose condition holds is brought out, once."},
      {"checklists[].name", K::text, false, true, "", "What people call the list."},
      {"checklists[].stage", K::choice, false, false, "investigating", "The status in which it is brought out.",
       "reported|investigating|mitigated|resolved"},
      {"checklists[].when", K::text, false, false, "",
       "A condition ([CEL](cel.md)) over `incident` (`id`, `title`, `severity`, `reason`, `service`, `services`, "
       "`labels` of its alerts) and `now`; none means always."},
      {"checklists[].items[]", K::record, true, true, "", "The items, in their order; at most 30."},
      {"checklists[].items[].text", K::text, false, true, "", "What is to be done, in one line of at most 300 bytes."},
      {"checklists[].items[].when", K::text, false, false, "",
       "A condition as above; where it does not hold the item is left out."},
      {"checklists[].items[].run", K::text, false, false, "",
       "A chat command without the prefix that `checklist run` gives; `{incident}` and `{service}` are filled in."},
      {"checklists[].items[].keyword", K::text, false, false, "",
       "Words of 3 characters to 100 bytes that tick the item when a person says them in the incident's channel."},

      {"sources[]", K::record, true, false, "", "Who may send alerts; `muster sources` prints the address of each."},
      {"sources[].name", K::name, false, true, "", "The source's name."},
      {"sources[].kind", K::choice, false, true, "", "What it speaks.", "alertmanager|prometheus"},
      {"sources[].secrets", K::secret, true, false, "",
       "Bearer tokens or `user:password` pairs that it sends beside the token in the address, each as `env:NAME` or "
       "`file:PATH`; at most two, for rotation."},
      {"sources[].header", K::name, false, false, "",
       "The header that has the secret; none means `Authorization`, as a bearer token or as HTTP Basic."},
      {"sources[].signature_secrets", K::secret, true, false, "",
       "Keys with which it signs what it sends: HMAC-SHA256 of the body as sent, in hex; `sha256=` may stand before "
       "it. "
       "Each as `env:NAME` or `file:PATH`; at most two, for rotation. None means that no signature is asked for."},
      {"sources[].signature_header", K::name, false, false, "X-Grafana-Alerting-Signature",
       "The header that has the signature."},
      {"sources[].timestamp_header", K::name, false, false, "",
       "The header that has the time of sending in seconds: then `SECONDS:BODY` is what was signed, and five minutes "
       "are the most that it may be off. None means that the body alone was signed."},
      {"sources[].from", K::text, true, false, "",
       "Addresses and networks (`10.0.0.0/8`, `2001:db8::/32`) that may send; none means any. Who is meant is the peer "
       "of the connection: behind a proxy, the proxy. `try` sends from 127.0.0.1."},
      {"sources[].auto_resolve_after", K::duration, false, false, "0s",
       "When to end an alert of which nothing was heard for so long and which names no end itself; 0 for never. A "
       "resend counts as news, so make it longer than the sender's repeat interval."},
  };
}

const std::vector<SettingField>& setting_fields() {
  static const std::vector<SettingField> fields = [] {
    std::vector<SettingField> all = own_fields();
    all.insert(all.end(), outside_fields().begin(), outside_fields().end());
    return all;
  }();
  return fields;
}

}  // namespace muster

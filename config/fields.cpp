// The table itself. A new setting is one line here and one line in bind.cpp.
#include "config/schema.h"

namespace muster {

const std::vector<SettingField>& setting_fields() {
  using K = SettingKind;
  static const std::vector<SettingField> fields = {
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
      {"alerts_channel", K::name, false, false, "alerts",
       "The channel that lists the alerts for which no incident opens."},
      {"channel_name", K::text, false, false, "inc-{number}-{slug}",
       "How an incident's channel is called. `{number}`, `{id}` (`inc-7`), `{date}`, `{service}`, `{severity}` and "
       "`{slug}` (of the title) are filled in; what no platform takes becomes `-`, a name that is taken gets a "
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
       "How long after its end an incident's channel is asked whether it shall be archived; 0 for never."},
      {"group_wait", K::duration, false, false, "30s",
       "How long the first alert of a group waits for the others, on routes where grouping is our job."},
      {"file_reactions", K::text, true, false, "pushpin,memo",
       "Reactions, as names without colons, that file a message of an incident channel in its timeline."},
      {"keep_deleted_messages", K::flag, false, false, "true",
       "Whether the record keeps the text and the files of a message that was deleted in chat; that it was deleted, "
       "when and by whom is recorded in any case."},
      {"offer_words", K::text, true, false, "",
       "Words in chat that make the bot offer to declare an incident; none means it never does."},
      {"offer_every", K::duration, false, false, "30m", "The least time between two such offers in one channel."},

      {"people[]", K::record, true, false, "", "Who works here. One entry per person, whatever handles they use."},
      {"people[].id", K::name, false, true, "", "Short and lasting; rules and the record name it."},
      {"people[].name", K::text, false, false, "", "As the person writes it."},
      {"people[].email", K::text, false, false, "", "Mail address."},
      {"people[].zone", K::zone, false, false, "UTC", "The zone in which times are shown to this person."},
      {"people[].language", K::choice, false, false, "en", "The language in which the bot answers.", "en|ko"},
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
       "Person ids, `group:NAME`, or `owners` for the owners of the incident's services."},

      {"severities[]", K::record, true, false, "", "Severities, the worst first."},
      {"severities[].name", K::name, false, true, "", "SEV1, SEV2 and so on."},
      {"severities[].meaning", K::text, false, false, "", "When to choose it."},
      {"severities[].update_every", K::duration, false, false, "0s", "How often an update is due; 0 for never."},

      {"policy[]", K::record, true, false, "",
       "Who may do what where. The first rule that matches decides; where none does, the answer is no."},
      {"policy[].name", K::text, false, false, "", "What `can` and `explain` call the rule."},
      {"policy[].who", K::text, true, true, "",
       "Person ids, `group:NAME`, `role:NAME`, `operator`, `automation`, or `\"*\"` for every person of the "
       "configuration."},
      {"policy[].verbs", K::text, true, false, "", "Commands; none or `\"*\"` means every command."},
      {"policy[].services", K::name, true, false, "", "Services; none means every service."},
      {"policy[].environments", K::name, true, false, "",
       "Environments; `protected` means every one that `environments` does not call "
       "unprotected; none means every environment."},
      {"policy[].where", K::name, true, false, "", "Channel names, `incident`, `direct`; none means everywhere."},
      {"policy[].matchers", K::matcher, true, false, "", "Alertmanager matchers over the command's arguments."},
      {"policy[].when", K::text, false, false, "",
       "A condition ([CEL](cel.md)) over `person`, `groups`, `roles`, `verb`, `service`, `environment`, `channel`, "
       "`direct`, `incident_channel`, `automation`, `operator`, `arguments` and `now`; none means always."},
      {"policy[].effect", K::choice, false, true, "", "What happens when the rule matches.",
       "run|confirm|approve|deny"},
      {"policy[].approvals", K::integer, false, false, "0", "How many other people must approve (effect `approve`)."},
      {"policy[].approve_group", K::name, false, false, "", "The group whose members may approve."},

      {"alert_routes[]", K::record, true, false, "",
       "What a firing alert does. The first route that matches decides; other alerts are listed in the alerts "
       "channel."},
      {"alert_routes[].name", K::name, false, true, "", "What the record calls the route."},
      {"alert_routes[].matchers", K::matcher, true, false, "",
       "Alertmanager matchers over the labels as sent, all must hold; none matches every alert."},
      {"alert_routes[].when", K::text, false, false, "",
       "A condition ([CEL](cel.md)) over `alert` (`title`, `body`, `status`, `severity`, `source`, `starts`, `labels`, "
       "`annotations`) and `now`; none means always."},
      {"alert_routes[].open_incident", K::flag, false, false, "false", "Whether it opens (or joins) an incident."},
      {"alert_routes[].severity", K::name, false, false, "", "The severity of the incident it opens."},

      {"sources[]", K::record, true, false, "", "Who may send alerts; `muster sources` prints the address of each."},
      {"sources[].name", K::name, false, true, "", "The source's name."},
      {"sources[].kind", K::choice, false, true, "", "What it speaks.", "alertmanager|prometheus"},
      {"sources[].secrets", K::secret, true, false, "",
       "Bearer tokens or `user:password` pairs that it sends beside the token in the address, each as `env:NAME` or "
       "`file:PATH`; at most two, for rotation."},

      {"exec_targets[]", K::record, true, false, "",
       "Services that are deployed, scaled and restarted by programs of yours ([targets](targets.md)). Each command is "
       "an absolute program path and its arguments; no shell reads them."},
      {"exec_targets[].name", K::name, false, true, "", "What plans and the record call the target."},
      {"exec_targets[].services", K::name, true, true, "", "The services it changes."},
      {"exec_targets[].environments", K::name, true, false, "", "Where; none means in every environment."},
      {"exec_targets[].status", K::text, true, false, "",
       "Prints a JSON object: `version`, `replicas`, `healthy`, `paused`, `busy`, `run`, `restarted`, "
       "`previous_version`, `revision`, `message`; what it leaves out is not known."},
      {"exec_targets[].deploy", K::text, true, false, "", "Brings `{version}` out."},
      {"exec_targets[].rollback", K::text, true, false, "",
       "Goes back to `{version}`; without it `deploy` is called with the version to go back to."},
      {"exec_targets[].scale", K::text, true, false, "", "Sets the number of copies to `{replicas}`."},
      {"exec_targets[].restart", K::text, true, false, "", "Restarts the service."},
      {"exec_targets[].pause", K::text, true, false, "", "Pauses what is rolling out."},
      {"exec_targets[].resume", K::text, true, false, "", "Lets it go on."},
      {"exec_targets[].history", K::text, true, false, "",
       "Prints a JSON list, newest first: versions, or objects with `version`, `at`, `by`, `revision`, `note`."},
      {"exec_targets[].pass_env", K::name, true, false, "",
       "Names of the bot's environment variables that the programs get; they get no others."},
      {"exec_targets[].secret_env", K::name, true, false, "",
       "The same, and their values are masked in everything that is printed."},
      {"exec_targets[].folder", K::text, false, false, "/", "The working folder, an absolute path."},
      {"exec_targets[].version_pattern", K::text, false, false, "[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}",
       "A regular expression (RE2) that a version must match as a whole."},
      {"exec_targets[].nothing_to_do", K::integer, true, false, "",
       "Exit codes that mean it was so already; 0 is success and every other code a failure."},
      {"exec_targets[].status_timeout", K::duration, false, false, "10s", "How long `status` and `history` may take."},
      {"exec_targets[].watch_every", K::duration, false, false, "2s",
       "After a change: how often `status` is asked until it is as intended."},
      {"backends[]", K::record, true, false, "",
       "Systems that are asked or told: metrics for `graph` and runbooks, logs for runbooks, an Alertmanager for "
       "`silence` ([metrics](metrics.md))."},
      {"backends[].name", K::name, false, true, "", "What `on NAME` and answers call it."},
      {"backends[].kind", K::choice, false, true, "", "What it speaks.", "prometheus|alertmanager|loki|elasticsearch"},
      {"backends[].url", K::url, false, true, "",
       "Its address, with the path prefix where there is one; Grafana's own alerts: `…/api/alertmanager/grafana`."},
      {"backends[].environments", K::name, true, false, "",
       "The environments it knows, so that `in ENV` chooses it; none means all."},
      {"backends[].secret", K::secret, false, false, "",
       "A token or `user:password`, as `env:NAME` or `file:PATH`. Elasticsearch gets a token as an API key."},
      {"backends[].ca_file", K::text, false, false, "",
       "Certificate authorities (PEM) instead of the system's; a relative path starts at the configuration folder."},
      {"backends[].tenant", K::text, false, false, "", "Sent as `X-Scope-OrgID` (Mimir, Cortex, Loki)."},
      {"backends[].index", K::text, false, false, "", "What is searched in Elasticsearch, such as `logs-*`."},
      {"backends[].timeout", K::duration, false, false, "15s", "How long one question may take."},

      {"http_allow[]", K::record, true, false, "",
       "Addresses that `http` steps of runbooks may call; everything else is refused."},
      {"http_allow[].name", K::name, false, true, "", "What answers call it."},
      {"http_allow[].url", K::url, false, true, "",
       "Scheme, host and port, compared exactly; a path narrows it to what begins with it."},
      {"http_allow[].methods", K::text, true, false, "", "Methods such as POST; none means GET and HEAD."},
      {"http_allow[].secret", K::secret, false, false, "",
       "A token or `user:password` that goes with every call there, as `env:NAME` or `file:PATH`."},
      {"http_allow[].ca_file", K::text, false, false, "", "Certificate authorities (PEM) for this address."},
      {"slack[]", K::record, true, false, "",
       "Slack workspaces ([Slack](slack.md)). With this list the variables `SLACK_…` connect nothing by themselves."},
      {"slack[].name", K::name, false, true, "",
       "What handles (`NAME:U012AB3CD`), `health` and metrics call the workspace."},
      {"slack[].bot_token", K::secret, false, true, "", "The bot token, `xoxb-…`, as `env:NAME` or `file:PATH`."},
      {"slack[].app_token", K::secret, false, true, "",
       "The app-level token for Socket Mode, `xapp-…`, as `env:NAME` or `file:PATH`."},
      {"slack[].api_url", K::url, false, false, "https://slack.com/api", "The Web API, or a gateway before it."},
      {"slack[].ca_file", K::text, false, false, "",
       "A PEM file, for a gateway with a private authority; a relative path starts at the configuration folder."},
      {"slack[].proxy", K::proxy, false, false, "", "An HTTP proxy for API and websocket (CONNECT)."},
      {"slack[].channels", K::pair, true, false, "",
       "Channels that are called otherwise there, each as `OURS=THEIRS`; what is not named has our name."},

      {"mattermost[]", K::record, true, false, "",
       "Mattermost servers ([Mattermost](mattermost.md)). With this list the variables `MATTERMOST_…` connect nothing "
       "by themselves."},
      {"mattermost[].name", K::name, false, true, "",
       "What handles (`NAME:ana.sousa`), `health` and metrics call the server."},
      {"mattermost[].url", K::url, false, true, "", "The site's address with its sub-path, without `/api/v4`."},
      {"mattermost[].token", K::secret, false, true, "", "The bot account's token, as `env:NAME` or `file:PATH`."},
      {"mattermost[].team", K::name, false, false, "", "The team; needed when the bot is in several."},
      {"mattermost[].callback_url", K::url, false, false, "",
       "Where the server reaches this bot, for buttons; without it there are none and no port has to be open."},
      {"mattermost[].ca_file", K::text, false, false, "",
       "A PEM file, for a private authority; a relative path starts at the configuration folder."},
      {"mattermost[].proxy", K::proxy, false, false, "", "An HTTP proxy for REST and websocket (CONNECT)."},
      {"mattermost[].channels", K::pair, true, false, "",
       "Channels that are called otherwise there, each as `OURS=THEIRS`; what is not named has our name."},
  };
  return fields;
}

}  // namespace muster

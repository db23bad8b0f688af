// Slack's own Node clients against the double: what they accept, the double does as Slack would.
// usage: CLIENT_MODULES=folder node faithful.mjs path/to/slack_double
import assert from 'node:assert/strict';
import { about, finished, order, passed, require } from './double.mjs';

const { WebClient } = require('@slack/web-api');
const { SocketModeClient } = require('@slack/socket-mode');

const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => 'error', setName() {} };
const web = new WebClient(about.bot_token, { slackApiUrl: about.api, logger: quiet });
const socket = new SocketModeClient({
  appToken: about.app_token,
  logger: quiet,
  clientOptions: { slackApiUrl: about.api, logger: quiet },
});

const heard = [];
const waiting = [];
let answerTo = () => undefined;  // what an acknowledgement carries
socket.on('slack_event', async ({ ack, body, type, envelope_id }) => {
  await ack(answerTo(body));
  heard.push({ type, body, envelope_id });
  for (const w of waiting.splice(0)) w();
});
const until = async (what, test) => {
  const end = Date.now() + 40000;
  while (!(await test())) {
    assert.ok(Date.now() < end, 'in time: ' + what);
    await order('tick');  // what was not acknowledged is delivered again
    await Promise.race([new Promise((r) => waiting.push(r)), new Promise((r) => setTimeout(r, 500))]);
  }
};

const me = await web.auth.test();
assert.equal(me.ok, true);
assert.match(me.bot_id, /^B/);
passed('auth.test');

await assert.rejects(new WebClient('xoxb-wrong', { slackApiUrl: about.api, logger: quiet }).auth.test(), /invalid_auth/);
passed('a wrong token is an error of the platform');

await socket.start();
passed('apps.connections.open and hello');

const posted = await web.chat.postMessage({
  channel: about.channel,
  text: 'hello',
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'hello' } },
           { type: 'actions', elements: [{ type: 'button', action_id: 'say:0', value: 'lead me', text: { type: 'plain_text', text: 'I lead' } }] }],
  metadata: { event_type: 'muster_post', event_payload: { id: 'm1' } },
});
assert.match(posted.ts, /^\d{10}\.\d{6}$/);
await until('our own post comes back', () => heard.some((h) => h.body.event?.ts === posted.ts));
passed('a post comes back as an event and is acknowledged');

const edited = await web.chat.update({ channel: about.channel, ts: posted.ts, text: 'hello again', blocks: [] });
assert.equal(edited.ts, posted.ts);
await until('the edit', () => heard.some((h) => h.body.event?.subtype === 'message_changed'));
passed('an edit is message_changed');

const ts = await order('say general !status');
await until('what a person says', () => heard.some((h) => h.body.event?.ts === ts && h.body.event.user === 'U1'));
passed('what a person says arrives');

const history = await web.conversations.history({ channel: about.channel, include_all_metadata: true, limit: 10 });
assert.equal(history.messages[0].ts, ts);
assert.equal(history.messages.find((m) => m.ts === posted.ts).metadata.event_payload.id, 'm1');
passed('the history is newest first and keeps metadata');

const made = await web.conversations.create({ name: 'inc-7-checkout' });
assert.equal(made.channel.name, 'inc-7-checkout');
await assert.rejects(web.conversations.create({ name: 'inc-7-checkout' }), /name_taken/);
await assert.rejects(web.conversations.create({ name: 'No Capitals' }), /invalid_name_specials/);
await web.conversations.setTopic({ channel: made.channel.id, topic: 'sev2' });
passed('channels: made, taken, badly named, with a topic');

const names = [];
for await (const page of web.paginate('conversations.list', { limit: 2 })) names.push(...page.channels.map((c) => c.name));
assert.ok(names.includes('general') && names.includes('inc-7-checkout'), 'all pages: ' + names);
passed('lists come in pages');

await web.pins.add({ channel: about.channel, timestamp: posted.ts });
await assert.rejects(web.pins.add({ channel: about.channel, timestamp: posted.ts }), /already_pinned/);
const pins = await web.pins.list({ channel: about.channel });
assert.deepEqual(pins.items.map((i) => [i.type, i.message.ts, i.created_by]), [['message', posted.ts, me.user_id]]);
await web.reactions.add({ channel: about.channel, timestamp: posted.ts, name: 'eyes' });
const marked = await web.reactions.get({ channel: about.channel, timestamp: posted.ts, full: true });
assert.deepEqual(marked.message.reactions, [{ name: 'eyes', count: 1, users: [me.user_id] }]);
await assert.rejects(web.reactions.get({ channel: about.channel, timestamp: '1.000001' }), /message_not_found/);
passed('pins and reactions');

await order('limit chat.postMessage 1');
const started = Date.now();
await web.chat.postMessage({ channel: made.channel.id, text: 'after the limit' });
assert.ok(Date.now() - started >= 900, 'the client waited as long as Retry-After said');
passed('429 with Retry-After is obeyed by the client');

const file = await web.filesUploadV2({ channel_id: about.channel, filename: 'a.txt', content: 'three bytes and more' });
assert.equal(file.ok, true);
passed('a file in three steps');

let connections = 0;
socket.on('connected', () => {
  connections += 1;
  for (const w of waiting.splice(0)) w();
});
await order('refresh');
await order('cut');  // Slack closes what it announced
await until('the client is connected again', () => connections > 0);
const later = await order('say general after a refresh');
await until('a message after a refresh', () => heard.some((h) => h.body.event?.ts === later));
passed('refresh_requested: the client connects again');

await order('slash general declare');
const trigger = () => heard.findLast((h) => h.type === 'slash_commands')?.body.trigger_id;
await until('a slash command', trigger);
const view = {
  type: 'modal', callback_id: 'muster_form', private_metadata: '{}',
  title: { type: 'plain_text', text: 'Declare' }, submit: { type: 'plain_text', text: 'Send' },
  blocks: [{ type: 'input', block_id: 'title', label: { type: 'plain_text', text: 'What' },
    element: { type: 'plain_text_input', action_id: 'value', max_length: 3000 } }],
};
const open = await web.views.open({ trigger_id: trigger(), view });
assert.match(open.view.id, /^V/);
await assert.rejects(web.views.open({ trigger_id: trigger(), view }), /exchanged_trigger_id/);
await assert.rejects(web.views.open({ trigger_id: 'no such', view }), /invalid_trigger_id/);
passed('views.open: once for each trigger');

const sent = () => heard.filter((h) => h.body.type === 'view_submission');
answerTo = (body) => (body.type === 'view_submission' ? { response_action: 'errors', errors: { title: 'too short' } } : undefined);
assert.equal(await order('form title=x'), true);
await until('the form', () => sent().length === 1);
assert.equal(sent()[0].body.view.state.values.title.value.value, 'x');
await until('the errors', async () => (await order('views'))[0].errors?.title === 'too short');
passed('view_submission: an acknowledgement with errors keeps the modal open');

answerTo = () => undefined;
assert.equal(await order('form title=longer'), true);
await until('the form again', () => sent().length === 2);
await until('the modal is closed', async () => (await order('views')).length === 0);
passed('view_submission: an empty acknowledgement closes it');

await socket.disconnect();
finished();

// A small app of @slack/bolt against the double: a slash command that opens a modal, a submission that is refused and
// then accepted, a button, and user groups. What Bolt takes, the double sends as Slack would.
// usage: CLIENT_MODULES=folder node bolt.mjs path/to/slack_double
import assert from 'node:assert/strict';
import { about, finished, order, passed, require } from './double.mjs';

const { App, LogLevel } = require('@slack/bolt');

const until = async (what, test) => {
  for (const end = Date.now() + 20000; !(await test());) {
    assert.ok(Date.now() < end, 'in time: ' + what);
    await order('tick');
    await new Promise((r) => setTimeout(r, 20));
  }
};

const app = new App({
  token: about.bot_token,
  appToken: about.app_token,
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: about.api },
});
let submitted = [], pressed = [];
app.command('/muster', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: {
    type: 'modal', callback_id: 'muster_form', private_metadata: '{}',
    title: { type: 'plain_text', text: 'Declare' }, submit: { type: 'plain_text', text: 'Send' },
    blocks: [{ type: 'input', block_id: 'title', label: { type: 'plain_text', text: 'What' },
      element: { type: 'plain_text_input', action_id: 'value', max_length: 3000 } }] } });
});
app.view('muster_form', async ({ ack, view, body }) => {
  const title = view.state.values.title.value.value;
  submitted.push([body.user.id, title]);
  if (title.length < 4) return ack({ response_action: 'errors', errors: { title: 'too short' } });
  return ack();
});
app.action('say:0', async ({ ack, action }) => {
  await ack();
  pressed.push(action.value);
});
await app.start();
passed('Bolt starts in Socket Mode');

await order('slash general declare');
await until('the modal', async () => (await order('views')).length === 1);
passed('a slash command opens a modal');
assert.equal(await order('form title=x'), true);
await until('the error', async () => (await order('views'))[0]?.errors?.title === 'too short');
assert.equal(await order('form title=longer'), true);
await until('the modal is gone', async () => (await order('views')).length === 0);
assert.deepEqual(submitted, [['U1', 'x'], ['U1', 'longer']]);
passed('a modal is refused field by field, then closes');

await app.client.chat.postMessage({ channel: about.channel, text: 'who leads', blocks: [
  { type: 'actions', elements: [{ type: 'button', action_id: 'say:0', value: 'lead me', text: { type: 'plain_text', text: 'I lead' } }] }] });
await order('press general lead me');
await until('the press', async () => pressed.length === 1);
assert.deepEqual(pressed, ['lead me']);
passed('a button that was pressed');

const group = (await app.client.usergroups.list()).usergroups.find((g) => g.handle === 'sre');
assert.deepEqual((await app.client.usergroups.users.list({ usergroup: group.id })).users, ['U1', 'U2']);
await assert.rejects(app.client.usergroups.users.list({ usergroup: 'S404' }), /no_such_subteam/);
passed('user groups and who is in them');

await app.stop();
finished();

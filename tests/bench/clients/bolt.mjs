// A bot of @slack/bolt with one command, whose answer is of the shape of ours. It keeps nothing.
// environment: CLIENT_MODULES, ANSWER (a file: text and blocks), SLACK_API_URL, SLACK_APP_TOKEN, SLACK_BOT_TOKEN
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(process.env.CLIENT_MODULES + '/');
const { App, LogLevel } = require('@slack/bolt');
const answer = JSON.parse(readFileSync(process.env.ANSWER, 'utf8'));

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});
app.message(/^!status$/, async ({ message, client }) => {
  await client.chat.postMessage({ channel: message.channel, ...answer });
});
await app.start();

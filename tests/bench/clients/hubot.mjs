// A Hubot with its Slack adapter and one command, whose answer is of the shape of ours. It keeps nothing.
// environment: CLIENT_MODULES, ANSWER (a file: text and blocks), SLACK_API_URL, SLACK_APP_TOKEN, SLACK_BOT_TOKEN
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

process.env.HUBOT_LOG_LEVEL = 'error';
const modules = process.env.CLIENT_MODULES + '/node_modules/';
const adapters = modules + '@hubot-friends/hubot-slack/';
const { Robot } = await import(pathToFileURL(modules + 'hubot/index.mjs'));
const { SlackBot } = await import(pathToFileURL(adapters + 'src/Bot.mjs'));
const { WebClient } = createRequire(adapters)('@slack/web-api');
const answer = JSON.parse(readFileSync(process.env.ANSWER, 'utf8'));

const slackApiUrl = process.env.SLACK_API_URL;
const robot = new Robot(null, false, 'muster');
// As the adapter makes its own client, but pointed at the double.
robot.adapter = new SlackBot(robot, {
  appToken: process.env.SLACK_APP_TOKEN,
  botToken: process.env.SLACK_BOT_TOKEN,
  web: new WebClient(process.env.SLACK_BOT_TOKEN, { maxRequestConcurrency: 1, logLevel: 'error', slackApiUrl }),
  socketModeOptions: { logLevel: 'error', clientOptions: { slackApiUrl } },
});
robot.hear(/^!status$/, (res) => res.send({ ...answer }));
await robot.run();

// The double as a child process, for what runs a vendor's client against it: `about` has its addresses and tokens, and
// `order` gives it one command and returns its answer. argv[2] is the path to slack_double.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

export const require = createRequire(process.env.CLIENT_MODULES + '/');

const double = spawn(process.argv[2], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: double.stdout })[Symbol.asyncIterator]();
const next = async () => JSON.parse((await lines.next()).value);
export const about = await next();
export const order = async (text) => {
  double.stdin.write(text + '\n');
  return next();
};
export const passed = (what) => console.log('ok    ' + what);
export const finished = () => {
  double.stdin.end();
  console.log('all passed');
  process.exit(0);
};

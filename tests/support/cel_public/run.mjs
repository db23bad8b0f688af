// The public conformance cases of CEL (google/cel-spec, tests/simple, as @bufbuild/cel-spec packs them) through
// `muster cel --jsonl`. Prints a line for each file, and every case that differs. A case that makes, takes or yields a
// protocol-buffer message other than google.protobuf's own is out of scope: muster's CEL is for JSON-like data.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const [modules, muster, wanted] = process.argv.slice(2);
const { tests } = createRequire(modules + '/')('@bufbuild/cel-spec/testdata/conformance.js');
const files = ['basic', 'comparisons', 'conversions', 'fields', 'lists', 'fp_math', 'integer_math', 'logic', 'macros',
  'macros2', 'parse', 'plumbing', 'string', 'string_ext', 'timestamps', 'math_ext'];

const known = 'type.googleapis.com/google.protobuf.';
const foreign = /TestAllTypes|NestedTestAllTypes|GlobalEnum|google\.protobuf\.Any\b/;
const outOfScope = (c) => foreign.test(JSON.stringify([c.expr, c.value, c.bindings, c.typeEnv, c.typedResult]));

function tagged(v) {
  if ('int64Value' in v) return { int64: String(v.int64Value) };
  if ('uint64Value' in v) return { uint64: String(v.uint64Value) };
  if ('doubleValue' in v) return { double: v.doubleValue };
  if ('boolValue' in v) return { bool: v.boolValue };
  if ('stringValue' in v) return { string: v.stringValue };
  if ('bytesValue' in v) return { bytes: v.bytesValue };
  if ('nullValue' in v) return { null: null };
  if ('typeValue' in v) return { type: v.typeValue };
  if ('listValue' in v) return { list: (v.listValue.values ?? []).map(tagged) };
  if ('mapValue' in v) return { map: (v.mapValue.entries ?? []).map((e) => [tagged(e.key), tagged(e.value)]) };
  if ('objectValue' in v) return message(v.objectValue);
  throw new Error('no such value: ' + JSON.stringify(v));
}

function plain(json) {
  if (json === null) return { null: null };
  if (Array.isArray(json)) return { list: json.map(plain) };
  if (typeof json === 'object') return { map: Object.entries(json).map(([k, x]) => [{ string: k }, plain(x)]) };
  return { [{ boolean: 'bool', number: 'double', string: 'string' }[typeof json]]: json };
}

function message(m) {
  const name = m['@type'].replace(known, ''), v = m.value;
  if (name === 'Timestamp') return { timestamp: v };
  if (name === 'Duration') return { duration: v };
  if (/^U?Int(32|64)Value$/.test(name)) return { [name[0] === 'U' ? 'uint64' : 'int64']: String(v) };
  if (/^(Float|Double)Value$/.test(name)) return { double: v };
  if (name === 'BoolValue') return { bool: v };
  if (name === 'StringValue') return { string: v };
  if (name === 'BytesValue') return { bytes: v };
  if (/^(Struct|ListValue|Value)$/.test(name)) return plain(v ?? null);
  throw new Error('no such message: ' + m['@type']);
}

// Maps have no order; a NaN is any NaN.
function same(a, b) {
  const kind = Object.keys(a)[0];
  if (!(kind in b)) return false;
  const x = a[kind], y = b[kind];
  if (kind === 'list') return x.length === y.length && x.every((v, i) => same(v, y[i]));
  if (kind === 'map')
    return x.length === y.length && x.every(([k, v]) => y.some(([l, w]) => same(k, l) && same(v, w)));
  if (kind === 'double') return Number(x) === Number(y) || (Number.isNaN(Number(x)) && Number.isNaN(Number(y)));
  if (kind === 'timestamp') return Date.parse(x) === Date.parse(y) && fraction(x) === fraction(y);
  if (kind === 'duration') return seconds(x) === seconds(y);
  if (kind === 'bytes') return Buffer.from(x, 'base64').equals(Buffer.from(y, 'base64'));
  return x === y;
}
const fraction = (t) => (/\.(\d+)/.exec(t)?.[1] ?? '').replace(/0+$/, '');
const seconds = (d) => d.replace(/(\.\d*?)0*s$/, '$1s').replace(/\.s$/, 's');

function cases(suite, file, at, all) {
  for (const t of suite.tests ?? []) all.push({ ...t.original, file, name: `${at}/${t.original.name}` });
  for (const s of suite.suites ?? []) cases(s, file || s.name, file ? `${at}/${s.name}` : s.name, all);
  return all;
}

const all = cases(tests, '', '', []).filter((c) => files.includes(c.file) && !c.checkOnly);
const inside = all.filter((c) => !outOfScope(c));
const lines = inside.map((c) => JSON.stringify({
  expr: c.expr,
  ...(c.container ? { container: c.container } : {}),
  bindings: Object.fromEntries(Object.entries(c.bindings ?? {}).map(([k, v]) => [k, tagged(v.value)])),
}));
const run = spawnSync(muster, ['cel', '--jsonl'], { input: lines.join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 28 });
if (run.status !== 0) throw new Error(`muster cel ended with ${run.status}: ${run.stderr}`);
const answers = run.stdout.trim().split('\n').map((l) => JSON.parse(l));
if (answers.length !== inside.length) throw new Error(`${inside.length} cases, ${answers.length} answers`);

const table = new Map(files.map((f) => [f, { good: 0, of: 0, out: all.filter((c) => c.file === f && outOfScope(c)).length }]));
inside.forEach((c, i) => {
  const want = c.value ?? c.typedResult?.result ?? (c.evalError ? null : { boolValue: true });
  const good = want === null ? 'error' in answers[i] : 'value' in answers[i] && same(tagged(want), answers[i].value);
  table.get(c.file).of++;
  if (good) table.get(c.file).good++;
  else console.log(`differs: ${c.name}: ${c.expr}\n  wanted ${want === null ? 'an error' : JSON.stringify(tagged(want))}, got ${JSON.stringify(answers[i])}`);
});
let good = 0, of = 0;
for (const [file, n] of table) {
  console.log(`${file}: ${n.good} of ${n.of}${n.out ? `, ${n.out} with messages left out` : ''}`);
  good += n.good;
  of += n.of;
}
const share = (100 * good) / of;
console.log(`together: ${good} of ${of}, ${share.toFixed(2)} %`);
process.exitCode = of > 1000 && share >= Number(wanted) ? 0 : 1;

#!/usr/bin/env bash
# What README.md and docs/*.md tell people to type is typed, into a real sandbox. A block that cannot run here is named
# in `skipped` with the reason; a new block runs without being listed. Chat lines have to be understood: the state of
# the sandbox may refuse them, the grammar may not. What a block prints after `$ command` is compared.
. "$(dirname "$0")/lib.sh" || exit 1
need python3 curl jq

start_bot "$work/var" --sandbox
webhooks=$(door alertmanager "$work/var")
for n in $(seq 12); do
  curl -s -m 20 -o /dev/null -X POST -H 'Content-Type: application/json' -d "$(webhook "Sample$n" info)" "$webhooks"
done
for n in $(seq 7); do
  "$muster" say --data "$work/var" --as ana "declare sev3 Search is stale $n for search" >/dev/null || die "declare $n"
  "$muster" say --data "$work/var" --as ana "note INC-$n seen by 서울 팀" >/dev/null
done
"$muster" say --data "$work/var" --as ana "note INC-7 Kim Minji of Hongdae-ro 12" >/dev/null
"$muster" say --data "$work/var" --as ana "note INC-7 the index is late" >/dev/null
prometheus=$(door prometheus "$work/var")

MUSTER=$muster WORK=$work SOURCE=$source_dir ADDRESS=$address PROMETHEUS=${prometheus%/api/v2/alerts} python3 - <<'PY'
import glob, os, re, shutil, subprocess, sys

muster, work, source = (os.environ[k] for k in ('MUSTER', 'WORK', 'SOURCE'))
skipped = {  # the beginning of a block: why it does not run here
    'make run ': 'builds the program, which runs this test',
    'make build\n': 'builds and installs the program',
    'MATTERMOST_URL=': 'needs a server; mattermost.sh has one',
    'MATTERMOST_ADMIN_TOKEN=': 'needs a server; mattermost.sh has one',
    'SLACK_APP_TOKEN=': 'needs Slack; slack.sh has its double',
    'SLACK_SIGNING_SECRET=': 'needs Slack; slack_http.sh has its double',
    'muster say built ': 'needs a repository with these versions; the command without git is in the transcripts',
    'muster postmortem INC-7 --format md|html|json': 'a usage line; its formats are run elsewhere',
    'room: http://': 'what the bot prints',
}
if not shutil.which('amtool'):
    skipped['amtool '] = 'needs amtool'

os.makedirs(f'{work}/etc/runbooks'); os.makedirs(f'{work}/backups'); os.makedirs(f'{work}/bin')
os.symlink(muster, f'{work}/bin/muster')
with open(f'{work}/etc/muster.yaml', 'w', encoding='utf-8') as f:  # what the shipped runbooks name
    f.write('people:\n  - {id: ana, handles: [room:ana], groups: [oncall]}\n'
            '  - {id: ben, handles: [room:ben], groups: [oncall]}\n')
env = dict(os.environ, PATH=f'{work}/bin:' + os.environ['PATH'], LC_ALL='C.UTF-8')
here = {'/backups/': f'{work}/backups/', '/usr/local/share/muster/runbooks/': f'{source}/runbooks/catalogue/',
        '/etc/muster': f'{work}/etc',
        'http://127.0.0.1:8080/in/prometheus/TOKEN': os.environ['PROMETHEUS']}

def run(command):
    for old, new in here.items():
        command = command.replace(old, new)
    data = f'{work}/restored' if ' restore ' in command else f'{work}/var'
    command = command.replace('/var/lib/muster', data)
    r = subprocess.run(['bash', '-c', command], cwd=work, env=env, capture_output=True, text=True, timeout=30)
    return r.returncode, r.stdout, r.stderr

failures = ran = left_out = 0

def check(what, good, told):
    global failures
    if not good:
        failures += 1
        print(f'FAIL  {what}\n      {told.strip()[:400]}')

def chat(place, line):
    line = re.split(r'\s{2,}', line.strip())[0]
    change = line.split()[0] in ('deploy', 'promote', 'rollback', 'scale', 'restart', 'at', 'every')
    line = ('plan ' if change else '') + line
    code, out, err = run_say(line)
    told = out + err
    wrong = re.search(r'explain `?(usage|unknown-command|unclosed|too-long|empty)|I do not know `', told)
    check(f'{place}: {line}', not wrong, told)

def run_say(line):
    r = subprocess.run([muster, 'say', '--data', f'{work}/var', '--as', 'ana', line], capture_output=True, text=True, timeout=30)
    return r.returncode, r.stdout, r.stderr

def session(place, text):  # "$ command", then what it prints
    for part in re.split(r'^\$ ', text, flags=re.M)[1:]:
        lines = part.split('\n')
        n = 1
        while lines[n - 1].endswith('\\'):
            n += 1
        code, out, err = run('\n'.join(lines[:n]))
        check(f'{place}: {lines[0]}', (out + err).strip() == '\n'.join(lines[n:]).strip(), out + err)

def shell(place, text):
    for line in re.sub(r'\\\n\s*', '', text).strip().split('\n'):
        code, out, err = run(line)
        check(f'{place}: {line}', code == 0, out + err)
        said = re.search(r'# (\d+ runbooks?: .*)$', line)
        if said:
            check(f'{place}: {line}', said[1] in out, out)

for path in [f'{source}/README.md'] + sorted(glob.glob(f'{source}/docs/*.md')):
    text = open(path, encoding='utf-8').read()
    if path.endswith('/runbooks.md'):  # the files that its commands are about stand in it
        for name, start in (('queue-check.yaml', 'runbook: queue-check'), ('queue-check.test.yaml', 'tests_for: queue-check')):
            body = re.search(r'```yaml\n(' + start + r'.*?)```', text, re.S)[1]
            open(f'{work}/{name}', 'w', encoding='utf-8').write(body)
    for m in re.finditer(r'^```(\w*)\n(.*?)^```', text, re.S | re.M):
        block = m[2]
        if m[1] not in ('', 'sh', 'console', 'shell', 'bash'):
            continue
        place = f'{os.path.basename(path)}:{text[:m.start()].count(chr(10)) + 2}'
        reason = next((why for start, why in skipped.items() if block.startswith(start)), None)
        if reason:
            left_out += 1
            print(f'left  {place}: {reason}')
            continue
        ran += 1
        if block.startswith('$ '):
            session(place, block)
        elif m[1] == '':
            for line in block.strip().split('\n'):
                chat(place, line)
        else:
            shell(place, block)
print(f'{ran} blocks ran, {left_out} were left out')
if ran < 15:
    failures += 1
    print('FAIL  the blocks were not found')
sys.exit(1 if failures else 0)
PY
equal "what the documentation tells people to type works" 0 $?
finish

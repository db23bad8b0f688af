#!/usr/bin/env bash
# More connections than the server takes, of peers that never say a whole request: the limit holds, the newcomer takes
# the place of one of them, who is at work is served as before, and when the crowd is gone the next one gets in.
. "$(dirname "$0")/lib.sh" || exit 1
need python3 curl

start_bot "$work/data" --sandbox
login=$(sed -n 's/^room: //p' "$log")
MUSTER=$muster DATA=$work/data LOGIN=$login PID=$bot python3 - <<'PY'
import http.client, json, os, resource, socket, subprocess, sys, time, urllib.parse
resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
url = urllib.parse.urlsplit(os.environ['LOGIN'])
host, port = url.hostname, url.port
failures = 0

def check(what, good, told=''):
    global failures
    print(('ok    ' if good else 'FAIL  ') + what + ('' if good else f': {told}'))
    failures += not good

def ask(c, method, path, body=None, headers={}):
    c.request(method, path, body, headers)
    r = c.getresponse()
    return r.status, r.read(), r

page = http.client.HTTPConnection(host, port, timeout=20)
_, _, r = ask(page, 'GET', url.path + '?' + url.query)
cookie = {'Cookie': r.getheader('Set-Cookie').split(';')[0]}
state = json.loads(ask(page, 'GET', '/room/state', headers=cookie)[1])
stream = socket.create_connection((host, port), timeout=20)
stream.sendall(f'GET /room/events HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie["Cookie"]}\r\nAccept: text/event-stream\r\n\r\n'.encode())
check('the event stream opens', b'200' in stream.recv(4096))

crowd = []
def come(n):
    for _ in range(n):
        s = socket.create_connection((host, port), timeout=20)
        s.sendall(b'GET /healthz HTTP/1.1\r\nHost: x\r\n')  # and never the rest
        crowd.append(s)

come(515)  # with the two above: a few more than there is room for
late = socket.create_connection((host, port), timeout=20)
late.sendall(f'GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n'.encode())
answer = late.recv(4096)
check('one more is served: who says nothing gives way', b' 200 ' in answer, answer)
come(1000)
files = len(os.listdir(f'/proc/{os.environ["PID"]}/fd'))
check('the limit holds: the bot has few more open files than connections allowed', files < 512 + 100, files)

say = json.dumps({'channel': '#muster', 'thread': '', 'text': 'status'})
headers = dict(cookie, **{'Content-Type': 'application/json', 'X-Muster-CSRF': state['csrf']})
status, body, _ = ask(page, 'POST', '/room/say', say, headers)
check('who has a connection is answered', status == 200, (status, body))
heard = b''
while b'status' not in heard:
    more = stream.recv(65536)
    if not more: break
    heard += more
check('and hears of it on the stream', b'status' in heard, heard)
said = subprocess.run([os.environ['MUSTER'], 'say', '--data', os.environ['DATA'], 'health', '--json'],
                      capture_output=True, text=True, timeout=20)
check('scripts are answered through the socket', said.returncode == 0 and json.loads(said.stdout)['ready'], said.stdout + said.stderr)
for s in crowd: s.close()
until = time.monotonic() + 20
status = None
while status != 200 and time.monotonic() < until:
    try:
        status = ask(http.client.HTTPConnection(host, port, timeout=5), 'GET', '/healthz')[0]
    except (OSError, http.client.HTTPException):
        status = None
check('when the crowd is gone the next one gets in', status == 200, status)
sys.exit(1 if failures else 0)
PY
equal "a crowd at the door" 0 $?
finish

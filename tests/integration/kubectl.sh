#!/usr/bin/env bash
# kubectl, the vendor's own client, against the double: what it accepts, the double does as a cluster would.
# usage: kubectl.sh path/to/kubernetes_double
set -u
double=$1
skip() { echo "skipped: $1"; exit 77; }
command -v kubectl >/dev/null || skip "kubectl is not installed (Debian: kubernetes-client)"
command -v jq >/dev/null || skip "jq is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
coproc DOUBLE { "$double"; }
read -r hello <&"${DOUBLE[0]}"
jq -r .kubeconfig <<<"$hello" >"$work/kubeconfig"
export KUBECONFIG=$work/kubeconfig HOME=$work
failures=0
checks=0
tell() { echo "$*" >&"${DOUBLE[1]}"; read -r answer <&"${DOUBLE[0]}"; }
field() { tell "show $1 $2"; jq -r "$3" <<<"$answer"; }
k() { timeout 60 kubectl --request-timeout=20s "$@" >"$work/out" 2>&1; }
is() { # what, wanted, got
  checks=$((checks + 1))
  [ "$2" = "$3" ] && return
  failures=$((failures + 1))
  echo "FAILED: $1: wanted '$2', got '$3'; kubectl said:"
  cat "$work/out"
}
ok() { local what=$1; shift; k "$@"; is "$what" 0 $?; }
says() { is "$1" yes "$(grep -q -- "$2" "$work/out" && echo yes || echo no)"; }
image() { field deployments shop '.spec.template.spec.containers[0].image'; }

kubectl version --client 2>/dev/null | head -1
ok "set image" set image deployment/shop app=registry.example.com/shop:1.1
is "the image after set image" registry.example.com/shop:1.1 "$(image)"
ok "rollout status after set image" rollout status deployment/shop --timeout=30s
says "it is rolled out" "successfully rolled out"
is "all of the new are there" 3 "$(field deployments shop .status.updatedReplicas)"
is "the generation was seen" "$(field deployments shop .metadata.generation)" "$(field deployments shop .status.observedGeneration)"

ok "scale" scale deployment/shop --replicas=5
is "the number after scale" 5 "$(field deployments shop .spec.replicas)"
ok "rollout status after scale" rollout status deployment/shop --timeout=30s
ok "scale if it is so now" scale deployment/shop --current-replicas=5 --replicas=4
k scale deployment/shop --current-replicas=9 --replicas=1
is "scale refuses when it is not so" 1 $?
is "the number stays" 4 "$(field deployments shop .spec.replicas)"
ok "scale a StatefulSet" scale statefulset/ledger --replicas=3
ok "rollout status of a StatefulSet" rollout status statefulset/ledger --timeout=30s

tell autoscale cart 2 9
ok "raise an autoscaler's minimum" patch horizontalpodautoscaler cart --type merge -p '{"spec":{"minReplicas":4}}'
is "its minimum" 4 "$(field horizontalpodautoscalers cart .spec.minReplicas)"
ok "rollout status after that" rollout status deployment/cart --timeout=30s
is "the number that it asks for" 4 "$(field deployments cart .spec.replicas)"
k patch horizontalpodautoscaler cart --type merge -p '{"spec":{"minReplicas":10}}'
is "a minimum above the maximum is refused" 1 $?
says "for the reason that a cluster gives" "must be greater than or equal to"

ok "history" rollout history deployment/shop
says "the second revision is listed" "^2 "
ok "undo" rollout undo deployment/shop
is "the image after undo" registry.example.com/shop:1.0 "$(image)"
ok "rollout status after undo" rollout status deployment/shop --timeout=30s
is "an old template gets a new number" 3 "$(field deployments shop '.metadata.annotations["deployment.kubernetes.io/revision"]')"
is "the hash label is not in the template" null "$(field deployments shop '.spec.template.metadata.labels["pod-template-hash"]')"
ok "undo to a revision" rollout undo deployment/shop --to-revision=2
is "the image after undo to a revision" registry.example.com/shop:1.1 "$(image)"
k rollout undo deployment/shop --to-revision=77
is "undo to a revision that is not there" 1 $?

ok "pause" rollout pause deployment/shop
is "it is paused" true "$(field deployments shop .spec.paused)"
k rollout undo deployment/shop
is "undo of a paused one is refused" 1 $?
ok "set image while paused" set image deployment/shop app=registry.example.com/shop:1.2
ok "resume" rollout resume deployment/shop
is "it is not paused any more" null "$(field deployments shop .spec.paused)"
ok "rollout status after resume" rollout status deployment/shop --timeout=30s
is "the image after resume" registry.example.com/shop:1.2 "$(image)"

ok "restart" rollout restart deployment/shop
ok "rollout status after restart" rollout status deployment/shop --timeout=30s
is "restartedAt is set" yes "$(field deployments shop '.spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"] | if . then "yes" else "no" end')"
ok "restart a DaemonSet" rollout restart daemonset/agent
ok "rollout status of a DaemonSet" rollout status daemonset/agent --timeout=30s
ok "set image of a StatefulSet" set image statefulset/ledger app=registry.example.com/ledger:8
ok "rollout status of the StatefulSet" rollout status statefulset/ledger --timeout=30s
ok "undo of a StatefulSet" rollout undo statefulset/ledger
is "the StatefulSet's image after undo" registry.example.com/ledger:7 "$(field statefulsets ledger '.spec.template.spec.containers[0].image')"

# What a stage of a change sends: so many new pods beside the old ones, held until the fields are as they were.
held='"minReadySeconds":31536000,"progressDeadlineSeconds":2147483647,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}'
new='"template":{"spec":{"containers":[{"name":"app","image":"registry.example.com/shop:1.3"}]}}'
ok "a patch that holds a part" patch deployment/shop -p "{\"spec\":{$held,$new}}"
k rollout status deployment/shop --timeout=3s
is "rollout status waits for what is held" 1 $?
is "one pod is new" 1 "$(field deployments shop .status.updatedReplicas)"
is "all the old ones are there" 4 "$(field deployments shop .status.availableReplicas)"
k patch deployment/shop -p '{"spec":{"progressDeadlineSeconds":600}}'
is "a deadline before the pods count is refused" 1 $?
ok "a patch that lets it go" patch deployment/shop -p '{"spec":{"minReadySeconds":null,"progressDeadlineSeconds":600,"strategy":{"rollingUpdate":{"maxSurge":null,"maxUnavailable":null}}}}'
ok "rollout status after it was let go" rollout status deployment/shop --timeout=30s
ok "undo of it" rollout undo deployment/shop
is "the image before the stages" registry.example.com/shop:1.2 "$(image)"
ok "rollout status after the undo" rollout status deployment/shop --timeout=30s

# An old kubectl first asks for a document of all types, which the double does not have.
k set image deployment/shop app=registry.example.com/shop:9 --dry-run=server
code=$?
if grep -q openapi "$work/out"; then echo "not tried: a dry run, with this kubectl"; else is "a dry run on the server" 0 $code; fi
is "a dry run changes nothing" registry.example.com/shop:1.2 "$(image)"
tell "sick registry.example.com/shop:bad ImagePullBackOff"
ok "set an image that cannot be pulled" set image deployment/shop app=registry.example.com/shop:bad
k rollout status deployment/shop --timeout=3s
is "a rollout that hangs is waited for in vain" 1 $?
ok "undo a rollout that hangs" rollout undo deployment/shop
ok "rollout status after that" rollout status deployment/shop --timeout=30s
tell "forbid patch deployments"
k set image deployment/shop app=registry.example.com/shop:2
is "what is forbidden is refused" 1 $?
says "kubectl shows why" "cannot patch resource"
tell "allow"
k get deployment nobody -o json
says "what is not there is told so" 'deployments.apps "nobody" not found'

double_pid=$DOUBLE_PID  # the shell forgets it as soon as the double has ended
eval "exec ${DOUBLE[1]}>&-"
wait "$double_pid" 2>/dev/null
echo "$((checks - failures)) passed, $failures failed"
[ "$failures" = 0 ]

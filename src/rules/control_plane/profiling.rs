//! `profiling`

use super::tools::{Require, Want, require};
use crate::apiserver::catalogue::Component;
use crate::rules::facts::Plane;
use crate::rules::rule::{Category, Rule, RuleKind, Safety, Severity, cis, stig};
use crate::rules::sink::SetSink;

pub(super) static RULE: Rule = Rule {
    id: "profiling",
    summary: "a program of the control plane serves profiles of itself",
    severity: Severity::Low,
    category: Category::Hardening,
    on: true,
    controls: &[cis("1.2.15"), cis("1.3.2"), cis("1.4.1"), stig("V-242409")],
    why: "With profiling on, which is the default, `/debug/pprof` of the program gives away its memory and its inner \
          workings, and makes it busy for as long as the caller likes. Who debugs can switch it on for that time.",
    prevents: "Whoever gets past authorization there learns less, and cannot slow the control plane down.",
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --enable-admission-plugins=NodeRestriction
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.36.2
      command:
        - kube-apiserver
        - --profiling=false
",
    fix: Some(Safety::Safe),
    check: RuleKind::ControlPlane(check),
};

const REQUIRED: [Require; 3] = [
    Require {
        program: Component::ApiServer,
        name: "profiling",
        want: Want::Is(false),
        with: None,
        otherwise: "serves profiles of itself at /debug/pprof",
    },
    Require {
        program: Component::ControllerManager,
        name: "profiling",
        want: Want::Is(false),
        with: None,
        otherwise: "serves profiles of itself at /debug/pprof",
    },
    Require {
        program: Component::Scheduler,
        name: "profiling",
        want: Want::Is(false),
        with: None,
        otherwise: "serves profiles of itself at /debug/pprof",
    },
];

fn check(plane: &Plane, sink: &mut SetSink<'_>) {
    require(plane, sink, Some(Safety::Safe), &REQUIRED);
}

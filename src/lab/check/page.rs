//! For tests: the deployment `page` of the namespace `shop`, as the API server tells of it.

use serde_json::{Value, json};

use super::recorded::{Recorded, SHOP, yaml};
use crate::client::{Ended, ExecReply};

/// A cluster with the deployment and these pods, which are current.
pub fn page(pods: &[Value]) -> Recorded {
    let root = format!("/apis/apps/v1/namespaces/{SHOP}");
    let template = "{spec: {containers: [{name: page, image: 'busybox:1.37', env: [{name: MODE, value: open}]}]}}";
    let deployment = format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: page, namespace: {SHOP}, uid: u1, generation: 1}}, \
         spec: {{selector: {{matchLabels: {{app: page}}}}, template: {template}}}, status: {{observedGeneration: 1}}}}"
    );
    let set = "{metadata: {name: page-1, uid: u2, annotations: {deployment.kubernetes.io/revision: '1'}, \
               ownerReferences: [{controller: true, uid: u1}]}}";
    Recorded::new()
        .get(&format!("{root}/deployments/page"), yaml(&deployment))
        .list(&format!("{root}/replicasets?labelSelector=app%3Dpage"), &[yaml(set)])
        .list(&format!("/api/v1/namespaces/{SHOP}/pods?labelSelector=app%3Dpage"), pods)
}

/// A pod of the deployment whose containers run.
pub fn pod(name: &str, containers: &[&str]) -> Value {
    let states: Vec<(&str, Value)> = containers.iter().map(|name| (*name, json!({"running": {}}))).collect();
    pod_in(name, &states)
}

/// A pod of the deployment whose containers are in these states.
pub fn pod_in(name: &str, containers: &[(&str, Value)]) -> Value {
    let specs: Vec<Value> = containers.iter().map(|(name, _)| json!({"name": name})).collect();
    let states = containers.iter().map(|(name, state)| json!({"name": name, "state": state}));
    json!({
        "metadata": {"name": name, "namespace": SHOP, "ownerReferences": [{"controller": true, "uid": "u2"}]},
        "spec": {"containers": specs},
        "status": {"phase": "Running", "podIP": "10.0.0.7", "containerStatuses": states.collect::<Vec<_>>()},
    })
}

/// A program that ends.
pub fn ended(exit: i32, stdout: &str, stderr: &str) -> Ended {
    Ended { exit, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
}

/// That a program is not let run.
pub fn refused(status: u16, message: &str) -> ExecReply {
    ExecReply::Refused { status, message: message.to_owned() }
}

impl Recorded {
    /// `true` runs in every container.
    pub fn alive(self) -> Self {
        self.when_exec(|exec| (exec.argv == ["true"]).then(|| ExecReply::Ended(Ended::default())))
    }

    /// A program does the same in every container.
    pub fn runs(self, argv: &[&str], reply: ExecReply) -> Self {
        let argv: Vec<String> = argv.iter().map(|&word| word.to_owned()).collect();
        self.when_exec(move |exec| (exec.argv == argv).then(|| reply.clone()))
    }
}

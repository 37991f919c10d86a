//! What rules about pods need of other files, and what no report may show.

use crate::support::Folder;

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: shop}
spec:
  serviceAccountName: app
  containers: [{name: app, image: ghcr.io/acme/app:1.2.3}]
";

const ACCOUNT: &str = "\
apiVersion: v1
kind: ServiceAccount
metadata: {name: app, namespace: shop}
automountServiceAccountToken: false
";

#[test]
fn an_account_in_another_file_speaks_for_its_pods() {
    // whichever of them is read first
    for (pod, account) in [("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")] {
        let folder = Folder::new();
        folder.write(pod, POD);
        folder.run(&["check", "--select", "mounted-token"]).exits(1);
        folder.write(account, ACCOUNT);
        folder.run(&["check", "--select", "mounted-token"]).exits(0);
        folder.write(account, ACCOUNT.replace("false", "true"));
        folder.run(&["check", "--select", "mounted-token"]).exits(1);
    }
}

const SECRETS: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
    - {name: app, image: app, env: [{name: PASSWORD, value: tr0ub4dor-one}], args: [--token, \"tr0ub4dor-two9\"]}
    - name: proxy
      image: proxy
      env:
        - name: PASSWORD
          value: &secret tr0ub4dor-three
        - name: PASSWORD
          value: *secret
        - name: URL
          value: >-
            postgres://shop:tr0ub4dor-four@db/
            shop
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {PASSWORD: tr0ub4dor-five, app.ini: \"user = shop\\npassword = tr0ub4dor-six\\n\"}
---
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: tr0ub4dor-seven}
";

#[test]
fn no_report_shows_a_secret() {
    for format in ["text", "concise", "json", "sarif", "github", "junit"] {
        let folder = Folder::new();
        folder.write("app.yaml", SECRETS);
        let ran = folder.run(&["check", "--select", "all", "--format", format, "app.yaml"]).exits(1);
        let found = ran.says(&["literal-secret", "secret-in-config-map", "secret-in-manifest"]);
        for shown in [&found.stdout, &found.stderr] {
            assert!(!shown.contains("tr0ub4dor"), "{format}:\n{shown}");
        }
    }
}

#[test]
fn what_stands_far_behind_in_a_large_file_counts() {
    let filler = |at: usize| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: filler-{at}}}\n");
    let filler: String = (0..20_000).map(filler).collect();
    let range = "\
---
apiVersion: v1
kind: LimitRange
metadata: {name: defaults, namespace: shop}
spec: {limits: [{type: Container, default: {memory: 64Mi}}]}
";
    let folder = Folder::new();
    folder.write("all.yaml", format!("{POD}{filler}"));
    let rules = ["check", "--select", "mounted-token,no-memory-limit", "--format", "concise"];
    folder.run(&rules).exits(1).says(&["[mounted-token]", "[no-memory-limit]"]);
    folder.write("all.yaml", format!("{POD}{filler}---\n{ACCOUNT}{range}"));
    folder.run(&rules).exits(0);
}

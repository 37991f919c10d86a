//! `tightship graph`: who reaches whom, and who may do what.

use crate::support::{Folder, Ran};

const SHOP: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: blue}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: []}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: shop}
spec: {template: {metadata: {labels: {app: api}}, spec: {containers: []}}}
---
apiVersion: v1
kind: Pod
metadata: {name: open, namespace: lab, labels: {app: open}}
spec: {containers: []}
---
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: shop}
spec:
  podSelector: {matchLabels: {app: api}}
  policyTypes: [Ingress, Egress]
  ingress:
    - {from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}
    - {from: [{namespaceSelector: {matchLabels: {team: red}}}], ports: [{port: 9090}]}
  egress:
    - {to: [{ipBlock: {cidr: 10.1.0.0/16}}], ports: [{port: 5432}, {port: 53, protocol: UDP}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [api, old]}]}}]}]
";

const ROLES: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [\"\"], resources: [pods, services], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}, {kind: Group, name: dev, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: kim, apiGroup: rbac.authorization.k8s.io}]
";

fn graph(text: &str, args: &[&str]) -> Ran {
    let folder = Folder::new();
    folder.write("a.yaml", text);
    folder.run(&[&["graph"], args].concat())
}

/// The lines of a Mermaid picture as `from -> to: label`, in their order.
fn lines(picture: &str) -> Vec<String> {
    let name = |id: &str| {
        let node = picture.lines().find(|line| line.trim_start().starts_with(&format!("{id}["))).unwrap();
        node.split('"').nth(1).unwrap().split(" · ").next().unwrap().to_owned()
    };
    let edges = picture.lines().filter(|line| line.contains(" -->"));
    let mut all: Vec<String> = edges
        .map(|line| {
            let (from, rest) = line.trim().split_once(" -->").unwrap();
            let (label, to) = rest.rsplit_once(' ').unwrap();
            format!("{} -> {}: {}", name(from), name(to), label.trim_matches(['|', '"']))
        })
        .collect();
    all.sort();
    all
}

#[test]
fn who_reaches_whom() {
    let picture = graph(SHOP, &["network", "--format", "mermaid"]).exits(0).stdout;
    assert_eq!(
        lines(&picture),
        [
            // another namespace may, although no pod of it is here
            "all pods in namespaces team=red -> api: 9090",
            "any pod of the cluster -> open: ",
            "api -> 10.1.0.0/16: 5432, 53/UDP",
            "open -> any address: ",
            "outside of the cluster -> web: Service front",
            // both sides let it; what leaves the web is open on all ports, and arrives on one
            "web -> api: 8080",
        ]
    );
    // the same port of two rules is one
    let twice = SHOP.replace(
        "    - {from: [{namespaceSelector",
        "    - {from: [{podSelector: {}}], ports: [{port: 8080}, {port: 8081}]}\n    - {from: [{namespaceSelector",
    );
    let picture = graph(&twice, &["network", "--format", "mermaid"]).exits(0).stdout;
    assert!(lines(&picture).contains(&"web -> api: 8080, 8081".to_owned()), "{picture}");
    // without the policy that lets the web out, it reaches nobody
    let closed = SHOP.replace("values: [api, old]", "values: [old]");
    let picture = graph(&closed, &["network", "--format", "mermaid"]).exits(0).stdout;
    assert!(!lines(&picture).iter().any(|line| line.starts_with("web -> api")), "{picture}");
    // the namespace gets the label that a policy asks for
    let red = SHOP.replace("team: blue", "team: red");
    let picture = graph(&red, &["network", "--format", "mermaid"]).exits(0).stdout;
    assert!(!picture.contains("team=red"), "{picture}");
}

#[test]
fn what_is_open_is_drawn_however_many_policies_there_are() {
    let mut many = String::new();
    for number in 0..1100 {
        many += &format!(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: n{number}, namespace: shop}}\n\
             spec: {{podSelector: {{matchLabels: {{app: web}}}}, ingress: [{{from: [{{podSelector: {{matchLabels: {{n: \"{number}\"}}}}}}]}}]}}\n---\n"
        );
    }
    let ran =
        graph(&(many + SHOP), &["network", "--format", "mermaid"]).exits(0).says(&["more are not in the picture"]);
    let open: Vec<String> = lines(&ran.stdout).into_iter().filter(|line| line.starts_with("any pod")).collect();
    assert_eq!(open, ["any pod of the cluster -> open: "]);
}

#[test]
fn who_may_do_what() {
    let picture = graph(ROLES, &["rbac", "--format", "mermaid"]).exits(0).stdout;
    assert_eq!(
        lines(&picture),
        ["dev -> reader: in shop", "kim -> cluster-admin: everywhere", "web -> reader: in shop"]
    );
    for part in ["get, list: pods, services", "\"cluster-admin · everything\"]:::bad", "subgraph"] {
        assert!(picture.contains(part), "{picture}");
    }
}

#[test]
fn every_format_has_all_of_it() {
    for (text, what) in [(SHOP, "network"), (ROLES, "rbac")] {
        let mermaid = graph(text, &[what, "--format", "mermaid"]).exits(0).stdout;
        let edges = lines(&mermaid).len();
        let svg = graph(text, &[what]).exits(0).stdout;
        assert_eq!(svg.matches("<path class=\"edge").count(), edges, "{svg}");
        let dot = graph(text, &[what, "--format", "dot"]).exits(0).stdout;
        assert_eq!(dot.matches(" -> ").count(), edges, "{dot}");
        assert_eq!(dot.matches('{').count(), dot.matches('}').count(), "{dot}");
    }
    // the same on each run
    let twice = [(); 2].map(|()| graph(SHOP, &["network"]).stdout);
    assert_eq!(twice[0], twice[1]);
}

#[test]
fn nothing_to_draw_is_said() {
    graph(ROLES, &["network"]).exits(3).says(&["nothing to draw", "pods"]);
    graph(SHOP, &["rbac"]).exits(3).says(&["nothing to draw", "RoleBindings"]);
    graph("kind: Pod\nspec: [a\n", &["rbac"]).exits(2).says(&["a.yaml:2:7: "]);
    graph(SHOP, &["networks"]).exits(2).says(&["network"]);
    let folder = Folder::new();
    folder.write("a.yaml", SHOP);
    folder.run(&["graph", "network", "a.yaml", "--output", "a.svg"]).exits(0);
    assert!(folder.read("a.svg").starts_with("<svg xmlns"));
}

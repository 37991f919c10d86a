//! `tightship check --format html`: one file that makes no request and runs nothing of an input, and stays small.

use crate::support::{Folder, Ran};

/// Text that would be markup, a script or an attribute, were it not text.
const HOSTILE: &str = "</script><script>alert(1)</script><img src=x onerror=alert(2)>'\\\"><svg onload=alert(3)>";

fn html(folder: &Folder, args: &[&str]) -> Ran {
    folder.run(&[&["check", "--no-config", "--format", "html"], args].concat())
}

/// The tags of a page, without what is in them.
fn tags(page: &str) -> Vec<&str> {
    let body = page.split("<body>").nth(1).unwrap();
    // the script is ours, and the last of all
    let (body, _) = body.rsplit_once("<script>").unwrap();
    body.split('<').skip(1).map(|rest| rest.split(['>', ' ']).next().unwrap().trim_start_matches('/')).collect()
}

#[test]
fn a_page_has_findings_filters_and_pictures() {
    let folder = Folder::new();
    folder.write("all.yaml", include_str!("../well_known/web-app.yaml"));
    folder.write("bot.yaml", include_str!("../well_known/ci-bot.yaml"));
    let page = html(&folder, &[]).exits(1).stdout;
    for part in [
        "<!DOCTYPE html>\n<html lang=\"en\">",
        "name=\"critical\" checked",
        "<select name=\"namespace\">",
        "<option>run-as-non-root</option>",
        "data-rule=\"run-as-non-root\" data-severity=\"medium\"",
        "<h2>Who reaches whom</h2>",
        "<h2>Who may do what</h2>",
        "ServiceAccount",
    ] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    // as many items as findings
    let summary = html(&folder, &[]).stderr;
    let count: usize = summary.split(": ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(page.matches("<li data-n=").count(), count, "{summary}");
}

#[test]
fn a_page_asks_nobody_for_anything() {
    let folder = Folder::new();
    folder.write("a.yaml", include_str!("../well_known/flat-namespace.yaml"));
    let page = html(&folder, &[]).exits(1).stdout;
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.ends_with("base-uri 'none'; form-action 'none'") && !policy.contains("unsafe"), "{policy}");
    for word in ["src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest", "style="] {
        assert!(!page.contains(word), "{word} is in the page");
    }
    // names of formats are no addresses that anything is asked at
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.split("<script>").nth(1).unwrap().contains("://"));
    assert_eq!(tags(&page).iter().filter(|tag| ["script", "link", "img", "iframe", "object"].contains(tag)).count(), 0);
}

/// The tag names of a page are ours whatever an input says.
#[test]
fn hostile_texts_are_inert() {
    let manifest = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: \"x{HOSTILE}\", namespace: \"n{HOSTILE}\", labels: {{app: \"{HOSTILE}\"}}}}\n\
         spec:\n  hostNetwork: true\n  containers: [{{name: \"c{HOSTILE}\", image: \"i{HOSTILE}\", securityContext: {{privileged: true}}}}]\n\
         ---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p, namespace: \"n{HOSTILE}\"}}\n\
         spec: {{podSelector: {{}}, ingress: [{{from: [{{ipBlock: {{cidr: \"{HOSTILE}\"}}}}, {{podSelector: {{matchLabels: {{a: \"{HOSTILE}\"}}}}}}], \
         ports: [{{port: \"{HOSTILE}\"}}]}}]}}\n\
         ---\napiVersion: v1\nkind: Pod\nmetadata: {{name: \"y{HOSTILE}\", namespace: \"n{HOSTILE}\"}}\nspec: {{containers: []}}\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: \"b{HOSTILE}\"}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \"r{HOSTILE}\"}}\n\
         subjects: [{{kind: User, apiGroup: rbac.authorization.k8s.io, name: \"u{HOSTILE}\"}}]\n\
         ---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: \"r{HOSTILE}\"}}\n\
         rules: [{{apiGroups: [\"\"], resources: [\"{HOSTILE}\"], verbs: [\"*\"]}}]\n"
    );
    let folder = Folder::new();
    folder.write("<b>&'.yaml", &manifest);
    let page = html(&folder, &["--select=all", "--all"]).exits(1).stdout;
    let lower = page.to_lowercase();
    for bad in ["<img", "onerror=alert(2)>", "<svg onload", "<script>alert", "<b>&'.yaml"] {
        assert!(!lower.contains(bad), "{bad} is in the page");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(2)&gt;"), "{page}");
    const OURS: [&str; 31] = [
        "header", "h1", "p", "main", "fieldset", "legend", "label", "input", "b", "select", "option", "output",
        "section", "h2", "details", "summary", "span", "code", "ol", "li", "br", "i", "pre", "svg", "title", "text",
        "path", "g", "rect", "footer", "ul",
    ];
    for tag in tags(&page) {
        assert!(OURS.contains(&tag), "<{tag}> is not ours");
    }
    // every attribute of an element is ours as well: no text ends one
    assert!(
        !page.contains("\"><svg onload")
            && page.matches("<script>").count() == 1
            && page.matches("</script>").count() == 1
    );
    for what in ["network", "rbac"] {
        let svg = folder.run(&["graph", what]).exits(0).stdout;
        assert!(!svg.contains("<img") && !svg.contains("<script") && svg.contains("&lt;"), "{svg}");
        for format in ["dot", "mermaid"] {
            let text = folder.run(&["graph", what, "--format", format]).exits(0).stdout;
            let broken = if format == "dot" { "'\">" } else { "\">" };
            assert!(text.contains("alert") && !text.contains(broken), "{text}");
        }
    }
}

#[test]
fn ten_thousand_findings_are_below_five_megabytes() {
    let folder = Folder::new();
    let mut text = String::new();
    for number in 0..1250 {
        text += &format!(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app-with-a-name-{number}, namespace: team-{}}}\n\
             spec:\n  selector: {{matchLabels: {{app: a{number}}}}}\n  template:\n    metadata: {{labels: {{app: a{number}}}}}\n    spec:\n      \
             containers: [{{name: server, image: \"registry.example.com/team/app:latest\"}}]\n",
            number % 40
        );
    }
    folder.write("deploy/everything.yaml", &text);
    let ran = html(&folder, &[]).exits(1);
    let items = ran.stdout.matches("<li data-n=").count();
    assert!(items >= 10_000, "only {items} findings");
    assert!(ran.stdout.len() < 5_000_000, "{} bytes for {items} findings", ran.stdout.len());
    let all = html(&folder, &["--all"]).exits(1).stdout;
    assert!(all.len() < 6_500_000 && all.matches("<pre>").count() > 100, "{} bytes", all.len());
}

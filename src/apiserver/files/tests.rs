use std::sync::Arc;

use proptest::prelude::*;

use super::args::{settings, words};
use super::{Form, Parts, ProgramView, Written, is_lines, of_document, of_lines, of_object};
use crate::apiserver::catalogue::Component;
use crate::k8s::object;
use crate::yaml::{self, FileId, Span};

fn parts(name: &str, text: &str) -> Parts {
    let (file, name): (_, Arc<str>) = (FileId(0), name.into());
    if is_lines(&name, text) {
        return of_lines(text, file, &name);
    }
    let mut parts = Parts::default();
    let stream = yaml::parse(text);
    for document in &stream.documents {
        let others = object::for_each(document, &mut |object| parts.append(of_object(&object, text, file, &name)));
        if others > 0 {
            parts.append(of_document(document, text, file, &name));
        }
    }
    parts
}

fn server(name: &str, text: &str) -> ProgramView {
    let programs = parts(name, text).programs;
    programs.into_iter().find(|view| view.program == Component::ApiServer).unwrap()
}

fn read(line: &str) -> Vec<(String, String)> {
    let settings = settings(&words(line, 0), Component::ApiServer, FileId(0), "");
    settings.into_iter().map(|setting| (setting.name, setting.value)).collect()
}

#[test]
fn flags_are_read_as_pflag_reads_them() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(read("--profiling=false"), [pair("profiling", "false")]);
    assert_eq!(read("--audit_log_path /a --v 2"), [pair("audit-log-path", "/a"), pair("v", "2")]);
    assert_eq!(read("--profiling --v=2"), [pair("profiling", "true"), pair("v", "2")]);
    // a boolean takes nothing from the next argument
    assert_eq!(read("--profiling false"), [pair("profiling", "true")]);
    assert_eq!(read("--runtime-config= --v=2"), [pair("runtime-config", ""), pair("v", "2")]);
    assert_eq!(read("--api-audiences='a,b' \"--v=2\" x"), [pair("api-audiences", "a,b"), pair("v", "2")]);
}

#[test]
fn the_last_of_scalars_counts_and_lists_add_up() {
    let view = server(
        "a.flags",
        "--profiling=true\n--enable-admission-plugins=A\n--profiling=false\n--enable-admission-plugins=B,C\n",
    );
    assert!(!view.is_on("profiling", true));
    assert_eq!(view.list("enable-admission-plugins"), ["A", "B", "C"]);
}

#[test]
fn every_setting_is_where_it_says() {
    for (name, text) in [
        ("a.flags", "--profiling=false\n# x\n--audit-log-path /var/log/a\n"),
        (
            "a.service",
            "[Service]\nExecStart=/usr/bin/kube-apiserver \"--profiling=false\" \\\n --audit-log-path '/var/log/a'\n",
        ),
        ("a.yaml", "kube-apiserver-arg:\n- profiling=false\n- \"audit-log-path=/var/log/a\"\n"),
        (
            "b.yaml",
            "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs: {profiling: \"false\", \
             audit-log-path: /var/log/a}\n",
        ),
        (
            "c.yaml",
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nkubeadmConfigPatches:\n  - |\n    kind: ClusterConfiguration\n    \
             apiServer:\n      extraArgs:\n        profiling: 'false'\n        audit-log-path: /var/log/a\n",
        ),
    ] {
        let view = server(name, text);
        for (flag, value) in [("profiling", "false"), ("audit-log-path", "/var/log/a")] {
            let setting = view.get(flag).unwrap();
            let at = |span: Span| text.get(span.range()).unwrap_or_default();
            assert_eq!((at(setting.value_span), setting.value.as_str()), (value, value), "{name}");
            assert!(at(setting.name_span).contains(flag), "{name} {:?}", at(setting.name_span));
        }
    }
}

#[test]
fn forms_are_told_apart() {
    for (name, text, form) in [
        ("etc/rancher/rke2/config.yaml", "profile: cis\n", Some(Form::Rke2)),
        ("etc/rancher/k3s/config.yaml", "write-kubeconfig-mode: \"0600\"\n", Some(Form::K3s)),
        ("config.yaml", "secrets-encryption: true\n", Some(Form::K3s)),
        ("config.yaml", "secrets-encryption: true\nprofile: cis\n", Some(Form::Rke2)),
        ("values.yaml", "profile: cis\ntoken: x\n", None),
        ("patch.yaml", "version: v1alpha1\ncluster:\n  apiServer: {}\n", Some(Form::Talos)),
        ("a.txt", "--profiling=false\n--audit-log-path=/a\n", Some(Form::Flags)),
        ("a.txt", "--colour=red\n", None),
    ] {
        let programs = parts(name, text).programs;
        let found = programs.iter().find(|view| view.program == Component::ApiServer).map(|view| view.form);
        assert_eq!(found, form, "{name} {text}");
    }
}

#[test]
fn what_kubeadm_sets_itself_is_known() {
    let view = server("a.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n");
    assert_eq!(view.value("authorization-mode"), Some("Node,RBAC"));
    assert!(view.lacks("audit-log-path") && !view.lacks("client-ca-file"));
}

#[test]
fn a_value_behind_a_boolean_is_marked() {
    let view = server("a.flags", "kube-apiserver --anonymous-auth false\n");
    assert_eq!(view.get("anonymous-auth").unwrap().written, Written::Detached);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn lines_of_any_kind_are_read(text in "(\\[Service\\]\n|ExecStart=|Environment=|EnvironmentFile=|kube-apiserver|--[a-z-]{1,12}|[ =\"'\\\\\n#;${}A-Z,ä]){0,40}") {
        for name in ["a.service", "a.flags", "kubelet.env"] {
            for view in parts(name, &text).programs {
                for setting in &view.settings {
                    prop_assert!(text.get(setting.span.range()).is_some() && text.get(setting.value_span.range()).is_some());
                    for (_, span) in setting.items() {
                        prop_assert!(text.get(span.range()).is_some());
                    }
                }
            }
        }
    }
}

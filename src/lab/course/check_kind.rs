//! What a check looks at: one record per type.

use super::values::{
    Admitted, Authority, Each, Exit, Id, Labels, Number, Operation, Place, Presence, Protocol, Reached, Runs, Target,
};
use crate::check::config::RuleName;
use crate::decode::{Located, record};

record! {
    /// Somebody: exactly one of these.
    Who "identity" {
        /// A service account, as `alias/name`.
        service_account "service_account": Option<Located<String>> = None,
        /// A user, by impersonation.
        user "user": Option<String> = None,
        /// The groups of the user, besides `system:authenticated`.
        groups "groups": Vec<String> = Vec::new(),
        /// The user of a kubeconfig in the learner's folder.
        kubeconfig "kubeconfig": Option<String> = None,
        /// The token in a file of the learner's folder.
        token "token": Option<String> = None,
        /// Whoever has the token that a container of a workload has.
        token_of "token_of": Option<Located<TokenFrom>> = None,
        /// Nobody.
        anonymous "anonymous": Option<bool> = None,
    }
}

record! {
    /// Objects of the cluster, and what holds of them.
    Resource "check" {
        /// The alias of their namespace.
        ns "ns": Option<Located<Id>> = None,
        /// Group and version, where the kind alone does not say it.
        api_version "api_version": Option<String> = None,
        /// The kind.
        kind "kind": Located<String>,
        /// The name.
        name "name": Option<String> = None,
        /// A label selector.
        selector "selector": Option<String> = None,
        /// Whether there is any. Default: true.
        exists "exists": Option<bool> = None,
        /// How many there are.
        count "count": Option<Number> = None,
        /// How many of them must fit.
        each "each": Each = Each::All,
        /// An expression over `object`, and `pod`: its pod spec.
        cel "cel": Option<Located<String>> = None,
    }
}

record! {
    /// What somebody may do.
    CanI "check" {
        /// The alias of the namespace; without one, the whole cluster.
        ns "ns": Option<Located<Id>> = None,
        /// Who.
        subject "subject": Located<Who>,
        /// What must be allowed, as `verb resource[.group][/subresource][:name]`.
        allow "allow": Vec<Located<String>> = Vec::new(),
        /// What must not.
        deny "deny": Vec<Located<String>> = Vec::new(),
        /// Whether nothing else may be allowed.
        only "only": bool = false,
    }
}

record! {
    /// What the API server says of an object, without making it.
    Admission "check" {
        /// The alias of the namespace.
        ns "ns": Option<Located<Id>> = None,
        /// The file of the lab with the object.
        file "file": Located<String>,
        /// What is asked for.
        op "op": Operation = Operation::Create,
        /// Where containers for debugging are put into, as `deployment/name`, or `pod/name`.
        workload "workload": Option<Located<String>> = None,
        /// Who asks. Default: the learner.
        by_whom "as": Option<Located<Who>> = None,
        /// What it shall say.
        expect "expect": Admitted,
        /// Who shall refuse.
        by "by": Authority = Authority::Any,
        /// The name of the policy that shall refuse.
        policy "policy": Option<String> = None,
        /// What the refusal says, as a regular expression.
        message "message": Option<Located<String>> = None,
        /// What a warning says, as a regular expression.
        warning "warning": Option<Located<String>> = None,
        /// An expression over `object` as the API server would store it.
        defaults "defaults": Option<Located<String>> = None,
    }
}

record! {
    /// A program in a container of a workload: in each of its pods that are current.
    Run "check" {
        /// The alias of the namespace.
        ns "ns": Located<Id>,
        /// The workload, as `deployment/name`, or `pod/name`.
        workload "workload": Located<String>,
        /// The container. Default: the first.
        container "container": Option<String> = None,
        /// Whether it runs in each container.
        each "each": bool = false,
        /// The program and its arguments.
        argv "argv": Vec<String>,
        /// The exit code that it shall have. Default: 0, or any where what it prints counts.
        exit "exit": Option<Exit> = None,
        /// What it prints, as a regular expression.
        stdout "stdout": Option<Located<String>> = None,
        /// What it does not print.
        not_stdout "not_stdout": Option<Located<String>> = None,
        /// What it complains about.
        stderr "stderr": Option<Located<String>> = None,
        /// Whether it is allowed to run.
        expect "expect": Runs = Runs::Runs,
        /// What the refusal says.
        message "message": Option<Located<String>> = None,
        /// Who runs it. Default: the learner.
        by_whom "as": Option<Located<Who>> = None,
        /// How many seconds it may take.
        timeout "timeout": Number = Number(5),
        /// What must work in the same container before the rest counts.
        control "control": Vec<String> = vec!["true".to_owned()],
    }
}

record! {
    /// Where a dial comes from: a throw-away pod with these labels, or a workload.
    From "source" {
        /// The alias of the namespace.
        ns "ns": Located<Id>,
        /// The labels of the throw-away pod.
        labels "labels": Labels = Labels::default(),
        /// The workload, whose pods must have a shell.
        workload "workload": Option<Located<String>> = None,
    }
}

record! {
    /// Where a dial goes: exactly one of these.
    To "destination" {
        /// The alias of the namespace of a service or workload.
        ns "ns": Option<Located<Id>> = None,
        /// A service.
        service "service": Option<String> = None,
        /// A workload: the first of its pods.
        workload "workload": Option<Located<String>> = None,
        /// An address.
        ip "ip": Option<String> = None,
        /// A name that the cluster's name server knows.
        host "host": Option<String> = None,
    }
}

record! {
    /// Whether somebody can be reached.
    Connect "check" {
        /// From where.
        from "from": Located<From>,
        /// To where.
        to "to": Located<To>,
        /// The port. Default: that of the protocol, if it has one.
        port "port": Option<Number> = None,
        /// How.
        proto "proto": Protocol = Protocol::Tcp,
        /// What it shall find.
        expect "expect": Reached,
        /// The check that shows that the same place can be reached at all.
        control "control": Option<Located<Id>> = None,
    }
}

record! {
    /// A request, and its answer.
    Http "check" {
        /// What is asked.
        target "target": Target,
        /// The alias of the service's namespace.
        ns "ns": Option<Located<Id>> = None,
        /// The service.
        service "service": Option<String> = None,
        /// The service's port.
        port "port": Option<Number> = None,
        /// Path and query.
        path "path": String = "/".to_owned(),
        /// The verb. Default: GET.
        method "method": Option<String> = None,
        /// Who asks. Default: the learner for a service, nobody for the rest.
        auth "auth": Option<Located<Who>> = None,
        /// The statuses that are right.
        status "status": Vec<Number> = Vec::new(),
        /// What the body holds, as a regular expression.
        body "body": Option<Located<String>> = None,
        /// What it does not hold.
        not_body "not_body": Option<Located<String>> = None,
        /// Whether it shall refuse the connection or its certificate.
        refused "refused": bool = false,
    }
}

record! {
    /// What `tightship check` finds.
    Rules "check" {
        /// The rules.
        ids "ids": Vec<Located<RuleName>> = Vec::new(),
        /// Every rule that is on.
        all "all": bool = false,
        /// The aliases of the namespaces whose objects are looked at.
        ns "ns": Vec<Located<Id>> = Vec::new(),
        /// Only these kinds.
        kinds "kinds": Vec<String> = Vec::new(),
        /// Files in the learner's folder, instead.
        files "files": Vec<String> = Vec::new(),
        /// Files on the control-plane node, instead.
        node_files "node_files": Vec<String> = Vec::new(),
        /// Whether what was found at the start may stay.
        new_only "new_only": bool = false,
    }
}

record! {
    /// A workload or component that works.
    Healthy "check" {
        /// The alias of the namespace.
        ns "ns": Option<Located<Id>> = None,
        /// The workload, as `deployment/name`.
        workload "workload": Option<Located<String>> = None,
        /// How many of its pods must be ready.
        replicas "replicas": Number = Number(1),
        /// A static pod of the control plane.
        component "component": Option<String> = None,
        /// For how many seconds it must not have restarted.
        restarts_stable "restarts_stable": Option<Number> = None,
    }
}

record! {
    /// Where a token is: exactly one of these.
    TokenFrom "token" {
        /// The alias of a workload's namespace.
        ns "ns": Option<Located<Id>> = None,
        /// A workload that has it as a file.
        workload "workload": Option<Located<String>> = None,
        /// The container. Default: the first.
        container "container": Option<String> = None,
        /// The file in the container. Default: where Kubernetes puts it.
        path "path": Option<String> = None,
        /// A kubeconfig in the learner's folder.
        kubeconfig "kubeconfig": Option<String> = None,
        /// A file in the learner's folder.
        file "file": Option<String> = None,
    }
}

record! {
    /// A service account's token.
    Token "check" {
        /// Where it is.
        from "from": Located<TokenFrom>,
        /// Whether there is none.
        absent "absent": bool = false,
        /// An expression over `claims`.
        cel "cel": Option<Located<String>> = None,
        /// Whether the API server takes it.
        accepted "accepted": Option<bool> = None,
    }
}

record! {
    /// A client certificate.
    Cert "check" {
        /// The kubeconfig in the learner's folder that has it.
        kubeconfig "kubeconfig": Option<String> = None,
        /// The file in the learner's folder.
        file "file": Option<String> = None,
        /// An expression over `cert`: `cn`, `o`, `issuer`, `seconds`, `client_auth`.
        cel "cel": Option<Located<String>> = None,
        /// Whether a `CertificateSigningRequest` of the cluster must have given it.
        issued_by_csr "issued_by_csr": bool = false,
    }
}

record! {
    /// A secret value that must not lie open.
    Leak "check" {
        /// The name of the random word that is secret.
        marker "marker": Located<Id>,
        /// The alias of the namespace.
        ns "ns": Located<Id>,
        /// The workload.
        workload "workload": Located<String>,
        /// Where it must not be.
        absent_from "absent_from": Vec<Place> = Vec::new(),
        /// The file in the container that must hold it.
        present_in "present_in": Option<String> = None,
    }
}

record! {
    /// What must be as it was at the start.
    Unchanged "check" {
        /// The alias of the namespace.
        ns "ns": Option<Located<Id>> = None,
        /// Group and version, where the kind alone does not say it.
        api_version "api_version": Option<String> = None,
        /// The kind.
        kind "kind": Located<String>,
        /// The name.
        name "name": String,
        /// Expressions over `object`.
        cel "cel": Vec<Located<String>>,
    }
}

record! {
    /// A question to the learner, answered in `answers.yaml`.
    Answer "check" {
        /// The question.
        question "question": String,
        /// SHA-256 in hexadecimal of `<lab>/<check>/<answer>`, the answer in lower case and trimmed.
        sha256 "sha256": Located<String>,
    }
}

record! {
    /// A flag of a component's running process.
    Flag "check" {
        /// The program, such as `kube-apiserver`.
        component "component": String,
        /// The flag, such as `--anonymous-auth`.
        name "name": String,
        /// An expression over `value`.
        cel "cel": Option<Located<String>> = None,
        /// Whether it must not be there.
        absent "absent": bool = false,
    }
}

record! {
    /// A file on the control-plane node.
    NodeFile "check" {
        /// Its path.
        path "path": String,
        /// Whether it is there. Default: true.
        exists "exists": Option<bool> = None,
        /// The most that its mode may allow, such as `"0600"`.
        mode_max "mode_max": Option<String> = None,
        /// Its owner and group, such as `root:root`.
        owner "owner": Option<String> = None,
        /// An expression over `file`: its YAML, and `text`.
        cel "cel": Option<Located<String>> = None,
    }
}

record! {
    /// A request of which the audit log shall tell.
    Provoke "request" {
        /// The verb of HTTP. Default: GET.
        method "method": Option<String> = None,
        /// The path and query.
        path "path": String,
        /// The alias of a namespace, where `{ns}` of the path is to stand for it.
        ns "ns": Option<Located<Id>> = None,
        /// A workload to run `true` in, instead of a request.
        exec "exec": Option<Located<String>> = None,
        /// Who asks. Default: the learner.
        by_whom "as": Option<Located<Who>> = None,
    }
}

record! {
    /// Fresh evidence in the audit log.
    Audit "check" {
        /// What is done so that there is something to tell.
        provoke "provoke": Option<Located<Provoke>> = None,
        /// The log on the node.
        log "log": String,
        /// An expression over `event`, for the events of the provocation; without one, for all of the last seconds.
        cel "cel": Option<Located<String>> = None,
        /// Whether there shall be such an event.
        expect "expect": Presence = Presence::Present,
    }
}

record! {
    /// What etcd stores.
    Etcd "check" {
        /// A Secret that the check makes, and deletes.
        canary "canary": bool = false,
        /// A key, or the beginning of keys.
        key "key": Option<String> = None,
        /// What each value begins with.
        prefix "prefix": Option<String> = None,
        /// What no value contains.
        not_contains "not_contains": Option<String> = None,
    }
}

/// How many checks of a group must be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// At least one.
    Any,
    /// All, and at least one.
    All,
    /// None, but none may be in error.
    None,
}

/// What a check looks at.
#[derive(Debug, Clone)]
pub enum CheckKind {
    /// Several.
    Group(Group, Vec<CheckKind>),
    /// Objects.
    Resource(Resource),
    /// Rights.
    CanI(CanI),
    /// Admission.
    Admission(Admission),
    /// A program.
    Exec(Run),
    /// A connection.
    Connect(Connect),
    /// A request.
    Http(Http),
    /// Findings.
    Rule(Rules),
    /// Health.
    Healthy(Healthy),
    /// A token.
    Token(Token),
    /// A certificate.
    Cert(Cert),
    /// A secret value.
    Leak(Leak),
    /// A snapshot.
    Unchanged(Unchanged),
    /// A question.
    Answer(Answer),
    /// A flag of a process.
    Flag(Flag),
    /// A file of the node.
    NodeFile(NodeFile),
    /// The audit log.
    Audit(Audit),
    /// etcd.
    Etcd(Etcd),
}

//! What a check looks at: one record per type.

use super::values::{
    Admitted, Authority, Each, Exit, Id, Labels, Number, Operation, Place, Presence, Protocol, Reached, Routed, Runs,
    Scheme, Target,
};
use crate::check::config::RuleName;
use crate::decode::{Located, Yes, one_of, record};

record! {
    /// The groups of a user.
    Groups "user" {
        /// The groups of the user, besides `system:authenticated`.
        groups "groups": Vec<String> = Vec::new(),
    }
}

one_of! {
    /// Somebody: exactly one of these.
    Who "identity" {
        /// A service account, as `alias/name`.
        "service_account" ServiceAccount(Located<String>),
        /// A user, by impersonation.
        "user" User(String) beside Groups,
        /// The user of a kubeconfig in the learner's folder.
        "kubeconfig" Kubeconfig(Located<String>),
        /// The token in a file of the learner's folder.
        "token" Token(Located<String>),
        /// Whoever has the token that a container of a workload has.
        "token_of" TokenOf(Located<PodToken>),
        /// Nobody.
        "anonymous" Anonymous(Yes),
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
        /// Whether there is any.
        exists "exists": bool = true,
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
        /// What may be allowed beside that, and need not, where `only` is said.
        may "may": Vec<Located<String>> = Vec::new(),
        /// Whether nothing else may be allowed, here or in any other namespace.
        only "only": bool = false,
        /// Whether nothing at all may be allowed in other namespaces, and on the cluster as a whole.
        only_here "only_here": bool = false,
        /// The aliases of other namespaces that `only` and `only_here` leave out.
        except_in "except_in": Vec<Located<Id>> = Vec::new(),
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
        /// Whose pod is changed, or gets containers for debugging, as `deployment/name`, or `pod/name`. Without one, a pod that
        /// is made for the check gets them.
        workload "workload": Option<Located<String>> = None,
        /// Who asks.
        by_whom "as": Option<Located<Who>> = None => "the learner",
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
        /// The container.
        container "container": Option<String> = None => "the first",
        /// Whether it runs in each container.
        each "each": bool = false,
        /// The program and its arguments.
        argv "argv": Vec<String>,
        /// The exit code that it shall have.
        exit "exit": Option<Exit> = None => "0, or any where what it prints counts",
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
        /// Who runs it.
        by_whom "as": Option<Located<Who>> = None => "the learner",
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
        ns "ns": Option<Located<Id>> = None,
        /// Whether it is a namespace that nobody can have named: it is made for the check, under a random name.
        new_namespace "new_namespace": bool = false,
        /// The labels of the throw-away pod.
        labels "labels": Labels = Labels::default(),
        /// The workload, whose pods must have a shell.
        workload "workload": Option<Located<String>> = None,
    }
}

record! {
    /// The namespace of a service or workload.
    Within "destination" {
        /// The alias of the namespace of a service or workload.
        ns "ns": Located<Id>,
    }
}

record! {
    /// A pod that is made for the dial.
    Labelled "destination" {
        /// Its labels.
        labels "labels": Labels = Labels::default(),
    }
}

one_of! {
    /// Where a dial goes: exactly one of these.
    To "destination" {
        /// A service.
        "service" Service(String) beside Within,
        /// A workload: the first of its pods.
        "workload" Workload(Located<String>) beside Within,
        /// An address.
        "ip" Ip(String),
        /// A name that the cluster's name server knows.
        "host" Host(String),
        /// A pod in a namespace that nobody can have named, on port 8080.
        "new_namespace" NewNamespace(Yes) beside Labelled,
        /// This machine, which is outside of the cluster, on a port that is open for the dial. Where pods do not reach it
        /// anyway, nothing is found out.
        "outside" Outside(Yes),
    }
}

record! {
    /// Whether somebody can be reached.
    Connect "check" {
        /// From where.
        from "from": Located<From>,
        /// To where.
        to "to": Option<To> = None => "the cluster's name server, for the protocol dns",
        /// The port.
        port "port": Option<Number> = None => "that of the protocol, if it has one",
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
        /// The verb.
        method "method": String = "GET".to_owned(),
        /// Who asks.
        auth "auth": Option<Located<Who>> = None => "the learner for a service, nobody for the rest",
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
    /// What becomes of requests from outside, by the objects that an edge of a class reads: Ingresses, or Gateways with
    /// `HTTPRoutes`. No controller has to run: the Service that a rule leads to is asked.
    Route "check" {
        /// The name of the `IngressClass` or `GatewayClass`; those of the same controller count as well.
        class "class": String,
        /// The host that is asked for.
        host "host": String,
        /// The paths that are asked for.
        paths "paths": Vec<Located<String>>,
        /// How it is asked.
        scheme "scheme": Scheme = Scheme::Https,
        /// What becomes of the requests.
        expect "expect": Routed,
        /// What each answer holds, as a regular expression; with `named`, what none does.
        body "body": Option<Located<String>> = None,
        /// Whether what the rules name is asked for as well, of what is closed: their paths, with `paths` behind each, answer
        /// without `body`, no other host of theirs answers at all, and a path that none names gets to no program that has `body`.
        named "named": bool = false,
        /// The authority that a client trusts, as base64 of its PEM; it speaks TLS with what is in the Secret.
        trust "trust": Option<String> = None,
        /// An expression over `cert`, the certificate that a client gets.
        cel "cel": Option<Located<String>> = None,
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
        files "files": Vec<Located<String>> = Vec::new(),
        /// Files on the control-plane node, instead.
        node_files "node_files": Vec<String> = Vec::new(),
        /// Whether what was found at the start may stay.
        new_only "new_only": bool = false,
    }
}

record! {
    /// What is asked of the pods of a workload.
    Pods "workload" {
        /// The alias of the namespace.
        ns "ns": Located<Id>,
        /// How many of its pods must be ready.
        replicas "replicas": Number = Number(1),
    }
}

one_of! {
    /// What works.
    Works "workload or component" {
        /// The workload, as `deployment/name`.
        "workload" Workload(Located<String>) beside Pods,
        /// A static pod of the control plane.
        "component" Component(String),
    }
}

record! {
    /// A workload or component that works.
    Healthy "check" {
        /// For how many seconds it must not have restarted.
        restarts_stable "restarts_stable": Option<Number> = None,
    }
    /// What it is.
    one of what: Works
}

/// Where Kubernetes puts the token of a pod.
pub const TOKEN_FILE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";

record! {
    /// Where a workload has its token.
    TokenPlace "token" {
        /// The alias of a workload's namespace.
        ns "ns": Located<Id>,
        /// The container.
        container "container": Option<String> = None => "the first",
        /// The file in the container.
        path "path": String = TOKEN_FILE.to_owned(),
    }
}

one_of! {
    /// The token of a workload.
    PodToken "workload" {
        /// A workload that has it as a file.
        "workload" Workload(Located<String>) beside TokenPlace,
    }
}

one_of! {
    /// Where a token is: exactly one of these.
    TokenFrom "place of the token" {
        /// A workload that has it as a file.
        "workload" Workload(Located<String>) beside TokenPlace,
        /// A kubeconfig in the learner's folder.
        "kubeconfig" Kubeconfig(Located<String>),
        /// A file in the learner's folder.
        "file" File(Located<String>),
    }
}

record! {
    /// A service account's token.
    Token "check" {
        /// Where it is.
        from "from": TokenFrom,
        /// Whether there is none.
        absent "absent": bool = false,
        /// An expression over `claims`.
        cel "cel": Option<Located<String>> = None,
        /// Whether the API server takes it.
        accepted "accepted": Option<bool> = None => "not asked",
    }
}

one_of! {
    /// Where a certificate is.
    CertFrom "place of the certificate" {
        /// The kubeconfig in the learner's folder that has it.
        "kubeconfig" Kubeconfig(Located<String>),
        /// The file in the learner's folder.
        "file" File(Located<String>),
    }
}

record! {
    /// A client certificate.
    Cert "check" {
        /// An expression over `cert`: `cn`, `o`, `names`, `issuer`, `seconds`, `client_auth`, `server_auth`, and `key`: SHA-256 of
        /// its public key.
        cel "cel": Option<Located<String>> = None,
        /// Whether a `CertificateSigningRequest` of the cluster must have given it.
        issued_by_csr "issued_by_csr": bool = false,
    }
    /// Where it is.
    one of from: CertFrom
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
        /// SHA-256 in hexadecimal of `<lab>/<check>/<answer>`, the answer in lower case, without blanks, quotation marks and a full
        /// stop around it, and without a `/` at its end.
        sha256 "sha256": Located<String>,
        /// The same of other answers that are right as well.
        or "or": Vec<Located<String>> = Vec::new(),
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
        /// Whether it is there.
        exists "exists": Located<bool> = true.into(),
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
        /// The verb of HTTP.
        method "method": String = "GET".to_owned(),
        /// The path and query.
        path "path": String,
        /// The alias of a namespace, where `{ns}` of the path is to stand for it.
        ns "ns": Option<Located<Id>> = None,
        /// A workload to run `true` in, instead of a request.
        exec "exec": Option<Located<String>> = None,
        /// Who asks.
        by_whom "as": Option<Located<Who>> = None => "the learner",
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

one_of! {
    /// What a check looks at.
    CheckKind "type" {
        /// At least one of these.
        "any" Any(Vec<CheckKind>),
        /// All of these.
        "all" All(Vec<CheckKind>),
        /// None of these, and none may be in error.
        "none" None(Vec<CheckKind>),
        /// Objects of the cluster.
        "resource" Resource(Resource),
        /// What somebody may do.
        "can_i" CanI(CanI),
        /// What the API server says of an object.
        "admission" Admission(Admission),
        /// A program in a container.
        "exec" Exec(Run),
        /// Whether somebody can be reached.
        "connect" Connect(Connect),
        /// A request, and its answer.
        "http" Http(Http),
        /// What becomes of requests from outside.
        "route" Route(Route),
        /// What `tightship check` finds.
        "rule" Rule(Rules),
        /// A workload or component that works.
        "healthy" Healthy(Healthy),
        /// A service account's token.
        "token" Token(Token),
        /// A client certificate.
        "cert" Cert(Cert),
        /// A secret value that must not lie open.
        "leak" Leak(Leak),
        /// What must be as it was at the start.
        "unchanged" Unchanged(Unchanged),
        /// A question to the learner.
        "answer" Answer(Answer),
        /// A flag of a component's running process.
        "flag" Flag(Flag),
        /// A file on the control-plane node.
        "node_file" NodeFile(NodeFile),
        /// Fresh evidence in the audit log.
        "audit" Audit(Audit),
        /// What etcd stores.
        "etcd" Etcd(Etcd),
    }
}

//! What a site has of its own, against what its platform decides.

use crate::decode::{Decoder, Located};
use crate::diagnostic::Diagnostic;
use crate::spec::ApiServer;
use crate::spec::api_server::{AuthorizationForm, Form, PodLevel, TalosForm};
use crate::yaml::Span;

pub(super) fn check(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let form = server.form();
    let word = form.as_str();
    let mut refuse = |span: Option<Span>, message: String, label: &str| {
        if let Some(span) = span {
            let problem = Diagnostic::error(span, message).label(label.to_owned());
            decoder.report(problem.related(server.target.platform.span, "the platform"));
        }
    };
    let only = |given: Option<Span>, refused: bool| given.filter(|_| refused);
    let own_paths = matches!(form, Form::Kind | Form::K3s | Form::Rke2 | Form::Talos | Form::ClusterApi);
    let folder = server.certificates.folder.place();
    refuse(only(folder, own_paths), format!("{word} decides where its certificates lie"), "take this out");
    let makes_none = matches!(form, Form::StaticPod | Form::Systemd | Form::Flags);
    let name = server.certificates.names.first().map(|name| name.span);
    let label = "take this out: give the names to whatever makes the certificate of the API server";
    refuse(only(name, makes_none), format!("nothing of {word} makes certificates"), label);
    for address in [&server.network.advertise, &server.network.bind] {
        let span = address.as_ref().map(|address| address.span);
        let decides = matches!(form, Form::Kind | Form::Talos | Form::ClusterApi);
        refuse(only(span, decides), format!("{word} decides on the addresses of its API server"), "take this out");
    }
    let etcd = [&server.etcd.ca, &server.etcd.certificate, &server.etcd.key];
    for span in etcd.into_iter().filter_map(|path| place(path.as_ref())) {
        refuse(only(Some(span), form.runs_own_etcd()), format!("{word} runs etcd itself"), "take this out");
    }
    let keys = &server.service_accounts;
    let paths = keys.keys.iter().map(|key| key.span).chain(place(keys.signing.as_ref()));
    for span in paths {
        refuse(only(Some(span), own_paths), format!("{word} makes and keeps the keys of tokens"), "take this out");
    }
    if let Some(second) = keys.issuers.get(1) {
        let takes_one = matches!(form, Form::Kind | Form::Talos);
        refuse(
            only(Some(second.span), takes_one),
            format!("{word} gives a flag once"),
            "only one issuer is possible here",
        );
    }
    let provider = place(server.cloud_provider.as_ref());
    let label = "take this out: it is `cluster.externalCloudProvider` of the machine configuration";
    refuse(only(provider, form == Form::Talos), "Talos is told of the cloud in a key of its own".to_owned(), label);
    refuse(only(provider, form == Form::Kind), "there is no cloud below kind".to_owned(), "take this out");
    let sees_all = matches!(form, Form::K3s | Form::Systemd | Form::Flags);
    for mount in &server.mounts {
        let message = format!("the programs of {word} see the whole machine");
        refuse(only(Some(mount.path.span), sees_all), message, "take this out: only pods need mounts");
    }
    if form == Form::Talos {
        let webhook = server.audit.webhook.as_ref().map(|webhook| webhook.kubeconfig.span);
        let label = "take this out: write it into the machine configuration";
        refuse(webhook, "Talos takes no file of the machine for this".to_owned(), label);
        for configuration in &server.admission.configurations {
            refuse(Some(configuration.path.span), "Talos takes no file of the machine for this".to_owned(), label);
        }
    }
    static_policies(server, decoder);
    talos(server, decoder);
    if form == Form::ClusterApi {
        for block in server.network.services.iter().chain(&server.network.pods) {
            let message = "the addresses are those of the Cluster object".to_owned();
            decoder.report(Diagnostic::error(block.span, message).label("write them into `spec.clusterNetwork`"));
        }
    }
    webhooks(server, decoder);
    let mounts = server.mounts.iter().map(|mount| {
        let at = mount.at.as_ref().unwrap_or(&mount.path);
        (format!("{} of {}", at.as_str(), mount.program.as_str()), at.span)
    });
    super::app::twice(mounts, "the mount", decoder);
    let issuers = keys.issuers.iter().map(|issuer| (issuer.to_string(), issuer.span));
    super::app::twice(issuers, "the issuer", decoder);
}

/// The two forms of a machine configuration.
fn talos(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let Some(talos) = &server.target.talos else { return };
    if server.form() != Form::Talos {
        let problem = Diagnostic::error(talos.span, format!("{} is not Talos", server.form().as_str()));
        decoder.report(problem.label("take this out"));
        return;
    }
    let issuer = server.oidc.first().filter(|_| talos.value == TalosForm::Machine);
    if let Some(issuer) = issuer {
        let problem = Diagnostic::error(issuer.url.span, "Talos 1.13 has no place for a file of issuers");
        decoder.report(problem.label("update to 1.14 first"));
    }
}

/// Policies in a folder: from 1.37 on, where there are files.
fn static_policies(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let Some(policies) = &server.static_policies else { return };
    let version = server.target.kubernetes.version;
    if version.minor() < 37 {
        let problem = Diagnostic::error(policies.span, format!("{version} reads no policies from a folder"));
        decoder.report(problem.label("1.37 is the first that does; `tightship policy export` makes some for the API"));
    }
    if server.form() == Form::Talos {
        let problem = Diagnostic::error(policies.span, "Talos has no folder for policies");
        decoder.report(problem.label("take this out"));
    }
    if policies.level.value == PodLevel::Privileged {
        let problem = Diagnostic::error(policies.level.span, "there is nothing that the level privileged refuses");
        decoder.report(problem.label("expected baseline or restricted"));
    }
}

fn webhooks(server: &ApiServer, decoder: &mut Decoder<'_>) {
    let webhooks = &server.authorization_webhooks;
    let Some(first) = webhooks.value.first() else { return };
    if server.form().keeps_authorization() {
        let message = format!("{} names the authorizers itself", server.form().as_str());
        decoder.report(Diagnostic::error(webhooks.span, message).label("take this out"));
    } else if server.authorization.value != AuthorizationForm::File {
        let problem = Diagnostic::error(first.name.span, "webhooks need the file of authorizers");
        decoder.report(problem.label("write `authorization: file`"));
    }
    let names = webhooks.value.iter().map(|webhook| (webhook.name.to_string(), webhook.name.span));
    super::app::twice(names, "the webhook", decoder);
}

fn place<T>(value: Option<&Located<T>>) -> Option<Span> {
    value.and_then(Located::place)
}

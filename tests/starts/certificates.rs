//! The certificates of a control plane, under the names that kubeadm made common.

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Failed;

/// Makes them all.
pub fn make(folder: &Path) -> Result<(), Failed> {
    fs::create_dir_all(folder.join("etcd"))?;
    for (name, subject) in [("ca", "kubernetes"), ("etcd/ca", "etcd-ca"), ("front-proxy-ca", "front-proxy-ca")] {
        let file = |extension: &str| folder.join(format!("{name}.{extension}")).display().to_string();
        request(&file("key"), &file("crt"), subject, &["-addext", "keyUsage=critical,keyCertSign"])?;
    }
    for (ca, name, subject) in [
        ("ca", "apiserver", "/CN=kube-apiserver"),
        ("ca", "apiserver-kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client"),
        ("etcd/ca", "apiserver-etcd-client", "/CN=kube-apiserver-etcd-client"),
        ("etcd/ca", "etcd/server", "/CN=etcd"),
        ("etcd/ca", "etcd/peer", "/CN=etcd"),
        ("front-proxy-ca", "front-proxy-client", "/CN=front-proxy-client"),
    ] {
        let file = |name: &str, extension: &str| folder.join(format!("{name}.{extension}")).display().to_string();
        let (certificate, key) = (file(ca, "crt"), file(ca, "key"));
        let names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
        let usage = "extendedKeyUsage=serverAuth,clientAuth";
        let no_ca = "basicConstraints=critical,CA:FALSE";
        let signed = ["-CA", &certificate, "-CAkey", &key, "-addext", names, "-addext", usage, "-addext", no_ca];
        request(&file(name, "key"), &file(name, "crt"), subject.trim_start_matches("/CN="), &signed)?;
    }
    let (key, public) = (folder.join("sa.key").display().to_string(), folder.join("sa.pub").display().to_string());
    openssl(&["genpkey", "-quiet", "-algorithm", "RSA", "-out", &key])?;
    openssl(&["pkey", "-in", &key, "-pubout", "-out", &public])
}

/// A certificate with its key; signed by itself unless `more` says by whom.
fn request(key: &str, certificate: &str, subject: &str, more: &[&str]) -> Result<(), Failed> {
    let subject = if subject.starts_with('/') { subject.to_owned() } else { format!("/CN={subject}") };
    let args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"];
    openssl(&[&args[..], &["-keyout", key, "-out", certificate, "-subj", &subject], more].concat())
}

fn openssl(args: &[&str]) -> Result<(), Failed> {
    let output = Command::new("openssl").args(args).output().map_err(|error| format!("openssl: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("openssl {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr)).into())
}

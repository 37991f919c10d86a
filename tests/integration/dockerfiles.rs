//! `tightship new` in folders with a Dockerfile: what is taken of it, and what is said instead.

use std::fs;
use std::path::Path;

use assert_cmd::cargo::cargo_bin_cmd;
use tempfile::TempDir;
use tightship::internals::wizard::QUESTIONS;

/// What `new` writes and says in a folder with these files.
fn new(files: &[(&str, &str)], args: &[&str]) -> (String, String) {
    let temp = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(temp.path().join(name), text).unwrap();
    }
    new_in(temp.path(), args)
}

fn new_in(folder: &Path, args: &[&str]) -> (String, String) {
    let mut command = cargo_bin_cmd!("tightship");
    command.arg("new").current_dir(folder).env("NO_COLOR", "1");
    for question in QUESTIONS {
        command.env_remove(format!("TIGHTSHIP_{}", question.key.to_uppercase().replace('-', "_")));
    }
    let image: &[&str] = if args.contains(&"--image") { &[] } else { &["--image", "x.example/a:1"] };
    let output = command.args(["--yes", "--name", "a"]).args(image).args(args).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    (fs::read_to_string(folder.join("tightship.yaml")).unwrap(), said)
}

/// The folders of `tests/data/dockerfiles/` with what `expect.tsv` says of each: parts of the spec, and of what is said.
#[test]
fn each_style_is_taken_or_said() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dockerfiles");
    let expected = fs::read_to_string(data.join("expect.tsv")).unwrap();
    let mut rows = 0;
    for row in expected.lines().skip(1) {
        let [folder, in_spec, not_in_spec, in_words] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let mut files = Vec::new();
        for entry in fs::read_dir(data.join(folder)).unwrap() {
            let entry = entry.unwrap();
            files.push((entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()));
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (spec, said) = new(&files, &[]);
        for part in in_spec.split(" | ").filter(|part| *part != "-") {
            assert!(spec.contains(part), "{folder}: no `{part}` in {spec}\n{said}");
        }
        for part in not_in_spec.split(" | ").filter(|part| *part != "-") {
            assert!(!spec.contains(part), "{folder}: `{part}` in {spec}");
        }
        for part in in_words.split(" | ").filter(|part| *part != "-") {
            assert!(said.contains(part), "{folder}: `{part}` is not said: {said}");
        }
        rows += 1;
    }
    assert_eq!(rows, fs::read_dir(&data).unwrap().count() - 1, "every folder has a row");
}

#[test]
fn a_dockerignore_nearby_counts() {
    let docker = "FROM x\nCOPY . /app\nEXPOSE 8080\n";
    let warning = "there is no .dockerignore";
    assert!(new(&[("Dockerfile", docker)], &[]).1.contains(warning));
    for name in [".dockerignore", ".containerignore", "Dockerfile.dockerignore"] {
        assert!(!new(&[("Dockerfile", docker), (name, ".git\n")], &[]).1.contains(warning), "{name}");
    }
    let stage = "FROM y AS build\nCOPY . /app\nFROM x\nCOPY --from=build . /app\n";
    assert!(!new(&[("Dockerfile", stage)], &[]).1.contains(warning));
}

#[test]
fn a_containerfile_beside_a_dockerfile_is_not_read() {
    let (spec, said) = new(&[("Dockerfile", "FROM x\nEXPOSE 8081\n"), ("Containerfile", "FROM x\nEXPOSE 8082\n")], &[]);
    assert!(spec.contains("port: 8081") && said.contains("Containerfile is not read: there is a Dockerfile"), "{said}");
}

#[test]
fn a_dockerfile_that_is_hostile_ends() {
    let deep = format!("FROM x\nEXPOSE {}\nUSER ${{A:-{}\n", "${A:-".repeat(20_000), "1".repeat(10_000));
    for text in [
        deep.as_str(),
        "FROM x\nRUN <<EOF\n",
        "USER 1\nFROM",
        "FROM x\\",
        "FROM x\nENV\nARG\nEXPOSE\nHEALTHCHECK\nUSER\n",
    ] {
        let (spec, _) = new(&[("Dockerfile", text)], &[]);
        assert!(spec.contains("port: 8080"), "{spec}");
    }
}

/// What is known of common images stands in the spec, and what a person has to know is said.
#[test]
fn common_images_start_as_they_should() {
    for (image, in_spec, in_words) in [
        (
            "redis:8.2",
            &["kind: statefulset|workload: statefulset", "name: redis", "port: 6379", "path: /data", "replicas: 1"][..],
            "runs as root unless told otherwise",
        ),
        (
            "postgres:18",
            &["name: postgres", "port: 5432", "path: /var/lib/postgresql", "path: /var/run/postgresql"],
            "POSTGRES_PASSWORD_FILE",
        ),
        (
            "nginx:1.29",
            &["port: 80\n", "path: /var/cache/nginx"],
            "nginxinc/nginx-unprivileged is the same without root",
        ),
        ("nginxinc/nginx-unprivileged:1.29", &["port: 8080"], "runs as 101"),
        ("traefik:v3.6", &["port: 80\n"], "--entryPoints.web.address=:8080"),
        ("quay.io/prometheus/prometheus:v3.7.0", &["port: 9090", "user: 65534", "path: /prometheus"], "runs as 65534"),
        ("quay.io/keycloak/keycloak:26.4", &["port: 8080"], "is not known: try it first"),
        ("python:3.13", &["port: 8080"], "what runs in it decides the port"),
    ] {
        let temp = TempDir::new().unwrap();
        let (spec, said) = new_in(temp.path(), &["--image", image]);
        for part in in_spec {
            assert!(part.split('|').any(|part| spec.contains(part)), "{image}: no `{part}` in {spec}");
        }
        assert!(said.contains(in_words) && said.contains("Source: https://"), "{image}: {said}");
    }
    let temp = TempDir::new().unwrap();
    let (_, said) = new_in(temp.path(), &["--image", "ghcr.io/acme/shop:1"]);
    assert!(said.contains("nothing is known of ghcr.io/acme/shop"), "{said}");
}

//! What a release hands out comes from `packaging/artefacts.toml`: archives, checksums, and the manifests of package managers.

use std::process::Command;

use serde_json::Value;

use crate::docs::repository;
use crate::support::{Folder, Ran};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs `packaging/dist`.
fn dist(folder: &Folder, args: &[&str]) -> Option<Ran> {
    script(folder, "dist", args)
}

/// Runs a script of `packaging` that needs Python 3.11; `None` without one, and says so.
#[expect(clippy::print_stderr, reason = "who runs the tests is told what was left out")]
fn script(folder: &Folder, name: &str, args: &[&str]) -> Option<Ran> {
    let has_python =
        Command::new("python3").args(["-c", "import tomllib"]).output().is_ok_and(|ran| ran.status.success());
    if !has_python {
        eprintln!("left out: there is no Python 3.11");
        return None;
    }
    let mut command = Command::new("python3");
    command.arg(repository().join("packaging").join(name)).args(args).current_dir(folder.path(""));
    command.env("SOURCE_DATE_EPOCH", "1767225600").env_remove("TIGHTSHIP_REPOSITORY");
    Some(Ran::of(command.output().unwrap()).exits(0))
}

fn triples(folder: &Folder) -> Option<Vec<Value>> {
    let matrix: Value = serde_json::from_str(&dist(folder, &["matrix"])?.stdout).unwrap();
    Some(matrix["include"].as_array().unwrap().clone())
}

#[test]
fn every_manifest_names_the_archives_that_are_made() {
    let folder = Folder::new();
    let Some(targets) = triples(&folder) else { return };
    // what is in an archive does not matter here, but that it can be packed for each target
    folder.write("program", "#!/bin/sh\nexit 0\n");
    for target in &targets {
        dist(&folder, &["archive", "program", target["triple"].as_str().unwrap(), "out"]);
    }
    dist(&folder, &["sums", "out"]);
    dist(&folder, &["manifests", "out", "to"]);
    let sums = folder.read("out/SHA256SUMS");
    assert_eq!(sums.lines().count(), targets.len(), "{sums}");
    let sum_of = |name: &str| sums.lines().find_map(|line| line.strip_suffix(&format!("  {name}"))).unwrap().to_owned();
    let krew = folder.read("to/krew/tightship.yaml");
    let krew: Value = {
        let stream = tightship::internals::yaml::parse(&krew);
        stream.documents[0].root().unwrap().to_json().unwrap()
    };
    assert_eq!(krew["spec"]["version"], format!("v{VERSION}"));
    let platforms = krew["spec"]["platforms"].as_array().unwrap();
    assert_eq!(platforms.len(), targets.iter().filter(|target| target["krew"] == true).count());
    for platform in platforms {
        let uri = platform["uri"].as_str().unwrap();
        let (_, name) = uri.rsplit_once('/').unwrap();
        assert!(uri.contains(&format!("/releases/download/v{VERSION}/")), "{uri}");
        assert_eq!(platform["sha256"], sum_of(name), "{uri}");
    }
    let formula = folder.read("to/homebrew/tightship.rb");
    assert_eq!(formula.matches("sha256 \"").count(), 4, "{formula}");
    assert_eq!(formula.matches(" do\n").count() + 2, formula.matches("end\n").count(), "{formula}");
    let windows = format!("tightship-{VERSION}-x86_64-pc-windows-msvc.zip");
    let scoop: Value = serde_json::from_str(&folder.read("to/scoop/tightship.json")).unwrap();
    assert_eq!(scoop["architecture"]["64bit"]["hash"], sum_of(&windows));
    let winget = folder.read("to/winget/tightship.tightship.installer.yaml");
    assert!(winget.contains(&sum_of(&windows).to_uppercase()) && winget.contains(&windows), "{winget}");
    // cargo-binstall fills in the same name
    for triple in targets.iter().map(|target| target["triple"].as_str().unwrap()) {
        let (url, program) = binstall(triple);
        let (_, name) = url.rsplit_once('/').unwrap();
        assert_eq!(sum_of(name).len(), 64, "{url}");
        let extension = if triple.ends_with("-msvc") { ".exe" } else { "" };
        assert_eq!(program, format!("tightship-{VERSION}-{triple}/tightship{extension}"));
    }
    let table = folder.read("to/action/checksums.txt");
    for (system, machine) in
        [("linux", "amd64"), ("linux", "arm64"), ("darwin", "amd64"), ("darwin", "arm64"), ("windows", "amd64")]
    {
        let lines = table.lines().filter(|line| line.contains(&format!(" {system} {machine} "))).count();
        assert_eq!(lines, 1, "{system} {machine}\n{table}");
    }
}

/// The address of the archive, and the program in it, as cargo-binstall reads them in Cargo.toml.
fn binstall(triple: &str) -> (String, String) {
    let text = std::fs::read_to_string(repository().join("Cargo.toml")).unwrap();
    let (_, general) = text.split_once("[package.metadata.binstall]\n").unwrap();
    let own = general.split_once(&format!("[package.metadata.binstall.overrides.{triple}]\n")).map(|(_, own)| own);
    let key = |section: &str, key: &str| {
        let section = section.split("\n[").next().unwrap();
        section.lines().find_map(|line| line.strip_prefix(&format!("{key} = \""))?.strip_suffix('"').map(str::to_owned))
    };
    let value = |name: &str| own.and_then(|own| key(own, name)).or_else(|| key(general, name)).unwrap();
    let suffix = match value("pkg-fmt").as_str() {
        "tgz" => ".tar.gz",
        "zip" => ".zip",
        other => panic!("{other}"),
    };
    let extension = if triple.contains("windows") { ".exe" } else { "" };
    let filled = |text: String| {
        let names = [("repo", "https://example.com"), ("version", VERSION), ("name", "tightship"), ("target", triple)];
        let more = [("archive-suffix", suffix), ("bin", "tightship"), ("binary-ext", extension)];
        let text =
            names.iter().chain(&more).fold(text, |text, (name, value)| text.replace(&format!("{{ {name} }}"), value));
        assert!(!text.contains('{'), "{text}");
        text
    };
    (filled(value("pkg-url")), filled(value("bin-dir")))
}

#[test]
fn an_archive_has_the_same_bytes_each_time() {
    let (folder, other) = (Folder::new(), Folder::new());
    let program = assert_cmd::cargo::cargo_bin!("tightship").to_str().unwrap();
    for folder in [&folder, &other] {
        folder.write("program", format!("#!/bin/sh\nexec '{program}' \"$@\"\n"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path("program"), mode).unwrap();
        if dist(folder, &["archive", "./program", "x86_64-unknown-linux-musl", "out"]).is_none() {
            return;
        }
    }
    let name = format!("out/tightship-{VERSION}-x86_64-unknown-linux-musl.tar.gz");
    assert_eq!(std::fs::read(folder.path(&name)).unwrap(), std::fs::read(other.path(&name)).unwrap());
    let list = Command::new("tar").args(["--list", "--gzip", "--file"]).arg(folder.path(&name)).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    for part in
        ["/tightship\n", "/LICENSE\n", "/LICENSE-MIT\n", "/man/tightship-check.1\n", "/completions/_tightship\n"]
    {
        assert!(list.contains(part), "{part} is not in {list}");
    }
}

/// The bill of materials (SBOM) has every crate of the program with the checksum of Cargo.lock, and none of the tests.
#[test]
fn the_bill_names_what_the_program_is_made_of() {
    let (folder, other) = (Folder::new(), Folder::new());
    let triple = "x86_64-unknown-linux-gnu";
    for folder in [&folder, &other] {
        if script(folder, "sbom", &[triple, "out"]).is_none() {
            return;
        }
    }
    let name = format!("out/tightship-{VERSION}-{triple}.cdx.json");
    let text = folder.read(&name);
    assert_eq!(text, other.read(&name));
    let bill: Value = serde_json::from_str(&text).unwrap();
    let main = &bill["metadata"]["component"];
    assert_eq!((&bill["specVersion"], &main["version"]), (&Value::from("1.6"), &Value::from(VERSION)));
    let components = bill["components"].as_array().unwrap();
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    for component in components {
        let (sum, package) = (component["hashes"][0]["content"].as_str().unwrap(), component["name"].as_str().unwrap());
        let version = component["version"].as_str().unwrap();
        let entry = format!("name = \"{package}\"\nversion = \"{version}\"\n");
        let (_, rest) = lock.split_once(&entry).unwrap_or_else(|| panic!("{package} {version}"));
        assert!(rest.split("[[package]]").next().unwrap().contains(sum), "{package}");
        assert!(component["licenses"][0]["expression"].is_string(), "{package} names no licence");
    }
    let scope = |name: &str| components.iter().find(|component| component["name"] == name).map(|one| &one["scope"]);
    assert_eq!(scope("clap"), Some(&Value::from("required")));
    // a macro runs while the program is compiled, and what only tests need is no part of it
    assert_eq!(scope("clap_derive"), Some(&Value::from("excluded")));
    assert_eq!(scope("assert_cmd"), None);
    let known: Vec<&Value> = components.iter().chain([main]).map(|component| &component["bom-ref"]).collect();
    for row in bill["dependencies"].as_array().unwrap() {
        let needs = row["dependsOn"].as_array().unwrap();
        assert!(needs.iter().chain([&row["ref"]]).all(|name| known.contains(&name)), "{row}");
    }
}

/// What stands in more than one file is the same in each.
#[test]
fn files_of_several_tools_agree() {
    let read = |path: &str| std::fs::read_to_string(repository().join(path)).unwrap();
    let data = read("packaging/artefacts.toml");
    let repository = data.lines().find_map(|line| line.strip_prefix("repository = ")).unwrap();
    let cargo = read("Cargo.toml");
    assert!(cargo.contains(&format!("repository = {repository}\n")));
    // binstall asks for what `packaging/dist` makes
    assert!(cargo.contains("/releases/download/v{ version }/{ name }-{ version }-{ target }{ archive-suffix }\""));
    assert!(read("packaging/pypi/pyproject.toml").contains(&format!("Repository = {repository}\n")));
    let hook = read("pyproject.toml");
    assert!(hook.contains(&format!("version = \"{VERSION}\"")) && hook.contains(&format!("\"tightship=={VERSION}\"")));
    assert!(read("CHANGELOG.md").contains(&format!("\n## {VERSION} - ")), "CHANGELOG.md has no section {VERSION}");
    // every action of every workflow is named by its commit
    for entry in std::fs::read_dir(self::repository().join(".github/workflows")).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        // the compiler of releases goes before that of rust-toolchain.toml only in this variable
        assert_eq!(text.contains("packaging/artefacts.toml)"), text.contains("RUSTUP_TOOLCHAIN=$rust"));
        for line in text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            let (_, commit) = line.split_once('@').unwrap();
            let (commit, version) = commit.split_once(" # v").unwrap_or_else(|| panic!("{line} names no version"));
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            assert!(version.starts_with(|first: char| first.is_ascii_digit()), "{line}");
        }
    }
}

/// What audits a cluster keeps our own rules, and may list what `--live` asks for, and nothing else.
#[test]
fn the_audit_of_a_cluster_is_hardened_itself() {
    let folder = Folder::new();
    folder.write("audit.yaml", include_str!("../../packaging/audit/audit.yaml"));
    folder.run(&["check", "--no-config"]).exits(0).says(&["no findings"]);
    let text = folder.read("audit.yaml");
    let stream = tightship::internals::yaml::parse(&text);
    let objects: Vec<Value> = stream.documents.iter().map(|it| it.root().unwrap().to_json().unwrap()).collect();
    let role = objects.iter().find(|object| object["kind"] == "ClusterRole").unwrap();
    let mut allowed: Vec<String> = Vec::new();
    for rule in role["rules"].as_array().unwrap() {
        assert_eq!(rule["verbs"], serde_json::json!(["get", "list"]));
        let group = rule["apiGroups"][0].as_str().unwrap();
        let names = rule["resources"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        allowed.extend(names.map(|name| if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }));
    }
    allowed.sort();
    let mut asked: Vec<String> = tightship::internals::check::listed().collect();
    asked.sort();
    assert_eq!(allowed, asked);
    let images: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("image: ")).collect();
    let image = format!("example.com/tightship:{VERSION}");
    assert_eq!(images, [image.as_str(); 2]);
}

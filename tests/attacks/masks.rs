//! What is shown around a finding has no secret in it, in whatever form it stands there.

use crate::support::Folder;

const FORMATS: [&str; 6] = ["text", "concise", "json", "sarif", "github", "junit"];

/// Commands that hold `swordf1sh`, as they stand in scripts and comments.
const COMMANDS: [&str; 89] = [
    "curl -kb sid=swordf1sh https://example.com",
    "curl -skbsid=swordf1sh https://example.com",
    "git clone https://swordf1sh:@example.com/a/b",
    "https://swordf1sh:@example.com",
    "vault   login swordf1sh",
    "vault\tlogin swordf1sh",
    "echo swordf1sh | docker  login  --password-stdin",
    "AccountKey=swordf1sh;EndpointSuffix=core.windows.net",
    "curl -su me:swordf1sh https://example.com",
    "curl -Lu me:swordf1sh https://example.com",
    "curl -sSLU me:swordf1sh https://example.com",
    "curl -sume:swordf1sh https://example.com",
    "curl -b session=swordf1sh https://example.com",
    "curl --cookie session=swordf1sh https://example.com",
    "git clone https://swordf1sh@github.com/a/b",
    "git clone 'https://swordf1sh@github.com/a/b'",
    "nats://swordf1sh@nats:4222",
    "wget https://hooks.slack.com/services/T000/B000/swordf1sh",
    "vault login swordf1sh",
    "vault login -method=token swordf1sh",
    "sonar.login=swordf1sh",
    "mvn -Dsonar.login=swordf1sh verify",
    "pass\u{ad}word: swordf1sh",
    "db-to\u{200b}ken=swordf1sh",
    "root:$6$salt$swordf1sh",
    "root:$argon2id$v=19$swordf1sh",
    "me:$apr1$salt$swordf1sh",
    "me:$2y$05$swordf1sh",
    "userPassword:: {SSHA}swordf1sh",
    "K10abc0::server:swordf1sh",
    "ya29.swordf1sh-A0AfH6SMB",
    "mysql -u root -pswordf1sh",
    "mysql -p swordf1sh shop",
    "mysqldump --password=swordf1sh shop",
    "mysqladmin --password swordf1sh ping",
    "mariadb -pswordf1sh",
    "MYSQL_PWD=swordf1sh mysql",
    "PGPASSWORD=swordf1sh psql",
    "PGPASS=swordf1sh psql",
    "export DB_PASS=swordf1sh",
    "curl -u me:swordf1sh https://example.com",
    "curl -ume:swordf1sh https://example.com",
    "curl --user me:swordf1sh https://example.com",
    "curl --user=me:swordf1sh https://example.com",
    "curl --proxy-user me:swordf1sh https://example.com",
    "curl -H 'Authorization: Bearer swordf1sh' https://example.com",
    "curl -H 'X-Api-Key: swordf1sh' https://example.com",
    "curl -H 'Cookie: session=swordf1sh' https://example.com",
    "curl 'https://example.com/?access_token=swordf1sh'",
    "wget --password=swordf1sh https://example.com",
    "sshpass -p swordf1sh ssh me@example.com",
    "sshpass -pswordf1sh ssh me@example.com",
    "redis-cli -h db -a swordf1sh ping",
    "redis-server --requirepass swordf1sh",
    "requirepass swordf1sh",
    "masterauth swordf1sh",
    "ldapsearch -x -w swordf1sh",
    "sqlcmd -S db -P swordf1sh",
    "smbclient -U me%swordf1sh //a/b",
    "openssl enc -k swordf1sh",
    "openssl rsa -passin pass:swordf1sh",
    "unzip -P swordf1sh a.zip",
    "7z x -pswordf1sh a.7z",
    "kubectl create secret generic a --from-literal=a=swordf1sh",
    "kubectl create secret docker-registry a --docker-password=swordf1sh",
    "kubectl --token swordf1sh get pods",
    "docker login -u me -p swordf1sh example.com",
    "echo swordf1sh | docker login -u me --password-stdin example.com",
    "echo me:swordf1sh | chpasswd",
    "htpasswd -b file me swordf1sh",
    "amqp://me:swordf1sh@mq:5672/",
    "redis://:swordf1sh@db:6379",
    "postgres://me:swordf1sh@db/shop?sslmode=disable",
    "postgres://me:a/b#swordf1sh@db/shop",
    "me:swordf1sh@tcp(db:3306)/shop",
    "jdbc:mysql://db/shop?user=me&password=swordf1sh",
    "jdbc:sqlserver://db;user=sa;password=swordf1sh;",
    "Server=db;User Id=sa;Password=swordf1sh;",
    "Server=db;Uid=sa;Pwd=swordf1sh;",
    "host=db user=me password=swordf1sh dbname=shop",
    "machine db login me password swordf1sh",
    "CREATE USER me IDENTIFIED BY 'swordf1sh'",
    "ALTER ROLE me PASSWORD 'swordf1sh'",
    "<password>swordf1sh</password>",
    "{\"password\": \"swordf1sh\"}",
    "{\"name\": \"DB_PASSWORD\", \"value\": \"swordf1sh\"}",
    "{\"auths\": {\"example.com\": {\"auth\": \"swordf1sh\"}}}",
    "password => 'swordf1sh'",
    "the password is swordf1sh",
];

/// Values that are secret by what they go by.
const NAMES: [&str; 20] = [
    "DB_PASSWORD",
    "DB_PASS",
    "PGPASS",
    "PGPASSWORD",
    "SSHPASS",
    "MYSQL_PWD",
    "dbPassword",
    "admin.password",
    "API_TOKEN",
    "TOKEN",
    "apiKey",
    "CLIENT_SECRET",
    "SECRET_KEY_BASE",
    "AWS_SECRET_ACCESS_KEY",
    "REDIS_AUTH",
    "Authorization",
    "Cookie",
    "db-passphrase",
    "PASSWORD_OLD",
    "credentials",
];

/// Credentials by what they look like; the part that may not be shown.
fn credentials() -> Vec<String> {
    let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJodW50ZXIyIn0", "c2lnbmF0dXJlLW9mLWl0"].join(".");
    let github = format!("ghp_{}", "aB3".repeat(12));
    let own = ["sk-ant-", "sk-proj-", "dckr_pat_", "pypi-Ag", "dop_v1_", "ATATT3x", "shpat_", "lin_api_"];
    let own = own.into_iter().map(|begin| format!("{begin}{}", "aB3".repeat(4)));
    let known = [jwt, github, "AKIAIOSFODNN7EXAMPLE".to_owned(), format!("glpat-{}", "aB3".repeat(7))];
    known.into_iter().chain(["abcdef.0123456789abcdef".to_owned()]).chain(own).collect()
}

#[track_caller]
fn shows_nothing(folder: &Folder, secret: &str, what: &str) {
    let runs = FORMATS.map(|format| vec!["--select=all", "--all", "--level=restricted", "--format", format]);
    let diffs =
        [vec!["--select=all", "--diff", "--fix=unsafe"], vec!["--select=all", "--as-admission", "--level=restricted"]];
    for args in runs.into_iter().chain(diffs) {
        let ran = folder.run(&[&["check", "--no-config"], &args[..]].concat());
        assert!(ran.code < 3 && ran.stdout.len() + ran.stderr.len() > 20, "{what} {args:?}: {ran:?}");
        for text in [&ran.stdout, &ran.stderr] {
            let line = text.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{what} {args:?} shows {line:?} in\n{text}");
        }
    }
}

/// A pod with findings at every line, and these lines beside them.
fn pod(env: &str, args: &str, comment: &str, annotation: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  annotations:\n    note: {annotation}\nspec:\n  # {comment}\n  \
         hostNetwork: true # {comment}\n  containers:\n    - name: app\n      # {comment}\n      image: ghcr.io/acme/app # \
         {comment}\n      securityContext: {{privileged: true}} # {comment}\n      env:\n{env}      command: [sh, -c]\n      \
         args: {args}\n      volumeMounts: [{{name: a, mountPath: /a}}]\n      imagePullPolicy: always\n"
    )
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[test]
fn commands_in_arguments_comments_and_annotations_are_masked() {
    for (index, command) in COMMANDS.iter().enumerate() {
        let folder = Folder::new();
        let quoted = single(command);
        let env = format!("        - {{name: A, value: {quoted}}}\n        - {{name: A, value: b}}\n");
        folder.write("plain.yaml", pod(&env, &format!("[{quoted}]"), command, &quoted));
        let script = format!("\n        - |\n          set -e\n          {command}\n          echo done");
        let double = serde_json::to_string(command).unwrap();
        folder.write("script.yaml", pod("        []\n", &script, command, &double));
        let config = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, name: a}}\ndata:\n  a: {double}\n  b: |\n    x\n    {command}\n  c: 1\n"
        );
        folder.write("config.yaml", config);
        folder.write("broken.yaml", format!("kind: Pod\nspec:\n  a: {command}\n # {command}\n  b: [\n"));
        shows_nothing(&folder, "swordf1sh", &format!("{index}: {command}"));
    }
}

#[test]
fn arguments_in_lists_are_masked() {
    for args in [
        "[mysql, -pswordf1sh]",
        "[mysql, -p, swordf1sh]",
        "[mysql, --password, swordf1sh]",
        "[redis-server, --requirepass, swordf1sh]",
        "[redis-cli, -a, swordf1sh]",
        "[curl, -u, 'me:swordf1sh']",
        "[curl, --user, 'me:swordf1sh']",
        "[curl, -H, 'Authorization: Basic swordf1sh']",
        "[app, -P, swordf1sh]",
        "[app, --db-pass=swordf1sh]",
        "[app, --api-key, swordf1sh]",
        "\n        - --password\n        - swordf1sh",
        "\n        - --password\n        - |\n          swordf1sh",
        "\n        - --password\n        - >-\n          swordf1sh\n          and more",
        "[app, --password, &a swordf1sh, *a]",
        "[app, \"--password=\\x73wordf1sh\", '--password', \"swordf1sh\"]",
    ] {
        let folder = Folder::new();
        folder.write("a.yaml", pod("        []\n", args, "a", "b"));
        folder
            .write("b.yaml", pod("        []\n", args, "a", "b").replace("command: [sh, -c]\n      args:", "command:"));
        shows_nothing(&folder, "swordf1sh", args);
    }
}

#[test]
fn values_that_go_by_the_name_of_a_secret_are_masked() {
    const VALUES: [&str; 5] = ["swordf1sh", "$swordf1sh!", "/Swordf1sh/swordf1sh", "swordf1sh$(X)", "%41swordf1sh"];
    for (index, name) in NAMES.into_iter().enumerate() {
        // each value with the first name, and one with each other
        let values = if index == 0 { &VALUES[..] } else { &VALUES[index % VALUES.len()..][..1] };
        for &value in values {
            let folder = Folder::new();
            let env = format!(
                "        - {{name: {name}, value: {}}} # {name}: {value}\n        - name: {name}\n          value: >-\n            {value}\n",
                single(value)
            );
            folder.write("a.yaml", pod(&env, "[a]", &format!("{name}={value}"), "b"));
            let data = format!("data:\n  {name}: {}\n  list: {{{name}: [{}]}}\n", single(value), single(value));
            folder.write("b.yaml", format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a, name: a}}\n{data}"));
            shows_nothing(&folder, "swordf1sh", &format!("{name}: {value}"));
        }
    }
}

#[test]
fn credentials_are_masked_wherever_they_stand() {
    for secret in credentials() {
        let folder = Folder::new();
        let env = format!("        - {{name: A, value: {secret}}}\n        - {{name: A, value: 'x {secret} y'}}\n");
        let text = pod(&env, &format!("['a={secret}']"), &format!("see {secret}"), &secret);
        folder.write(
            "a.yaml",
            text.replace("image: ghcr.io/acme/app", &format!("image: 'https://x:{secret}@a/{secret}'")),
        );
        folder.write(
            "b.yaml",
            format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{\"{secret}\": {secret}}}\n"),
        );
        shows_nothing(&folder, &secret, &secret);
    }
    let folder = Folder::new();
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIswordf1sh\nMIIswordf1sh\n-----END RSA PRIVATE KEY-----";
    let comment = key.replace('\n', "\n  # ");
    let block = format!("\n        - |\n          {}", key.replace('\n', "\n          "));
    folder.write(
        "a.yaml",
        pod("        []\n", &block, &comment, "b").replace("hostNetwork: true # -", "hostNetwork: true\n  # -"),
    );
    shows_nothing(&folder, "swordf1sh", "a private key");
    // a message about the place repeats it
    let folder = Folder::new();
    for field in ["image", "name", "imagePullPolicy", "workingDir", "stdin", "tty"] {
        folder.write(
            "a.yaml",
            pod("        []\n", "[a]", "a", "b") + &format!("      {field}: https://me:swordf1sh@example.com/a\n"),
        );
        shows_nothing(&folder, "swordf1sh", field);
    }
}

#[test]
fn secrets_are_masked_with_odd_keys_and_copies() {
    let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, name: a}\n";
    for text in [
        format!("{head}stringData: {{swordf1sh: '', swordf1sh: x}}\n"),
        format!("{head}stringData:\n  swordf1sh: a\n  swordf1sh: b\n"),
        format!("{head}data: {{swordf1sh: 1}}\nstringData: {{\"swordf1sh x\": 1}}\n"),
        format!("{head}data: [swordf1sh]\n"),
        format!("{head}stringData:\n  a: |\n    swordf1sh\n    swordf1sh\n  a: >-\n    swordf1sh\n\n    swordf1sh\n"),
        format!("{head}stringData: {{a: &x swordf1sh, b: *x}}\nunknown: *x\n"),
        format!("{head}spec: {{a: swordf1sh}}\nhunter: {{b: [swordf1sh]}}\n"),
        format!("{head}stringData: {{<<: {{a: swordf1sh}}}}\nx: y\n"),
        "stringData: {a: swordf1sh}\nkind: Secret\napiVersion: v1\nmetadata: {name: a, name: a}\n".to_owned(),
        "kind: ConfigMap\nkind: Secret\napiVersion: v1\nmetadata: {name: a, name: a}\nstringData: {a: swordf1sh}\n".to_owned(),
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: a, name: a}\n  data: {swordf1sh: swordf1sh}\n".to_owned(),
        "apiVersion: v1\nkind: SecretList\nmetadata: {a: b, a: c}\nitems:\n- metadata: {name: a, name: a}\n  data: {a: swordf1sh}\n".to_owned(),
        "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"a\", \"name\": \"a\"},\n \"stringData\": {\"a\": \"swordf1sh\"}}\n".to_owned(),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, name: a}\ndata:\n  a: |\n    kind: Secret\n    stringData:\n      a: swordf1sh\n".to_owned(),
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  name: a\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"a\": \"swordf1sh\"}\nspec: {hostNetwork: true}\n".to_owned(),
    ] {
        let folder = Folder::new();
        folder.write("a.yaml", &text);
        folder.write("pod.yaml", pod("        []\n", "[a]", "a", "b"));
        shows_nothing(&folder, "swordf1sh", &text);
    }
    let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [nowhere.yaml]\n";
    let folder = Folder::new();
    folder.write(
        "k/kustomization.yaml",
        format!("{head}secretGenerator: [{{name: x, name: y, literals: [a=swordf1sh]}}]\n"),
    );
    folder.write("pod.yaml", pod("        []\n", "[a]", "a", "b"));
    shows_nothing(&folder, "swordf1sh", "a generator");
}

#[test]
fn a_configuration_shows_no_secret() {
    let head = "apiVersion: tightship/v1\nkind: Check\n";
    for line in [
        "registries: ['https://me:swordf1sh@example.com/a b']",
        "password: swordf1sh",
        "exclude: ['[https://me:swordf1sh@example.com'] # password swordf1sh",
        "suppressions: [{rule: privileged, reason: x, password: swordf1sh, name: 'postgres://me:swordf1sh@db['}]",
        "select: ['https://me:swordf1sh@example.com'] # token=swordf1sh",
        "a: [password=swordf1sh",
    ] {
        let folder = Folder::new();
        folder.write("pod.yaml", pod("        []\n", "[a]", "a", "b"));
        folder.write(".tightship.yaml", format!("{head}{line}\n"));
        let ran = folder.run(&["check"]).exits(2);
        assert!(!ran.stderr.contains("swordf1sh"), "{line}: {}", ran.stderr);
    }
}

#[test]
fn a_difference_of_what_is_rendered_shows_no_secret() {
    let folder = Folder::rendered(crate::support::MINIMAL);
    let name = folder.names().into_iter().find(|name| name.contains("deployment")).unwrap();
    let text = folder.read(&name);
    folder.write(&name, format!("# password: swordf1sh\n{text}# curl -u me:swordf1sh\n"));
    let ran = folder.run(&["render", "--check", "--diff"]).exits(1);
    assert!(ran.stdout.contains("@@") && !ran.stdout.contains("swordf1sh"), "{}", ran.stdout);
    let ran = folder.run(&["render"]);
    assert!(!ran.stderr.contains("swordf1sh"), "{}", ran.stderr);
    folder.write("tightship.yaml", "kind: Config # swordf1sh\nuser: {token: {a: swordf1sh}, x: y swordf1sh}\n");
    let ran = folder.run(&["render"]).exits(2);
    assert!(!ran.stderr.contains("swordf1sh"), "{}", ran.stderr);
}

#[test]
fn what_holds_no_secret_is_still_shown() {
    let folder = Folder::new();
    folder.write("a.yaml", pod("        []\n", "['mkdir -p /data', --port=80]", "this is why", "b"));
    let ran = folder.run(&["check", "--no-config", "--select=privileged"]).exits(1);
    assert!(ran.stdout.contains("privileged: true} # this is why"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("**"), "{}", ran.stdout);
}

#[test]
fn what_becomes_a_secret_is_masked() {
    for text in [
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: a}\nspec:\n  template: {type: Opaque, stringData: {a: swordf1sh, a: y}}\n",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec: {target: {template: {data: {a: swordf1sh, a: y}}}}\n",
        "apiVersion: e/v1\nkind: Thing\nmetadata: {name: a}\nspec: {template: {stringData: {a: swordf1sh, a: y}}}\n",
        "apiVersion: e/v1\nkind: Thing\nmetadata: {name: a}\nspec: {template: {type: kubernetes.io/tls, data: {a: swordf1sh, a: y}}}\n",
        "apiVersion: v1\nkind: secret\nmetadata: {name: a}\nstringData: {a: swordf1sh, a: y}\n",
        "apiVersion: v1\nkind: !!binary U2VjcmV0\nmetadata: {name: a}\nstringData: {a: swordf1sh, a: y}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, env: [{name: !!binary UEFTU1dPUkQ=, value: swordf1sh, x: y}]}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, x: y, args: [vault, login, swordf1sh]}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, x: y, env: [{name: PASSWORD=swordf1sh, value: a, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, x: y, args: [curl, -su, 'me:swordf1sh']}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, x: y, args: [curl, -b, 'session=swordf1sh']}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, x: y, args: [curl, -kb, 'sid=swordf1sh']}]}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b, x: y, args: [sh, -c, 'vault   login swordf1sh']}]}\n",
    ] {
        let folder = Folder::new();
        // with something to fix
        folder.write("a.yaml", format!("{text}---\n{}", crate::walk::POD));
        shows_nothing(&folder, "swordf1sh", text);
    }
}

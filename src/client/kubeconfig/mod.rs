//! Kubeconfigs: what gives access to a cluster, read from one and written as another.
//!
//! [`Access`] is all that is ever taken from a kubeconfig that the user has not named: it runs no program, reads no file and
//! uses no proxy. What the user has named is a [`UserContext`], which does all that kubectl would.

mod access;
mod login;
mod reader;
mod user;

pub use super::credentials::Credentials;
pub use access::Access;
pub use login::Login;
pub use reader::Files;
pub use user::UserContext;

#[cfg(test)]
mod tests {
    use super::{Access, Credentials, Files, Login};

    const KIND: &str = "apiVersion: v1\nkind: Config\npreferences: {}\ncurrent-context: kind-a\n\
        clusters:\n- name: kind-a\n  cluster: {certificate-authority-data: Q0E=, server: 'https://127.0.0.1:6443'}\n\
        contexts:\n- name: kind-a\n  context: {cluster: kind-a, user: kind-a}\n- name: nobody\n  context: {cluster: kind-a}\n\
        users:\n- name: kind-a\n  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}\n";

    fn with_user(user: &str) -> String {
        KIND.replace("{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}", user)
    }

    fn read(text: &str) -> Result<Access, crate::client::ApiError> {
        Access::read("a", text)
    }

    #[test]
    fn a_lab_gets_its_own_context() {
        let access = read(KIND).unwrap();
        assert_eq!(access.server, "https://127.0.0.1:6443");
        insta::assert_snapshot!(access.kubeconfig("tightship-lab", "ts-the-hack-shop-ab12"), @r#"
        apiVersion: v1
        kind: Config
        clusters:
          - name: tightship-lab
            cluster:
              server: https://127.0.0.1:6443
              certificate-authority-data: "Q0E="
        users:
          - name: tightship-lab
            user:
              client-certificate-data: "Q0VSVA=="
              client-key-data: S0VZ
        contexts:
          - name: tightship-lab
            context:
              cluster: tightship-lab
              user: tightship-lab
              namespace: ts-the-hack-shop-ab12
        current-context: tightship-lab
        "#);
        assert_eq!(read(&access.kubeconfig("x", "y")).unwrap(), access);
    }

    #[test]
    fn others_get_the_same_place() {
        let bot = read(KIND).unwrap().with(Credentials::Token("t".to_owned()));
        let text = bot.kubeconfig("bot", "a");
        assert!(text.contains("    user:\n      token: t\n") && !text.contains("S0VZ"), "{text}");
        assert_eq!(read(&text).unwrap(), bot);
    }

    #[test]
    fn a_kubeconfig_of_somebody_else_is_told_from_ones_own() {
        let login = Login::Access(read(KIND).unwrap());
        let own = login.kubeconfig("tightship-lab", "shop");
        assert!(login.is_in(&own) && login.is_in(&own.replace("namespace: shop", "namespace: other")));
        for other in [
            own.replace("127.0.0.1", "127.0.0.2"),
            own.replace("client-key-data: S0VZ", "exec: {command: sh}"),
            own.replace("server:", "proxy-url: http://127.0.0.1:1\n      server:"),
            own.replace("contexts:", "contexts:\n  - {name: a, context: {cluster: a, user: a}}"),
            format!("{own}---\n{own}"),
            String::new(),
        ] {
            assert!(!login.is_in(&other), "{other}");
        }
    }

    #[test]
    fn files_in_the_folder_of_a_lab_are_read_and_no_others() {
        let root = tempfile::TempDir::new().unwrap();
        let root = camino::Utf8Path::from_path(root.path()).unwrap();
        let folder = root.join("lab");
        std::fs::create_dir_all(folder.join("keys")).unwrap();
        let path = folder.join("bot.kubeconfig");
        let open = |user: &str| {
            std::fs::write(&path, with_user(user)).unwrap();
            Access::open(&path, Files::Within(&folder)).map_err(|error| error.to_string())
        };
        let files = "{client-certificate: bot.crt, client-key: keys/bot.key}";
        std::fs::write(folder.join("bot.crt"), "CERT").unwrap();
        let said = open(files).unwrap_err();
        assert!(said.contains("bot.kubeconfig:15:51") && said.contains("keys/bot.key: No such file"), "{said}");
        std::fs::write(folder.join("keys/bot.key"), "KEY").unwrap();
        assert_eq!(open(files).unwrap(), read(KIND).unwrap());
        std::fs::write(folder.join("token"), "secret\n").unwrap();
        assert_eq!(open("{tokenFile: token}").unwrap().credentials, Credentials::Token("secret".to_owned()));

        std::fs::write(root.join("token"), "other").unwrap();
        for outside in ["../token", root.join("token").as_str(), "keys/../../token", "/etc/hostname"] {
            let said = open(&format!("{{tokenFile: {outside}}}")).unwrap_err();
            assert!(said.contains("it leads out of") && !said.contains("other"), "{said}");
        }
        let said = Access::open(&root.join("token"), Files::Within(&folder)).unwrap_err().to_string();
        assert!(said.contains("it leads out of"), "{said}");
    }

    #[test]
    fn what_cannot_be_used_is_said_with_its_place() {
        for (text, words) in [
            (KIND.replace("current-context: kind-a", "current-context: x"), "a:9:1: there is no context \"x\""),
            (KIND.replace("current-context: kind-a", ""), "there is no context \"\""),
            (KIND.replace("- name: kind-a\n  cluster", "- name: b\n  cluster"), "there is no cluster \"kind-a\""),
            (KIND.replace("user: kind-a}", "user: b}"), "there is no user \"b\""),
            (KIND.replace("server", "serve"), "a:7:47: `serve` is not known here"),
            (KIND.replace("server:", "proxy-url: x, server:"), "a:7:47: `proxy-url` sends everything through another"),
            (KIND.replace("-data: Q0E=", ": ../../etc/ca"), "a:7:13: `certificate-authority` reads a file"),
            (with_user("{client-certificate-data: Q0VSVA==}"), "a client certificate and no key"),
            (with_user("{client-key-data: S0VZ}"), "a client key and no certificate"),
            (with_user("{token: t, exec: {command: sh}}"), "a:15:20: `exec` runs a program to log in"),
            (with_user("{auth-provider: {name: gcp}}"), "a:15:10: `auth-provider` runs a program or asks"),
            (with_user("{token: t, tokenFile: /etc/hostname}"), "`tokenFile` reads a file"),
            (with_user("{client-certificate: /a}"), "`client-certificate` reads a file"),
            (with_user("{client-key: /a}"), "`client-key` reads a file"),
            (with_user("{token: t, as: admin}"), "`as` makes somebody else of this user"),
            (with_user("{username: a, password: b}"), "`username` is not known here"),
            ("clusters: [".to_owned(), "this is not YAML"),
            ("clusters: {a: b}".to_owned(), "there is no context \"\""),
            (format!("{KIND}---\n{KIND}"), "one document"),
            (String::new(), "this is empty"),
        ] {
            let said = read(&text).unwrap_err().to_string();
            assert!(said.contains(words) && said.lines().count() == 1, "{words}: {said}");
        }
    }

    #[test]
    fn merge_keys_and_aliases_hide_nothing() {
        for user in
            ["{<<: {exec: {command: sh}}}", "{<<: [{token: t}, {exec: {command: sh}}]}", "{\"exec\": {command: sh}}"]
        {
            let said = read(&with_user(user)).unwrap_err().to_string();
            assert!(said.contains("`exec` runs a program"), "{user}: {said}");
        }
        let text = KIND.replace("preferences: {}", "preferences: &u {exec: {command: sh}}");
        let said = read(&text.replace("{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}", "*u"));
        assert!(said.unwrap_err().to_string().contains("`exec` runs a program"));
    }

    #[test]
    fn an_error_shows_no_secret() {
        for user in ["{token: hunter2, client-key: [hunter2], hunter: hunter2]}", "{token: hunter2, exec: hunter2}"] {
            let said = read(&with_user(user)).unwrap_err().to_string();
            assert!(!said.contains("hunter2"), "{said}");
        }
    }
}

//! Which references kustomize fetches. It decides by the text alone, before it looks for a file or folder of that name:
//! `api/internal/git/repospec.go` and `api/internal/loader/fileloader.go` of kustomize 5, with what older ones took as well.

use crate::check::discover::refusal::Refusal;
use crate::yaml::Span;

/// Why a reference is not followed that kustomize would fetch.
pub(super) fn refusal(text: &str, span: Span) -> Refusal {
    let shown = shown(text);
    let reason = format!("kustomize would fetch `{shown}`, and the check fetches nothing");
    Refusal::new(span, reason).help("--allow-remote lets kustomize fetch it").hides(shown != text)
}

/// Whether a reference to a file is fetched.
pub(super) fn is_address(text: &str) -> bool {
    let text = text.trim();
    has_prefix(text, "http:") || has_prefix(text, "https:")
}

/// Whether a reference that may be a folder is fetched, or cloned from a repository.
pub(super) fn is_repository(text: &str) -> bool {
    let text = text.trim();
    let starts = ["http:", "https:", "ssh:", "file:", "git:", "gh:", "github.com/", "github.com:", "git@"];
    text.contains("://") || text.contains("::") || starts.iter().any(|start| has_prefix(text, start)) || has_user(text)
}

/// `user@host:path`, `user@host/path`
fn has_user(text: &str) -> bool {
    let Some((user, rest)) = text.split_once('@') else { return false };
    let is_user = user.starts_with(|first: char| first.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_user && rest.contains(['/', ':'])
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// The reference without what may be a password: the user of an address.
fn shown(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    match host.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}{path}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_address, is_repository, shown};

    #[test]
    fn what_kustomize_fetches_is_known_by_its_text() {
        for remote in [
            "https://example.com/a.yaml",
            "HTTP://example.com/a.yaml",
            "http:example.com",
            "https://example.com/acme/app//base?ref=v1",
            "github.com/acme/app?ref=v1",
            "GitHub.com/acme/app",
            "github.com:acme/app",
            "git@example.com:acme/app",
            "me@example.com:acme/app",
            "org-123@github.com:acme/app",
            "me@example.com/acme/app",
            "git::https://example.com/acme/app",
            "GIT::ssh://example.com/acme/app",
            "ssh://example.com/acme/app",
            "file:///acme/app.git",
            "gh:acme/app",
            "https://me@dev.azure.com/acme/shop/_git/app/base",
            " https://example.com/a",
        ] {
            assert!(is_repository(remote), "{remote}");
        }
        for local in [
            "../base",
            "github/app.yaml",
            "a@b.yaml",
            "app.git",
            "_git/app",
            "./github.com/acme/app",
            "/acme",
            "1a@b:c",
            "github.community/app",
        ] {
            assert!(!is_repository(local), "{local}");
        }
        assert!(is_address("hTTps://example.com") && is_address("http:a"));
        assert!(!is_address("me@example.com:acme/app") && !is_address("http") && !is_address("a/https://b"));
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(shown("https://me:secret@example.com/a@b"), "https://***@example.com/a@b");
        assert_eq!(shown("ssh://git@example.com"), "ssh://***@example.com");
        assert_eq!(shown("https://example.com/a@b"), "https://example.com/a@b");
        assert_eq!(shown("git@example.com:acme/app"), "git@example.com:acme/app");
    }
}

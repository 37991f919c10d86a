//! Image references, after `github.com/distribution/reference`, with which the kubelet reads them.

use std::fmt;

use crate::diagnostic::{Refusal, refuse, refuse_for};

/// The registry that Docker and the kubelet take when an image names none.
const DEFAULT_REGISTRY: &str = "docker.io";
/// The most characters of a repository, its registry not counted.
const LONGEST_REPOSITORY: usize = 255;

/// An image as `registry/repository:tag@digest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ImageRef {
    registry: Option<String>,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

impl ImageRef {
    /// Reads a reference.
    ///
    /// Stricter than the kubelet in one case: `Shop/api` has an upper case repository here, whereas the kubelet takes
    /// `Shop` for a host.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        check_text(text)?;
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        let (name, tag) = match rest.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, repository)) if first == "localhost" || first.contains(['.', ':']) => {
                (Some(first), repository)
            }
            _ => (None, name),
        };
        let lower = repository.to_ascii_lowercase();
        if repository != lower {
            let registry = registry.map(|registry| format!("{registry}/")).unwrap_or_default();
            let end = text.strip_prefix(name).unwrap_or_default();
            return refuse_near("has upper case letters in the repository", &format!("{registry}{lower}{end}"));
        }
        registry.map_or(Ok(()), check_registry)?;
        check_repository(repository)?;
        tag.map_or(Ok(()), check_tag)?;
        digest.map_or(Ok(()), |digest| check_digest(digest, rest))?;
        let image = Self {
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        };
        let length = image.canonical_repository().len();
        if length > LONGEST_REPOSITORY {
            return refuse(format!("has a repository of {length} characters, at most {LONGEST_REPOSITORY}"));
        }
        Ok(image)
    }

    /// The host before the first `/`, with its port, when one is written.
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The path in the registry, as written.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The text after `:`.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The text after `@`, with its algorithm.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Registry and repository with Docker's defaults: `docker.io/library/busybox` for `busybox:1`.
    pub fn canonical_name(&self) -> String {
        format!("{}/{}", self.canonical_registry(), self.canonical_repository())
    }

    /// Whether the tag is `latest`, as written; an image without tag and digest gets it as well.
    pub fn is_latest(&self) -> bool {
        self.tag.as_deref() == Some("latest")
    }

    /// Whether a digest fixes the content.
    pub fn is_pinned(&self) -> bool {
        self.digest.is_some()
    }

    fn canonical_registry(&self) -> &str {
        match self.registry() {
            None | Some("index.docker.io") => DEFAULT_REGISTRY,
            Some(registry) => registry,
        }
    }

    fn canonical_repository(&self) -> String {
        let official = self.canonical_registry() == DEFAULT_REGISTRY && !self.repository.contains('/');
        format!("{}{}", if official { "library/" } else { "" }, self.repository)
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Refuses with a suggestion, if that is a reference itself and not so long that correcting it could go on for ever.
fn refuse_near<T>(message: impl Into<String>, suggestion: &str) -> Result<T, Refusal> {
    let is_image = suggestion.len() < 1000 && ImageRef::parse(suggestion).is_ok();
    refuse_for(message, is_image.then(|| suggestion.to_owned()))
}

/// Refuses what is no reference as a whole.
fn check_text(text: &str) -> Result<(), Refusal> {
    if text.is_empty() {
        return refuse("is empty");
    }
    if let Some(template) = ["{{", "${", "$(", "$"].iter().find(|template| text.contains(**template)) {
        return refuse(format!("has `{template}`: a template or variable that nothing will replace"));
    }
    if let Some(c) = text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        let compact: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        return refuse_near(if c == ' ' { "has a space".into() } else { format!("has the character {c:?}") }, &compact);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return refuse_near(
            format!("starts with `{}://`, and an image has no scheme", scheme.escape_debug()),
            rest.trim_end_matches('/'),
        );
    }
    if text.len() == 64 && text.chars().all(is_lower_hex) {
        return refuse("is the id of an image and names no repository");
    }
    Ok(())
}

fn check_registry(registry: &str) -> Result<(), Refusal> {
    let (host, port) = match registry.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (registry, None),
    };
    if let Some(port) = port
        && (port.is_empty() || !port.chars().all(|c| c.is_ascii_digit()))
    {
        return refuse(format!("has `{}` for the port of the registry; only digits", port.escape_debug()));
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = match inside {
        Some(address) => !address.is_empty() && address.chars().all(|c| c.is_ascii_hexdigit() || c == ':'),
        // Underscores are in no host name, but the kubelet allows them where there is no port.
        None => host.split('.').all(is_label) || port.is_none() && check_component(host).is_ok(),
    };
    if is_host {
        Ok(())
    } else {
        refuse(format!("has `{}` for a registry, which is not a host name", host.escape_debug()))
    }
}

fn check_repository(repository: &str) -> Result<(), Refusal> {
    if repository.is_empty() {
        return refuse("names no repository");
    }
    repository.split('/').try_for_each(check_component)
}

/// Checks one part of a repository: runs of `a-z` and `0-9` with `.`, `_`, `__` or any number of `-` between them.
fn check_component(part: &str) -> Result<(), Refusal> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if part.is_empty() {
        return refuse("has a '/' with nothing before or after it");
    }
    if let Some(c) = part.chars().find(|&c| !is_word(c) && !matches!(c, '.' | '_' | '-')) {
        return refuse(format!("has {c:?} in the repository; only a-z, 0-9, '.', '_', '-' and '/'"));
    }
    if !part.starts_with(is_word) || !part.ends_with(is_word) {
        return refuse(format!("has `{part}` in the repository; a letter or digit must stand at each end"));
    }
    let is_separator = |run: &&str| matches!(*run, "" | "." | "_" | "__") || run.chars().all(|c| c == '-');
    match part.split(is_word).find(|run| !is_separator(run)) {
        Some(run) => refuse(format!("has `{run}` in the repository; '.', '_', '__' or hyphens between two words")),
        None => Ok(()),
    }
}

fn check_tag(tag: &str) -> Result<(), Refusal> {
    if tag.is_empty() {
        return refuse("has an empty tag");
    }
    let length = tag.chars().count();
    if length > 128 {
        return refuse(format!("has a tag of {length} characters, at most 128"));
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if let Some(c) = tag.chars().find(|&c| !is_word(c) && !matches!(c, '.' | '-')) {
        return refuse(format!("has {c:?} in the tag; only letters, digits, '_', '.' and '-'"));
    }
    if tag.starts_with(is_word) {
        Ok(())
    } else {
        refuse(format!("has the tag `{tag}`; a letter, digit or '_' must come first"))
    }
}

/// Checks a digest, which follows `name`.
fn check_digest(digest: &str, name: &str) -> Result<(), Refusal> {
    if digest.is_empty() {
        return refuse("has an empty digest");
    }
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return refuse_near("has a digest without its algorithm", &format!("{name}@sha256:{digest}"));
    };
    let wanted = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => {
            return refuse(format!(
                "has a digest of the kind `{}`; only sha256, sha384 and sha512",
                algorithm.escape_debug()
            ));
        }
    };
    if let Some(c) = hex.chars().find(|&c| !is_lower_hex(c)) {
        let message = format!("has {c:?} in the digest; only 0-9 and a-f");
        return if c.is_ascii_uppercase() {
            refuse_near(message, &format!("{name}@{}", digest.to_ascii_lowercase()))
        } else {
            refuse(message)
        };
    }
    if hex.len() == wanted {
        return Ok(());
    }
    refuse(format!("has a {algorithm} digest of {} digits, not {wanted}", hex.len()))
}

fn is_lower_hex(c: char) -> bool {
    c.is_ascii_digit() || ('a'..='f').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::ImageRef;

    const HEX64: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// Name, tag and digest after `ParseNormalizedNamed` of `github.com/distribution/reference` 0.6.0.
    type Parsed = Option<(&'static str, &'static str, &'static str)>;

    /// `DIGEST` stands for `sha256:` and [`HEX64`].
    const UPSTREAM: &[(&str, Parsed)] = &[
        ("", None),
        ("busybox", Some(("docker.io/library/busybox", "", ""))),
        ("busybox:1.36", Some(("docker.io/library/busybox", "1.36", ""))),
        ("busybox:latest", Some(("docker.io/library/busybox", "latest", ""))),
        ("library/busybox", Some(("docker.io/library/busybox", "", ""))),
        ("docker.io/busybox", Some(("docker.io/library/busybox", "", ""))),
        ("docker.io/library/busybox", Some(("docker.io/library/busybox", "", ""))),
        ("index.docker.io/busybox", Some(("docker.io/library/busybox", "", ""))),
        ("docker.io/a/b/c", Some(("docker.io/a/b/c", "", ""))),
        ("user/repo:tag", Some(("docker.io/user/repo", "tag", ""))),
        ("ghcr.io/acme/shop:1.2.3", Some(("ghcr.io/acme/shop", "1.2.3", ""))),
        ("GHCR.io/acme/shop", Some(("GHCR.io/acme/shop", "", ""))),
        ("ghcr.io/Acme/shop", None),
        ("Busybox", None),
        ("BUSYBOX:1", None),
        ("Shop/api", Some(("Shop/api", "", ""))),
        ("shop/Api:V1", None),
        ("busybox:V1", Some(("docker.io/library/busybox", "V1", ""))),
        ("localhost/x", Some(("localhost/x", "", ""))),
        ("localhost:5000/x:1", Some(("localhost:5000/x", "1", ""))),
        ("localhost", Some(("docker.io/library/localhost", "", ""))),
        ("localhost:5000", Some(("docker.io/library/localhost", "5000", ""))),
        ("host:5000/x", Some(("host:5000/x", "", ""))),
        ("host:5000/x:1:2", None),
        ("host:/x", None),
        ("host:5a/x", None),
        ("host:99999/x", Some(("host:99999/x", "", ""))),
        ("127.0.0.1:5000/x", Some(("127.0.0.1:5000/x", "", ""))),
        ("[::1]:5000/x", Some(("[::1]:5000/x", "", ""))),
        ("[::1]/x", Some(("[::1]/x", "", ""))),
        ("[fe80::1%eth0]/x", None),
        ("[]/x", None),
        ("[::1]x/y", None),
        ("::1/x", None),
        ("my_registry.local/x", Some(("my_registry.local/x", "", ""))),
        ("my_registry.local:5000/x", None),
        ("my_registry/x", Some(("docker.io/my_registry/x", "", ""))),
        ("a..b/x", None),
        ("-a.b/x", None),
        ("a-.b/x", None),
        ("a.b./x", None),
        (".a/x", None),
        ("a.b/", None),
        ("a.b/:1", None),
        ("/x", None),
        ("x/", None),
        ("a//b", None),
        ("x:", None),
        ("x@", None),
        (":1", None),
        ("@DIGEST", None),
        ("x@DIGEST", Some(("docker.io/library/x", "", "DIGEST"))),
        ("x:1@DIGEST", Some(("docker.io/library/x", "1", "DIGEST"))),
        ("ghcr.io/acme/x:1@DIGEST", Some(("ghcr.io/acme/x", "1", "DIGEST"))),
        ("x@DIGEST:1", None),
        ("x@HEX64", None),
        ("x@sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", None),
        ("x@sha256:gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg", None),
        ("x@md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", None),
        ("x@sha256:", None),
        ("x@sha256", None),
        ("x@@DIGEST", None),
        ("HEX64", None),
        ("HEX64:1", Some(("docker.io/library/HEX64", "1", ""))),
        ("https://ghcr.io/acme/x", None),
        ("docker://busybox", None),
        ("x y", None),
        (" x", None),
        ("x ", None),
        ("x\n", None),
        ("x:1 ", None),
        ("x:\t1", None),
        ("${IMAGE}", None),
        ("$(IMAGE)", None),
        ("{{ .Values.image }}", None),
        ("x:${TAG}", None),
        ("x:$TAG", None),
        ("x:{{tag}}", None),
        ("<image>", None),
        ("x:1+2", None),
        ("x:.1", None),
        ("x:-1", None),
        ("x:_1", Some(("docker.io/library/x", "_1", ""))),
        ("x:1.2-3_4", Some(("docker.io/library/x", "1.2-3_4", ""))),
        ("x:a/b", None),
        ("a.b", Some(("docker.io/library/a.b", "", ""))),
        ("a_b", Some(("docker.io/library/a_b", "", ""))),
        ("a__b", Some(("docker.io/library/a__b", "", ""))),
        ("a___b", None),
        ("a-b", Some(("docker.io/library/a-b", "", ""))),
        ("a---b", Some(("docker.io/library/a---b", "", ""))),
        ("a.-b", None),
        ("a._b", None),
        ("_a", None),
        ("a_", None),
        ("-a", None),
        ("a-", None),
        ("a.", None),
        ("foo__bar/x.y", Some(("docker.io/foo__bar/x.y", "", ""))),
        ("é", None),
        ("x/é:1", None),
        ("É/x", None),
        ("a.b/É", None),
        ("x:é", None),
        ("x#1", None),
        ("x?y", None),
        ("x\\y", None),
        ("x%2f", None),
    ];

    /// Accepted there and refused here on purpose.
    const STRICTER: &[&str] = &["Shop/api"];

    fn filled(text: &str) -> String {
        text.replace("DIGEST", &format!("sha256:{HEX64}")).replace("HEX64", HEX64)
    }

    #[test]
    fn agrees_with_the_kubelet() {
        for (text, parsed) in UPSTREAM {
            let text = filled(text);
            let image = ImageRef::parse(&text);
            let Some((name, tag, digest)) = parsed.filter(|_| !STRICTER.contains(&text.as_str())) else {
                assert!(image.is_err(), "{text:?}");
                continue;
            };
            let image = image.unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(image.canonical_name(), filled(name), "{text}");
            assert_eq!(image.tag().unwrap_or_default(), tag, "{text}");
            assert_eq!(image.digest().unwrap_or_default(), filled(digest), "{text}");
            assert_eq!(image.to_string(), text);
            assert_eq!((image.is_latest(), image.is_pinned()), (tag == "latest", !digest.is_empty()), "{text}");
        }
    }

    #[test]
    fn agrees_with_the_kubelet_on_lengths() {
        let a = |count| "a".repeat(count);
        let cases = [
            (a(247), a(248)),
            (format!("u/{}", a(253)), format!("u/{}", a(254))),
            (format!("g.io/{}", a(255)), format!("g.io/{}", a(256))),
            (format!("x:{}", a(128)), format!("x:{}", a(129))),
            (format!("x@sha256:{}", a(64)), format!("x@sha256:{}", a(63))),
            (format!("x@sha384:{}", a(96)), format!("x@sha384:{}", a(97))),
            (format!("x@sha512:{}", a(128)), format!("x@sha512:{}", a(64))),
        ];
        for (good, bad) in cases {
            assert!(ImageRef::parse(&good).is_ok(), "{good}");
            assert!(ImageRef::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn takes_parts_as_written() {
        let image = ImageRef::parse("localhost:5000/shop/api:1").unwrap();
        assert_eq!((image.registry(), image.repository()), (Some("localhost:5000"), "shop/api"));
        let image = ImageRef::parse("busybox").unwrap();
        assert_eq!((image.registry(), image.repository(), image.tag()), (None, "busybox", None));
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("", "is empty"),
            ("x y", "has a space; did you mean `xy`?"),
            ("x:1 ", "has a space; did you mean `x:1`?"),
            ("x\n", r"has the character '\n'; did you mean `x`?"),
            ("Busybox:1", "has upper case letters in the repository; did you mean `busybox:1`?"),
            ("Shop/api:V1", "has upper case letters in the repository; did you mean `shop/api:V1`?"),
            ("GHCR.io/Acme/x", "has upper case letters in the repository; did you mean `GHCR.io/acme/x`?"),
            ("Foo:", "has upper case letters in the repository"),
            ("x:", "has an empty tag"),
            ("x@", "has an empty digest"),
            (":1", "names no repository"),
            ("ghcr.io/", "names no repository"),
            ("https://ghcr.io/a/x/", "starts with `https://`, and an image has no scheme; did you mean `ghcr.io/a/x`?"),
            ("${IMAGE}", "has `${`: a template or variable that nothing will replace"),
            ("x:$(TAG)", "has `$(`: a template or variable that nothing will replace"),
            ("{{ image }}", "has `{{`: a template or variable that nothing will replace"),
            ("x@HEX64", "has a digest without its algorithm; did you mean `x@DIGEST`?"),
            ("x@sha256:abc", "has a sha256 digest of 3 digits, not 64"),
            ("x@sha256:", "has a sha256 digest of 0 digits, not 64"),
            ("x@sha256:xyz", "has 'x' in the digest; only 0-9 and a-f"),
            ("x@sha256:XYZ", "has 'X' in the digest; only 0-9 and a-f"),
            ("x@md5:abc", "has a digest of the kind `md5`; only sha256, sha384 and sha512"),
            ("HEX64", "is the id of an image and names no repository"),
            ("host:5a/x", "has `5a` for the port of the registry; only digits"),
            ("-a.b/x", "has `-a.b` for a registry, which is not a host name"),
            ("a//b", "has a '/' with nothing before or after it"),
            ("a_/b", "has `a_` in the repository; a letter or digit must stand at each end"),
            ("a._b", "has `._` in the repository; '.', '_', '__' or hyphens between two words"),
            ("<image>", "has '<' in the repository; only a-z, 0-9, '.', '_', '-' and '/'"),
            ("x:1+2", "has '+' in the tag; only letters, digits, '_', '.' and '-'"),
            ("x:-1", "has the tag `-1`; a letter, digit or '_' must come first"),
        ];
        for (text, message) in cases {
            assert_eq!(ImageRef::parse(&filled(text)).unwrap_err().to_string(), filled(message), "{text:?}");
        }
        let upper = format!("x@sha256:{}", HEX64.to_uppercase());
        let error = ImageRef::parse(&upper).unwrap_err();
        assert_eq!(error.suggestions, [upper.to_lowercase()]);
    }

    #[test]
    fn survives_what_mends_into_more_of_the_same() {
        for text in ["a://".repeat(100_000), "A/".repeat(100_000), "x@sha256:Z".repeat(50_000)] {
            assert!(ImageRef::parse(&text).is_err());
        }
    }
}

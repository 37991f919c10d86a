//! File names as URIs.

use std::fmt::Write as _;

use super::model::ArtifactLocation;

/// The folder that relative names count from.
pub(super) const ROOT: &str = "%SRCROOT%";

/// The location of a file: relative to [`ROOT`], or absolute if its name is.
pub(super) fn location(name: &str) -> ArtifactLocation {
    let name = name.replace('\\', "/");
    let is_drive = name.as_bytes().get(1..3) == Some(b":/");
    let (prefix, uri_base_id) = match () {
        () if is_drive => ("file:///", None),
        () if name.starts_with('/') => ("file://", None),
        () => ("", Some(ROOT)),
    };
    let mut uri = String::from(prefix);
    for (at, byte) in name.bytes().enumerate() {
        // a colon within a relative name would end a scheme
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte) || (is_drive && at == 1);
        if is_plain {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    ArtifactLocation { uri, uri_base_id }
}

#[cfg(test)]
mod tests {
    use super::{ROOT, location};

    #[test]
    fn names_become_uris() {
        for (name, uri, base) in [
            ("web/a.yaml", "web/a.yaml", Some(ROOT)),
            ("a b/ü#1%?.yaml", "a%20b/%C3%BC%231%25%3F.yaml", Some(ROOT)),
            ("<stdin>", "%3Cstdin%3E", Some(ROOT)),
            ("a:b.yaml", "a%3Ab.yaml", Some(ROOT)),
            ("web:1/a.yaml", "web%3A1/a.yaml", Some(ROOT)),
            ("/srv/a.yaml", "file:///srv/a.yaml", None),
            (r"C:\srv\a.yaml", "file:///C:/srv/a.yaml", None),
            (r"web\a.yaml", "web/a.yaml", Some(ROOT)),
        ] {
            let location = location(name);
            assert_eq!((location.uri.as_str(), location.uri_base_id), (uri, base), "{name}");
        }
    }
}

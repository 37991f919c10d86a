//! What is known of common images, and what is not: so that the first try runs, or it is said beforehand why it may not.

pub(crate) mod parse;

use std::fmt::Write as _;
use std::sync::LazyLock;

use self::parse::Known;
use crate::k8s::image::ImageRef;
use crate::k8s::table::checked;

static IMAGES: LazyLock<Vec<Known>> = LazyLock::new(|| checked(parse::read()));

/// Ports below this one are kept for root where nothing else is said.
const PRIVILEGED: u16 = 1024;

/// What is known of an image.
pub(super) fn known(image: &str) -> Option<&'static Known> {
    let image = ImageRef::parse(image).ok()?;
    let name = image.canonical_name();
    let is_name = |known: &&str| if known.ends_with('/') { name.starts_with(known) } else { name == **known };
    let is_tag = |part: &str| image.tag().is_some_and(|tag| tag.contains(part));
    IMAGES.iter().find(|known| known.names.iter().any(&is_name) && known.tag.is_none_or(is_tag))
}

impl Known {
    /// The number of a user by its name.
    pub(super) fn user(&self, name: &str) -> Option<i64> {
        self.users.iter().find(|(user, _)| *user == name).map(|(_, id)| *id)
    }

    /// What a person should know before the first start, in a few sentences.
    pub(super) fn told(&self, image: &str) -> String {
        let mut text = format!("{image} ");
        let user = match self.runs {
            0 => "runs as root unless told otherwise".to_owned(),
            id => format!("runs as {id}"),
        };
        text.push_str(&user);
        // writing to a string cannot fail
        if let Some(port) = self.port {
            let _ = write!(text, ", listens on {port}");
        }
        if let Some(data) = self.data {
            let _ = write!(text, ", keeps its data in {data}");
        }
        text.push('.');
        text.push_str(if self.starts_as_anyone {
            " It starts with another user id as well."
        } else {
            " Whether it starts with another user id is not known: try it first."
        });
        let is_low = self.port.is_some_and(|port| port < PRIVILEGED);
        if let Some(instead) = self.instead {
            let _ = write!(text, " {} is the same without root, on a port above 1024.", short(instead));
        }
        if let Some(above) = self.above.as_ref().filter(|_| is_low) {
            let _ = write!(text, " It listens above 1024 by {above}.");
        }
        if let Some(note) = &self.note {
            let _ = write!(text, " {note}");
        }
        let _ = write!(text, " Source: {}", self.source);
        text
    }
}

/// A name as people write it.
pub(super) fn short(name: &str) -> &str {
    let name = name.strip_prefix("docker.io/").unwrap_or(name);
    name.strip_prefix("library/").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::{IMAGES, known};

    #[test]
    fn the_first_row_that_fits_is_taken() {
        assert_eq!(known("nginx:1.29").unwrap().port, Some(80));
        assert_eq!(known("docker.io/nginxinc/nginx-unprivileged:1").unwrap().port, Some(8080));
        assert_eq!(known("postgres:18-alpine").unwrap().user("postgres"), Some(70));
        assert_eq!(known("postgres:18").unwrap().user("postgres"), Some(999));
        assert_eq!(known("gcr.io/distroless/static:nonroot").unwrap().runs, 65_532);
        assert_eq!(known("gcr.io/distroless/base-debian12@sha256:0000000000000000000000000000000000000000000000000000000000000000").unwrap().runs, 0);
        assert!(known("ghcr.io/acme/nginx:1").is_none() && known("x").is_none());
    }

    #[test]
    fn every_row_can_be_found_and_is_told_in_one_line() {
        for row in IMAGES.iter() {
            let name = row.names.first().unwrap();
            let name = if name.ends_with('/') { format!("{name}base") } else { (*name).to_owned() };
            let image = format!("{name}:{}", row.tag.unwrap_or("1"));
            let found = known(&image).unwrap();
            assert_eq!((found.source, found.tag), (row.source, row.tag), "{image}");
            let told = row.told(&image);
            assert!(!told.contains('\n') && !told.contains("  ") && told.contains(row.source), "{told}");
            if let Some(other) = row.instead {
                let other = known(other).unwrap();
                assert!(other.runs != 0 && other.port.is_some_and(|port| port >= 1024), "{image}");
            }
        }
    }
}

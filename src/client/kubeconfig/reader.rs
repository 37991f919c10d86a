//! The reader of kubeconfigs that the user has not named: one that came with a folder, or that a learner has written. What
//! would run a program, read a file elsewhere or use a proxy is refused, with its place.

use std::fmt::Display;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8Path;

use super::access::Access;
use crate::client::api::ApiError;
use crate::client::credentials::{Credentials, fits_header};
use crate::diagnostic::text::line;
use crate::file::{self, FileError, Root};
use crate::yaml::{self, Document, Node, Source, Span, Stream};

/// The largest kubeconfig, and the largest file that one refers to: a certificate has some thousand bytes.
const MOST: u64 = 1 << 20;

/// The files that a kubeconfig may refer to.
#[derive(Debug, Clone, Copy)]
pub enum Files<'f> {
    /// None: all is in its own text.
    None,
    /// Those in a folder, in which the kubeconfig is, too. Links are followed as long as they stay in it.
    Within(&'f Utf8Path),
}

impl Access {
    /// Reads the current context of a kubeconfig in a file.
    pub fn open(path: &Utf8Path, files: Files<'_>) -> Result<Self, ApiError> {
        let text = match files {
            Files::None => file::read_text(path, MOST),
            Files::Within(folder) => read_inside(folder, path),
        };
        let text = text.map_err(|error| ApiError::Identity(format!("{}: {error}", line(path.as_str()))))?;
        let name = match files {
            Files::None => path,
            Files::Within(folder) => path.strip_prefix(folder).unwrap_or(path),
        };
        let folder = path.parent().unwrap_or(Utf8Path::new(""));
        Reader { source: Source::new(name.as_str(), text.as_str()), folder, files }.access(&yaml::parse(&text))
    }

    /// Reads the current context of a kubeconfig that refers to no file. `name` is what messages call it.
    pub fn read(name: &str, text: &str) -> Result<Self, ApiError> {
        let folder = Utf8Path::new("");
        Reader { source: Source::new(name, text), folder, files: Files::None }.access(&yaml::parse(text))
    }
}

struct Reader<'r> {
    source: Source,
    /// The folder in which relative paths begin.
    folder: &'r Utf8Path,
    files: Files<'r>,
}

impl Reader<'_> {
    fn access(&self, stream: &Stream<'_>) -> Result<Access, ApiError> {
        // what a parser says may be a secret of the file
        if let Some(error) = stream.errors.first() {
            return Err(self.refuse(error.span, "this is not YAML"));
        }
        if let Some(second) = stream.documents.get(1).and_then(Document::root) {
            return Err(self.refuse(second.span(), "a kubeconfig is one document"));
        }
        let root = stream.documents.first().and_then(Document::root);
        let root = root.ok_or_else(|| self.refuse(Span::default(), "a kubeconfig is expected, and this is empty"))?;
        let wanted = text_of(root, "current-context").unwrap_or_default();
        let context = self.named(root, "contexts", "context", wanted)?;
        let cluster = self.named(root, "clusters", "cluster", text_of(context, "cluster").unwrap_or_default())?;
        let user = match text_of(context, "user") {
            Some(name) if !name.is_empty() => Some(self.named(root, "users", "user", name)?),
            _ => None,
        };
        let (server, authority) = self.cluster(cluster)?;
        let credentials = user.map_or(Ok(Credentials::None), |user| self.user(user))?;
        Ok(Access { server, authority, credentials })
    }

    /// What has this name in a list of things with names; of several it is the first, as for kubectl.
    fn named<'d, 's>(&self, root: Node<'d, 's>, list: &str, kind: &str, name: &str) -> Result<Node<'d, 's>, ApiError> {
        let listed = root.get(list);
        let mut items = listed.into_iter().flat_map(Node::items);
        let found = items.find(|item| text_of(*item, "name") == Some(name)).and_then(|item| item.get(kind));
        found.ok_or_else(|| {
            let place = listed.unwrap_or(root).span();
            self.refuse(place, format_args!("there is no {kind} {:?} in `{list}`", line(name)))
        })
    }

    fn cluster(&self, cluster: Node<'_, '_>) -> Result<(String, String), ApiError> {
        for (key, _) in given(cluster) {
            match key.text().unwrap_or_default() {
                "server"
                | "certificate-authority"
                | "certificate-authority-data"
                | "insecure-skip-tls-verify"
                | "tls-server-name"
                | "disable-compression"
                | "extensions" => {}
                "proxy-url" => return Err(self.forbid(key, "sends everything through another server")),
                _ => return Err(self.forbid(key, "is not known here")),
            }
        }
        let server = text_of(cluster, "server").filter(|server| !server.is_empty());
        let server = server.ok_or_else(|| self.refuse(cluster.span(), "this cluster has no `server`"))?;
        let authority = self.content(cluster, "certificate-authority")?;
        Ok((server.to_owned(), authority.unwrap_or_default()))
    }

    fn user(&self, user: Node<'_, '_>) -> Result<Credentials, ApiError> {
        for (key, _) in given(user) {
            match key.text().unwrap_or_default() {
                "token"
                | "tokenFile"
                | "client-certificate"
                | "client-certificate-data"
                | "client-key"
                | "client-key-data"
                | "extensions" => {}
                "exec" => return Err(self.forbid(key, "runs a program to log in")),
                "auth-provider" => return Err(self.forbid(key, "runs a program or asks another server to log in")),
                "as" | "as-uid" | "as-groups" | "as-user-extra" => {
                    return Err(self.forbid(key, "makes somebody else of this user"));
                }
                _ => return Err(self.forbid(key, "is not known here")),
            }
        }
        let certificate = self.content(user, "client-certificate")?;
        let key = self.content(user, "client-key")?;
        match (certificate, key) {
            (Some(certificate), Some(key)) => Ok(Credentials::Certificate { certificate, key }),
            (Some(_), None) => Err(self.refuse(user.span(), "this user has a client certificate and no key")),
            (None, Some(_)) => Err(self.refuse(user.span(), "this user has a client key and no certificate")),
            (None, None) => Ok(self.token(user)?.map_or(Credentials::None, Credentials::Token)),
        }
    }

    fn token(&self, user: Node<'_, '_>) -> Result<Option<String>, ApiError> {
        let file = self.file(user, "tokenFile")?;
        let token = match (text_of(user, "token").filter(|token| !token.is_empty()), file) {
            (Some(token), _) => token.trim().to_owned(),
            (None, Some(path)) => self.read(path)?.trim().to_owned(),
            (None, None) => return Ok(None),
        };
        if !fits_header(&token) {
            return Err(ApiError::Identity("the kubeconfig cannot be used: its token is not a token".to_owned()));
        }
        Ok(Some(token))
    }

    /// What is in the text, or else in the file, in base64.
    fn content(&self, node: Node<'_, '_>, key: &str) -> Result<Option<String>, ApiError> {
        let file = self.file(node, key)?;
        let data = text_of(node, &format!("{key}-data")).filter(|data| !data.is_empty());
        match (data, file) {
            (Some(data), _) => Ok(Some(data.to_owned())),
            (None, Some(path)) => Ok(Some(BASE64_STANDARD.encode(self.read(path)?))),
            (None, None) => Ok(None),
        }
    }

    /// The path at a key, unless no file may be referred to.
    fn file<'d, 's>(&self, node: Node<'d, 's>, key: &str) -> Result<Option<Node<'d, 's>>, ApiError> {
        let found = given(node).find(|(name, _)| name.text() == Some(key));
        match (found, self.files) {
            (Some((key, _)), Files::None) => Err(self.forbid(key, "reads a file")),
            (found, _) => Ok(found.map(|(_, value)| value)),
        }
    }

    fn read(&self, path: Node<'_, '_>) -> Result<String, ApiError> {
        let name = path.text().unwrap_or_default();
        let read = match self.files {
            Files::None => Err(FileError::Kind("a file")),
            Files::Within(folder) => read_inside(folder, &self.folder.join(name)),
        };
        read.map_err(|error| self.refuse(path.span(), format_args!("{}: {error}", line(name))))
    }

    /// That a key may not be there, and what to do instead.
    fn forbid(&self, key: Node<'_, '_>, what: &str) -> ApiError {
        let name = line(key.text().unwrap_or_default()).into_owned();
        match self.files {
            Files::None => self.refuse(
                key.span(),
                format_args!(
                    "`{name}` {what}, which a kubeconfig that came with a folder may not: remove the key, or name your own by --context or KUBECONFIG"
                ),
            ),
            Files::Within(_) => self.refuse(
                key.span(),
                format_args!(
                    "`{name}` {what}, which a kubeconfig of a lab may not: give it a token, or a client certificate and its key"
                ),
            ),
        }
    }

    fn refuse(&self, at: Span, reason: impl Display) -> ApiError {
        let (row, column) = self.source.position(at.start as usize);
        let name = line(self.source.name());
        ApiError::Identity(format!("the kubeconfig cannot be used: {name}:{row}:{column}: {reason}"))
    }
}

fn read_inside(folder: &Utf8Path, path: &Utf8Path) -> Result<String, FileError> {
    Root::new(folder)?.read_text(path, MOST)
}

/// The entries of a mapping that say something.
fn given<'d, 's>(node: Node<'d, 's>) -> impl Iterator<Item = (Node<'d, 's>, Node<'d, 's>)> {
    node.fields().filter(|(_, value)| !value.is_null() && value.text() != Some(""))
}

/// The text at a key.
fn text_of<'d>(node: Node<'d, '_>, key: &str) -> Option<&'d str> {
    node.get(key).filter(|value| !value.is_null())?.text()
}

//! The leaves of a spec: texts that mean something, each refused with the reason where Kubernetes would refuse or misread
//! it.

use std::borrow::Cow;
use std::ops::Deref;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;

use crate::decode::{self, Decode, Decoder};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::k8s::cron;
use crate::k8s::image::ImageRef;
use crate::k8s::names::{self, NameRule};
use crate::k8s::network::{self, Cidr};
use crate::k8s::quantity::{self, Quantity, Resource};
use crate::k8s::time_zone;
use crate::k8s::version::Version;
use crate::yaml::{Kind, Node, Value};

/// A text with a meaning: what it is called, what is expected, and how it is read. The wizard asks for the same leaves.
pub trait Leaf: Sized {
    /// What a message calls it, for example "image".
    const WHAT: &'static str;
    /// What is expected, in a few words.
    const EXPECTED: &'static str;

    /// Reads the text.
    fn read(text: &str) -> Result<Self, Refusal>;

    /// The JSON Schema of the text.
    fn text_schema() -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// A text that is known to be good, for defaults: a test holds each of them against its schema.
pub fn known<T: Leaf + Default>(text: &str) -> T {
    T::read(text).unwrap_or_default()
}

fn decode_leaf<T: Leaf>(text: &str, node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<T> {
    match T::read(text) {
        Ok(value) => Some(value),
        Err(refusal) => {
            let mut problem =
                Diagnostic::error(decoder.place(node.span()), format!("{} `{}`: {}", T::WHAT, shown(text), refusal))
                    .label(format!("expected {}", T::EXPECTED));
            problem.help = refusal.help.map(Into::into);
            decoder.report(problem);
            None
        }
    }
}

/// Long values are cut in messages; the source line below shows them.
fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= LONGEST {
        return text.to_owned();
    }
    line.chars().take(LONGEST).chain("...".chars()).collect()
}

macro_rules! newtype {
    (
        $(#[$meta:meta])*
        $name:ident($inner:ty), $what:literal, $expected:expr, schema $schema:expr, read $read:expr
        $(, written $written:expr)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name($inner);

        impl Deref for $name {
            type Target = $inner;

            fn deref(&self) -> &$inner {
                &self.0
            }
        }

        impl Leaf for $name {
            const WHAT: &'static str = $what;
            const EXPECTED: &'static str = $expected;

            fn read(text: &str) -> Result<Self, Refusal> {
                let read: fn(&str) -> Result<$inner, Refusal> = $read;
                read(text).map(Self)
            }

            fn text_schema() -> Schema {
                $schema
            }
        }

        impl Decode for $name {
            fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
                let text = decode::text(node, Self::EXPECTED, decoder)?;
                decode_leaf(text, node, decoder)
            }

            fn recover() -> Option<Self> {
                Some(Self::default())
            }

            fn written(&self) -> Option<Json> {
                Some(newtype!(@written self $($written)?).into())
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                Self::text_schema()
            }
        }
    };
    (@written $self:ident $written:expr) => { { let written: fn(&Self) -> String = $written; written($self) } };
    (@written $self:ident) => { $self.0.to_string() };
}

fn name_schema(rule: NameRule) -> Schema {
    json_schema!({ "type": "string", "pattern": rule.pattern(), "maxLength": rule.max_length() })
}

fn named(rule: NameRule, text: &str) -> Result<String, Refusal> {
    rule.check(text).map(|()| text.to_owned()).map_err(|refusal| {
        match names::suggest_label(text).filter(|better| rule.check(better).is_ok()) {
            Some(better) => refusal.help(format!("`{better}` would do")),
            None => refusal,
        }
    })
}

/// The pattern text for schemas without the longest length, which is given separately.
fn pattern_schema(pattern: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": pattern })
}

newtype! {
    /// The name of an app: a DNS label that begins with a letter, because a Service gets it.
    #[derive(Default)]
    AppName(String), "name", "lower case letters, digits and `-`, beginning with a letter",
    schema name_schema(NameRule::Dns1035Label),
    read |text| named(NameRule::Dns1035Label, text)
}

newtype! {
    /// The name of a namespace that apps may have: not `default`, and not the system's.
    #[derive(Default)]
    SpaceName(String), "space", "the name of a namespace of your own",
    schema name_schema(NameRule::Dns1123Label),
    read |text| {
        let name = named(NameRule::Dns1123Label, text)?;
        if name == "default" {
            return Err(Refusal::new("the default namespace is where forgotten objects gather").help("give the app a namespace of its own"));
        }
        if name.starts_with("kube-") || name.starts_with("openshift-") {
            return Err(Refusal::new("this namespace belongs to the platform"));
        }
        Ok(name)
    }
}

newtype! {
    /// A label value that is not empty.
    #[derive(Default)]
    Label(String), "label", "letters, digits, `-`, `_` and `.`, at most 63",
    schema json_schema!({ "type": "string", "pattern": NameRule::LabelValue.pattern(), "minLength": 1, "maxLength": 63 }),
    read |text| if text.is_empty() { Err(Refusal::new("is empty")) } else { named(NameRule::LabelValue, text) }
}

newtype! {
    /// A short name within an app: of a container, a volume, or an environment.
    #[derive(Default, Hash)]
    ShortName(String), "name", "lower case letters, digits and `-`, at most 40",
    schema json_schema!({ "type": "string", "pattern": NameRule::Dns1123Label.pattern(), "maxLength": 40 }),
    read |text| {
        let name = named(NameRule::Dns1123Label, text)?;
        if name.len() > 40 {
            let better = names::shorten(&name, 40);
            return Err(Refusal::new(format!("is {} characters long", name.len())).help(format!("`{better}` would do")));
        }
        Ok(name)
    }
}

newtype! {
    /// The name of an object that exists already, such as a Secret or a priority class.
    #[derive(Default)]
    ObjectName(String), "name", "the name of a Kubernetes object",
    schema name_schema(NameRule::Dns1123Subdomain),
    read |text| named(NameRule::Dns1123Subdomain, text)
}

newtype! {
    /// The name of a container port.
    #[derive(Default)]
    PortName(String), "port name", "lower case letters, digits and `-`, a letter among them, at most 15",
    schema name_schema(NameRule::PortName),
    read |text| named(NameRule::PortName, text)
}

newtype! {
    /// The name of an environment variable.
    #[derive(Default, Hash)]
    Variable(String), "environment variable", "letters, digits, `_`, `-` and `.`, not beginning with a digit",
    schema pattern_schema(NameRule::EnvName.pattern()),
    read |text| NameRule::EnvName.check(text).map(|()| text.to_owned())
}

newtype! {
    /// A key of a Secret.
    #[derive(Default)]
    SecretKey(String), "key", "letters, digits, `-`, `_` and `.`",
    schema pattern_schema(NameRule::SecretKey.pattern()),
    read |text| NameRule::SecretKey.check(text).map(|()| text.to_owned())
}

newtype! {
    /// An image by tag or digest. Whether a moving tag will do is decided by the app's exceptions.
    #[derive(Default)]
    Image(ImageRef), "image", "an image such as `ghcr.io/acme/shop:1.2.3`",
    schema json_schema!({ "type": "string", "minLength": 1, "maxLength": 500 }),
    read |text| ImageRef::parse(text)
}

fn quantity(resource: Resource, text: &str) -> Result<Quantity, Refusal> {
    let quantity = Quantity::parse(text)?;
    match quantity::misreading(resource, &quantity) {
        Some(reason) => Err(Refusal::new(reason)),
        None => Ok(quantity),
    }
}

macro_rules! quantity_newtype {
    ($(#[$meta:meta])* $name:ident, $resource:expr, $what:literal, $expected:literal) => {
        newtype! {
            $(#[$meta])*
            $name(Quantity), $what, $expected,
            schema json_schema!({ "type": "string", "pattern": "^[0-9.]+(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$" }),
            read |text| quantity($resource, text)
        }
    };
}

quantity_newtype! {
    /// Processor time, in cores or thousandths of one.
    #[derive(Default)]
    Cpu, Resource::Cpu, "cpu", "cores, such as `\"500m\"` or `\"2\"`"
}
quantity_newtype! {
    /// Memory, in bytes with a suffix.
    #[derive(Default)]
    Memory, Resource::Memory, "memory", "bytes, such as `256Mi` or `2Gi`"
}
quantity_newtype! {
    /// Disk space, in bytes with a suffix.
    #[derive(Default)]
    Disk, Resource::Storage, "size", "bytes, such as `64Mi` or `10Gi`"
}

/// Folders that a container does not run without, and the one where it gets its token.
const TAKEN: [&str; 6] = ["/bin", "/etc", "/lib", "/sbin", "/usr", TOKEN_PATH];
/// Where programs look for the token of the Kubernetes API.
pub const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// What the kernel and the container runtime fill; shared memory is the only part that is the app's.
const KERNEL: [&str; 3] = ["/dev", "/proc", "/sys"];

fn hides() -> Refusal {
    Refusal::new("a mount here hides what the container needs to run").help("use a folder below it, or another one")
}

/// Whether a path lies in a folder, or is it.
pub fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

newtype! {
    /// Where something is mounted: absolute, and not over what every container needs.
    #[derive(Default)]
    MountPath(String), "path", "an absolute path such as `/var/cache/app`",
    schema pattern_schema("^/[^:]+$"),
    read |text| {
        let clean = absolute(text)?;
        if TAKEN.contains(&clean) { Err(hides()) } else { Ok(clean.to_owned()) }
    }
}

newtype! {
    /// Where a file is mounted.
    #[derive(Default)]
    FilePath(String), "path", "an absolute path of a file such as `/etc/app/app.toml`",
    schema pattern_schema("^/[^:]+$"),
    read |text| {
        let clean = absolute(text)?;
        if text.ends_with('/') {
            return Err(Refusal::new("ends with `/`, a file's path does not"));
        }
        Ok(clean.to_owned())
    }
}

fn absolute(text: &str) -> Result<&str, Refusal> {
    if !text.starts_with('/') {
        return Err(Refusal::new("does not begin with `/`").help(format!("`/{text}`")));
    }
    let clean = text.trim_end_matches('/');
    if clean.is_empty() {
        return Err(Refusal::new("is the whole file system"));
    }
    if clean.contains(':') || clean.chars().any(char::is_control) {
        return Err(Refusal::new("has a character that no mount path may have"));
    }
    if clean.split('/').any(|part| part == ".." || part == ".") || clean.contains("//") {
        return Err(Refusal::new("has `..`, `.` or `//` in it"));
    }
    if clean != "/dev/shm" && KERNEL.iter().any(|folder| is_within(clean, folder)) {
        return Err(Refusal::new("is where the kernel and the runtime put theirs")
            .help("use another folder; for shared memory, `/dev/shm`"));
    }
    if clean.len() > 255 {
        return Err(Refusal::new("is longer than 255 characters"));
    }
    Ok(clean)
}

newtype! {
    /// The path of an HTTP request.
    #[derive(Default)]
    UrlPath(String), "path", "an absolute path such as `/healthz`",
    schema pattern_schema("^/"),
    read |text| {
        if !text.starts_with('/') {
            return Err(Refusal::new("does not begin with `/`").help(format!("`/{text}`")));
        }
        if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            return Err(Refusal::new("has a space or control character"));
        }
        Ok(text.to_owned())
    }
}

newtype! {
    /// A block of addresses.
    #[derive(Default)]
    Block(Cidr), "address block", "a block such as `203.0.113.0/24`",
    schema json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}$" }),
    read |text| Cidr::parse(text)
}

newtype! {
    /// A block of addresses, or one of each family.
    #[derive(Default)]
    Blocks(String), "address block", "a block such as `10.96.0.0/12`, or one of each family with a comma between them",
    schema json_schema!({ "type": "string", "pattern": "^[0-9a-fA-F.:]+/[0-9]{1,3}(,[0-9a-fA-F.:]+/[0-9]{1,3})?$" }),
    read |text| {
        let blocks = text.split(',').map(|block| Cidr::parse(block.trim())).collect::<Result<Vec<_>, _>>()?;
        match blocks.as_slice() {
            [one] => Ok(one.to_string()),
            [one, other] if one.address().is_ipv4() != other.address().is_ipv4() => Ok(format!("{one},{other}")),
            _ => Err(Refusal::new("is more than one block of each family")),
        }
    }
}

newtype! {
    /// A host name, with a leading `*.` for all names below it.
    #[derive(Default)]
    Host(String), "host", "a host name such as `shop.example.com`",
    schema json_schema!({ "type": "string", "maxLength": 253 }),
    read |text| network::check_host(text, true).map(|()| text.to_owned())
}

newtype! {
    /// When a CronJob runs.
    #[derive(Default)]
    Schedule(String), "schedule", "five fields: minute hour day-of-month month day-of-week",
    schema json_schema!({ "type": "string", "minLength": 1 }),
    read |text| cron::check(text).map(|()| text.to_owned())
}

newtype! {
    /// The time zone of a schedule.
    #[derive(Default)]
    TimeZone(String), "time zone", "a name such as `Europe/Berlin` or `Etc/UTC`",
    schema json_schema!({ "type": "string", "minLength": 1 }),
    read |text| time_zone::check(text).map(|()| text.to_owned())
}

newtype! {
    /// Permissions of a file, in octal digits.
    #[derive(Default)]
    Mode(u32), "mode", "octal digits in quotes, such as `\"0440\"`",
    schema pattern_schema("^0?[0-7]{3}$"),
    read |text| {
        let octal = |text: &&str| matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
        let mode = Some(text).filter(octal).and_then(|text| u32::from_str_radix(text, 8).ok());
        match mode.filter(|mode| *mode <= 0o777) {
            Some(mode) => Ok(mode),
            None => Err(Refusal::new("is not a file mode")),
        }
    },
    written |mode| format!("{:04o}", mode.0)
}

newtype! {
    /// A day.
    #[derive(Default)]
    Day(Date), "date", "a day such as `2027-03-31`",
    schema json_schema!({
        "type": "string", "format": "date", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
    }),
    read |text| {
        let day = Some(text).filter(|text| text.len() == "2027-03-31".len()).and_then(|text| text.parse().ok());
        day.ok_or_else(|| Refusal::new("is not a day of the calendar"))
    }
}

newtype! {
    /// A text that says something to people: one line, not empty.
    #[derive(Default)]
    Line(String), "text", "a line of text",
    schema json_schema!({ "type": "string", "minLength": 1, "maxLength": 500 }),
    read |text| {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::new("is empty"));
        }
        if text.chars().any(char::is_control) || text.len() > 500 {
            return Err(Refusal::new("is more than one short line"));
        }
        Ok(text.to_owned())
    }
}

newtype! {
    /// The name of a group of users, as the cluster's authentication gives it.
    #[derive(Default)]
    Group(String), "group", "the name of a group, not one of the system's",
    schema json_schema!({ "type": "string", "minLength": 1 }),
    read |text| {
        if text.is_empty() || text.chars().any(char::is_control) {
            return Err(Refusal::new("is empty or has control characters"));
        }
        if text.starts_with("system:") {
            return Err(Refusal::new("is a group of the system: `system:authenticated` would be everybody"));
        }
        Ok(text.to_owned())
    }
}

newtype! {
    /// The beginning of image names: a registry, or a folder of one.
    #[derive(Default)]
    Registry(String), "registry", "a registry or a folder of it, such as `ghcr.io/acme`",
    schema pattern_schema("^[a-z0-9.:/_-]+$"),
    read |text| {
        let clean = text.trim_end_matches('/');
        let host = clean.split('/').next().unwrap_or_default();
        if !(host.contains('.') || host.contains(':') || host == "localhost") {
            return Err(Refusal::new("does not begin with a host").help(format!("for Docker Hub write `docker.io/{clean}`")));
        }
        ImageRef::parse(&format!("{clean}/x:1"))?;
        Ok(clean.to_owned())
    }
}

newtype! {
    /// A Gateway by namespace and name.
    #[derive(Default)]
    GatewayRef((String, String)), "gateway", "`namespace/name`",
    schema pattern_schema("^[a-z0-9-]+/[a-z0-9.-]+$"),
    read |text| {
        let Some((namespace, name)) = text.split_once('/') else {
            return Err(Refusal::new("has no `/`"));
        };
        Ok((named(NameRule::Dns1123Label, namespace)?, named(NameRule::Dns1123Subdomain, name)?))
    },
    written |gateway| format!("{}/{}", gateway.0.0, gateway.0.1)
}

newtype! {
    /// A word of Kubernetes RBAC: an API group, a resource or a verb.
    #[derive(Default)]
    RbacWord(String), "word", "a group, resource or verb in lower case",
    schema pattern_schema("^[a-z0-9./-]*$"),
    read |text| {
        if text == "*" {
            return Err(Refusal::new("grants what nobody thought of, now and in later versions")
                .help("name what the app uses; `kubectl api-resources -o wide` lists it"));
        }
        let fits = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "./-".contains(character);
        if text.chars().all(fits) { Ok(text.to_owned()) } else { Err(Refusal::new("is not a word of RBAC")) }
    }
}

/// A Kubernetes release. Written with or without quotes: `1.36` is read as the text that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Release(pub Version);

impl Leaf for Release {
    const WHAT: &'static str = "Kubernetes version";
    const EXPECTED: &'static str = "a minor release such as `\"1.36\"`";

    fn read(text: &str) -> Result<Self, Refusal> {
        Version::parse(text).map(Self).ok_or_else(|| {
            let known: Vec<_> = Version::all().map(|version| version.to_string()).collect();
            Refusal::new("is not supported").help(format!("the releases are {}", known.join(", ")))
        })
    }
}

impl Decode for Release {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.text() {
            Some(text) if !matches!(node.value(), Some(Ok(Value::Null))) => decode_leaf(text, node, decoder),
            _ => {
                decode::wrong_form(node, Self::EXPECTED, decoder);
                None
            }
        }
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for Release {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Release".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let minors: Vec<_> = Version::all().map(|version| version.minor().to_string()).collect();
        // unquoted, an editor sees a number
        let numbers: Vec<f64> = Version::all().filter_map(|version| version.to_string().parse().ok()).collect();
        let pattern = format!(r"^v?1\.({})(\.[0-9]+)?$", minors.join("|"));
        json_schema!({ "anyOf": [{ "type": "string", "pattern": pattern }, { "enum": numbers }] })
    }
}

newtype! {
    /// A path on a machine: of a file or a folder.
    #[derive(Default)]
    AbsolutePath(String), "path", "an absolute path such as `/var/log/kubernetes/audit/audit.log`",
    schema pattern_schema("^/[^:]+$"),
    read |text| {
        let clean = absolute(text)?;
        if clean.chars().any(|character| character.is_whitespace() || "\"'\\$%,=".contains(character)) {
            return Err(Refusal::new("has a character that flags and units read in another way"));
        }
        Ok(clean.to_owned())
    }
}

newtype! {
    /// A socket of the machine.
    #[derive(Default)]
    SocketUrl(String), "socket", "a socket such as `unix:///run/kms/kms.sock`",
    schema pattern_schema("^unix:///.+"),
    read |text| {
        let path = text.strip_prefix("unix://").ok_or_else(|| Refusal::new("is not a socket: only `unix://` is taken"))?;
        let path = AbsolutePath::read(path)?;
        if path.matches('/').count() < 2 {
            return Err(Refusal::new("lies in the root folder, which cannot be mounted").help("use a folder of its own"));
        }
        Ok(format!("unix://{}", *path))
    }
}

/// The host and port of an address without scheme.
fn host_and_port(text: &str) -> Result<(), Refusal> {
    let (host, port) = text.rsplit_once(':').ok_or_else(|| Refusal::new("has no port"))?;
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(Refusal::new("has no port from 1 to 65535"));
    }
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if inner.is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok())
        || host.parse::<std::net::Ipv4Addr>().is_ok()
    {
        return Ok(());
    }
    network::check_host(host, false)
}

newtype! {
    /// A host with its port.
    #[derive(Default)]
    HostPort(String), "address", "a host with its port, such as `k8s.example.com:6443`",
    schema pattern_schema("^[^/]+:[0-9]+$"),
    read |text| host_and_port(text).map(|()| text.to_owned())
}

newtype! {
    /// The address of a member of etcd. Never without encryption: everything that the cluster knows goes over it.
    #[derive(Default)]
    Endpoint(String), "address", "an address such as `https://10.0.0.1:2379`",
    schema pattern_schema("^https://[^/]+:[0-9]+$"),
    read |text| {
        let rest = text.strip_prefix("https://").ok_or_else(|| Refusal::new("does not begin with `https://`"))?;
        host_and_port(rest).map(|()| text.to_owned())
    }
}

newtype! {
    /// The address of an OpenID Connect issuer, exactly as it stands in its tokens.
    #[derive(Default)]
    IssuerUrl(String), "issuer", "an address such as `https://idp.example.com`",
    schema pattern_schema("^https://[^?#@]+$"),
    read |text| {
        let rest = text.strip_prefix("https://").ok_or_else(|| Refusal::new("does not begin with `https://`"))?;
        if rest.contains(['?', '#', '@']) || rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Refusal::new("has a user, a query, a fragment or a space"));
        }
        let host = rest.split('/').next().unwrap_or_default();
        if host.contains(':') { host_and_port(host)? } else { network::check_host(host, false)? }
        Ok(text.to_owned())
    }
}

/// A short text without spaces.
fn one_word(text: &str) -> Result<String, Refusal> {
    if text.is_empty() || text.len() > 200 {
        return Err(Refusal::new("is empty or longer than 200 characters"));
    }
    if text.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Err(Refusal::new("has a space or control character"));
    }
    Ok(text.to_owned())
}

/// A text that no list of flags, unit or environment file reads in another way.
fn plain(text: String) -> Result<String, Refusal> {
    match text.chars().find(|character| "\"'\\$%,".contains(*character)) {
        Some(character) => Err(Refusal::new(format!("has a `{character}`, which flags and units read in another way"))),
        None => Ok(text),
    }
}

newtype! {
    /// What a token is for, or what stands in front of a name.
    #[derive(Default)]
    Audience(String), "text", "a word without spaces",
    schema json_schema!({ "type": "string", "minLength": 1, "maxLength": 200 }),
    read |text| {
        if text.starts_with("system:") {
            return Err(Refusal::new("begins with `system:`, which is the cluster's own"));
        }
        one_word(text)
    }
}

newtype! {
    /// The name of a claim of a token.
    #[derive(Default)]
    ClaimName(String), "claim", "the name of a claim such as `sub` or `email`",
    schema json_schema!({ "type": "string", "minLength": 1, "maxLength": 200 }),
    read |text| one_word(text)
}

newtype! {
    /// Who stands in the tokens of pods; mostly an address.
    #[derive(Default)]
    TokenIssuer(String), "issuer", "an address such as `https://kubernetes.default.svc.cluster.local`",
    schema json_schema!({ "type": "string", "minLength": 1, "maxLength": 200 }),
    read |text| plain(one_word(text)?)
}

newtype! {
    /// An address of a machine.
    #[derive(Default)]
    Address(String), "address", "an address such as `10.0.0.4` or `fd00::4`",
    schema pattern_schema("^[0-9a-fA-F.:]+$"),
    read |text| match text.parse::<std::net::IpAddr>() {
        Ok(address) => Ok(address.to_string()),
        Err(_) => Err(Refusal::new("is not an IP address")),
    }
}

newtype! {
    /// A name or an address that a certificate is for.
    #[derive(Default)]
    HostOrAddress(String), "name", "a host name or an address, such as `k8s.example.com` or `203.0.113.7`",
    schema json_schema!({ "type": "string", "minLength": 1, "maxLength": 253 }),
    read |text| match text.parse::<std::net::IpAddr>() {
        Ok(address) => Ok(address.to_string()),
        Err(_) => network::check_host(text, true).map(|()| text.to_owned()),
    }
}

newtype! {
    /// The name of an admission plugin.
    #[derive(Default)]
    PluginName(String), "plugin", "the name of an admission plugin such as `NodeRestriction`",
    schema pattern_schema("^[A-Za-z]+$"),
    read |text| if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::new("is not one word of letters"))
    }
}

newtype! {
    /// The name of a flag, without dashes in front.
    #[derive(Default, Hash)]
    FlagName(String), "flag", "the name of a flag without dashes in front, such as `goaway-chance`",
    schema pattern_schema("^[a-z0-9][a-z0-9-]*$"),
    read |text| {
        let bare = text.trim_start_matches('-');
        let (name, value) = bare.split_once('=').map_or((bare, None), |(name, value)| (name, Some(value)));
        let clean = name.replace('_', "-");
        let good = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        if clean == text && good(text) {
            return Ok(text.to_owned());
        }
        let refusal = Refusal::new("is not written as a key");
        Err(match value {
            _ if !good(&clean) => refusal,
            Some(value) => refusal.help(format!("`{clean}: \"{value}\"`")),
            None => refusal.help(format!("`{clean}`")),
        })
    }
}

/// The values of a flag, one for each mention. Numbers and booleans may stand without quotes: a flag is a text anyway.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FlagValues(pub Vec<String>);

impl FlagValues {
    fn one(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<String> {
        const EXPECTED: &str = "the value of a flag, or a list of values";
        let Some(text) = node.text().filter(|_| !matches!(node.value(), None | Some(Ok(Value::Null)))) else {
            decode::wrong_form(node, EXPECTED, decoder);
            return None;
        };
        if text.chars().any(char::is_control) {
            let problem = Diagnostic::error(decoder.place(node.span()), "the value of a flag is one line");
            decoder.report(problem.label("has a control character"));
            return None;
        }
        Some(text.to_owned())
    }
}

impl Decode for FlagValues {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        if node.kind() == Kind::Sequence {
            return Some(Self(node.items().filter_map(|item| Self::one(item, decoder)).collect()));
        }
        Self::one(node, decoder).map(|value| Self(vec![value]))
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        match self.0.as_slice() {
            [one] => Some(one.as_str().into()),
            many => Some(many.into()),
        }
    }
}

impl JsonSchema for FlagValues {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "FlagValues".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": ["string", "number", "boolean"] },
            { "type": "array", "items": { "type": ["string", "number", "boolean"] } }
        ] })
    }
}

/// A Kubernetes release with the number of its patch release, where that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PatchRelease {
    /// The minor release.
    pub version: Version,
    /// The patch release.
    pub patch: Option<u16>,
}

impl Leaf for PatchRelease {
    const WHAT: &'static str = "Kubernetes version";
    const EXPECTED: &'static str = "a release such as `\"1.36\"` or `\"1.36.2\"`";

    fn read(text: &str) -> Result<Self, Refusal> {
        let Release(version) = Release::read(text)?;
        Ok(Self { version, patch: text.split('.').nth(2).and_then(|patch| patch.parse().ok()) })
    }
}

impl Decode for PatchRelease {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        match node.text() {
            Some(text) if !matches!(node.value(), Some(Ok(Value::Null))) => decode_leaf(text, node, decoder),
            _ => {
                decode::wrong_form(node, Self::EXPECTED, decoder);
                None
            }
        }
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }
}

impl JsonSchema for PatchRelease {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "PatchRelease".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Release::json_schema(generator)
    }
}

/// A whole number between bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Number<const LOW: i64, const HIGH: i64>(pub i64);

impl<const LOW: i64, const HIGH: i64> Decode for Number<LOW, HIGH> {
    fn decode(node: Node<'_, '_>, decoder: &mut Decoder<'_>) -> Option<Self> {
        decode::integer(node, LOW..=HIGH, decoder).map(Self)
    }

    fn recover() -> Option<Self> {
        Some(Self::default())
    }

    fn written(&self) -> Option<Json> {
        Some(self.0.into())
    }
}

impl<const LOW: i64, const HIGH: i64> JsonSchema for Number<LOW, HIGH> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Number{LOW}To{HIGH}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": LOW, "maximum": HIGH })
    }
}

/// A TCP or UDP port.
pub type PortNumber = Number<1, 65535>;
/// Seconds, up to a week.
pub type Seconds = Number<0, 604_800>;

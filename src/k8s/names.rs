//! The names Kubernetes accepts, after `k8s.io/apimachinery/pkg/util/validation`.

use crate::diagnostic::{Refusal, refuse};

/// A rule for a name or key, as Kubernetes applies it to one kind of field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameRule {
    /// `IsDNS1035Label`: a Service, and whatever must also name a Service.
    Dns1035Label,
    /// `IsDNS1123Label`: a Namespace, a container, a volume.
    Dns1123Label,
    /// `IsDNS1123Subdomain`: most objects.
    Dns1123Subdomain,
    /// `IsValidLabelValue`; the empty text is one.
    LabelValue,
    /// `IsQualifiedName`: the key of a label or annotation, with an optional prefix before `/`.
    QualifiedName,
    /// `IsValidPortName`: a port of a container or Service.
    PortName,
    /// `IsEnvVarName`: the form that every release accepts, and the only one `envFrom` took before 1.30.
    EnvName,
    /// `IsConfigMapKey`.
    ConfigMapKey,
    /// `IsConfigMapKey`, which Secrets share.
    SecretKey,
}

impl NameRule {
    /// Says whether `name` keeps the rule and, if not, which part of it breaks it first.
    pub fn check(self, name: &str) -> Result<(), Refusal> {
        if name.is_empty() {
            return if self == Self::LabelValue { Ok(()) } else { refuse("is empty") };
        }
        if self == Self::QualifiedName {
            return check_qualified(name);
        }
        self.check_characters(name)?;
        match self {
            Self::Dns1123Subdomain if !name.as_bytes().contains(&b'.') => Self::Dns1123Label.check_ends(name)?,
            Self::Dns1123Subdomain => {
                for part in name.split('.') {
                    if part.is_empty() {
                        return refuse("has a '.' with nothing before or after it");
                    }
                    Self::Dns1123Label.check_ends(part).map_err(|error| {
                        if part == name { error } else { Refusal::new(format!("has `{part}`, which {error}")) }
                    })?;
                }
            }
            Self::EnvName | Self::ConfigMapKey | Self::SecretKey if name == "." => return refuse("is '.' alone"),
            Self::EnvName | Self::ConfigMapKey | Self::SecretKey if name.starts_with("..") => {
                return refuse("starts with '..'");
            }
            _ => self.check_ends(name)?,
        }
        if self == Self::PortName {
            if name.contains("--") {
                return refuse("has '--'; only single hyphens");
            }
            if !name.contains(|c: char| c.is_ascii_lowercase()) {
                return refuse("has no letter and needs one");
            }
        }
        let length = name.len();
        if length > self.max_length() {
            return refuse(format!("is {length} characters long, at most {}", self.max_length()));
        }
        Ok(())
    }

    fn check_characters(self, name: &str) -> Result<(), Refusal> {
        let (allowed, wording): (fn(char) -> bool, _) = match self {
            Self::Dns1035Label | Self::Dns1123Label | Self::PortName => {
                (|c| is_lower(c) || c == '-', "lower case letters, digits and '-'")
            }
            Self::Dns1123Subdomain => {
                (|c| is_lower(c) || matches!(c, '-' | '.'), "lower case letters, digits, '-' and '.'")
            }
            _ => (
                |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'),
                "letters of the English alphabet, digits, '-', '_' and '.'",
            ),
        };
        // what all of them allow, and nearly all names are made of
        if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            return Ok(());
        }
        match name.chars().zip(1..).find(|&(c, _)| !allowed(c)) {
            Some((c, position)) => refuse(format!("has {c:?} at position {position}; only {wording}")),
            None => Ok(()),
        }
    }

    /// Checks the first and last character of a name whose characters are all allowed.
    fn check_ends(self, name: &str) -> Result<(), Refusal> {
        let first = name.chars().next().unwrap_or_default();
        let last = name.chars().last().unwrap_or_default();
        match self {
            Self::EnvName if first.is_ascii_digit() => refuse(format!("starts with the digit '{first}'")),
            Self::Dns1035Label if !first.is_ascii_alphabetic() => {
                refuse(format!("starts with '{first}'; a letter must come first"))
            }
            Self::EnvName | Self::ConfigMapKey | Self::SecretKey => Ok(()),
            _ if !first.is_ascii_alphanumeric() => refuse(format!("starts with '{first}'")),
            _ if !last.is_ascii_alphanumeric() => refuse(format!("ends with '{last}'")),
            _ => Ok(()),
        }
    }

    /// What the rule asks for, as one phrase.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Dns1035Label => "lower case letters, digits and '-', starting with a letter, at most 63",
            Self::Dns1123Label => "lower case letters, digits and '-', no '-' at either end, at most 63",
            Self::Dns1123Subdomain => {
                "lower case letters, digits, '-' and '.', a letter or digit at each end, at most 253"
            }
            Self::LabelValue => {
                "letters, digits, '-', '_' and '.', a letter or digit at each end, at most 63, or nothing"
            }
            Self::QualifiedName => "letters, digits, '-', '_' and '.', at most 63, after an optional DNS name and '/'",
            Self::PortName => "lower case letters, digits and single '-' between them, with a letter, at most 15",
            Self::EnvName => "letters, digits, '_', '-' and '.', not starting with a digit or '..'",
            Self::ConfigMapKey | Self::SecretKey => {
                "letters, digits, '_', '-' and '.', not starting with '..', at most 253"
            }
        }
    }

    /// The rule without its length as a regular expression that JSON Schema (ECMA 262) and RE2 read alike.
    pub fn pattern(self) -> &'static str {
        match self {
            Self::Dns1035Label => "^[a-z]([-a-z0-9]*[a-z0-9])?$",
            Self::Dns1123Label => "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            Self::Dns1123Subdomain => r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
            Self::LabelValue => "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
            Self::QualifiedName => concat!(
                r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?",
                "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"
            ),
            Self::PortName => "^([0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$",
            Self::EnvName => r"^([-_a-zA-Z]|\.[-_a-zA-Z0-9])[-._a-zA-Z0-9]*$",
            Self::ConfigMapKey | Self::SecretKey => r"^\.?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$",
        }
    }

    /// The most characters a name may have.
    ///
    /// Kubernetes sets none for the name of a variable; a megabyte stands for it, as no larger object can be stored.
    pub fn max_length(self) -> usize {
        match self {
            Self::Dns1035Label | Self::Dns1123Label | Self::LabelValue => 63,
            Self::Dns1123Subdomain | Self::ConfigMapKey | Self::SecretKey => 253,
            Self::QualifiedName => 253 + 1 + 63,
            Self::PortName => 15,
            Self::EnvName => 1 << 20,
        }
    }
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn check_qualified(name: &str) -> Result<(), Refusal> {
    let Some((prefix, name)) = name.split_once('/') else {
        return NameRule::LabelValue.check(name);
    };
    if name.contains('/') {
        return refuse("has more than one '/'");
    }
    if prefix.is_empty() {
        return refuse("has nothing before '/'");
    }
    if name.is_empty() {
        return refuse("has nothing after '/'");
    }
    let within = |part: &str, error| Refusal::new(format!("has `{part}`, which {error}"));
    NameRule::Dns1123Subdomain.check(prefix).map_err(|error| within(prefix, error))?;
    NameRule::LabelValue.check(name).map_err(|error| within(name, error))
}

/// The DNS-1035 label nearest to a text, as `my-shop-2` for `My Shop_2!`; `None` when it has no letter or digit.
pub fn suggest_label(text: &str) -> Option<String> {
    let label = label_from(text);
    (!label.is_empty()).then(|| shorten(&label, NameRule::Dns1035Label.max_length()))
}

/// A label of at most `max` characters that still resembles `name`, for the suggestion beside an error.
///
/// The longest words lose their vowels first, then words go from the middle, then the end is cut. Two names can get the
/// same short form, so it is never applied unasked.
pub fn shorten(name: &str, max: usize) -> String {
    let label = label_from(name);
    let mut words: Vec<String> = label.split('-').map(str::to_owned).collect();
    while joined_length(&words) > max {
        let vowelled = words.iter_mut().filter(|word| without_vowels(word) != **word);
        let Some(word) = vowelled.max_by_key(|word| word.len()) else { break };
        *word = without_vowels(word);
    }
    while joined_length(&words) > max && words.len() > 2 {
        words.remove(words.len() / 2);
    }
    let mut short: String = words.join("-").chars().take(max).collect();
    short.truncate(short.trim_end_matches('-').len());
    short
}

fn joined_length(words: &[String]) -> usize {
    words.iter().map(|word| word.len() + 1).sum::<usize>().saturating_sub(1)
}

fn without_vowels(word: &str) -> String {
    word.char_indices().filter(|&(at, c)| at == 0 || !"aeiou".contains(c)).map(|(_, c)| c).collect()
}

/// A DNS-1035 label of any length, or nothing; what follows the 256th character is no longer a name.
fn label_from(text: &str) -> String {
    let mut label = String::new();
    for c in text.to_lowercase().chars().take(256) {
        match c {
            'a'..='z' | '0'..='9' => label.push(c),
            // Apostrophes and combining accents belong to the word around them.
            '\'' | '’' | '\u{300}'..='\u{36f}' => {}
            _ if c.is_alphabetic() => label.push_str(fold(c)),
            _ if label.is_empty() || label.ends_with('-') => {}
            _ => label.push('-'),
        }
    }
    label.truncate(label.trim_end_matches('-').len());
    if label.starts_with(|c: char| c.is_ascii_digit()) {
        label.insert_str(0, "app-");
    }
    label
}

/// The English letters for a lower case letter of another Latin alphabet.
fn fold(c: char) -> &'static str {
    match c {
        'ä' | 'æ' => "ae",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì'..='ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ö' | 'ø' | 'œ' => "oe",
        'ò'..='õ' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ß' => "ss",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ť' | 'ț' => "t",
        'þ' => "th",
        'ü' => "ue",
        'ù'..='û' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{NameRule, shorten, suggest_label};
    use serde_json::json;

    /// In the order of the columns below.
    const RULES: [NameRule; 8] = [
        NameRule::Dns1035Label,
        NameRule::Dns1123Label,
        NameRule::Dns1123Subdomain,
        NameRule::LabelValue,
        NameRule::QualifiedName,
        NameRule::PortName,
        NameRule::EnvName,
        NameRule::ConfigMapKey,
    ];

    /// What `k8s.io/apimachinery` 0.37.2 says of each name.
    const UPSTREAM: &[(&str, &str)] = &[
        ("", "---y----"),
        ("a", "yyyyyyyy"),
        ("A", "---yy-yy"),
        ("1", "-yyyy--y"),
        ("-", "------yy"),
        ("_", "------yy"),
        (".", "--------"),
        ("..", "--------"),
        ("my-app", "yyyyyyyy"),
        ("My-App", "---yy-yy"),
        ("my_app", "---yy-yy"),
        ("my.app", "--yyy-yy"),
        ("-app", "------yy"),
        ("app-", "------yy"),
        ("app.", "------yy"),
        ("_app", "------yy"),
        ("1app", "-yyyyy-y"),
        ("123", "-yyyy--y"),
        ("http", "yyyyyyyy"),
        ("http2", "yyyyyyyy"),
        ("8080", "-yyyy--y"),
        ("a-b", "yyyyyyyy"),
        ("a--b", "yyyyy-yy"),
        ("p-8080", "yyyyyyyy"),
        ("1-a-2", "-yyyyy-y"),
        ("80-80", "-yyyy--y"),
        ("very-long-port-name", "yyyyy-yy"),
        ("fifteen-letters", "yyyyyyyy"),
        ("sixteen--letters", "yyyyy-yy"),
        ("app.kubernetes.io/name", "----y---"),
        ("example.com/", "--------"),
        ("/name", "--------"),
        ("a/b/c", "--------"),
        ("Example.com/name", "--------"),
        ("example.com/Name_1.x", "----y---"),
        ("ex_ample.com/x", "--------"),
        ("FOO", "---yy-yy"),
        ("FOO_BAR", "---yy-yy"),
        ("foo-bar", "yyyyyyyy"),
        ("foo.bar", "--yyy-yy"),
        ("1FOO", "---yy--y"),
        ("..data", "--------"),
        ("...", "--------"),
        (".env", "------yy"),
        (".1", "------yy"),
        ("a..b", "---yy-yy"),
        ("a.-b", "---yy-yy"),
        ("a-.b", "---yy-yy"),
        (".a", "------yy"),
        ("a.", "------yy"),
        ("key with space", "--------"),
        ("tab\there", "--------"),
        ("newline\n", "--------"),
        ("ключ", "--------"),
        ("é", "--------"),
        ("a/b", "----y---"),
        ("config.yaml", "--yyy-yy"),
        ("a=b", "--------"),
        ("$(X)", "--------"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "yyyyy-yy"),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "--y---yy"),
        ("x/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "----y---"),
        ("x/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "--------"),
        ("aaaaaaaaaaaaaaa", "yyyyyyyy"),
        ("aaaaaaaaaaaaaaaa", "yyyyy-yy"),
    ];

    fn schema_accepts(rule: NameRule, name: &str) -> bool {
        let schema = json!({ "type": "string", "pattern": rule.pattern(), "maxLength": rule.max_length() });
        jsonschema::is_valid(&schema, &json!(name))
    }

    #[test]
    fn agrees_with_kubernetes() {
        for (name, verdicts) in UPSTREAM {
            for (rule, verdict) in RULES.into_iter().zip(verdicts.chars()) {
                assert_eq!(rule.check(name).is_ok(), verdict == 'y', "{rule:?} {name:?} {:?}", rule.check(name));
                assert_eq!(schema_accepts(rule, name), verdict == 'y', "pattern of {rule:?} on {name:?}");
            }
        }
    }

    #[test]
    fn agrees_with_kubernetes_on_lengths() {
        let lengths = [
            (NameRule::Dns1035Label, 63),
            (NameRule::Dns1123Label, 63),
            (NameRule::Dns1123Subdomain, 253),
            (NameRule::LabelValue, 63),
            (NameRule::QualifiedName, 63),
            (NameRule::PortName, 15),
            (NameRule::ConfigMapKey, 253),
            (NameRule::SecretKey, 253),
        ];
        for (rule, most) in lengths {
            let (longest, longer) = ("a".repeat(most), "a".repeat(most + 1));
            assert_eq!(rule.check(&longest), Ok(()), "{rule:?}");
            assert!(schema_accepts(rule, &longest), "{rule:?}");
            let message = rule.check(&longer).unwrap_err().to_string();
            assert_eq!(message, format!("is {} characters long, at most {most}", most + 1), "{rule:?}");
            assert!(!schema_accepts(rule, &longer), "{rule:?}");
        }
        let prefixed = |prefix, name| format!("{}/{}", "a".repeat(prefix), "b".repeat(name));
        for (prefix, name, verdict) in [(253, 63, true), (1, 63, true), (254, 1, false), (1, 64, false)] {
            assert_eq!(NameRule::QualifiedName.check(&prefixed(prefix, name)).is_ok(), verdict, "{prefix} {name}");
        }
        assert_eq!(NameRule::EnvName.check(&"A".repeat(5000)), Ok(()));
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            (NameRule::Dns1035Label, "", "is empty"),
            (NameRule::Dns1035Label, "myApp", "has 'A' at position 3; only lower case letters, digits and '-'"),
            (NameRule::Dns1035Label, "a\nb", r"has '\n' at position 2; only lower case letters, digits and '-'"),
            (
                NameRule::Dns1035Label,
                "a\u{202e}b",
                r"has '\u{202e}' at position 2; only lower case letters, digits and '-'",
            ),
            (NameRule::Dns1035Label, "1app", "starts with '1'; a letter must come first"),
            (NameRule::Dns1035Label, "app-", "ends with '-'"),
            (NameRule::Dns1123Label, "-app", "starts with '-'"),
            (NameRule::Dns1123Label, "a.b", "has '.' at position 2; only lower case letters, digits and '-'"),
            (NameRule::Dns1123Subdomain, "a..b", "has a '.' with nothing before or after it"),
            (NameRule::Dns1123Subdomain, "a.-b", "has `-b`, which starts with '-'"),
            (NameRule::Dns1123Subdomain, "-b", "starts with '-'"),
            (NameRule::LabelValue, "_x", "starts with '_'"),
            (NameRule::QualifiedName, "a/b/c", "has more than one '/'"),
            (NameRule::QualifiedName, "/b", "has nothing before '/'"),
            (NameRule::QualifiedName, "a/", "has nothing after '/'"),
            (
                NameRule::QualifiedName,
                "Example.com/x",
                "has `Example.com`, which has 'E' at position 1; only lower case letters, digits, '-' and '.'",
            ),
            (NameRule::QualifiedName, "example.com/x_", "has `x_`, which ends with '_'"),
            (NameRule::PortName, "8080", "has no letter and needs one"),
            (NameRule::PortName, "a--b", "has '--'; only single hyphens"),
            (NameRule::PortName, "metrics-exporter", "is 16 characters long, at most 15"),
            (NameRule::EnvName, "1A", "starts with the digit '1'"),
            (
                NameRule::EnvName,
                "A=B",
                "has '=' at position 2; only letters of the English alphabet, digits, '-', '_' and '.'",
            ),
            (NameRule::ConfigMapKey, "..data", "starts with '..'"),
            (NameRule::SecretKey, ".", "is '.' alone"),
        ];
        for (rule, name, message) in cases {
            assert_eq!(rule.check(name).map_err(|error| error.to_string()), Err(message.to_owned()), "{name:?}");
        }
    }

    #[test]
    fn suggests_labels() {
        let cases = [
            ("My Shop_2!", Some("my-shop-2")),
            ("  --my__shop--  ", Some("my-shop")),
            ("Anna's Café", Some("annas-cafe")),
            ("Cafe\u{301} Zürich", Some("cafe-zuerich")),
            ("Straße/Łódź", Some("strasse-lodz")),
            ("shop.example.com", Some("shop-example-com")),
            ("2fast", Some("app-2fast")),
            ("my-shop", Some("my-shop")),
            ("МАГАЗИН", None),
            ("!!!", None),
            ("", None),
        ];
        for (text, label) in cases {
            assert_eq!(suggest_label(text).as_deref(), label, "{text:?}");
        }
        for text in ["x".repeat(200), "a-".repeat(99), format!("{}-b", "a".repeat(62)), "ä".repeat(63)] {
            let label = suggest_label(&text).unwrap();
            assert_eq!(NameRule::Dns1035Label.check(&label), Ok(()), "{label}");
        }
    }

    #[test]
    fn shortens_to_labels() {
        let cases = [
            ("shop", 40, "shop"),
            ("customer-notification-gateway-service", 30, "cstmr-ntfctn-gateway-service"),
            ("customer-notification-gateway-service", 25, "cstmr-ntfctn-gateway-srvc"),
            ("customer-notification-gateway-service", 15, "cstmr-srvc"),
            ("aaaa-b", 5, "a-b"),
            ("abcdfghjkl", 4, "abcd"),
            ("My Shop", 4, "my-s"),
            ("My Shop", 3, "my"),
            ("x", 0, ""),
        ];
        for (name, max, short) in cases {
            assert_eq!(shorten(name, max), short, "{name} {max}");
        }
        for max in 1..60 {
            let short = shorten("observability-open-telemetry-collector-gateway-production-eu", max);
            assert!(short.len() <= max && NameRule::Dns1035Label.check(&short).is_ok(), "{short}");
        }
    }
}

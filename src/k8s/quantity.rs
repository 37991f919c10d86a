//! Amounts of CPU, memory and storage, as `k8s.io/apimachinery/pkg/api/resource` reads them.

use std::cmp::Ordering;
use std::fmt;

use crate::diagnostic::{Refusal, refuse_for};

/// Nano units in one unit.
const NANO: i128 = 1_000_000_000;
/// Bytes in `1Mi`.
const MEBIBYTE: i128 = 1 << 20;

/// An amount such as `250m` or `64Mi`, exact to a thousand-millionth and compared by value.
#[derive(Debug, Clone, Default)]
pub struct Quantity {
    text: String,
    nanos: i128,
}

impl Quantity {
    /// Reads an amount.
    ///
    /// As in Kubernetes, what is finer than `1n` is rounded away from zero, and a binary amount stops at 2^63-1. Unlike
    /// there, a text without digits is refused: Kubernetes reads `Mi` as zero.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        match nanos(text) {
            Some(nanos) => Ok(Self { text: text.to_owned(), nanos }),
            None => refuse_for(fault(text), suggestions(text)),
        }
    }

    /// The amount as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The amount as the API server writes it: `1` for `1000m`, `1Gi` for `1024Mi`. What compares texts, as tools that
    /// deploy do, sees no difference then.
    pub fn canonical(&self) -> String {
        let suffix = Parts::split(&self.text).suffix;
        let negative = if self.nanos < 0 { "-" } else { "" };
        let nanos = self.nanos.unsigned_abs();
        let unit = |one: i128| one.unsigned_abs();
        if suffix.ends_with('i') && nanos >= unit(NANO * 1024) {
            let mut amount = unit(round_up(self.nanos, NANO));
            let mut suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].into_iter();
            while amount.is_multiple_of(1024) && suffixes.len() > 1 {
                amount /= 1024;
                suffixes.next();
            }
            return format!("{negative}{amount}{}", suffixes.next().unwrap_or_default());
        }
        if suffix.starts_with(['e', 'E']) && suffix.len() > 1 {
            // the API server keeps the exponent
            return self.text.clone();
        }
        let mut amount = nanos;
        let mut suffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].into_iter();
        while amount.is_multiple_of(1000) && amount > 0 && suffixes.len() > 1 {
            amount /= 1000;
            suffixes.next();
        }
        if amount == 0 { "0".to_owned() } else { format!("{negative}{amount}{}", suffixes.next().unwrap_or_default()) }
    }

    /// Thousandths, rounded away from zero.
    pub fn millis(&self) -> i128 {
        round_up(self.nanos, NANO / 1000)
    }

    /// Whole units (cores, bytes), rounded away from zero.
    pub fn value(&self) -> i128 {
        round_up(self.nanos, NANO)
    }

    /// Whether it is zero, however written.
    pub fn is_zero(&self) -> bool {
        self.nanos == 0
    }

    /// Whether it is below zero; Kubernetes reads it but takes it for no resource.
    pub fn is_negative(&self) -> bool {
        self.nanos < 0
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Cores.
    Cpu,
    /// Bytes of memory.
    Memory,
    /// Bytes of a volume or of ephemeral storage.
    Storage,
}

/// What a valid amount says, when that is surely not what its writer meant: `128m` of memory is an eighth of a byte.
///
/// A large amount in thousandths, as the vertical pod autoscaler writes (`107374182400m`), is no misreading.
pub fn misreading(kind: Resource, quantity: &Quantity) -> Option<String> {
    let nanos = quantity.nanos;
    if nanos < 0 {
        return Some("is negative".into());
    }
    if nanos == 0 {
        let meaning = match kind {
            Resource::Cpu | Resource::Memory => "which reserves nothing and, as a limit, sets no limit",
            Resource::Storage => "and storage needs a size",
        };
        return Some(format!("is zero, {meaning}"));
    }
    let suffix = Parts::split(quantity.as_str()).suffix;
    let number = quantity.as_str().strip_suffix(suffix).unwrap_or_default();
    let near = |suffixes: &[&str]| {
        let candidates = suffixes.iter().filter_map(|suffix| Quantity::parse(&format!("{number}{suffix}")).ok());
        let mut sound = candidates.filter(|candidate| misreading(kind, candidate).is_none());
        sound.next().map_or_else(String::new, |candidate| format!("; did you mean `{candidate}`?"))
    };
    let least = match kind {
        Resource::Cpu => return misread_cpu(nanos, suffix, &near),
        Resource::Memory => 4 * MEBIBYTE,
        Resource::Storage => MEBIBYTE,
    };
    if nanos >= least * NANO {
        return None;
    }
    let bytes = decimal(nanos);
    let bytes = if nanos <= NANO { format!("is {bytes} byte") } else { format!("is {bytes} bytes") };
    Some(match (suffix, kind) {
        ("m", _) => format!("{bytes}, as `m` means a thousandth{}", near(&["Mi", "Gi"])),
        ("" | "n" | "u", _) => format!("{bytes}{}", near(&["Mi", "Gi"])),
        (_, Resource::Memory) => format!("{bytes}, less than the 4 MiB a container needs to start"),
        (..) => format!("{bytes}, less than 1 MiB"),
    })
}

fn misread_cpu(nanos: i128, suffix: &str, near: &dyn Fn(&[&str]) -> String) -> Option<String> {
    let cores = decimal(nanos);
    if nanos >= 64 * NANO {
        let hint = match suffix {
            "m" | "u" | "n" => return None,
            "" | "M" => near(&["m"]),
            _ => String::new(),
        };
        let hint = if hint.is_empty() { ", more than a node is likely to have" } else { &hint };
        return Some(format!("is {cores} cores{hint}"));
    }
    (nanos % (NANO / 1000) != 0).then(|| format!("is {cores} of a core, finer than `1m`, the smallest share of one"))
}

/// A text cut where Kubernetes cuts it, before anything is checked.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Self {
        let digits = |text: &'a str| text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let (whole, rest) = digits(text.strip_prefix(['+', '-']).unwrap_or(text));
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), digits);
        Self { negative: text.starts_with('-'), whole, fraction, suffix }
    }

    fn has_digits(&self) -> bool {
        !self.whole.is_empty() || !self.fraction.is_empty()
    }
}

/// What one of a suffix is worth.
#[derive(Clone, Copy)]
enum Unit {
    /// This power of ten.
    Decimal(i32),
    /// This power of two.
    Binary(u32),
}

impl Unit {
    fn parse(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "n" => Self::Decimal(-9),
            "u" => Self::Decimal(-6),
            "m" => Self::Decimal(-3),
            "" => Self::Decimal(0),
            "k" => Self::Decimal(3),
            "M" => Self::Decimal(6),
            "G" => Self::Decimal(9),
            "T" => Self::Decimal(12),
            "P" => Self::Decimal(15),
            "E" => Self::Decimal(18),
            "Ki" => Self::Binary(10),
            "Mi" => Self::Binary(20),
            "Gi" => Self::Binary(30),
            "Ti" => Self::Binary(40),
            "Pi" => Self::Binary(50),
            "Ei" => Self::Binary(60),
            _ => Self::Decimal(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
        })
    }
}

/// The value of a well-formed amount in nano units.
fn nanos(text: &str) -> Option<i128> {
    let parts = Parts::split(text);
    if !parts.has_digits() {
        return None;
    }
    let nanos = match Unit::parse(parts.suffix)? {
        Unit::Decimal(exponent) => decimal_nanos(&parts, exponent),
        Unit::Binary(exponent) => binary_nanos(&parts, exponent),
    };
    Some(if parts.negative { -nanos } else { nanos })
}

fn decimal_nanos(parts: &Parts<'_>, exponent: i32) -> i128 {
    let length = i64::try_from(parts.whole.len()).unwrap_or(i64::MAX);
    // How many digits stand left of the point when counting in nano units.
    let mut places = length.saturating_add(i64::from(exponent) + 9);
    let (mut nanos, mut rest) = (0_i128, false);
    for digit in parts.whole.bytes().chain(parts.fraction.bytes()) {
        if places > 0 {
            nanos = nanos.saturating_mul(10).saturating_add(i128::from(digit - b'0'));
            places -= 1;
        } else {
            rest |= digit != b'0';
        }
    }
    // Forty zeros saturate whatever they follow.
    for _ in 0..places.min(40) {
        nanos = nanos.saturating_mul(10);
    }
    nanos.saturating_add(i128::from(rest))
}

fn binary_nanos(parts: &Parts<'_>, exponent: u32) -> i128 {
    let unit = NANO << exponent;
    let digits = |digit: u8| i128::from(digit - b'0');
    let whole = parts.whole.bytes().fold(0_i128, |sum, digit| sum.saturating_mul(10).saturating_add(digits(digit)));
    // From the last digit up, so that each step divides by ten and only its remainder is lost.
    let (mut part, mut rest) = (0, false);
    for digit in parts.fraction.bytes().rev() {
        let sum = digits(digit) * unit + part;
        part = sum / 10;
        rest |= sum % 10 != 0;
    }
    let limit = i128::from(i64::MAX) * NANO;
    whole.saturating_mul(unit).saturating_add(part + i128::from(rest)).min(limit)
}

fn round_up(nanos: i128, step: i128) -> i128 {
    let exact = nanos % step == 0;
    nanos / step + if exact { 0 } else { nanos.signum() }
}

/// Nano units written as units, without trailing zeros.
fn decimal(nanos: i128) -> String {
    let text = format!("{}.{:09}", nanos / NANO, nanos % NANO);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn fault(text: &str) -> String {
    if text.trim().is_empty() {
        return "is empty".into();
    }
    for (separator, wording) in [(' ', "a space"), (',', "a comma"), ('_', "an underscore")] {
        if text.contains(separator) {
            return format!("has {wording}");
        }
    }
    let parts = Parts::split(text);
    if !parts.has_digits() {
        return "does not start with a number".into();
    }
    let suffix = parts.suffix.escape_debug();
    if parts.suffix.starts_with(char::is_alphabetic) {
        return format!("has the unit `{suffix}`, which Kubernetes does not know");
    }
    format!("has `{suffix}` after the number")
}

/// Amounts that differ from the text only in the spelling of the number or the unit.
fn suggestions(text: &str) -> Vec<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let mut spellings = vec![compact.replacen(',', ".", 1)];
    if let Some((first, groups)) = compact.split_once(',') {
        // Thousands: `1,000`.
        let (groups, _) =
            groups.split_at(groups.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(groups.len()));
        if first != "0" && groups.split(',').all(|group| group.len() == 3) {
            spellings.insert(0, compact.replace(',', ""));
        }
    }
    let mut found = Vec::new();
    for spelling in spellings {
        let suffix = Parts::split(&spelling).suffix;
        let number = spelling.strip_suffix(suffix).unwrap_or_default();
        let units = if Unit::parse(suffix).is_some() { vec![suffix] } else { units_like(suffix) };
        let amounts = units.iter().map(|unit| format!("{number}{unit}"));
        found.extend(amounts.filter(|amount| nanos(amount).is_some()));
    }
    found
}

/// The units that a misspelt one may stand for.
fn units_like(suffix: &str) -> Vec<&'static str> {
    match suffix.to_lowercase().as_str() {
        "b" | "byte" | "bytes" | "core" | "cores" | "cpu" | "cpus" | "vcpu" | "vcpus" => vec![""],
        "mcpu" | "millicore" | "millicores" => vec!["m"],
        "µ" | "μ" => vec!["u"],
        "k" | "kb" => vec!["k", "Ki"],
        "mb" | "meg" => vec!["M", "Mi"],
        "g" | "gb" => vec!["G", "Gi"],
        "t" | "tb" => vec!["T", "Ti"],
        "p" | "pb" => vec!["P", "Pi"],
        "e" | "eb" => vec!["E", "Ei"],
        "ki" | "kib" => vec!["Ki"],
        "mi" | "mib" => vec!["Mi"],
        "gi" | "gib" => vec!["Gi"],
        "ti" | "tib" => vec!["Ti"],
        "pi" | "pib" => vec!["Pi"],
        "ei" | "eib" => vec!["Ei"],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Quantity, Resource, misreading};

    #[test]
    fn a_quantity_is_written_as_the_api_server_writes_it() {
        for (text, canonical) in [
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("0.5", "500m"),
            ("1.0", "1"),
            ("2000", "2k"),
            ("1000M", "1G"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("1048576Ki", "1Gi"),
            ("0.5Ki", "512"),
            ("1000Mi", "1000Mi"),
            ("100Gi", "100Gi"),
            ("0", "0"),
            ("0Mi", "0"),
            ("1e3", "1e3"),
            ("64Mi", "64Mi"),
            ("-1500m", "-1500m"),
        ] {
            assert_eq!(Quantity::parse(text).unwrap().canonical(), canonical, "{text}");
        }
    }

    /// Amounts with the nano units, `MilliValue` and `Value` of `k8s.io/apimachinery` 0.37.2.
    ///
    /// `None` stands where an `int64` overflows there, or where it rounds a negative amount the other way.
    #[rustfmt::skip]
    const UPSTREAM: &[(&str, i128, Option<i128>, Option<i128>)] = &[
        ("0", 0, Some(0), Some(0)),
        ("-0", 0, Some(0), Some(0)),
        ("+0", 0, Some(0), Some(0)),
        ("00", 0, Some(0), Some(0)),
        ("1", 1_000_000_000, Some(1000), Some(1)),
        ("+1", 1_000_000_000, Some(1000), Some(1)),
        ("-1", -1_000_000_000, Some(-1000), Some(-1)),
        ("1.", 1_000_000_000, Some(1000), Some(1)),
        (".5", 500_000_000, Some(500), Some(1)),
        ("-.5", -500_000_000, Some(-500), Some(-1)),
        ("+.5", 500_000_000, Some(500), Some(1)),
        ("1.5", 1_500_000_000, Some(1500), Some(2)),
        ("1.G", 1_000_000_000_000_000_000, Some(1_000_000_000_000), Some(1_000_000_000)),
        ("1.Gi", 1_073_741_824_000_000_000, Some(1_073_741_824_000), Some(1_073_741_824)),
        (".5Gi", 536_870_912_000_000_000, Some(536_870_912_000), Some(536_870_912)),
        ("1.5Gi", 1_610_612_736_000_000_000, Some(1_610_612_736_000), Some(1_610_612_736)),
        ("0.1Gi", 107_374_182_400_000_000, Some(107_374_182_400), Some(107_374_183)),
        ("1.1Ki", 1_126_400_000_000, Some(1_126_400), Some(1127)),
        ("0.001Ki", 1_024_000_000, Some(1024), Some(2)),
        ("1n", 1, Some(1), Some(1)),
        ("1u", 1000, Some(1), Some(1)),
        ("1m", 1_000_000, Some(1), Some(1)),
        ("1k", 1_000_000_000_000, Some(1_000_000), Some(1000)),
        ("1M", 1_000_000_000_000_000, Some(1_000_000_000), Some(1_000_000)),
        ("1G", 1_000_000_000_000_000_000, Some(1_000_000_000_000), Some(1_000_000_000)),
        ("1T", 1_000_000_000_000_000_000_000, Some(1_000_000_000_000_000), Some(1_000_000_000_000)),
        ("1P", 1_000_000_000_000_000_000_000_000, Some(1_000_000_000_000_000_000), Some(1_000_000_000_000_000)),
        ("1E", 1_000_000_000_000_000_000_000_000_000, None, Some(1_000_000_000_000_000_000)),
        ("1Ki", 1_024_000_000_000, Some(1_024_000), Some(1024)),
        ("1Mi", 1_048_576_000_000_000, Some(1_048_576_000), Some(1_048_576)),
        ("1Gi", 1_073_741_824_000_000_000, Some(1_073_741_824_000), Some(1_073_741_824)),
        ("1Ti", 1_099_511_627_776_000_000_000, Some(1_099_511_627_776_000), Some(1_099_511_627_776)),
        ("1Pi", 1_125_899_906_842_624_000_000_000, Some(1_125_899_906_842_624_000), Some(1_125_899_906_842_624)),
        ("1Ei", 1_152_921_504_606_846_976_000_000_000, None, Some(1_152_921_504_606_846_976)),
        ("7Ei", 8_070_450_532_247_928_832_000_000_000, None, Some(8_070_450_532_247_928_832)),
        ("8Ei", 9_223_372_036_854_775_807_000_000_000, None, Some(9_223_372_036_854_775_807)),
        ("-8Ei", -9_223_372_036_854_775_807_000_000_000, None, Some(-9_223_372_036_854_775_807)),
        ("9E", 9_000_000_000_000_000_000_000_000_000, None, Some(9_000_000_000_000_000_000)),
        ("10E", 10_000_000_000_000_000_000_000_000_000, None, None),
        ("-10E", -10_000_000_000_000_000_000_000_000_000, None, None),
        ("10Ei", 9_223_372_036_854_775_807_000_000_000, None, Some(9_223_372_036_854_775_807)),
        ("-10Ei", -9_223_372_036_854_775_807_000_000_000, None, Some(-9_223_372_036_854_775_807)),
        ("1e3", 1_000_000_000_000, Some(1_000_000), Some(1000)),
        ("1E3", 1_000_000_000_000, Some(1_000_000), Some(1000)),
        ("1e+3", 1_000_000_000_000, Some(1_000_000), Some(1000)),
        ("1E-3", 1_000_000, Some(1), Some(1)),
        ("1e-3", 1_000_000, Some(1), Some(1)),
        ("12e6", 12_000_000_000_000_000, Some(12_000_000_000), Some(12_000_000)),
        ("1.5e3", 1_500_000_000_000, Some(1_500_000), Some(1500)),
        ("1e0", 1_000_000_000, Some(1000), Some(1)),
        ("1e18", 1_000_000_000_000_000_000_000_000_000, None, Some(1_000_000_000_000_000_000)),
        ("1e19", 10_000_000_000_000_000_000_000_000_000, None, None),
        ("1e-9", 1, Some(1), Some(1)),
        ("1e-10", 1, Some(1), Some(1)),
        ("-1e-10", -1, None, None),
        ("1e-100", 1, Some(1), Some(1)),
        ("0e100", 0, Some(0), Some(0)),
        ("0.1n", 1, Some(1), Some(1)),
        ("0.1m", 100_000, Some(1), Some(1)),
        ("1.0001", 1_000_100_000, Some(1001), Some(2)),
        ("1.0000000001", 1_000_000_001, Some(1001), Some(2)),
        ("-1.0001", -1_000_100_000, Some(-1001), Some(-2)),
        ("-1.5", -1_500_000_000, Some(-1500), Some(-2)),
        ("-1.0000000001", -1_000_000_001, None, None),
        ("-0.1n", -1, None, None),
        ("100m", 100_000_000, Some(100), Some(1)),
        ("128m", 128_000_000, Some(128), Some(1)),
        ("1500m", 1_500_000_000, Some(1500), Some(2)),
        ("1.5m", 1_500_000, Some(2), Some(1)),
        ("999m", 999_000_000, Some(999), Some(1)),
        ("1001m", 1_001_000_000, Some(1001), Some(2)),
        ("-1m", -1_000_000, Some(-1), Some(-1)),
        ("-1500m", -1_500_000_000, Some(-1500), Some(-2)),
        ("0.0000000001Ei", 115_292_150_460_684_698, Some(115_292_150_461), Some(115_292_151)),
        ("1.0000000000000000001Ei", 1_152_921_504_606_846_976_115_292_151, None, Some(1_152_921_504_606_846_977)),
        ("123456789012345678", 123_456_789_012_345_678_000_000_000, None, Some(123_456_789_012_345_678)),
        ("1234567890123456789", 1_234_567_890_123_456_789_000_000_000, None, Some(1_234_567_890_123_456_789)),
        ("12345678901234567890", 12_345_678_901_234_567_890_000_000_000, None, None),
        ("0.123456789123456789", 123_456_790, Some(124), Some(1)),
        ("9223372036854775807", 9_223_372_036_854_775_807_000_000_000, None, Some(9_223_372_036_854_775_807)),
        ("9223372036854775808", 9_223_372_036_854_775_808_000_000_000, None, None),
        ("9223372036854775807Ki", 9_223_372_036_854_775_807_000_000_000, None, Some(9_223_372_036_854_775_807)),
        ("000001", 1_000_000_000, Some(1000), Some(1)),
        ("0001.500", 1_500_000_000, Some(1500), Some(2)),
        ("107374182400m", 107_374_182_400_000_000, Some(107_374_182_400), Some(107_374_183)),
    ];

    /// What `ParseQuantity` refuses.
    const REFUSED: &[&str] = &[
        "",
        "Ei",
        "1e",
        "1ee3",
        "1e3.5",
        "1e+",
        "1K",
        "1ki",
        "1mi",
        "100mi",
        "1MI",
        "1GB",
        "128MB",
        "1 Gi",
        " 1Gi",
        "1Gi ",
        "0,5",
        "1_000",
        "1.2.3",
        "--1",
        "+-1",
        "1-",
        "1+3",
        "1i",
        "1iK",
        "1Kii",
        "1KMi",
        "1Ki3",
        "0x10",
        "½",
        "1µ",
        "NaN",
        "inf",
        "1b",
        "1B",
        "1e9223372036854775808",
    ];

    fn quantity(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn agrees_with_kubernetes() {
        for &(text, nanos, millis, value) in UPSTREAM {
            let quantity = quantity(text);
            assert_eq!(quantity.nanos, nanos, "{text}");
            assert_eq!(quantity.as_str(), text);
            assert_eq!((quantity.is_zero(), quantity.is_negative()), (nanos == 0, nanos < 0), "{text}");
            if let Some(millis) = millis {
                assert_eq!(quantity.millis(), millis, "{text}");
            }
            if let Some(value) = value {
                assert_eq!(quantity.value(), value, "{text}");
            }
        }
        for text in REFUSED {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_what_kubernetes_misreads() {
        // Zero there, as is `E`; and exponents that wrap around.
        for text in ["+", "-", ".", "k", "Mi", "m", "e3", "E", ".Ki", "1e4294967296", "1e9223372036854775807"] {
            assert!(Quantity::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn saturates() {
        let digits = "9".repeat(500);
        for text in [digits.clone(), format!("{digits}E"), "1e100".into(), "1e2147483647".into()] {
            assert_eq!(quantity(&text).nanos, i128::MAX, "{text}");
            assert_eq!(quantity(&format!("-{text}")).nanos, -i128::MAX, "{text}");
        }
        assert_eq!(quantity("1e-2147483648").nanos, 1);
        assert_eq!(quantity(&format!("{digits}.{digits}Ei")), quantity("8Ei"));
        assert_eq!(quantity(&format!("0.{digits}Ki")).nanos, 1_024_000_000_000);
        assert_eq!(quantity(&format!("0.{}1Ei", "0".repeat(99))).nanos, 1);
    }

    #[test]
    fn compares_by_value() {
        for (one, other) in [("1", "1000m"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("0.5", "500m"), ("-0", "0")] {
            assert_eq!(quantity(one), quantity(other));
        }
        let ascending = ["-1", "0", "1n", "1m", "1", "1k", "1Ki", "1M", "1Mi", "1G", "1Gi"];
        assert!(ascending.is_sorted_by_key(|text| quantity(text)));
        assert!(quantity("1M") < quantity("1Mi"));
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("", "is empty"),
            (" ", "is empty"),
            ("1GB", "has the unit `GB`, which Kubernetes does not know; did you mean `1G` or `1Gi`?"),
            ("128MB", "has the unit `MB`, which Kubernetes does not know; did you mean `128M` or `128Mi`?"),
            ("100mi", "has the unit `mi`, which Kubernetes does not know; did you mean `100Mi`?"),
            ("1.5gib", "has the unit `gib`, which Kubernetes does not know; did you mean `1.5Gi`?"),
            ("1K", "has the unit `K`, which Kubernetes does not know; did you mean `1k` or `1Ki`?"),
            ("1e", "has the unit `e`, which Kubernetes does not know; did you mean `1E` or `1Ei`?"),
            ("2cores", "has the unit `cores`, which Kubernetes does not know; did you mean `2`?"),
            ("10µ", "has the unit `µ`, which Kubernetes does not know; did you mean `10u`?"),
            ("3parsec", "has the unit `parsec`, which Kubernetes does not know"),
            ("1 Gi", "has a space; did you mean `1Gi`?"),
            ("1Gi ", "has a space; did you mean `1Gi`?"),
            ("1 GB", "has a space; did you mean `1G` or `1Gi`?"),
            ("0,5", "has a comma; did you mean `0.5`?"),
            ("1,5Gi", "has a comma; did you mean `1.5Gi`?"),
            ("0,125", "has a comma; did you mean `0.125`?"),
            ("1,000Mi", "has a comma; did you mean `1000Mi` or `1.000Mi`?"),
            ("1,000,000", "has a comma; did you mean `1000000`?"),
            ("1_000", "has an underscore; did you mean `1000`?"),
            ("Mi", "does not start with a number"),
            ("--1", "does not start with a number"),
            ("1.2.3", "has `.3` after the number"),
            ("50%", "has `%` after the number"),
            ("1\n", r"has `\n` after the number; did you mean `1`?"),
        ];
        for (text, message) in cases {
            assert_eq!(Quantity::parse(text).unwrap_err().to_string(), message, "{text:?}");
        }
    }

    #[test]
    fn finds_misreadings() {
        let cases = [
            (Resource::Memory, "128m", "is 0.128 byte, as `m` means a thousandth; did you mean `128Mi`?"),
            (Resource::Memory, "1m", "is 0.001 byte, as `m` means a thousandth; did you mean `1Gi`?"),
            (Resource::Memory, "128", "is 128 bytes; did you mean `128Mi`?"),
            (Resource::Memory, "2", "is 2 bytes; did you mean `2Gi`?"),
            (Resource::Memory, "0.5", "is 0.5 byte; did you mean `0.5Gi`?"),
            (Resource::Memory, "512k", "is 512000 bytes, less than the 4 MiB a container needs to start"),
            (Resource::Memory, "4095Ki", "is 4193280 bytes, less than the 4 MiB a container needs to start"),
            (Resource::Memory, "0", "is zero, which reserves nothing and, as a limit, sets no limit"),
            (Resource::Memory, "-1Gi", "is negative"),
            (Resource::Storage, "10", "is 10 bytes; did you mean `10Mi`?"),
            (Resource::Storage, "10m", "is 0.01 byte, as `m` means a thousandth; did you mean `10Mi`?"),
            (Resource::Storage, "100Ki", "is 102400 bytes, less than 1 MiB"),
            (Resource::Storage, "0Gi", "is zero, and storage needs a size"),
            (Resource::Cpu, "100", "is 100 cores; did you mean `100m`?"),
            (Resource::Cpu, "64", "is 64 cores; did you mean `64m`?"),
            (Resource::Cpu, "100M", "is 100000000 cores; did you mean `100m`?"),
            (Resource::Cpu, "64.0005", "is 64.0005 cores, more than a node is likely to have"),
            (Resource::Cpu, "128Mi", "is 134217728 cores, more than a node is likely to have"),
            (Resource::Cpu, "0.5m", "is 0.0005 of a core, finer than `1m`, the smallest share of one"),
            (Resource::Cpu, "1.0001", "is 1.0001 of a core, finer than `1m`, the smallest share of one"),
            (Resource::Cpu, "0m", "is zero, which reserves nothing and, as a limit, sets no limit"),
            (Resource::Cpu, "-100m", "is negative"),
        ];
        for (kind, text, message) in cases {
            assert_eq!(misreading(kind, &quantity(text)).as_deref(), Some(message), "{kind:?} {text}");
        }
        let sound: [(_, &[_]); 3] = [
            (Resource::Cpu, &["1m", "100m", "0.1", "1", "1.5", "63", "63.999", "128000m", "1500000u"]),
            (Resource::Memory, &["4Mi", "64Mi", "1Gi", "128M", "134217728", "107374182400m", "1e9", "0.5Gi"]),
            (Resource::Storage, &["1Mi", "1Gi", "10Gi", "1048576", "1T"]),
        ];
        for (kind, texts) in sound {
            for text in texts {
                assert_eq!(misreading(kind, &quantity(text)), None, "{kind:?} {text}");
            }
        }
    }
}

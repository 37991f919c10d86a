//! What the values of a type of flag look like, as pflag and Go read them.

use super::types::FlagType;

impl FlagType {
    /// What a value of the type is, if the text is none: for texts that stop the program at its start.
    pub fn expected(self, value: &str) -> Option<&'static str> {
        let each = |fits: fn(&str) -> bool| value.split(',').all(|item| fits(item.trim()));
        let (fits, expected) = match self {
            Self::Bool => (is_bool(value), "true or false"),
            Self::Int => (value.parse::<i64>().is_ok(), "a whole number"),
            Self::Uint => (value.parse::<u64>().is_ok(), "a whole number, not below zero"),
            Self::Float | Self::Float32 => (value.parse::<f64>().is_ok(), "a number"),
            Self::Duration => (is_duration(value), "a time with its unit such as 1m0s"),
            Self::Ip => (value.parse::<std::net::IpAddr>().is_ok(), "an IP address"),
            Self::Quantity => (crate::k8s::quantity::Quantity::parse(value).is_ok(), "a quantity such as 64Mi"),
            Self::PortRange => (is_port_range(value), "ports such as 30000-32767"),
            Self::Level => (value.parse::<i32>().is_ok(), "a whole number"),
            Self::Int32Slice => (each(|item| item.parse::<i32>().is_ok()), "whole numbers with commas between them"),
            Self::MapStringString | Self::StringToString => {
                (value.is_empty() || each(|item| item.contains('=')), "key=value, with commas between several")
            }
            Self::Gates => (
                each(|item| item.split_once('=').is_some_and(|(_, on)| is_bool(on))),
                "gates such as Name=true, with commas between several",
            ),
            Self::String | Self::Vmodule | Self::Version | Self::Strings | Self::StringArray | Self::NamedCertKey => {
                (true, "")
            }
        };
        (!fits).then_some(expected)
    }
}

/// `strconv.ParseBool`.
fn is_bool(text: &str) -> bool {
    matches!(text, "1" | "t" | "T" | "true" | "TRUE" | "True" | "0" | "f" | "F" | "false" | "FALSE" | "False")
}

/// `time.ParseDuration`: numbers, each with a unit; zero alone needs none.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
        let number = rest.len() - digits.len();
        let is_number = rest.get(..number).is_some_and(|number| number.parse::<f64>().is_ok());
        let unit = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].into_iter().find(|unit| {
            // `ms` is not minutes with an `s` behind them
            digits.strip_prefix(unit).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        });
        let (true, Some(unit)) = (is_number, unit) else { return false };
        rest = digits.strip_prefix(unit).unwrap_or_default();
        parts += 1;
    }
    parts > 0
}

/// `30000-32767`, `30000+1000` or one port.
fn is_port_range(text: &str) -> bool {
    let port = |text: &str| text.trim().parse::<u16>().ok();
    match text.split_once(['-', '+']) {
        Some((low, high)) => port(low).zip(port(high)).is_some_and(|(low, high)| text.contains('+') || low <= high),
        None => port(text).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_go_does() {
        let cases = [
            (FlagType::Bool, "no", false),
            (FlagType::Bool, "True", true),
            (FlagType::Int, "thirty", false),
            (FlagType::Int, "-1", true),
            (FlagType::Uint, "-1", false),
            (FlagType::Duration, "60", false),
            (FlagType::Duration, "0", true),
            (FlagType::Duration, "1h30m", true),
            (FlagType::Duration, "1.5s", true),
            (FlagType::Duration, "100ms", true),
            (FlagType::Duration, "1 m", false),
            (FlagType::Duration, "", false),
            (FlagType::Ip, "10.0.0.1", true),
            (FlagType::Ip, "10.0.0.1/8", false),
            (FlagType::PortRange, "30000-32767", true),
            (FlagType::PortRange, "32767-30000", false),
            (FlagType::Gates, "AllAlpha=false,Other=true", true),
            (FlagType::Gates, "AllAlpha", false),
            (FlagType::StringToString, "a=b", true),
            (FlagType::StringToString, "a", false),
            (FlagType::String, "", true),
        ];
        for (ty, value, good) in cases {
            assert_eq!(ty.expected(value).is_none(), good, "{} `{value}`", ty.word());
        }
    }
}

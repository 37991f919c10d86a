//! Durations as Go writes them: `1m30s`, `-0.5h`, `0`.

const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    // the sign for micro, and the Greek letter
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", SECOND / 1_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
];

/// A second in the unit of [`parse`].
pub const SECOND: i128 = 1_000_000_000;

/// The nanoseconds of a duration, as `time.ParseDuration` reads it.
pub fn parse(text: &str) -> Option<i128> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total = 0_i128;
    loop {
        let (whole, behind) = digits(rest);
        let (part, behind) = match behind.strip_prefix('.') {
            Some(behind) => digits(behind),
            None => ("", behind),
        };
        if whole.is_empty() && part.is_empty() {
            return None;
        }
        let end = behind.find(|character: char| character == '.' || character.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at_checked(end)?;
        let (_, unit) = UNITS.into_iter().find(|(name, _)| *name == unit)?;
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i64>().ok().map(i128::from) };
        // what is smaller than a nanosecond does not count
        let part = part.get(..part.len().min(15)).unwrap_or(part);
        let scale = 10_i128.checked_pow(u32::try_from(part.len()).ok()?)?;
        total += number(whole)? * unit + number(part)? * unit / scale;
        if total > i128::from(i64::MAX) {
            return None;
        }
        rest = next;
        if rest.is_empty() {
            return Some(if negative { -total } else { total });
        }
    }
}

/// The digits at the beginning, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::{SECOND, parse};

    #[test]
    fn as_go_reads_them() {
        for (text, value) in [
            ("0", Some(0)),
            ("0s", Some(0)),
            ("1m30s", Some(90 * SECOND)),
            ("-1.5h", Some(-5_400 * SECOND)),
            ("+.5s", Some(SECOND / 2)),
            ("1.s", Some(SECOND)),
            ("100ms", Some(SECOND / 10)),
            ("3\u{b5}s", Some(3_000)),
            ("2562047h47m16.854775807s", Some(i128::from(i64::MAX))),
            ("2562048h", None),
            ("60", None),
            ("", None),
            ("-", None),
            (".s", None),
            ("1 m", None),
            ("5d", None),
            ("1h30", None),
            ("1M", None),
        ] {
            assert_eq!(parse(text), value, "{text}");
        }
    }
}

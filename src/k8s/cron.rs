//! Schedules of a CronJob.
//!
//! The controller reads schedules with `ParseStandard` of `github.com/robfig/cron/v3`; the API server adds that no time
//! zone may stand in them (`k8s.io/kubernetes/pkg/apis/batch/validation`).

use crate::diagnostic::{Refusal, refuse};

struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    /// Names for the values from `least` on.
    names: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", least: 0, most: 59, names: &[] };
const HOUR: Field = Field { name: "hour", least: 0, most: 23, names: &[] };
const DAY: Field = Field { name: "day of the month", least: 1, most: 31, names: &[] };
const MONTH: Field = Field {
    name: "month",
    least: 1,
    most: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Field =
    Field { name: "day of the week", least: 0, most: 6, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

/// The longest day number of each month, February with its leap day.
const MONTH_LENGTHS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// The values a field lists, as bits.
struct Values {
    bits: u64,
    /// Whether a `*` or `?` is among them, which changes how the two day fields combine.
    star: bool,
}

impl Values {
    fn has(&self, value: u32) -> bool {
        (self.bits >> value) & 1 == 1
    }
}

/// Checks that a CronJob takes the schedule and that it ever fires.
///
/// Stricter than the controller in three cases, each a slip of the pen: `@every` less than a second, which runs each
/// second; `*-5`, whose `-5` is ignored; and a list without values.
pub fn check(schedule: &str) -> Result<(), Refusal> {
    if schedule.trim().is_empty() {
        return refuse("is empty");
    }
    if schedule.contains("TZ") {
        return refuse("sets a time zone, which belongs in the field timeZone");
    }
    if let Some(name) = schedule.strip_prefix('@') {
        return check_descriptor(name);
    }
    let fields: Vec<&str> = schedule.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        let (count, plural) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
        let hint = if count > 5 { "; it has no seconds" } else { "" };
        return refuse(format!(
            "has {count} field{plural}, not five: minute, hour, day of the month, month, day of the week{hint}"
        ));
    };
    MINUTE.parse(minute)?;
    HOUR.parse(hour)?;
    let days = DAY.parse(day)?;
    let months = MONTH.parse(month)?;
    let weekdays = WEEKDAY.parse(weekday)?;
    // Two restricted day fields are alternatives, and a weekday always comes.
    let needs_day = days.star || weekdays.star;
    let comes = |(month, length): (u32, u32)| months.has(month) && (1..=length).any(|day| days.has(day));
    if needs_day && !(1..).zip(MONTH_LENGTHS).any(comes) {
        return refuse(format!("never fires, as no month in `{month}` has a day in `{day}`"));
    }
    Ok(())
}

impl Field {
    fn parse(&self, text: &str) -> Result<Values, Refusal> {
        let mut values = Values { bits: 0, star: false };
        for range in text.split(',').filter(|range| !range.is_empty()) {
            self.parse_range(range, &mut values)?;
        }
        if values.bits == 0 {
            return refuse(format!("the {} is an empty list", self.name));
        }
        Ok(values)
    }

    fn parse_range(&self, text: &str, values: &mut Values) -> Result<(), Refusal> {
        let Self { name, least, most, .. } = *self;
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        let star = matches!(range, "*" | "?");
        let (start, end) = match range.split_once('-') {
            _ if star => (least, most),
            Some((start, end)) => (self.parse_value(start)?, self.parse_value(end)?),
            None => {
                let start = self.parse_value(range)?;
                (start, if step.is_some() { most } else { start })
            }
        };
        let step = match step.map(parse_number) {
            None => 1,
            Some(Some(step)) if step > 0 => step,
            Some(_) => return refuse(format!("the {name} `{}` has no step of 1 or more", text.escape_debug())),
        };
        if start > end {
            let show = |from, to| if from == to { format!("{from}") } else { format!("{from}-{to}") };
            let wrapped =
                if step == 1 { format!("; write `{},{}`", show(start, most), show(least, end)) } else { String::new() };
            return refuse(format!("the {name} `{text}` runs backwards{wrapped}"));
        }
        values.star |= star && step == 1;
        let step = usize::try_from(step).unwrap_or(usize::MAX);
        values.bits |= (start..=end).step_by(step).fold(0, |bits, value| bits | 1 << value);
        Ok(())
    }

    fn parse_value(&self, text: &str) -> Result<u32, Refusal> {
        let Self { name, least, most, names } = *self;
        if let Some((_, value)) = names.iter().zip(least..).find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(value);
        }
        match parse_number(text) {
            Some(value) if (least..=most).contains(&value) => Ok(value),
            Some(value) => {
                let sunday = if name == WEEKDAY.name { ", where 0 is Sunday" } else { "" };
                refuse(format!("the {name} is {value}; {least} to {most}{sunday}"))
            }
            None if text.is_empty() => refuse(format!("the {name} has a '-' without a number on each side")),
            None => {
                let names = names.first().zip(names.last()).map(|(first, last)| format!(" or {first} to {last}"));
                let text = text.escape_debug();
                refuse(format!("the {name} has `{text}`; {least} to {most}{}", names.unwrap_or_default()))
            }
        }
    }
}

/// A number as Go's `strconv.Atoi` reads it, when it is not negative.
fn parse_number(text: &str) -> Option<u32> {
    text.parse().ok()
}

fn check_descriptor(name: &str) -> Result<(), Refusal> {
    match name {
        "yearly" | "annually" | "monthly" | "weekly" | "daily" | "midnight" | "hourly" => return Ok(()),
        "reboot" => return refuse("is `@reboot`, which a cluster does not have; a Job runs once"),
        _ => {}
    }
    let Some(duration) = name.strip_prefix("every ") else {
        return refuse("is not one of @hourly, @daily, @weekly, @monthly, @yearly and @every with a duration");
    };
    match seconds(duration) {
        Some(seconds) if seconds < 1.0 => refuse(format!("has the duration `{duration}`; at least a second")),
        Some(_) => Ok(()),
        None => {
            refuse(format!("has `{}` for a duration; write it like `90s`, `15m` or `1h30m`", duration.escape_debug()))
        }
    }
}

/// A duration as Go's `time.ParseDuration` reads it, which has no days and no more than about 292 years.
fn seconds(text: &str) -> Option<f64> {
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    match rest {
        "" => return None,
        "0" => return Some(0.0),
        _ => {}
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len()));
        total += number.parse::<f64>().ok()? * unit_seconds(unit)?;
        rest = tail;
    }
    let longest = 9_223_372_036.0;
    (total <= longest).then_some(if negative { -total } else { total })
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use Upstream::{Fires, Never, Refused};

    enum Upstream {
        Fires,
        Never,
        Refused,
    }

    /// What `ParseStandard` of robfig/cron 3.0.1, `Next` of the schedule and the API server (1.37) make of each text.
    const UPSTREAM: &[(&str, Upstream)] = &[
        ("", Refused),
        ("   ", Refused),
        ("* * * * *", Fires),
        ("? ? ? ? ?", Fires),
        ("*/5 * * * *", Fires),
        ("0 0 * * *", Fires),
        (" 0 0 * * * ", Fires),
        ("0\t0 * *\n*", Fires),
        ("0 24 * * *", Refused),
        ("0 23 * * *", Fires),
        ("60 * * * *", Refused),
        ("59 * * * *", Fires),
        ("-1 * * * *", Refused),
        ("* * 0 * *", Refused),
        ("* * 32 * *", Refused),
        ("* * * 0 *", Refused),
        ("* * * 13 *", Refused),
        ("* * * * 7", Refused),
        ("* * * * 6", Fires),
        ("* * * * 0-7", Refused),
        ("* * * * mon-fri", Fires),
        ("* * * * MON-FRI", Fires),
        ("* * * * Mon", Fires),
        ("* * * * monday", Refused),
        ("* * * * fri-mon", Refused),
        ("* * * * sat-sun", Refused),
        ("* * * jan-dec *", Fires),
        ("* * * JAN,Jul *", Fires),
        ("jan * * * *", Refused),
        ("0 0 1,15 * *", Fires),
        ("0 0 1,,15 * *", Fires),
        ("0 0 , * *", Never),
        ("0 0 , * 1", Fires),
        (", * * * *", Never),
        ("0 22-6 * * *", Refused),
        ("0 9-17 * * *", Fires),
        ("0 9-17/2 * * *", Fires),
        ("5/15 * * * *", Fires),
        ("60/5 * * * *", Refused),
        ("*/0 * * * *", Refused),
        ("*/100 * * * *", Fires),
        ("*/-1 * * * *", Refused),
        ("*/+2 * * * *", Fires),
        ("*/ * * * *", Refused),
        ("/5 * * * *", Refused),
        ("*/5/2 * * * *", Refused),
        ("1-2-3 * * * *", Refused),
        ("1- * * * *", Refused),
        ("*-5 * * * *", Fires),
        ("*-5/2 * * * *", Fires),
        ("?-x * * * *", Fires),
        ("** * * * *", Refused),
        ("+5 * * * *", Fires),
        ("05 * * * *", Fires),
        ("0x5 * * * *", Refused),
        ("1.5 * * * *", Refused),
        ("99999999999999999999 * * * *", Refused),
        ("* * * *", Refused),
        ("* * * * * *", Refused),
        ("0 0 0 * * ? 2026", Refused),
        ("* * L * *", Refused),
        ("* * 15W * *", Refused),
        ("* * * * 5#2", Refused),
        ("H * * * *", Refused),
        ("a b c d e", Refused),
        ("0 0 30 2 *", Never),
        ("0 0 30 2 ?", Never),
        ("0 0 31 2,4,6,9,11 *", Never),
        ("0 0 31 4 *", Never),
        ("0 0 30 2 1", Fires),
        ("0 0 31 4 */2", Fires),
        ("0 0 31 4 */1", Never),
        ("0 0 31 4 0-6", Fires),
        ("0 0 31 4 *,1", Never),
        ("0 0 29 2 *", Fires),
        ("0 0 31 */2 *", Fires),
        ("0 0 31 2-4/2 *", Never),
        ("0 0 30,31 2 *", Never),
        ("0 0 */31 2 *", Fires),
        ("0 0 30-31 feb *", Never),
        ("@hourly", Fires),
        ("@daily", Fires),
        ("@midnight", Fires),
        ("@weekly", Fires),
        ("@monthly", Fires),
        ("@yearly", Fires),
        ("@annually", Fires),
        ("@reboot", Refused),
        ("@Daily", Refused),
        (" @daily", Refused),
        ("@daily ", Refused),
        ("@every", Refused),
        ("@every ", Refused),
        ("@every 5m", Fires),
        ("@every 1h30m", Fires),
        ("@every 1.5h", Fires),
        ("@every 90", Refused),
        ("@every 0", Fires),
        ("@every 0s", Fires),
        ("@every -5m", Fires),
        ("@every 500ms", Fires),
        ("@every 999ms1ms", Fires),
        ("@every 1d", Refused),
        ("@every 5 m", Refused),
        ("@every  5m", Refused),
        ("@every 5m ", Refused),
        ("@every .5h", Fires),
        ("@every 1.h", Fires),
        ("@every .h", Refused),
        ("@every 1us", Fires),
        ("@every 1µs", Fires),
        ("@every 3000000h", Refused),
        ("@every 2562047h", Fires),
        ("@every 2562048h", Refused),
        ("@every +5m", Fires),
        ("@every 1..5h", Refused),
        ("@every h", Refused),
        ("TZ=UTC 0 0 * * *", Refused),
        ("CRON_TZ=Europe/Berlin 0 0 * * *", Refused),
        ("TZ=0", Refused),
        ("CRON_TZ=UTC @daily", Refused),
        ("0 0 * * * TZ", Refused),
    ];

    /// Accepted there and refused here on purpose.
    const STRICTER: &[&str] = &[
        "0 0 , * 1",
        "*-5 * * * *",
        "*-5/2 * * * *",
        "?-x * * * *",
        "@every 0",
        "@every 0s",
        "@every -5m",
        "@every 500ms",
        "@every 1us",
        "@every 1µs",
    ];

    #[test]
    fn agrees_with_the_controller() {
        for (schedule, upstream) in UPSTREAM {
            let wanted = match upstream {
                Fires => !STRICTER.contains(schedule),
                Never | Refused => false,
            };
            assert_eq!(check(schedule).is_ok(), wanted, "{schedule:?} {:?}", check(schedule));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("", "is empty"),
            ("TZ=UTC 0 0 * * *", "sets a time zone, which belongs in the field timeZone"),
            ("0 24 * * *", "the hour is 24; 0 to 23"),
            ("60 * * * *", "the minute is 60; 0 to 59"),
            ("0 0 0 * *", "the day of the month is 0; 1 to 31"),
            ("0 0 * 13 *", "the month is 13; 1 to 12"),
            ("0 0 * foo *", "the month has `foo`; 1 to 12 or jan to dec"),
            ("0 0 * * 7", "the day of the week is 7; 0 to 6, where 0 is Sunday"),
            ("0 0 * * monday", "the day of the week has `monday`; 0 to 6 or sun to sat"),
            ("0 0 L * *", "the day of the month has `L`; 1 to 31"),
            ("-1 * * * *", "the minute has a '-' without a number on each side"),
            ("*/0 * * * *", "the minute `*/0` has no step of 1 or more"),
            ("0 22-6 * * *", "the hour `22-6` runs backwards; write `22-23,0-6`"),
            ("0 22-6/2 * * *", "the hour `22-6/2` runs backwards"),
            ("0 0 * * sat-sun", "the day of the week `sat-sun` runs backwards; write `6,0`"),
            (", * * * *", "the minute is an empty list"),
            ("0 0 30 2 *", "never fires, as no month in `2` has a day in `30`"),
            ("@daily ", "is not one of @hourly, @daily, @weekly, @monthly, @yearly and @every with a duration"),
            ("@reboot", "is `@reboot`, which a cluster does not have; a Job runs once"),
            ("@every 1d", "has `1d` for a duration; write it like `90s`, `15m` or `1h30m`"),
            ("@every 10ms", "has the duration `10ms`; at least a second"),
            ("* * * *", "has 4 fields, not five: minute, hour, day of the month, month, day of the week"),
            (
                "0 0 0 * * *",
                "has 6 fields, not five: minute, hour, day of the month, month, day of the week; it has no seconds",
            ),
        ];
        for (schedule, message) in cases {
            assert_eq!(check(schedule).unwrap_err().to_string(), message, "{schedule:?}");
        }
        assert_eq!(check("0 22-23,0-6 * * 6,0"), Ok(()));
    }
}

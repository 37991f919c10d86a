//! `tightship workshop` without a cluster: what it plans, and what it refuses before it asks anybody.

use crate::support::Folder;

#[test]
fn a_plan_says_what_fits_and_what_would() {
    let folder = Folder::new();
    folder
        .run(&["workshop", "plan", "--attendees", "30", "--labs", "04"])
        .exits(0)
        .says(&["psa", "1 pod, 16 MiB for each"]);
    let large = folder.run(&["workshop", "plan", "--attendees", "200", "--labs", "psa,06"]).exits(1);
    let large = large.says(&["DOES NOT FIT", "maxPods: 250", "- role: worker"]).stdout;
    // what is printed is kind's configuration
    let config = large.split_once("\n\nkind: Cluster").map(|(_, rest)| format!("kind: Cluster{rest}")).unwrap();
    let config: serde_json::Value = serde_yaml::from_str(&config).unwrap();
    assert!(config["nodes"].as_array().is_some_and(|nodes| nodes.len() > 1), "{config}");
    let json =
        folder.run(&["workshop", "plan", "--attendees", "30", "--labs", "4", "--memory", "1Gi", "--json"]).exits(1);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["version"], &json["fits"], &json["kind"]), (&1.into(), &false.into(), &serde_json::Value::Null));
}

#[test]
fn labs_that_cannot_be_shared_say_why() {
    let folder = Folder::new();
    let plan = folder.run(&["workshop", "plan", "--attendees", "2", "--labs", "04,16,25"]).exits(1);
    plan.says(&["exec-guard", "needs a cluster of its own: its start has a ValidatingAdmissionPolicy", "tour"]);
    folder.run(&["workshop", "plan", "--attendees", "2", "--labs", "pas"]).exits(2).says(&["did you mean `psa`?"]);
    folder.write("roster", "otter\n");
    let up = ["workshop", "up", "--roster", "roster", "--context", "nowhere", "--labs"];
    folder.run(&[&up[..], &["anonymous"]].concat()).exits(2).says(&["anonymous needs a cluster of its own"]);
    assert!(!folder.path("workshop").exists(), "nothing is written down before anything can be done");
}

#[test]
fn a_cluster_has_to_be_named_and_a_roster_has_to_be_one() {
    let folder = Folder::new();
    folder.write("roster", "otter\nsea-otter\n");
    folder
        .run(&["workshop", "up", "--roster", "roster", "--labs", "psa"])
        .exits(2)
        .says(&["`--context NAME` names it"]);
    for verb in [&["seats"][..], &["issue", "otter"], &["revoke", "otter"], &["verify", "otter", "psa"], &["down"]] {
        folder.run(&[&["workshop"], verb].concat()).exits(2).says(&["there is no workshop in workshop"]);
    }
}

#[test]
fn a_card_is_read_before_anybody_is_asked() {
    let folder = Folder::new();
    let join = |args: &[&str]| folder.run(&[&["workshop", "join"], args].concat()).exits(2);
    join(&[]).says(&["this folder is in no workshop"]);
    join(&["https://127.0.0.1:1"]).says(&["both are needed"]);
    join(&["https://127.0.0.1:1", "ABCD"]).says(&["a code has 28 letters"]);
    let code = "ABCD-EFGH-ABCD-EFGH-ABCD-EFGH-ABCD";
    join(&["http://127.0.0.1:1", code]).says(&["is no address of a server"]);
    let gone = folder.run(&["workshop", "join", "https://127.0.0.1:1", code]).exits(3);
    gone.says(&["does not answer"]);
}

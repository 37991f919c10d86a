//! `tightship workshop up`.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use camino::Utf8Path;

use super::site::{course, entries, home_of, say};
use crate::cli::workshop::UpArgs;
use crate::cluster::Progress as _;
use crate::commands::progress::Steps;
use crate::commands::{FINDINGS, OK, interrupt, output};
use crate::file;
use crate::lab::course::Entry;
use crate::lab::lab_cluster::LabCluster;
use crate::lab::lint::pool::Stoppable;
use crate::workshop::codes::{self, Card, Code};
use crate::workshop::roster::{self, Workshop};
use crate::workshop::{access, share, up};

pub(super) fn run(dir: &Utf8Path, args: &UpArgs) -> anyhow::Result<u8> {
    let course = course()?;
    let mut workshop = match Workshop::find(dir)? {
        Some(workshop) => workshop,
        None => new(args)?,
    };
    for word in &args.labs {
        let id = course.find(word)?.lab.id.value.to_string();
        if !workshop.labs.contains(&id) {
            workshop.labs.push(id);
        }
    }
    let labs = entries(&course, &workshop)?;
    ensure!(!labs.is_empty(), "no lab is named: `--labs 01,04` names them");
    refuse_own(&labs)?;
    let site = site(&mut workshop, args)?;
    let text = file::read_named(&args.roster).with_context(|| args.roster.to_string())?;
    let listed = roster::read(&args.roster, &text, &workshop.attendees)?;
    ensure!(!listed.is_empty(), "{}: nobody is on this roster", args.roster);
    let new = workshop.seat(listed);
    // written down before anything is made, so that `down` finds all of it
    workshop.save(dir)?;
    let begun = seats(&site, &workshop, &labs)?;
    let ready: Vec<&str> = begun.iter().filter(|(_, result)| result.is_ok()).map(|(name, _)| name.as_str()).collect();
    hand_out(dir, &site, &mut workshop, &ready, args)?;
    say(&format!("{} seated, {new} of them new", output::count(ready.len(), "attendee")))?;
    let failed: Vec<String> = begun
        .iter()
        .filter_map(|(name, result)| result.as_ref().err().map(|error| format!("{name}: {error}")))
        .collect();
    if failed.is_empty() {
        return Ok(OK);
    }
    output::error_lines(&format!("not seated; `workshop up` again goes on:\n  {}", failed.join("\n  ")))?;
    Ok(if interrupt::happened() { interrupt::CODE } else { FINDINGS })
}

fn new(args: &UpArgs) -> anyhow::Result<Workshop> {
    ensure!(
        args.context.is_some(),
        "which cluster? `--context NAME` names it: the current context is never taken by chance"
    );
    let mut bytes = [0; 5];
    getrandom::fill(&mut bytes)?;
    let id: String = bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    Ok(Workshop::new(id, args.title.clone(), Vec::new()))
}

fn refuse_own(labs: &[&Entry]) -> anyhow::Result<()> {
    let own: Vec<String> = labs
        .iter()
        .filter_map(|entry| {
            share::obstacle(entry).map(|why| format!("{} needs a cluster of its own: {why}", entry.lab.id.value))
        })
        .collect();
    ensure!(own.is_empty(), "{}", own.join("\n"));
    Ok(())
}

/// The cluster that the workshop is on, or the one that is named for it now.
fn site(workshop: &mut Workshop, args: &UpArgs) -> anyhow::Result<LabCluster> {
    if workshop.context.is_empty() {
        workshop.context = args.context.clone().unwrap_or_default();
    }
    if let Some(context) = args.context.as_ref().filter(|context| **context != workshop.context) {
        bail!(
            "this workshop is on the cluster of {}, not of {context}: another one has another --dir",
            workshop.context
        );
    }
    let site = LabCluster::adopt(&workshop.context, args.yes_this_cluster || !workshop.uid.is_empty())?;
    ensure!(
        workshop.uid.is_empty() || workshop.uid == site.record.uid,
        "another cluster answers as {} than the one that this workshop is on",
        workshop.context
    );
    workshop.uid.clone_from(&site.record.uid);
    if let Some(server) = &args.server {
        workshop.server.clone_from(server);
    } else if workshop.server.is_empty() {
        workshop.server.clone_from(&site.record.server);
    }
    Ok(site)
}

fn seats(site: &LabCluster, workshop: &Workshop, labs: &[&Entry]) -> anyhow::Result<Vec<up::Seated>> {
    let api = Stoppable { api: &site.client, stop: interrupt::writing() };
    let mut steps = Steps::new();
    steps.step("make the guard");
    if let Err(error) = up::prepare(site, workshop) {
        steps.fail();
        return Err(error.into());
    }
    steps.step(&format!("seat {}", output::count(workshop.attendees.len(), "attendee")));
    let seated = up::seat_all(site, workshop, labs, &api, &|_| {});
    if seated.is_err() {
        steps.fail();
    }
    steps.finish();
    Ok(seated?)
}

/// Gives a code to everybody who has none and has not joined, and a kubeconfig where no code can be used.
fn hand_out(
    dir: &Utf8Path,
    site: &LabCluster,
    workshop: &mut Workshop,
    ready: &[&str],
    args: &UpArgs,
) -> anyhow::Result<()> {
    let mut cards = codes::load(dir)?;
    let mut can_join = None;
    let mut written = 0;
    for name in ready {
        let known = workshop.attendee(name)?;
        if known.joined.is_some() || (known.code_hash.is_some() && cards.contains_key(*name)) {
            continue;
        }
        let (code, card, kubeconfig) = issue(site, workshop, name, args.hours)?;
        let joins = match can_join {
            Some(joins) => joins,
            None => *can_join.insert(codes::can_join(&site.client, &code)?),
        };
        if joins {
            cards.insert((*name).to_owned(), card);
        } else {
            codes::withdraw(&site.client, &workshop.id, name)?;
            roster::write(&dir.join("kubeconfigs"), &format!("{name}.kubeconfig"), &kubeconfig)?;
            written += 1;
        }
        if let Some(attendee) = workshop.attendees.iter_mut().find(|attendee| attendee.name == **name) {
            attendee.code_hash = joins.then(|| code.hash());
        }
        codes::save(dir, &cards)?;
        workshop.save(dir)?;
    }
    if written > 0 {
        say(&format!(
            "this cluster takes no bootstrap tokens, or shows its authority to nobody: hand out the files in {}",
            output::shell_word(dir.join("kubeconfigs").as_str())
        ))?;
    }
    Ok(())
}

/// Makes a code for an attendee, with the kubeconfig that it opens.
pub(super) fn issue(
    site: &LabCluster,
    workshop: &Workshop,
    name: &str,
    hours: u64,
) -> anyhow::Result<(Code, Card, String)> {
    let api = &site.client;
    let course = course()?;
    let labs = entries(&course, workshop)?;
    let first = labs.first().map_or_else(|| "default".to_owned(), |entry| home_of(entry, name));
    let authority = access::authority(site)?;
    let (kubeconfig, ends) = access::kubeconfig(api, workshop, &authority, name, &first, hours * 3600)?;
    let code = Code::new(&access::pem(&authority)?)?;
    codes::withdraw(api, &workshop.id, name)?;
    code.publish(api, &workshop.id, name, &kubeconfig, &ends)?;
    let card = Card { code: code.shown(), server: workshop.server.clone(), ends };
    Ok((code, card, kubeconfig))
}

/// Takes the codes of those who have joined out of the folder, and notes when that was seen.
pub(super) fn note_joins(
    dir: &Utf8Path,
    site: &LabCluster,
    workshop: &mut Workshop,
) -> anyhow::Result<BTreeMap<String, Card>> {
    let mut cards = codes::load(dir)?;
    let now = jiff::Timestamp::now();
    let open = codes::open(&site.client, &workshop.id)?;
    for attendee in &mut workshop.attendees {
        let Some(card) = cards.get(&attendee.name) else { continue };
        let has_ended = card.ends.parse::<jiff::Timestamp>().is_ok_and(|ends| ends <= now);
        if !open.contains(&attendee.name) && !has_ended {
            attendee.joined.get_or_insert_with(|| now.to_string());
            cards.remove(&attendee.name);
        }
    }
    codes::save(dir, &cards)?;
    workshop.save(dir)?;
    Ok(cards)
}

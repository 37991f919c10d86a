//! Reads `data/images.txt`: what is known of common images. `build.rs` reads it with the same function.

use crate::k8s::table::{Read, Record, Source, source};

const IMAGES: Source = source!("images.txt");

/// What is known of an image.
#[derive(Debug)]
pub(crate) struct Known {
    /// Its names with their registry; one that ends with `/` is that of a folder.
    pub(crate) names: Vec<&'static str>,
    /// A part of the tags that this is known of.
    pub(crate) tag: Option<&'static str>,
    /// The user that it starts as.
    pub(crate) runs: i64,
    /// Users by their names.
    pub(crate) users: Vec<(&'static str, i64)>,
    pub(crate) port: Option<u16>,
    /// Folders that may be empty at every start.
    pub(crate) writes: Vec<&'static str>,
    /// The folder that outlives the pod.
    pub(crate) data: Option<&'static str>,
    /// Whether it starts with any user id.
    pub(crate) starts_as_anyone: bool,
    /// How it is told to listen above 1024.
    pub(crate) above: Option<String>,
    /// An image that needs no root.
    pub(crate) instead: Option<&'static str>,
    pub(crate) note: Option<String>,
    /// Where all of this is said.
    pub(crate) source: &'static str,
}

/// All rows, the first that fits counts.
pub(crate) fn read() -> Read<Vec<Known>> {
    IMAGES.records(&["image"])?.iter().map(known).collect()
}

fn known(record: &Record) -> Read<Known> {
    let mut head = record.head;
    head.expect("image")?;
    let mut names = Vec::new();
    while !head.is_at_end() {
        names.push(head.read("a name with its registry, such as `docker.io/library/nginx`", full_name)?);
    }
    let [tag, runs, users, port, writes, data, starts, above, instead, note, source] = record
        .keys(["tag", "runs", "users", "port", "writes", "data", "starts", "above", "instead", "note", "source"])?;
    let starts = record.required("starts", starts)?;
    Ok(Known {
        names,
        tag: tag.map(|tag| tag.word("a part of a tag", Some)).transpose()?,
        runs: record.required("runs", runs)?.word("`root`, or the number of a user and of a group", user)?,
        users: users.map(|users| users.words("a user such as `www-data=33`", named)).transpose()?.unwrap_or_default(),
        port: port.map(|port| port.word("a port", |word| word.parse().ok().filter(|port| *port > 0))).transpose()?,
        writes: writes.map(|folders| folders.words("a folder", folder)).transpose()?.unwrap_or_default(),
        data: data.map(|data| data.word("a folder", folder)).transpose()?,
        starts_as_anyone: starts.word("`anyone` or `unknown`", |word| match word {
            "anyone" => Some(true),
            "unknown" => Some(false),
            _ => None,
        })?,
        above: above.map(crate::k8s::table::Value::text).transpose()?,
        instead: instead.map(|name| name.word("a name with its registry", full_name)).transpose()?,
        note: note.map(crate::k8s::table::Value::text).transpose()?,
        source: record.required("source", source)?.word("an address", address)?,
    })
}

fn full_name(word: &'static str) -> Option<&'static str> {
    let registry = word.split_once('/')?.0;
    registry.contains('.').then(|| word.strip_suffix('*').unwrap_or(word))
}

fn user(word: &str) -> Option<i64> {
    let (user, group) = word.split_once(':').map_or((word, None), |(user, group)| (user, Some(group)));
    let is_group = group.is_none_or(|group| group.parse::<u32>().is_ok());
    if user == "root" { Some(0) } else { id(user) }.filter(|_| is_group)
}

fn named(word: &'static str) -> Option<(&'static str, i64)> {
    let (name, number) = word.split_once('=')?;
    Some((name, id(number)?))
}

fn id(word: &str) -> Option<i64> {
    word.parse::<u32>().ok().map(i64::from)
}

fn folder(word: &'static str) -> Option<&'static str> {
    Some(word).filter(|word| word.starts_with('/') && !word.ends_with('/'))
}

fn address(word: &'static str) -> Option<&'static str> {
    Some(word).filter(|word| word.starts_with("https://"))
}

//! Lists of a cluster, page by page: each object is taken as it is read, and the next page is on its way meanwhile.

use std::collections::HashSet;
use std::fmt;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::k8s::json::text;

/// How many objects are asked for at once, as by kubectl.
const PAGE: usize = 500;
/// What the API server says of a list that has changed too much since it was begun.
const EXPIRED: &str = "(Expired)";

/// A list of one kind.
#[derive(Debug, Clone)]
pub(super) struct List {
    /// `/apis/apps/v1/deployments`.
    pub(super) path: String,
    /// `apps/v1`, which the members of a list do not say.
    pub(super) api_version: String,
    pub(super) kind: &'static str,
}

/// What is told of a list, in its order.
enum Part {
    Page(String),
    /// It cannot be read.
    Refused(String),
    /// Its pages do not fit together any more: all follow again, in one.
    Again,
    End,
}

/// Reads lists by `get`, which asks for a path and gives the answer or a complaint. `take` is given each object once. Gives the complaints about lists that
/// cannot be read; an error is one about a list that was read in part.
pub(super) fn read(
    lists: &[List],
    get: impl Fn(&str) -> Result<String, String> + Sync,
    mut take: impl FnMut(Value),
) -> Result<Vec<String>, String> {
    thread::scope(|scope| {
        let (get, (sender, receiver)) = (&get, sync_channel(1));
        scope.spawn(move || lists.iter().try_for_each(|list| send(list, get, &sender)));
        let mut refused = Vec::new();
        for list in lists {
            refused.extend(receive(list, &receiver, &mut take)?);
        }
        Ok(refused)
    })
}

/// Sends what is told of a list; none if nobody listens any more.
fn send(list: &List, get: &impl Fn(&str) -> Result<String, String>, to: &SyncSender<Part>) -> Option<()> {
    let tell = |part| to.send(part).ok();
    let mut path = format!("{}?limit={PAGE}", list.path);
    let mut is_first = true;
    loop {
        let page = match get(&path) {
            Ok(page) => page,
            Err(complaint) if !is_first && complaint.contains(EXPIRED) => {
                tell(Part::Again)?;
                path.clone_from(&list.path);
                is_first = true;
                continue;
            }
            Err(complaint) => return tell(Part::Refused(complaint)),
        };
        is_first = false;
        // what is no list is said where it is read
        let goes_on = serde_json::from_str::<Head>(&page).ok().and_then(|head| head.metadata.goes_on);
        let next = goes_on.filter(|token| !token.is_empty());
        let next = next.map(|token| format!("{}?limit={PAGE}&continue={}", list.path, encoded(&token)));
        tell(Part::Page(page))?;
        match next {
            Some(next) => path = next,
            None => return tell(Part::End),
        }
    }
}

/// Takes the objects of a list; gives the complaint if it cannot be read at all.
fn receive(list: &List, from: &Receiver<Part>, take: &mut impl FnMut(Value)) -> Result<Option<String>, String> {
    let (mut is_begun, mut is_again) = (false, false);
    let mut known: HashSet<Box<str>> = HashSet::new();
    loop {
        match from.recv() {
            Ok(Part::Page(page)) => {
                is_begun = true;
                let taken = |object: Value| {
                    let is_new = known.insert(text(&object, "/metadata/uid").into());
                    // an object without a uid is of no API server, and not known by it
                    if is_new || !is_again {
                        take(object);
                    }
                };
                let mut json = serde_json::Deserializer::from_str(&page);
                let read = Page { list, take: taken }.deserialize(&mut json);
                read.map_err(|error| format!("`{}` is no list: {error}", list.path))?;
            }
            Ok(Part::Again) => is_again = true,
            Ok(Part::Refused(complaint)) if is_begun => return Err(complaint),
            Ok(Part::Refused(complaint)) => return Ok(Some(complaint)),
            Ok(Part::End) | Err(_) => return Ok(None),
        }
    }
}

/// A text as a value of a query, or as a part of a path.
pub(super) fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let one = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(one).collect()
}

/// Where a list goes on.
#[derive(Deserialize)]
struct Head {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "continue")]
    goes_on: Option<String>,
}

/// A page of which each member is taken as it is read.
struct Page<'l, T> {
    list: &'l List,
    take: T,
}

impl<'de, T: FnMut(Value)> DeserializeSeed<'de> for Page<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, T: FnMut(Value)> Visitor<'de> for Page<'_, T> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a list of objects")
    }

    fn visit_map<M: MapAccess<'de>>(mut self, mut fields: M) -> Result<(), M::Error> {
        let mut is_list = false;
        while let Some(key) = fields.next_key::<String>()? {
            if key == "items" {
                is_list = true;
                fields.next_value_seed(Members { list: self.list, take: &mut self.take })?;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        if is_list { Ok(()) } else { Err(M::Error::missing_field("items")) }
    }
}

struct Members<'l, 't, T> {
    list: &'l List,
    take: &'t mut T,
}

impl<'de, T: FnMut(Value)> DeserializeSeed<'de> for Members<'_, '_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: FnMut(Value)> Visitor<'de> for Members<'_, '_, T> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("the members of a list")
    }

    /// An empty list of Go.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut members: S) -> Result<(), S::Error> {
        while let Some(member) = members.next_element()? {
            (self.take)(self.list.named(member));
        }
        Ok(())
    }
}

impl List {
    /// A member with what a list says once for all of them.
    fn named(&self, mut member: Value) -> Value {
        if let Some(fields) = member.as_object_mut() {
            for (key, value) in [("kind", self.kind), ("apiVersion", &self.api_version)] {
                if !fields.contains_key(key) {
                    fields.shift_insert(0, key.to_owned(), value.into());
                }
            }
        }
        member
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde_json::Value;

    use super::{List, encoded, read};

    fn list(path: &str) -> List {
        List { path: path.to_owned(), api_version: "v1".to_owned(), kind: "Pod" }
    }

    /// A page with pods of these names, which are their uids too.
    fn page(names: &[&str], goes_on: &str) -> String {
        let item = |name: &&str| format!(r#"{{"metadata":{{"name":"{name}","uid":"{name}"}}}}"#);
        let items = names.iter().map(item).collect::<Vec<_>>().join(",");
        format!(r#"{{"items":[{items}],"kind":"PodList","metadata":{{"continue":"{goes_on}"}}}}"#)
    }

    /// The names that are taken of lists, and what `read` says.
    fn taken(lists: &[List], answers: &[(&str, Result<String, &str>)]) -> (Vec<String>, Result<Vec<String>, String>) {
        let answers: HashMap<&str, &Result<String, &str>> = answers.iter().map(|(path, it)| (*path, it)).collect();
        let get = |path: &str| (*answers.get(path).unwrap_or(&&Err(path))).clone().map_err(str::to_owned);
        let mut names = Vec::new();
        let said = read(lists, get, |object: Value| {
            assert_eq!((&object["kind"], &object["apiVersion"]), (&"Pod".into(), &"v1".into()));
            names.push(object["metadata"]["name"].as_str().unwrap().to_owned());
        });
        (names, said)
    }

    #[test]
    fn lists_are_read_to_their_end() {
        let (names, said) = taken(
            &[list("/a"), list("/b")],
            &[
                ("/a?limit=500", Ok(page(&["1", "2"], "x/y"))),
                ("/a?limit=500&continue=x%2Fy", Ok(page(&["3"], ""))),
                ("/b?limit=500", Ok(r#"{"metadata":{},"items":null}"#.to_owned())),
            ],
        );
        assert_eq!((names.join(" ").as_str(), said), ("1 2 3", Ok(Vec::new())));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_told_and_the_others_are_read() {
        let answers = [("/a?limit=500", Err("forbidden")), ("/b?limit=500", Ok(page(&["1"], "")))];
        let (names, said) = taken(&[list("/a"), list("/b")], &answers);
        assert_eq!((names.join(" ").as_str(), said), ("1", Ok(vec!["forbidden".to_owned()])));
    }

    #[test]
    fn a_list_that_ends_in_the_middle_is_an_error() {
        let rest = [("/a?limit=500&continue=x", Err("gone")), ("/b?limit=500", Ok(page(&["9"], "")))];
        let first = ("/a?limit=500", Ok(page(&["1"], "x")));
        let (names, said) = taken(&[list("/a"), list("/b")], &[vec![first], rest.to_vec()].concat());
        assert_eq!((names.join(" ").as_str(), said), ("1", Err("gone".to_owned())));
        let (_, said) = taken(&[list("/a")], &[("/a?limit=500", Ok("nonsense".to_owned()))]);
        assert!(said.unwrap_err().starts_with("`/a` is no list: expected"));
        let (_, said) = taken(&[list("/a")], &[("/a?limit=500", Ok("{}".to_owned()))]);
        assert!(said.unwrap_err().starts_with("`/a` is no list: missing field `items`"));
    }

    #[test]
    fn a_list_that_has_expired_is_read_again_in_one_and_each_object_is_taken_once() {
        let first = [
            ("/a?limit=500", Ok(page(&["1", "2"], "x"))),
            ("/a?limit=500&continue=x", Err("Error from server (Expired): too old")),
        ];
        let again = [first.to_vec(), vec![("/a", Ok(page(&["2", "3", "1"], "")))]].concat();
        assert_eq!(taken(&[list("/a")], &again), (vec!["1".into(), "2".into(), "3".into()], Ok(Vec::new())));
        // not for ever
        let still = [first.to_vec(), vec![("/a", Err("Error from server (Expired): too old"))]].concat();
        assert!(taken(&[list("/a")], &still).1.unwrap_err().contains("too old"));
    }

    #[test]
    fn what_stands_in_a_path_is_encoded() {
        assert_eq!(encoded("aZ0-_.~/?&=ä"), "aZ0-_.~%2F%3F%26%3D%C3%A4");
    }
}

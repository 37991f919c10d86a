//! Which folders are charts, and which of them are rendered with another.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::check::discover::kustomize::fields::{Field, fields, string};
use crate::check::discover::read;
use crate::check::discover::walk::CHART;
use crate::yaml::{self, Kind, Node};

/// Where a chart keeps the charts that are rendered with it.
const INNER: &str = "charts";
/// A chart has no more names than this in one that renders it.
const NAMES: usize = 64;

/// What a `Chart.yaml` says.
#[derive(Debug)]
struct Chart {
    name: String,
    /// It only serves others, and cannot be rendered alone.
    is_library: bool,
    /// Charts inside, and what they are called here.
    aliases: Vec<(String, String)>,
}

/// The charts of the walk, by their folders. What Helm would not take for one is none.
#[derive(Debug)]
pub(super) struct Charts {
    all: BTreeMap<Utf8PathBuf, Chart>,
}

impl Charts {
    pub(super) fn read(folders: Vec<Utf8PathBuf>) -> Self {
        let all = folders.into_iter().filter_map(|folder| Some((Chart::read(&folder)?, folder)));
        Self { all: all.map(|(chart, folder)| (folder, chart)).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The charts that are not rendered with another.
    pub(super) fn outer(&self) -> impl Iterator<Item = &Utf8Path> {
        self.all.keys().map(Utf8PathBuf::as_path).filter(|chart| self.renderer(chart).is_none())
    }

    pub(super) fn is_library(&self, chart: &Utf8Path) -> bool {
        self.all.get(chart).is_some_and(|chart| chart.is_library)
    }

    /// The chart that a file belongs to, and its path there.
    pub(super) fn of<'f>(&self, file: &'f Utf8Path) -> Option<(&Utf8Path, &'f Utf8Path)> {
        // above what is not below the working folder, it has no name
        let is_below = file.is_relative() && !file.starts_with("..");
        let mut folders = file.ancestors().skip(1).filter(|folder| is_below || !folder.as_str().is_empty());
        let (folder, _) = folders.find_map(|folder| self.all.get_key_value(shown(folder)))?;
        let inside = if folder == "." { file } else { file.strip_prefix(folder).ok()? };
        Some((folder, inside))
    }

    /// The chart that this one lies in, as one that is rendered with it.
    fn parent(&self, chart: &Utf8Path) -> Option<&Utf8Path> {
        let name = chart.file_name()?;
        let charts = chart.parent().filter(|charts| charts.file_name() == Some(INNER))?;
        // Helm passes over these
        let is_read = !name.starts_with(['_', '.']);
        let (parent, _) = self.all.get_key_value(shown(charts.parent()?)).filter(|_| is_read)?;
        Some(parent)
    }

    /// The outermost chart that this one is rendered with; a library renders nothing.
    pub(super) fn renderer(&self, chart: &Utf8Path) -> Option<&Utf8Path> {
        let mut found = None;
        let mut next = self.parent(chart);
        while let Some(parent) = next {
            found = if self.is_library(parent) { found } else { Some(parent) };
            next = self.parent(parent);
        }
        found
    }

    /// What Helm calls the folder of a chart, when it renders this one or the one around it.
    pub(super) fn names(&self, chart: &Utf8Path) -> Vec<String> {
        let mut way = vec![chart];
        let renderer = self.renderer(chart);
        while let Some(parent) = way.last().filter(|last| Some(**last) != renderer).and_then(|last| self.parent(last)) {
            if renderer.is_none() {
                break;
            }
            way.push(parent);
        }
        let mut names = vec![String::new()];
        let mut above: Option<&Chart> = None;
        for chart in way.iter().rev().filter_map(|folder| self.all.get(*folder)) {
            let aliases = above.iter().flat_map(|above| &above.aliases).filter(|(name, _)| *name == chart.name);
            let own: Vec<&str> = aliases.map(|(_, alias)| alias.as_str()).chain([chart.name.as_str()]).collect();
            let inner = if above.is_some() { "charts/" } else { "" };
            let joined = |name: &String| own.iter().map(move |own| format!("{name}{inner}{own}/")).collect::<Vec<_>>();
            names = names.iter().flat_map(joined).take(NAMES).collect();
            above = Some(chart);
        }
        names
    }
}

/// A folder as the walk names it.
fn shown(folder: &Utf8Path) -> &Utf8Path {
    if folder.as_str().is_empty() { Utf8Path::new(".") } else { folder }
}

impl Chart {
    /// What Helm needs to take a folder for a chart: a name, a version, and a type that it knows.
    fn read(folder: &Utf8Path) -> Option<Self> {
        let text = read::text(&folder.join(CHART)).ok()?;
        let stream = yaml::parse(&text);
        let root = stream.documents.first().and_then(yaml::Document::root)?;
        if !stream.errors.is_empty() || root.kind() != Kind::Mapping {
            return None;
        }
        let fields = fields(root);
        let text = |name: &str| text_of(&fields, name);
        let name = text("name").filter(|name| !name.is_empty() && !name.contains(['/', '\\']))?;
        let version = text("version")?;
        version.strip_prefix('v').unwrap_or(&version).starts_with(|first: char| first.is_ascii_digit()).then_some(())?;
        let kind = text("type").unwrap_or_default();
        let is_library = kind == "library";
        (is_library || kind.is_empty() || kind == "application").then_some(())?;
        let mut aliases = aliases(root);
        // as charts had them before there was a second version of them
        if let Ok(text) = read::text(&folder.join("requirements.yaml")) {
            let stream = yaml::parse(&text);
            aliases.extend(stream.documents.first().and_then(yaml::Document::root).into_iter().flat_map(self::aliases));
        }
        Some(Self { name, is_library, aliases })
    }
}

fn text_of(fields: &[Field<'_, '_>], name: &str) -> Option<String> {
    let field = fields.iter().rev().find(|field| field.name == name)?;
    Some(
        string(field.value)
            .map_or_else(|| field.value.text().unwrap_or_default().to_owned(), std::borrow::Cow::into_owned),
    )
}

fn aliases(root: Node<'_, '_>) -> Vec<(String, String)> {
    let lists = fields(root).into_iter().filter(|field| field.name == "dependencies");
    let named = |item| {
        let fields = fields(item);
        Some((text_of(&fields, "name")?, text_of(&fields, "alias").filter(|alias| !alias.is_empty())?))
    };
    lists.flat_map(|field| field.value.items().collect::<Vec<_>>()).filter_map(named).collect()
}

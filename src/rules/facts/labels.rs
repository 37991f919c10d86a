//! Labels, and selectors over them.

use crate::yaml::Node;

/// Labels of an object, all in one text: `key`, NUL, `value`, NUL, and so on. No label that the API server takes has a NUL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Labels(Box<str>);

impl Labels {
    /// The labels that a mapping has; what is no string is none.
    pub(super) fn of(node: Node<'_, '_>) -> Self {
        let pairs = || node.fields().filter_map(|(key, value)| Some([key.text()?, value.as_str()?]));
        let is_label = |pair: &[&str; 2]| pair.iter().all(|part| !part.contains('\0'));
        let length = pairs().filter(is_label).flatten().map(|part| part.len() + 1).sum();
        let mut text = String::with_capacity(length);
        for part in pairs().filter(is_label).flatten() {
            text.push_str(part);
            text.push('\0');
        }
        Self(text.into())
    }

    /// These and another one.
    #[must_use]
    pub fn with(&self, key: &str, value: &str) -> Self {
        Self(format!("{}{key}\0{value}\0", self.0).into())
    }

    /// Keys with values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut parts = self.0.split_terminator('\0');
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What `matchLabels` and `matchExpressions` select.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Selector {
    /// `matchLabels`.
    pub labels: Labels,
    /// `matchExpressions`.
    pub expressions: Box<[Expression]>,
}

/// What a label must be.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Expression {
    pub key: Box<str>,
    pub operator: Operator,
    pub values: Box<[Box<str>]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// The selector that a mapping is; without a key it selects everything.
    pub fn of(node: Node<'_, '_>) -> Self {
        let expressions = node.get("matchExpressions").into_iter().flat_map(Node::items);
        Self {
            labels: node.get("matchLabels").map(Labels::of).unwrap_or_default(),
            expressions: expressions.filter_map(Expression::of).collect(),
        }
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    /// Whether it is written with `matchLabels` only.
    pub fn is_plain(&self) -> bool {
        self.expressions.is_empty()
    }

    /// Whether it selects what has these labels.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.expressions.iter().all(|expression| expression.holds(labels.get(&expression.key)))
    }
}

impl Expression {
    fn of(node: Node<'_, '_>) -> Option<Self> {
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let operator = match text("operator")? {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            _ => return None,
        };
        let values = node.get("values").into_iter().flat_map(Node::items);
        let values = values.filter_map(Node::as_str).map(Into::into).collect();
        Some(Self { key: text("key")?.into(), operator, values })
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let is_listed = || value.is_some_and(|value| self.values.iter().any(|known| **known == *value));
        match self.operator {
            Operator::In => is_listed(),
            Operator::NotIn => !is_listed(),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    }
}

impl std::fmt::Display for Expression {
    /// `tier in (front, back)`, `tier`, `!tier`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let values = || self.values.join(", ");
        match self.operator {
            Operator::In => write!(f, "{} in ({})", self.key, values()),
            Operator::NotIn => write!(f, "{} not in ({})", self.key, values()),
            Operator::Exists => f.write_str(&self.key),
            Operator::DoesNotExist => write!(f, "!{}", self.key),
        }
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::{Labels, Selector};
    use crate::yaml;

    pub(in crate::rules::facts) fn labels(text: &str) -> Labels {
        let stream = yaml::parse(text);
        Labels::of(stream.documents[0].root().unwrap())
    }

    pub(in crate::rules::facts) fn selector(text: &str) -> Selector {
        let stream = yaml::parse(text);
        Selector::of(stream.documents[0].root().unwrap())
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{labels, selector};

    #[test]
    fn selects_as_the_api_server_does() {
        let web = labels("{app: web, tier: front, number: 1, empty: ''}");
        assert_eq!(web.iter().collect::<Vec<_>>(), [("app", "web"), ("tier", "front"), ("empty", "")]);
        let cases = [
            ("{}", true),
            ("{matchLabels: {app: web}}", true),
            ("{matchLabels: {app: web, tier: back}}", false),
            ("{matchLabels: {empty: ''}}", true),
            ("{matchExpressions: [{key: app, operator: In, values: [api, web]}]}", true),
            ("{matchExpressions: [{key: app, operator: NotIn, values: [api, web]}]}", false),
            ("{matchExpressions: [{key: other, operator: NotIn, values: [web]}]}", true),
            ("{matchExpressions: [{key: other, operator: In, values: [web]}]}", false),
            ("{matchExpressions: [{key: tier, operator: Exists}]}", true),
            ("{matchExpressions: [{key: tier, operator: DoesNotExist}]}", false),
            ("{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: DoesNotExist}]}", false),
        ];
        for (text, expected) in cases {
            assert_eq!(selector(text).matches(&web), expected, "{text}");
        }
        assert!(selector("{}").is_everything() && !selector("{matchLabels: {a: b}}").is_everything());
    }
}

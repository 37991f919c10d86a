//! Scalars against what their field holds.

use super::{At, Fault, Walk};
use crate::k8s::cron;
use crate::k8s::duration;
use crate::k8s::fields::{FieldType, Limit};
use crate::k8s::names::NameRule;
use crate::k8s::quantity::{self, Quantity, Resource};
use crate::k8s::time_zone;
use crate::yaml::{Node, Value, base64};

/// The highest port.
const MOST_PORT: i64 = 65535;

impl<'d, 's> Walk<'_, 'd, 's> {
    /// A scalar as the value of a field; gives whether it holds anything.
    pub(super) fn scalar(&mut self, at: At<'d, 's>, node: Node<'d, 's>, ty: &'static FieldType) -> bool {
        let value = match node.value() {
            Some(Ok(Value::Null)) | None => return false,
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                self.report(Fault::Unreadable { node, error }, at.map, Some(at.key));
                return true;
            }
        };
        match (ty, value) {
            (FieldType::String, Value::Str(text)) => {
                self.text(at, node, &text);
                // the server takes an empty text for none
                return !text.is_empty();
            }
            (FieldType::Boolean, Value::Bool(_))
            | (FieldType::Number | FieldType::Quantity, Value::Int(_) | Value::Float(_)) => {}
            (FieldType::Integer | FieldType::IntOrString, Value::Int(number)) => self.integer(at, node, number),
            #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
            (FieldType::Integer | FieldType::IntOrString, Value::Float(number))
                if number.fract() == 0.0 && number.abs() < 9e15 =>
            {
                self.integer(at, node, number as i128);
            }
            (FieldType::IntOrString, Value::Str(text)) => self.int_or_string(at, node, &text),
            (FieldType::Quantity, Value::Str(text)) => self.quantity(at, node, &text),
            (FieldType::Time, Value::Str(text)) => {
                if text.parse::<jiff::Timestamp>().is_err() {
                    let reason = "is not a time such as `2026-01-31T23:59:00Z`".to_owned();
                    self.report(Fault::Malformed { node, reason }, at.map, Some(at.key));
                }
            }
            (FieldType::Duration, Value::Str(text)) => {
                if duration::parse(&text).is_none() {
                    let reason = "is not a duration such as `1m30s`".to_owned();
                    self.report(Fault::Malformed { node, reason }, at.map, Some(at.key));
                }
            }
            (FieldType::Bytes, Value::Str(text)) => {
                if base64::decode(&text).is_none() {
                    self.report(Fault::Malformed { node, reason: "is not base64".to_owned() }, at.map, Some(at.key));
                }
            }
            _ => self.report(Fault::WrongType { node, expected: ty }, at.map, Some(at.key)),
        }
        true
    }

    #[inline]
    fn text(&mut self, at: At<'d, 's>, node: Node<'d, 's>, text: &str) {
        let field = at.field;
        // an empty text often passes for none
        if !text.is_empty() && !field.allows(text) {
            self.report(Fault::NotInEnum { node, field }, at.map, Some(at.key));
        }
        match field.limit {
            Limit::Name(rule) => self.name(at, node, rule, text),
            Limit::Schedule => {
                if let Err(error) = cron::check(text) {
                    self.report(
                        Fault::Malformed { node, reason: format!("cannot be read: {error}") },
                        at.map,
                        Some(at.key),
                    );
                }
            }
            Limit::TimeZone => {
                if let Err(refusal) = time_zone::check(text) {
                    self.report(Fault::Malformed { node, reason: refusal.to_string() }, at.map, Some(at.key));
                }
            }
            _ => {}
        }
    }

    fn name(&mut self, at: At<'d, 's>, node: Node<'d, 's>, rule: NameRule, text: &str) {
        if !text.is_empty()
            && let Err(error) = rule.check(text)
        {
            self.report(Fault::Name { node, rule, error }, at.map, Some(at.key));
        }
    }

    fn integer(&mut self, at: At<'d, 's>, node: Node<'d, 's>, number: i128) {
        let (least, most) = match at.field.limit {
            Limit::Range(least, most) => (least, most),
            Limit::Port => (1, MOST_PORT),
            Limit::TargetPort => (0, MOST_PORT),
            _ => (i64::MIN, i64::MAX),
        };
        if !(i128::from(least)..=i128::from(most)).contains(&number) {
            self.report(Fault::OutOfRange { node, least, most }, at.map, Some(at.key));
        }
    }

    fn int_or_string(&mut self, at: At<'d, 's>, node: Node<'d, 's>, text: &str) {
        if matches!(at.field.limit, Limit::Port | Limit::TargetPort) {
            self.name(at, node, NameRule::PortName, text);
        }
    }

    fn quantity(&mut self, at: At<'d, 's>, node: Node<'d, 's>, text: &str) {
        if is_plain_quantity(text) {
            return;
        }
        if let Err(error) = Quantity::parse(text.trim()) {
            self.report(Fault::Quantity { node, error }, at.map, Some(at.key));
        }
    }

    /// What the limit of a field with any keys asks of an entry.
    pub(super) fn limited_entry(&mut self, limit: Limit, map: Node<'d, 's>, key: Node<'d, 's>, value: Node<'d, 's>) {
        let Some(name) = key.text() else { return };
        let mut check = |node: Node<'d, 's>, rule: NameRule, text: &str| {
            if let Err(error) = rule.check(text) {
                self.report(Fault::Name { node, rule, error }, map, Some(key));
            }
        };
        match limit {
            Limit::Labels => {
                check(key, NameRule::QualifiedName, name);
                if let Some(text) = value.as_str() {
                    check(value, NameRule::LabelValue, text);
                }
            }
            Limit::Annotations if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                check(key, NameRule::QualifiedName, &name.to_ascii_lowercase());
            }
            Limit::Annotations => check(key, NameRule::QualifiedName, name),
            Limit::DataKeys => check(key, NameRule::ConfigMapKey, name),
            Limit::Resources => self.resource(map, key, value),
            _ => {}
        }
    }

    /// An amount of a resource: it cannot be negative, and may say something else than its writer means.
    fn resource(&mut self, map: Node<'d, 's>, key: Node<'d, 's>, node: Node<'d, 's>) {
        let Some(text) = node.text() else { return };
        let name = key.text().unwrap_or_default();
        if is_common(name, text) {
            return;
        }
        let Ok(quantity) = Quantity::parse(text.trim()) else { return };
        if quantity.is_negative() {
            self.report(Fault::OutOfRange { node, least: 0, most: i64::MAX }, map, Some(key));
            return;
        }
        let kind = match name {
            "cpu" => Resource::Cpu,
            "memory" => Resource::Memory,
            "storage" | "ephemeral-storage" => Resource::Storage,
            _ => return,
        };
        if !quantity.is_zero()
            && let Some(meaning) = quantity::misreading(kind, &quantity)
        {
            self.report(Fault::Misread { node, meaning }, map, Some(key));
        }
    }
}

/// Whether an amount is digits with a usual unit, which needs no closer look.
fn is_plain_quantity(text: &str) -> bool {
    let unit = text.trim_start_matches(|character: char| character.is_ascii_digit());
    unit.len() < text.len() && matches!(unit, "" | "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti")
}

/// Whether an amount of CPU or memory is written as most are, and so means what it says.
fn is_common(name: &str, text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = text.get(digits..).unwrap_or_default();
    let starts_well = text.bytes().next().is_some_and(|first| matches!(first, b'1'..=b'9'));
    let usual = match name {
        "cpu" => unit == "m" || unit.is_empty() && digits == 1,
        "memory" => matches!(unit, "Gi" | "G") || matches!(unit, "Mi" | "M") && digits > 1,
        "storage" | "ephemeral-storage" => matches!(unit, "Gi" | "G" | "Mi" | "M" | "Ti"),
        _ => false,
    };
    usual && starts_well
}

#[cfg(test)]
mod tests {
    use super::{is_common, is_plain_quantity};

    #[test]
    fn what_is_usual_needs_no_closer_look() {
        for (name, text) in [("cpu", "250m"), ("cpu", "2"), ("memory", "64Mi"), ("memory", "1Gi"), ("storage", "1Gi")] {
            assert!(is_common(name, text) && is_plain_quantity(text), "{name} {text}");
        }
        for (name, text) in [("cpu", "500"), ("cpu", "0m"), ("memory", "128m"), ("memory", "1Mi"), ("memory", "-1Gi")] {
            assert!(!is_common(name, text), "{name} {text}");
        }
        for text in ["", "Mi", "1 Gi", "1GB", "-1", "1.5"] {
            assert!(!is_plain_quantity(text), "{text}");
        }
    }
}

//! `ValidateLimitRange`.

use super::resources;
use crate::k8s::names::NameRule;
use crate::k8s::quantity::Quantity;
use crate::k8s::validation::{At, Errors, Seen, at, format};

/// `ValidateLimitRange`.
pub(super) fn validate_limit_range<'d, 's>(root: At<'d, 's>, errors: &mut Errors<'d, 's>) {
    let mut seen = Seen::default();
    for limit in root.path(&["spec", "limits"]).into_iter().flat_map(At::items) {
        let names = ["type", "max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];
        let [ty, max, min, default, request, ratio] = limit.fields(names);
        if let Some(ty) = ty.filter(|ty| ty.str().is_some())
            && let Some(first) = seen.before(ty.str(), ty)
        {
            errors.duplicate(ty, "has limits already", first);
        }
        if let Some(ty) = ty {
            errors.check(ty, limit_type);
        }
        match at::text(ty) {
            Some("Pod") => {
                for field in [default, request].into_iter().flatten().filter(|field| !field.is_empty()) {
                    errors.conflict(field, "may not be set for the type Pod", ty, "the type");
                }
            }
            Some("PersistentVolumeClaim") => {
                let has = |list: Option<At<'d, 's>>| list.is_some_and(|list| list.get("storage").is_some());
                if !has(max) && !has(min) {
                    errors.required(limit, "max", "a claim is limited by `max` or `min` of `storage`");
                }
            }
            _ => {}
        }
        if matches!(at::text(ty), Some("Pod" | "Container")) {
            for entry in [max, min, default, request, ratio].into_iter().flatten().flat_map(At::entries) {
                resources::check_name(entry, resources::container_resource, errors);
            }
        }
        let pairs = [
            (min, max, "is more than `max`"),
            (request, max, "is more than `max`"),
            (request, default, "is more than `default`"),
            (default, max, "is more than `max`"),
        ];
        for (small, large, why) in pairs {
            compare(small, large, why, false, errors);
        }
        for (small, large, why) in [(min, request, "is less than `min`"), (min, default, "is less than `min`")] {
            compare(small, large, why, true, errors);
        }
        for entry in ratio.into_iter().flat_map(At::entries) {
            if entry.quantity().is_some_and(|ratio| ratio.millis() < 1000) {
                errors.invalid(entry, "must be 1 or more");
            }
        }
    }
}

/// `validateLimitRangeTypeName`.
fn limit_type(text: &str) -> format::Check {
    format::name(NameRule::QualifiedName)(text)?;
    if text.contains('/') || matches!(text, "Pod" | "Container" | "PersistentVolumeClaim") {
        return Ok(());
    }
    Err("must be `Pod`, `Container` or `PersistentVolumeClaim`".to_owned())
}

/// What is to be small beside what is to be large; the large one is named where `later`.
fn compare<'d, 's>(
    small: Option<At<'d, 's>>,
    large: Option<At<'d, 's>>,
    why: &'static str,
    later: bool,
    errors: &mut Errors<'d, 's>,
) {
    let large = large.map(At::by_name).unwrap_or_default();
    for entry in small.into_iter().flat_map(At::entries) {
        let Some(other) = large.get(entry.name()).copied() else { continue };
        let quantities: (Option<Quantity>, Option<Quantity>) = (entry.quantity(), other.quantity());
        if matches!(quantities, (Some(a), Some(b)) if a > b) {
            let (named, beside) = if later { (other, entry) } else { (entry, other) };
            errors.invalid_beside(named, why, Some(beside), "beside this");
        }
    }
}

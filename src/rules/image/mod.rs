//! Images: where they come from, and whether they stay the same.

mod image_digest;
mod image_pull_policy;
mod image_registry;
mod image_volume_tag;
mod malformed_image;
mod mutable_image_tag;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &mutable_image_tag::RULE,
    &image_digest::RULE,
    &image_registry::RULE,
    &image_pull_policy::RULE,
    &malformed_image::RULE,
    &image_volume_tag::RULE,
];

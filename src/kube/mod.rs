//! What Kubernetes means: versions, names, quantities, images, schedules, networks, and the fields of its objects.

pub mod cron;
pub mod fields;
pub mod image;
pub mod names;
pub mod network;
pub mod object;
pub mod pod;
pub mod policy;
pub mod quantity;
pub mod rbac;
pub mod schema;
pub mod secret;
pub mod version;

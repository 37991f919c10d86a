//! What Kubernetes means: versions, names, quantities, images, schedules, networks, and the fields of its objects.

pub mod cron;
pub mod duration;
pub mod fields;
pub mod go_text;
pub mod host_path;
pub mod image;
pub mod json;
pub mod kind;
pub mod names;
pub mod network;
pub mod network_policy;
pub mod object;
pub mod pod;
pub mod pod_security;
pub mod quantity;
pub mod rbac;
pub mod resources;
pub mod schema;
pub mod secret;
pub mod source;
pub mod table;
pub mod time_zone;
pub mod validation;
pub mod verify;
pub mod version;

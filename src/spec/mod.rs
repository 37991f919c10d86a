//! The spec: what a user writes in `tightship.yaml`.

pub mod api_server;
pub mod app;
pub mod container;
pub mod exception;
pub mod level;
mod load;
pub mod network;
pub mod relaxation;
pub mod secret;
pub mod space;
mod specs;
pub mod storage;
pub mod validate;
pub mod values;
pub mod wiring;
pub mod workload;

pub use api_server::ApiServer;
pub use app::App;
pub use load::{KINDS, load};
pub use space::Space;
pub use specs::Specs;

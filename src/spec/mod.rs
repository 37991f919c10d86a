//! The spec: what a user writes in `tightship.yaml`.

pub mod api_server;
pub mod app;
pub mod container;
pub mod defaults;
mod elsewhere;
pub mod env;
pub mod exception;
pub mod leaves;
pub mod level;
mod load;
pub mod network;
pub mod placement;
pub mod port;
pub mod probe;
pub mod relaxation;
pub mod scale;
pub mod secret;
pub mod space;
mod specs;
pub mod storage;
pub mod validate;
pub mod values;
pub mod volume;
pub mod wiring;
pub mod workload;

pub use api_server::ApiServer;
pub use app::App;
pub use defaults::Defaults;
pub use load::{KINDS, is_defaults, load};
pub use space::Space;
pub use specs::Specs;

/// The first words of each file that is made of a spec, and has comments.
pub const HEADER: &str = "# Made by tightship from ";

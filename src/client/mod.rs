//! The native client: what labs see and change of a cluster. Callers are synchronous; the runtime is inside.

pub mod api;
pub mod apply;
mod connect;
mod credentials;
pub mod kinds;
pub mod kubeconfig;
mod live;
mod node;
mod program;
pub mod server;
pub mod url;
mod warnings;

pub use api::{Api, ApiError, Ended, Exec, ExecReply, Identity, Method, Request, Response};
pub use live::Client;

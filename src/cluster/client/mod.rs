//! The native client: what labs see and change of a cluster. Callers are synchronous; the runtime is inside.

pub mod api;
pub mod kinds;

pub use api::{Api, ApiError, Ended, Exec, ExecReply, Identity, Method, Request, Response};

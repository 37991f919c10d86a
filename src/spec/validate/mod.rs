//! Checks across fields and across apps. What a single text may be is decided where it is read, in `values`.

mod api;
mod api_server;
mod app;
mod exceptions;
mod flags;
mod mounts;
mod network;
mod set;
mod site;

use super::{App, Specs};
use crate::decode::Decoder;

pub use api_server::CONFLICTS;
pub use app::{MAIN, find_port};
pub use exceptions::today;
pub use flags::{all as extra_flags, is_weak, key_of, left_out, may_leave_out};
pub use network::{METADATA, public_ranges};

/// Checks everything that was read.
pub fn check(specs: &Specs, today: jiff::civil::Date, decoder: &mut Decoder<'_>) {
    for app in &specs.apps {
        one(app, decoder);
        for environment in app.environments.values() {
            one(&app.in_environment(environment), decoder);
        }
        app::environments(app, decoder);
        exceptions::check(app, today, decoder);
    }
    for server in &specs.api_servers {
        api_server::check(server, today, decoder);
    }
    set::check(specs, decoder);
}

fn one(app: &App, decoder: &mut Decoder<'_>) {
    app::check(app, decoder);
    mounts::check(app, decoder);
    network::check(app, decoder);
    api::check(app, decoder);
}

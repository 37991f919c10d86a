//! What several parts of an app ask.

use crate::generate::view::PortView;
use crate::spec::App;
use crate::spec::container::Port;
use crate::spec::exception::Rule;

pub(super) fn excepted(app: &App, rule: Rule) -> bool {
    app.exceptions.iter().any(|exception| exception.rule.value == rule)
}

pub(super) fn port_view(port: &Port) -> PortView {
    PortView {
        name: port.name.to_string(),
        port: port.port.0,
        service: port.service_port().unwrap_or(0),
        protocol: port.protocol.as_str(),
    }
}

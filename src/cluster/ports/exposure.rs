//! From where a port can be reached.

use std::net::IpAddr;

/// From where a port can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// From nowhere: nothing should listen.
    Nowhere,
    /// From the node itself.
    Node,
    /// From wherever one of its addresses is reached.
    Address,
    /// From everywhere, on all addresses.
    Everywhere,
}

impl Exposure {
    pub(super) fn of(address: IpAddr) -> Self {
        if address.is_unspecified() {
            Self::Everywhere
        } else if address.to_canonical().is_loopback() {
            Self::Node
        } else {
            Self::Address
        }
    }
}

//! What reaches what: network policies, services, ingresses and gateways.

mod allow_all;
mod any_host;
mod any_namespace;
mod default_deny;
mod dns;
mod external_ips;
mod ignored_rules;
mod isolation;
mod load_balancer;
mod missing_backend;
mod near;
mod node_port;
mod open_gateway;
mod or_peers;
mod retired_ingress_nginx;
mod route_tls;
mod selects_nothing;
mod service_selects_nothing;
mod traffic_policy;
mod unselected_pods;

use super::rule::Rule;

pub(super) const RULES: &[&Rule] = &[
    &unselected_pods::RULE,
    &default_deny::RULE,
    &allow_all::RULE,
    &any_namespace::RULE,
    &or_peers::RULE,
    &ignored_rules::RULE,
    &selects_nothing::RULE,
    &dns::RULE,
    &node_port::RULE,
    &external_ips::RULE,
    &load_balancer::RULE,
    &traffic_policy::RULE,
    &service_selects_nothing::RULE,
    &route_tls::RULE,
    &any_host::RULE,
    &open_gateway::RULE,
    &retired_ingress_nginx::RULE,
    &missing_backend::RULE,
];

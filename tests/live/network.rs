//! Who reaches whom. A refusal only counts beside the proof that the same client can reach what it may.

use libtest_mimic::Failed;

use crate::Test;
use crate::kubectl::{Live, ensure, eventually};
use crate::spec::Room;

pub const TESTS: &[Test] = &[("network::only_who_is_listed", only_who_is_listed)];

fn fetch(live: &Live, room: &Room<'_>, client: &str, url: &str) -> bool {
    let script = format!("timeout 3 wget -qO- {url}");
    live.exec(&room.name, &format!("deployment/{client}"), "app", &script).ok
}

fn only_who_is_listed(live: &Live) -> Result<(), Failed> {
    let room = Room::new(live, "network", "")?;
    let one = "replicas: 1\n";
    room.apply(&[
        room.web("web", &format!("{one}network: {{from: [{{app: client}}]}}")),
        room.web("open", &format!("{one}network: {{from: [{{app: stranger}}]}}")),
        room.web("client", &format!("{one}network: {{to: [{{app: web, port: 8080}}]}}")),
        // lets itself out to both, but `web` does not list it
        room.web("stranger", &format!("{one}network: {{to: [{{app: web, port: 8080}}, {{app: open, port: 8080}}]}}")),
    ])?;
    for app in ["web", "open", "client", "stranger"] {
        live.wait_for_rollout(&room.name, &format!("deployment/{app}"))?;
    }
    eventually("the listed peer reaches the service by its name", || Ok(fetch(live, &room, "client", "http://web/")))?;
    eventually("the other peer reaches what lists it", || Ok(fetch(live, &room, "stranger", "http://open/")))?;
    ensure(!fetch(live, &room, "stranger", "http://web/"), || "a peer that is not listed came in".to_owned())?;
    ensure(!fetch(live, &room, "client", "http://open/"), || "a call that is not listed went out".to_owned())?;
    // DNS answers for names within and without the cluster's own domain
    let output =
        live.exec(&room.name, "deployment/client", "app", "timeout 5 nslookup kubernetes.default.svc.cluster.local");
    ensure(output.ok, || format!("DNS does not work: {}{}", output.stdout, output.stderr))?;
    // an address outside the cluster: the node itself, whose API server answers everybody else
    let node = live.ok(&["get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"])?;
    let reached = live.exec(&room.name, "deployment/client", "app", &format!("timeout 3 nc {node} 6443 </dev/null"));
    ensure(!reached.ok, || "an address that is not listed was reached".to_owned())
}

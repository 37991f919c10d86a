//! Any kubeconfig is read; what is taken from one reads back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tightship::internals::client::kubeconfig::Access;

fuzz_target!(|text: &str| {
    let Ok(access) = Access::read("kubeconfig", text) else { return };
    let written = access.kubeconfig("lab", "shop");
    assert_eq!(Access::read("written", &written).unwrap(), access, "{written}");
});

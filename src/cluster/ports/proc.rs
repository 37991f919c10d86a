//! Reading what the kernel says of a node's sockets.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Listener;

/// Prints the sockets of a node, and whose they are. It starts two programs and no more: a node has hundreds of processes.
pub const SCRIPT: &str =
    "cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; ls -l /proc/[0-9]*/exe /proc/[0-9]*/fd 2>/dev/null; :";

/// The state of a socket that listens.
const LISTEN: &str = "0A";

/// Reads what the script printed; the ports by number, each program of a port with its addresses.
pub fn listening(text: &str) -> Vec<Listener> {
    let sockets: Vec<(&str, IpAddr, u16)> = text.lines().filter_map(socket).collect();
    let owners = owners(text);
    let mut found: BTreeMap<(u16, Option<&str>), Vec<IpAddr>> = BTreeMap::new();
    for (inode, address, port) in sockets {
        found.entry((port, owners.get(inode).copied())).or_default().push(address);
    }
    let found = found.into_iter().map(|((port, program), mut addresses)| {
        addresses.sort_unstable();
        addresses.dedup();
        Listener { port, program: program.map(str::to_owned), addresses }
    });
    found.collect()
}

/// A line of `/proc/net/tcp` or `tcp6` about a socket that listens: its inode, address and port.
fn socket(line: &str) -> Option<(&str, IpAddr, u16)> {
    let mut words = line.split_whitespace();
    words.next()?.strip_suffix(':')?.parse::<u32>().ok()?;
    let (address, port) = words.next()?.split_once(':')?;
    words.next()?;
    if words.next()? != LISTEN {
        return None;
    }
    Some((words.nth(5)?, ip(address)?, u16::from_str_radix(port, 16).ok()?))
}

/// An address as the kernel writes it: in words of the machine's own order.
fn ip(hex: &str) -> Option<IpAddr> {
    let bytes: Vec<u8> = (0..hex.len() / 8)
        .map(|word| u32::from_str_radix(hex.get(word * 8..word * 8 + 8)?, 16).ok().map(u32::to_le_bytes))
        .collect::<Option<Vec<_>>>()?
        .concat();
    let four = <[u8; 4]>::try_from(bytes.as_slice()).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    let sixteen = <[u8; 16]>::try_from(bytes.as_slice()).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)));
    four.or(sixteen).ok()
}

/// The programs by the inodes of their sockets.
fn owners(text: &str) -> BTreeMap<&str, &str> {
    let mut programs: BTreeMap<&str, &str> = BTreeMap::new();
    let mut owners = BTreeMap::new();
    let mut process = None;
    for line in text.lines() {
        if let Some(folder) = line.strip_suffix("/fd:") {
            process = folder.strip_prefix("/proc/");
        } else if let Some((link, target)) = line.rsplit_once(" -> ") {
            let path = link.rsplit(' ').next().unwrap_or_default();
            if let Some(process) = path.strip_prefix("/proc/").and_then(|path| path.strip_suffix("/exe")) {
                programs.insert(process, target.rsplit('/').next().unwrap_or(target));
            } else if let Some(inode) = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']')) {
                owners.extend(process.and_then(|process| programs.get(process)).map(|program| (inode, *program)));
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{ip, listening};

    const TEXT: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 020012AC:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 716132 2 0 100 0 0 10 0
   1: 0100007F:094B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 716130 2 0 100 0 0 10 0
   2: 0B00007F:8C8D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 712167 1 0 100 0 0 10 0
   3: 0100007F:C350 0100007F:094B 01 00000000:00000000 00:00000000 00000000     0        0 999 2 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 00000000000000000000000000000000:192B 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 716095 2 0 100 0 0 10 0
lrwxrwxrwx 1 root root 0 Nov 24 11:22 /proc/529/exe -> /usr/local/bin/kube-apiserver
lrwxrwxrwx 1 root root 0 Nov 24 11:22 /proc/547/exe -> /usr/local/bin/etcd

/proc/529/fd:
total 0
lr-x------ 1 root root 64 Nov 24 11:21 0 -> /dev/null
lrwx------ 1 root root 64 Nov 24 11:21 7 -> socket:[716095]

/proc/547/fd:
total 0
lrwx------ 1 root root 64 Nov 24 11:21 7 -> socket:[716130]
lrwx------ 1 root root 64 Nov 24 11:21 8 -> socket:[716132]
";

    #[test]
    fn ports_are_read_with_their_programs() {
        let found = listening(TEXT);
        let found: Vec<String> = found
            .iter()
            .map(|it| format!("{} {} {:?}", it.port, it.program.as_deref().unwrap_or("-"), it.addresses))
            .collect();
        assert_eq!(found, ["2379 etcd [127.0.0.1, 172.18.0.2]", "6443 kube-apiserver [::]", "35981 - [127.0.0.11]"]);
    }

    #[test]
    fn addresses_are_read_in_the_order_of_the_machine() {
        assert_eq!(ip("0100007F"), "127.0.0.1".parse().ok());
        assert_eq!(ip("00000000000000000000000001000000"), "::1".parse().ok());
        assert_eq!(ip("0000000000000000FFFF00000100007F"), "::ffff:127.0.0.1".parse::<IpAddr>().ok());
        for broken in ["", "01", "0100007F0100007F", "0100007G", "日本語日本"] {
            assert_eq!(ip(broken), None, "{broken}");
        }
    }
}

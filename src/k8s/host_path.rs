//! Folders of a node, and what they hold.

/// Folders that are sensitive with all that is in them, and what they hold.
const TREES: [(&str, &str); 18] = [
    ("/etc", "the configuration and the keys of the node"),
    ("/root", "the home of root"),
    ("/home", "the homes of people, with their keys"),
    ("/boot", "the kernel of the node"),
    ("/dev", "the devices of the node"),
    ("/proc", "the processes and the settings of the kernel"),
    ("/sys", "the settings of the kernel"),
    ("/usr", "the programs of the node"),
    ("/bin", "the programs of the node"),
    ("/sbin", "the programs of the node"),
    ("/lib", "the libraries and modules of the node"),
    ("/lib64", "the libraries of the node"),
    ("/var/lib/kubelet", "the credentials of the node and the Secrets of its pods"),
    ("/var/lib/etcd", "the whole state of the cluster"),
    ("/var/lib/docker", "the file systems of all containers"),
    ("/var/lib/containerd", "the file systems of all containers"),
    ("/var/lib/containers", "the file systems of all containers"),
    ("/var/spool/cron", "what the node runs by the clock"),
];

/// Folders that are sensitive as a whole, whereas folders in them need not be.
const FOLDERS: [(&str, &str); 6] = [
    ("/", "everything on the node"),
    ("/var", "the state of kubelet and container runtime"),
    ("/var/lib", "the state of kubelet and container runtime"),
    ("/var/log", "logs, through whose links the kubelet reads any file"),
    ("/run", "the sockets of the node, that of the container runtime among them"),
    ("/var/run", "the sockets of the node, that of the container runtime among them"),
];

/// What a folder of the node holds, if it is one that decides about the node.
pub fn holds(path: &str) -> Option<&'static str> {
    let tree = TREES.iter().find(|(folder, _)| is_below(path, folder));
    tree.or_else(|| FOLDERS.iter().find(|(folder, _)| same(path, folder))).map(|(_, what)| *what)
}

/// The names between the slashes of a path, `.` and empty ones left out, as the kernel reads it.
pub fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

/// Whether two paths are the same.
pub fn same(path: &str, other: &str) -> bool {
    parts(path).eq(parts(other))
}

/// Whether a path is another, or lies below it.
pub fn is_below(path: &str, folder: &str) -> bool {
    let mut inner = parts(path);
    parts(folder).all(|part| inner.next() == Some(part))
}

//! Makes cargo notice new and changed files that are embedded: `include_dir!` alone does not (on stable Rust it cannot).

fn main() {
    for folder in ["templates", "labs", "data"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}

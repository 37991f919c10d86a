//! From a plan of files to the disk.

pub mod comments;
pub mod key_file;
pub mod lock;
pub mod plan;
pub mod writer;

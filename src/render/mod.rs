//! From a plan of files to the disk.

pub mod around;
pub mod comments;
mod error;
pub mod key_file;
pub mod lock;
mod merge;
pub mod plan;
mod scratch;
pub mod writer;

//! Files that somebody else may have made: data of a bounded size, which nobody waits for, and which stay where they are.
//!
//! What a user names may be a pipe, a link or as large as they like: that is for [`read_named`]. All else that is found is for
//! [`read_regular`], or for [`Root`] where a link must not lead out of a folder. Before something is more than data,
//! [`own_file`] asks whose it is.

mod error;
mod owner;
mod read;
mod root;

pub use error::FileError;
pub use owner::{OwnerError, SAFE, own_file, own_folder, stranger_of};
pub use read::{LIMIT, read_found, read_named, read_regular, read_text, read_unlinked, text};
pub use root::Root;

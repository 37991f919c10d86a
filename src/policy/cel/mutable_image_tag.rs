//! `mutable-image-tag`. What cannot be read as an image is refused as well.

use super::variables::{CONTAINERS, IMAGES, POD};
use super::{Cel, malformed_image};

pub(super) const CEL: Cel = Cel {
    rule: "mutable-image-tag",
    reads: &[POD, CONTAINERS, IMAGES],
    broken: |_| {
        let malformed = malformed_image::condition();
        format!(
            "\
variables.images.filter(i, !i.image.contains('@') && (!i.image.matches('^(.*/)?[^/:]*:[^/]*$')
    || i.image.matches('^(.*/)?[^/:]*:latest$'))
  || {malformed})
.map(i, 'image ' + i.image + ' of container ' + i.container)"
        )
    },
};

//! `image-digest`

use super::Cel;
use super::variables::{CONTAINERS, IMAGES, POD};

pub(super) const CEL: Cel = Cel {
    rule: "image-digest",
    reads: &[POD, CONTAINERS, IMAGES],
    broken: |_| {
        "\
variables.images.filter(i, !i.image.contains('@'))
.map(i, 'image ' + i.image + ' of container ' + i.container)"
            .to_owned()
    },
};

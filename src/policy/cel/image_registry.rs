//! `image-registry`. What cannot be read as an image is refused as well: it comes from nowhere on the list.

use super::variables::{CONTAINERS, IMAGES, POD};
use super::{Cel, list, malformed_image};

pub(super) const CEL: Cel = Cel {
    rule: "image-registry",
    reads: &[POD, CONTAINERS, IMAGES],
    broken: |settings| {
        let registries = list(settings.registries.iter().map(|registry| registry.trim_end_matches('/')));
        let malformed = malformed_image::condition();
        format!(
            "\
variables.images.filter(i, !{registries}
    .exists(r, i.name == r || i.name.startsWith(r + '/'))
  || {malformed})
.map(i, 'image ' + i.image + ' of container ' + i.container)"
        )
    },
};

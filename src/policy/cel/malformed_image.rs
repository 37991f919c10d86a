//! `malformed-image`: the grammar of [`crate::k8s::image`] as an expression.

use std::sync::LazyLock;

use super::Cel;
use super::variables::{CONTAINERS, IMAGES, POD};

pub(super) const CEL: Cel = Cel {
    rule: "malformed-image",
    reads: &[POD, CONTAINERS, IMAGES],
    broken: |_| {
        format!(
            "\
variables.images.filter(i, {})
.map(i, 'image ' + i.image + ' of container ' + i.container)",
            condition()
        )
    },
};

static REFERENCE: LazyLock<String> = LazyLock::new(|| {
    let label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
    // other hosts look like the first part of a repository, and need no more than that
    let host = format!(
        r"(?:{label}(?:\.{label})+(?::[0-9]+)?|{label}:[0-9]+|\[[0-9a-fA-F:]*:[0-9a-fA-F:]*\]|\[[0-9a-fA-F:]+\]:[0-9]+)"
    );
    let part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*";
    let tag = r":[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}";
    let digest = "@(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})";
    format!("^(?:{host}/)?{part}(?:/{part})*(?:{tag})?(?:{digest})?$")
});

/// What looks like a reference, but is the id of an image.
const ID: &str = "^[0-9a-f]{64}$";

/// Whether the image `i` is none.
pub(super) fn condition() -> String {
    // the part after the registry may not be longer than that
    format!(
        "!i.image.matches(r'{}')\n  || i.image.matches('{ID}') || size(i.name) - i.name.indexOf('/') > 256",
        *REFERENCE
    )
}

#[cfg(all(test, feature = "cluster"))]
#[expect(clippy::expect_used, reason = "a test may fail")]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use regex::Regex;

    use super::{ID, REFERENCE};
    use crate::k8s::image::ImageRef;

    static EXPRESSIONS: LazyLock<[Regex; 2]> =
        LazyLock::new(|| [&*REFERENCE, ID].map(|expression| Regex::new(expression).expect("an expression")));

    fn is_reference(text: &str) -> bool {
        let [reference, id] = &*EXPRESSIONS;
        reference.is_match(text) && !id.is_match(text)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn the_expression_is_the_grammar(text in r"([a-c]|[.:/@_-]|__|A|9|localhost|\[|\]|\[::1\]|sha256|:80|\$|ä| ){1,12}") {
            prop_assert_eq!(is_reference(&text), ImageRef::parse(&text).is_ok(), "{}", text);
        }

        #[test]
        fn digests_have_their_length(kind in "sha(256|384|512|1)", digits in "[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128}|[0-9a-g]{63,65}") {
            for text in [format!("a/b:1@{kind}:{digits}"), format!("a@{kind}:{digits}"), digits.clone()] {
                prop_assert_eq!(is_reference(&text), ImageRef::parse(&text).is_ok(), "{}", text);
            }
        }
    }

    #[test]
    fn tags_end() {
        for length in [1, 128, 129] {
            let text = format!("a:{}", "b".repeat(length));
            assert_eq!(is_reference(&text), length <= 128);
            assert_eq!(ImageRef::parse(&text).is_ok(), length <= 128);
        }
    }
}

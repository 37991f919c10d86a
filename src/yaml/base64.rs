//! Base64 as Go's `base64.StdEncoding` decodes it, which go-yaml's `!!binary` and the API server use.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// Padding is required, and bits beyond the last byte are not looked at.
const GO: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The bytes that a text stands for. Go skips line breaks, and no other space.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    GO.decode(text.replace(['\r', '\n'], "")).ok()
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn what_go_decodes_is_decoded() {
        let cases = [
            ("", ""),
            ("\n", ""),
            ("YQ==", "a"),
            ("YR==", "a"),
            ("YWI=", "ab"),
            ("YWJj", "abc"),
            ("YW\r\nJj\n", "abc"),
            ("YQ=\n=", "a"),
            ("fn5+", "~~~"),
            ("Pz8/", "???"),
        ];
        for (text, bytes) in cases {
            assert_eq!(decode(text).as_deref(), Some(bytes.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in [
            "=", "====", "Y", "YQ", "YQ=", "YWI", "Y===", "YQ===", "YWJj=", "=YWJ", "YWJj ", "YW\tJj", "ä", "YQ==YQ==",
            "fn5-",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}

//! Paths and queries, with what has a meaning in them encoded.

use std::fmt::Write as _;

/// A part of a path: all but what a part may have as it is. RFC 3986, section 3.3.
pub fn segment(text: &str) -> String {
    encode(text, b"-._~:@!$&'()*+,;=")
}

/// A path with a query.
pub fn query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (number, (key, value)) in pairs.iter().enumerate() {
        url.push(if number == 0 { '?' } else { '&' });
        url.push_str(&encode(key, b"-._~"));
        url.push('=');
        url.push_str(&encode(value, b"-._~"));
    }
    url
}

fn encode(text: &str, plain: &[u8]) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || plain.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // writing to a String does not fail
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{query, segment};

    #[test]
    fn a_selector_survives_the_query() {
        let selector = [("labelSelector", "app in (a, b),x!=ü"), ("limit", "5")];
        let url = query("/api/v1/pods", &selector);
        assert_eq!(url, "/api/v1/pods?labelSelector=app%20in%20%28a%2C%20b%29%2Cx%21%3D%C3%BC&limit=5");
        assert_eq!(query("/version", &[]), "/version");
    }

    #[test]
    fn a_name_is_one_part_of_a_path_whatever_it_has() {
        assert_eq!(segment("system:node"), "system:node");
        assert_eq!(segment("../secrets?x#y"), "..%2Fsecrets%3Fx%23y");
        assert_eq!(segment("a b%2F"), "a%20b%252F");
    }
}

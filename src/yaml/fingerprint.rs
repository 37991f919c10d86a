//! What tells a text from most others without a look at all of it.

/// The length of a text and three of its bytes: the first, the last, and that in the middle. Texts with different ones differ.
/// The fields of one type hardly ever have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u32);

/// Lengths are bytes; longer ones count as this.
const MAX_LENGTH: usize = 0xFF;

impl Fingerprint {
    /// That of a text that has to be made first. No text has it, as no byte of UTF-8 is 0xFF.
    pub(super) const UNKNOWN: Self = Self(u32::MAX);
    const EMPTY: Self = Self(0);

    /// That of a text.
    #[inline]
    #[must_use]
    pub const fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the places are those of a text that is not empty")]
    #[expect(clippy::cast_possible_truncation, reason = "the length is cut before")]
    pub(super) const fn of_bytes(bytes: &[u8]) -> Self {
        let count = bytes.len();
        if count == 0 {
            return Self::EMPTY;
        }
        let length = if count < MAX_LENGTH { count } else { MAX_LENGTH };
        Self(u32::from_be_bytes([length as u8, bytes[0], bytes[count / 2], bytes[count - 1]]))
    }

    /// The fingerprint as a number whose bits are mixed, for a table of so many bits.
    #[inline]
    #[must_use]
    pub const fn hash(self, bits: u32) -> u32 {
        self.0.wrapping_mul(0x9e37_79b1) >> (u32::BITS - bits)
    }

    /// The length of the text, if it is below 255.
    pub(super) const fn length(self) -> usize {
        (self.0 >> 24) as usize
    }

    /// The first byte of the text; 0 of an empty one.
    pub(super) const fn first(self) -> u8 {
        self.0.to_be_bytes()[1]
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;

    #[test]
    fn texts_of_other_lengths_or_letters_have_others() {
        let texts = ["", "a", "aa", "aaa", "aba", "aab", "name", "names", "\u{10ffff}"];
        for (at, one) in texts.iter().enumerate() {
            assert_ne!(Fingerprint::of(one), Fingerprint::UNKNOWN);
            for (other_at, other) in texts.iter().enumerate() {
                assert_eq!(Fingerprint::of(one) == Fingerprint::of(other), at == other_at, "{one} {other}");
            }
        }
        assert_eq!(Fingerprint::of(&"a".repeat(1000)), Fingerprint::of(&"a".repeat(300)));
        assert_eq!((Fingerprint::of("name").length(), Fingerprint::of("name").first()), (4, b'n'));
    }
}

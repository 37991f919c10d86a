//! The frame of printed pages: one file, no script, no request.

use super::super::board::policy_hash;
use crate::diagnostic::text::escaped;

/// A page with a style of ours and a body that is safe to show.
pub(super) fn document(title: &str, style: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}</title>\n<style>{style}</style></head>\n<body>\n{body}</body></html>\n",
        policy_hash(style),
        escaped(title)
    )
}

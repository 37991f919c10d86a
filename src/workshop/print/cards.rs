//! Cards to hand out: ten on a sheet of A4, each with a pseudonym, a code for one use, and the command that takes it.

use std::fmt::Write as _;

use fast_qr::ECL;
use fast_qr::qr::QRBuilder;

use super::page::document;
use crate::diagnostic::text::escaped;

const STYLE: &str = include_str!("cards.css");
/// Two wide, five high.
const SHEET: usize = 10;
/// White around a code, in its squares: readers need four.
const QUIET: usize = 4;

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub name: String,
    pub seat: u32,
    /// The URL of the API server.
    pub server: String,
    /// For one use.
    pub code: String,
}

/// What all cards have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deck {
    pub title: String,
    /// A line at the foot, such as the name of the network.
    pub note: String,
    pub cards: Vec<Card>,
}

impl Card {
    /// What an attendee types.
    pub fn command(&self) -> String {
        format!("tightship workshop join {} {}", self.server, self.code)
    }
}

impl Deck {
    /// The sheets as one page.
    pub fn html(&self) -> Result<String, String> {
        let mut body = String::from("<main>\n<h1>Cards</h1>\n");
        for sheet in self.cards.chunks(SHEET) {
            body += "<section class=\"sheet\">\n";
            for card in sheet {
                self.card(card, &mut body)?;
            }
            body += "</section>\n";
        }
        let title = if self.title.is_empty() { "Workshop" } else { &self.title };
        Ok(document(&format!("{title}: cards"), STYLE, &(body + "</main>\n")))
    }

    fn card(&self, card: &Card, out: &mut String) -> Result<(), String> {
        let command = card.command();
        let title = if self.title.is_empty() { "Workshop" } else { &self.title };
        // writing to a string cannot fail
        let _ = write!(
            out,
            "<article class=\"card\"><div class=\"words\"><p class=\"title\">{}</p><p class=\"name\">{}</p><p>Seat {}</p>\
             <p class=\"code\">{}</p><p class=\"what\">Once, on your machine:</p><p class=\"command\">{}</p>",
            escaped(title),
            escaped(&card.name),
            card.seat,
            escaped(&card.code),
            breakable(&command),
        );
        if !self.note.is_empty() {
            let _ = write!(out, "<p class=\"foot\">{}</p>", escaped(&self.note));
        }
        let _ = writeln!(out, "</div>{}</article>", qr(&command)?);
        Ok(())
    }
}

/// A command that may go on in the next line after a slash or a hyphen.
fn breakable(command: &str) -> String {
    escaped(command).replace('/', "/<wbr>").replace('-', "-<wbr>")
}

/// A text as a QR code: a picture of squares.
pub fn qr(text: &str) -> Result<String, String> {
    let code = QRBuilder::new(text).ecl(ECL::M).build();
    let code = code.map_err(|_| format!("{} characters are too long for a QR code", text.len()))?;
    let mut path = String::new();
    for (y, row) in code.data.chunks(code.size.max(1)).take(code.size).enumerate() {
        let mut dark = row.iter().enumerate().filter(|(_, module)| module.value()).map(|(x, _)| x).peekable();
        while let Some(from) = dark.next() {
            let mut to = from;
            while dark.next_if_eq(&(to + 1)).is_some() {
                to += 1;
            }
            let width = to + 1 - from;
            let _ = write!(path, "M{} {}h{width}v1h-{width}z", from + QUIET, y + QUIET);
        }
    }
    let side = code.size + 2 * QUIET;
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"the same command as a QR code\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Card, Deck, qr};

    /// The squares of a code as a picture, eight pixels for each.
    fn read(svg: &str) -> String {
        let side: usize = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let mut dark = vec![false; side * side];
        let path = svg.split("<path d=\"").nth(1).unwrap().split('"').next().unwrap();
        for run in path.split('M').skip(1) {
            let (at, rest) = run.split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let width: usize = rest.split('v').next().unwrap().parse().unwrap();
            dark[y * side + x..y * side + x + width].fill(true);
        }
        let pixel = |x: usize, y: usize| if dark[y / 8 * side + x / 8] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 8, side * 8, pixel);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    fn deck(count: u32) -> Deck {
        let card = |seat| Card {
            name: format!("otter-{seat}"),
            seat,
            server: "https://workshop.example.com:6443".to_owned(),
            code: format!("K7Q2-9M4T-{seat:04}-8F3K-2M9Q-X7TB-ABCD"),
        };
        Deck {
            title: "Harden <it>".to_owned(),
            note: "Wi-Fi: guests".to_owned(),
            cards: (1..=count).map(card).collect(),
        }
    }

    #[test]
    fn codes_say_the_command() {
        let deck = deck(21);
        for card in &deck.cards {
            let command = card.command();
            assert_eq!(read(&qr(&command).unwrap()), command);
        }
        assert_eq!(read(&qr("x").unwrap()), "x");
        assert!(qr(&"x".repeat(3000)).unwrap_err().contains("too long"));
    }

    #[test]
    fn ten_cards_are_a_sheet() {
        let page = deck(21).html().unwrap();
        let sheets: Vec<usize> =
            page.split("<section class=\"sheet\">").skip(1).map(|sheet| sheet.matches("<article").count()).collect();
        assert_eq!(sheets, [10, 10, 1]);
        assert!(page.contains("<title>Harden &lt;it&gt;: cards</title>") && !page.contains("<it>"));
        assert!(page.contains("size:A4") && !page.contains("<script") && !page.contains("style=\""));
        for name in ["src=", "href=", "url(", "@import"] {
            assert!(!page.contains(name), "{name}");
        }
    }
}

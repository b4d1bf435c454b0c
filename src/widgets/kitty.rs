//! A picture in the graphics protocol of kitty: sent whole and put where the cursor stands.
//!
//! It is placed directly, not by the newer placeholder characters: every terminal with this
//! protocol knows direct placement, while one that does not know placeholders shows nothing at
//! all. What is placed so lies beside the text and does not leave with it; whoever takes it away
//! wipes the screen and writes [`REMOVE_ALL`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat};
use ratatui::layout::Size;
use std::io::Cursor;

/// How every command of the protocol begins.
pub const BEGIN: &str = "\u{1b}_G";
/// Takes every picture off the screen and out of the terminal's memory, without an answer.
pub const REMOVE_ALL: &str = "\u{1b}_Ga=d,d=A,q=2\u{1b}\\";

/// The most characters of one piece.
const PIECE: usize = 4096;

/// The commands that show a picture in this many cells, from the cursor to the right and down,
/// the cursor staying. They ask for no answer, which would arrive among the keys. `None` if the
/// picture cannot be written as PNG.
pub fn placed(image: &DynamicImage, size: Size, id: u32) -> Option<String> {
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).ok()?;
    let data = STANDARD.encode(png.into_inner());
    let Size { width, height } = size;
    let mut rest = data.as_str();
    let mut commands = String::with_capacity(data.len() + data.len() / PIECE * 16 + 128);
    // Above the text: below it, kitty 0.26 leaves old letters under new ones in the whole window.
    let mut keys = format!("a=T,f=100,q=2,i={id},p=1,c={width},r={height},C=1,");
    loop {
        let (piece, after) = rest.split_at(rest.len().min(PIECE));
        let more = u8::from(!after.is_empty());
        commands.push_str(&format!("{BEGIN}{keys}m={more};{piece}\u{1b}\\"));
        if after.is_empty() {
            return Some(commands);
        }
        rest = after;
        "q=2,".clone_into(&mut keys);
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, placed};
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use image::{DynamicImage, Rgb, RgbImage};
    use ratatui::layout::Size;

    #[test]
    fn the_pieces_are_the_picture_and_ask_for_no_answer() {
        let noise = |x: u32, y: u32| Rgb([x * 7 + y, y * 13, x * y].map(|part| (part % 251) as u8));
        let image: DynamicImage = RgbImage::from_fn(120, 90, noise).into();
        let commands = placed(&image, Size::new(12, 5), 7).unwrap();
        let pieces: Vec<(&str, &str)> = commands
            .split_terminator("\u{1b}\\")
            .map(|one| {
                one.strip_prefix("\u{1b}_G")
                    .unwrap()
                    .split_once(';')
                    .unwrap()
            })
            .collect();
        assert!(pieces.len() > 1);
        for (at, (keys, data)) in pieces.iter().enumerate() {
            let last = at + 1 == pieces.len();
            assert!(keys.contains("q=2"), "{keys}");
            assert!(keys.ends_with(if last { "m=0" } else { "m=1" }), "{keys}");
            assert!(data.len() <= PIECE && data.len().is_multiple_of(4));
        }
        assert!(pieces[0].0.contains("i=7,p=1,c=12,r=5,C=1"));
        let data: String = pieces.iter().map(|(_, data)| *data).collect();
        let shown = image::load_from_memory(&STANDARD.decode(data).unwrap()).unwrap();
        assert_eq!(shown.to_rgb8(), image.to_rgb8());
    }
}

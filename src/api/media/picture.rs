//! Decodes pictures within limits. A header is looked at before any of its pixels.

use crate::contract::{ApiError, ErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The most pixels of a picture that is decoded: 40 megapixels.
pub const MOST_PIXELS: u64 = 40_000_000;

/// Room beside the pixels, for colour profiles and the like, in bytes.
const MORE_ROOM: u64 = 16 * 1024 * 1024;

/// Decodes a PNG, JPEG, WebP or GIF (its first frame) of at most `most_pixels`, the right way up.
/// What the file says it is does not matter, only its first bytes do. Takes time: keep it off the
/// thread that draws.
///
/// # Errors
/// Bytes that are none of these, are damaged, or announce more pixels.
pub fn decode_picture(bytes: &[u8], most_pixels: u64) -> Result<DynamicImage, ApiError> {
    let format = image::guess_format(bytes).map_err(|_| no_picture())?;
    let known = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    if !known.contains(&format) {
        return Err(no_picture());
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits(MORE_ROOM));
    let mut decoder = reader.into_decoder().map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > most_pixels {
        let size = format!("{width} × {height} pixels");
        let message = format!("The picture is too large to show: {size}.");
        return Err(ApiError::new(
            ErrorKind::Unreadable,
            message,
            "Save it, or open it with another program.",
        ));
    }
    let room = decoder.total_bytes().saturating_mul(2) + MORE_ROOM;
    decoder
        .set_limits(limits(room))
        .map_err(|error| damaged(&error))?;
    let turned = decoder.orientation();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error))?;
    if let Ok(turned) = turned {
        picture.apply_orientation(turned);
    }
    Ok(picture)
}

fn limits(room: u64) -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(room);
    limits
}

fn no_picture() -> ApiError {
    ApiError::new(
        ErrorKind::Unreadable,
        "The file is not a picture that can be shown here (PNG, JPEG, WebP or GIF).",
        "Save it, or open it with another program.",
    )
}

fn damaged(error: &ImageError) -> ApiError {
    let what = match error {
        ImageError::Limits(_) => "needs too much memory",
        ImageError::Decoding(_)
        | ImageError::Encoding(_)
        | ImageError::Parameter(_)
        | ImageError::Unsupported(_)
        | ImageError::IoError(_) => "is damaged or of an unusual kind",
    };
    ApiError::new(
        ErrorKind::Unreadable,
        format!("The picture cannot be shown: it {what}."),
        "Save it, or open it with another program.",
    )
}

#[cfg(test)]
mod tests {
    use super::{MOST_PIXELS, decode_picture};
    use image::{DynamicImage, ImageFormat};
    use proptest::prelude::*;
    use rstest::rstest;
    use std::io::Cursor;

    fn encoded(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                (sum >> 1) ^ (0xEDB8_8320 & (!(sum & 1)).wrapping_add(1))
            })
        })
    }

    /// A PNG that announces a size and holds the pixels of a small one.
    fn png_that_says(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = encoded(ImageFormat::Png, 2, 2);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let sum = crc(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&sum.to_be_bytes());
        bytes
    }

    #[rstest]
    #[case(ImageFormat::Png)]
    #[case(ImageFormat::Jpeg)]
    #[case(ImageFormat::WebP)]
    #[case(ImageFormat::Gif)]
    fn the_four_kinds_are_decoded_small_and_large(#[case] format: ImageFormat) {
        for (width, height) in [(7, 5), (2500, 2400)] {
            let picture = decode_picture(&encoded(format, width, height), MOST_PIXELS).unwrap();
            assert_eq!((picture.width(), picture.height()), (width, height));
        }
    }

    #[test]
    fn the_limit_is_on_pixels_and_comes_from_the_header() {
        let bytes = encoded(ImageFormat::Png, 100, 100);
        assert!(decode_picture(&bytes, 10_000).is_ok());
        let error = decode_picture(&bytes, 9_999).unwrap_err();
        assert_eq!(
            error.message,
            "The picture is too large to show: 100 × 100 pixels."
        );
    }

    #[rstest]
    #[case(100_000, 100_000)]
    #[case(2_000_000_000, 2_000_000_000)]
    #[case(0x7fff_ffff, 1)]
    #[case(40_000_001, 1)]
    fn an_enormous_header_is_refused_before_memory_is_taken(
        #[case] width: u32,
        #[case] height: u32,
    ) {
        let error = decode_picture(&png_that_says(width, height), MOST_PIXELS).unwrap_err();
        assert!(
            error.message.starts_with("The picture "),
            "{}",
            error.message
        );
    }

    #[rstest]
    #[case(b"<html><body>Not found</body></html>")]
    #[case(b"BM\x46\0\0\0\0\0\0\0")]
    #[case(b"%PDF-1.7")]
    #[case(b"")]
    fn other_files_are_no_pictures(#[case] bytes: &[u8]) {
        let error = decode_picture(bytes, MOST_PIXELS).unwrap_err();
        assert!(error.message.contains("not a picture"), "{}", error.message);
    }

    #[test]
    fn half_a_picture_is_damaged() {
        let bytes = encoded(ImageFormat::Png, 200, 200);
        let error = decode_picture(&bytes[..bytes.len() / 2], MOST_PIXELS).unwrap_err();
        assert!(error.message.contains("damaged"), "{}", error.message);
        assert!(decode_picture(&png_that_says(2000, 2000), MOST_PIXELS).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn spoilt_bytes_never_fall_over(
            kind in 0usize..4, place in 0usize..400, byte: u8, cut in 0usize..400,
        ) {
            let kinds = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];
            let mut bytes = encoded(kinds[kind], 9, 9);
            let place = place % bytes.len();
            bytes[place] = byte;
            bytes.truncate(bytes.len() - cut % bytes.len());
            if let Ok(picture) = decode_picture(&bytes, 1_000_000) {
                prop_assert!(u64::from(picture.width()) * u64::from(picture.height()) <= 1_000_000);
            }
        }
    }
}

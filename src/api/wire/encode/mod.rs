//! Turns what is to be sent into frozen requests: pure, the same input always gives the same bytes.
//! It checks what an address can carry, not what a message may say, and never sees the key.

mod address;
mod broadcast;
mod csv_broadcast;
mod flow;
mod template;

pub use address::EncodeError;
pub use broadcast::{BroadcastHead, DirectEntry};
pub use csv_broadcast::CsvRow;
pub use template::TemplatePayload;

use crate::domain::{BotTarget, WireOptions};
use address::BotAddress;

/// Makes the requests of one bot. Addresses are checked once, when it is made.
#[derive(Debug, Clone)]
pub struct Encoder<'a> {
    address: BotAddress,
    wire: &'a WireOptions,
}

impl<'a> Encoder<'a> {
    /// An encoder for this bot, with the wire words of its white label.
    ///
    /// # Errors
    /// A base URL with a query or fragment, and an id that cannot be a path segment.
    pub fn new(target: &BotTarget, wire: &'a WireOptions) -> Result<Self, EncodeError> {
        let address = BotAddress::new(target)?;
        Ok(Self { address, wire })
    }

    fn number(phone: &crate::domain::PhoneNumber, plus: bool) -> String {
        if plus {
            phone.with_plus()
        } else {
            phone.digits().to_owned()
        }
    }
}

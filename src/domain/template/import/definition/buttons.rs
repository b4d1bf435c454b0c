//! Buttons of a description: which of them take a value, at the index that counts all of them.

use super::super::json_path::JsonPath;
use super::super::payload::{PartError, text_of};
use super::{Parts, Reader, upper};
use crate::domain::template::{ButtonKind, ButtonWording, placeholders};
use serde_json::{Value, json};

impl Reader {
    /// One button, at its index among all buttons, static ones included.
    pub(super) fn button(
        &mut self,
        button: &Value,
        index: usize,
        path: &JsonPath,
        (built, wording): Parts<'_>,
    ) -> Result<(), PartError> {
        let label = text_of(button.get("text")).unwrap_or_default();
        let kind = upper(button, "type");
        let text = |key: &str| text_of(button.get(key));
        let (shown, target, sub_type, parameter) = match kind.as_str() {
            // Without a payload of its own a tap returns the label.
            "QUICK_REPLY" => {
                let parameter = json!({"type": "payload", "payload": label});
                (ButtonKind::QuickReply, None, "quick_reply", parameter)
            }
            "URL" => {
                let address = text("url");
                let sample = self.address_end(button, address.as_deref());
                let parameter = sample.map(|end| json!({"type": "text", "text": end}));
                let parameter = parameter.unwrap_or_default();
                (ButtonKind::Url, address, "url", parameter)
            }
            "OTP" => {
                let code = self.code.clone();
                let code = code.unwrap_or_else(|| super::SAMPLE_CODE.to_owned());
                let parameter = json!({"type": "text", "text": code});
                (ButtonKind::CopyCode, None, "url", parameter)
            }
            "COPY_CODE" => {
                let code = first_text(button.get("example")).unwrap_or_default();
                let parameter = json!({"type": "coupon_code", "coupon_code": code});
                (ButtonKind::CopyCode, None, "copy_code", parameter)
            }
            "FLOW" => (
                ButtonKind::Other,
                None,
                "flow",
                self.form_of_whatsapp(index),
            ),
            "PHONE_NUMBER" => (ButtonKind::Phone, text("phone_number"), "", Value::Null),
            "MPM" | "SPM" => {
                let what = "a button that shows products is not described far enough here";
                return Err(PartError::unsupported(path.clone(), what.to_owned()));
            }
            _ => (ButtonKind::Other, None, "", Value::Null),
        };
        let label = if label.is_empty() && shown == ButtonKind::CopyCode {
            "Copy code".to_owned()
        } else {
            label
        };
        wording.buttons.push(ButtonWording {
            kind: shown,
            label,
            target,
        });
        if !parameter.is_null() {
            built.push(
                json!({"type": "button", "sub_type": sub_type, "index": index,
                "parameters": [parameter]}),
            );
        }
        Ok(())
    }

    fn form_of_whatsapp(&mut self, index: usize) -> Value {
        self.notes.push(format!(
            "Button {index} opens a form of WhatsApp; it is sent with the token `unused`."
        ));
        json!({"type": "action", "action": {"flow_token": "unused"}})
    }

    /// The sample of what ends an address with a place; `None` for an address without one.
    fn address_end(&self, button: &Value, address: Option<&str>) -> Option<String> {
        let address = address?;
        let place = placeholders(address).next()?;
        if let Some(code) = self.code.clone().filter(|_| self.is_code) {
            return Some(code);
        }
        let (before, _) = address.split_once(place)?;
        let sample = first_text(button.get("example")).unwrap_or_default();
        let end = sample.strip_prefix(before).unwrap_or(&sample);
        Some(end.to_owned())
    }
}

/// A text, or the first text of a list.
fn first_text(value: Option<&Value>) -> Option<String> {
    let value = value?;
    text_of(Some(value)).or_else(|| text_of(value.get(0)))
}

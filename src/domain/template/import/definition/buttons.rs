//! Buttons of a description: which of them take a value, at the index that counts all of them.

use super::super::json_path::JsonPath;
use super::super::payload::{PartError, text_of};
use super::{Parts, Reader, upper};
use crate::domain::template::{ButtonKind, ButtonWording, placeholders};
use serde_json::{Value, json};

/// What a button is, and what a call sends for it.
struct Sent {
    shown: ButtonKind,
    target: Option<String>,
    /// Empty where nothing is sent.
    sub_type: &'static str,
    parameter: Value,
}

impl Sent {
    /// A button for which nothing is sent.
    fn nothing(shown: ButtonKind, target: Option<String>) -> Self {
        Self {
            shown,
            target,
            sub_type: "",
            parameter: Value::Null,
        }
    }

    fn value(shown: ButtonKind, sub_type: &'static str, parameter: Value) -> Self {
        Self {
            shown,
            target: None,
            sub_type,
            parameter,
        }
    }
}

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
        let sent = self.sent(button, (index, &label), path)?;
        let label = if label.is_empty() && sent.shown == ButtonKind::CopyCode {
            "Copy code".to_owned()
        } else {
            label
        };
        wording.buttons.push(ButtonWording {
            kind: sent.shown,
            label,
            target: sent.target,
        });
        if !sent.parameter.is_null() {
            built.push(
                json!({"type": "button", "sub_type": sent.sub_type, "index": index,
                "parameters": [sent.parameter]}),
            );
        }
        Ok(())
    }

    fn sent(
        &mut self,
        button: &Value,
        (index, label): (usize, &str),
        path: &JsonPath,
    ) -> Result<Sent, PartError> {
        let text = |key: &str| text_of(button.get(key));
        Ok(match upper(button, "type").as_str() {
            // Without a payload of its own a tap returns the label.
            "QUICK_REPLY" => {
                let parameter = json!({"type": "payload", "payload": label});
                Sent::value(ButtonKind::QuickReply, "quick_reply", parameter)
            }
            "URL" => {
                let target = text("url");
                let end = self.address_end(button, target.as_deref());
                let parameter = end.map(|end| json!({"type": "text", "text": end}));
                Sent {
                    target,
                    ..Sent::value(ButtonKind::Url, "url", parameter.unwrap_or_default())
                }
            }
            "OTP" => {
                let code = self.code.as_deref().unwrap_or(super::SAMPLE_CODE);
                let parameter = json!({"type": "text", "text": code});
                Sent::value(ButtonKind::CopyCode, "url", parameter)
            }
            "COPY_CODE" => {
                let code = first_text(button.get("example")).unwrap_or_default();
                let parameter = json!({"type": "coupon_code", "coupon_code": code});
                Sent::value(ButtonKind::CopyCode, "copy_code", parameter)
            }
            "FLOW" => {
                self.notes.push(format!(
                    "Button {index} opens a form of WhatsApp; it is sent with the token `unused`."
                ));
                let parameter = json!({"type": "action", "action": {"flow_token": "unused"}});
                Sent::value(ButtonKind::Other, "flow", parameter)
            }
            "PHONE_NUMBER" => Sent::nothing(ButtonKind::Phone, text("phone_number")),
            "MPM" | "SPM" => {
                let what = "a button that shows products is not described far enough here";
                return Err(PartError::unsupported(path.clone(), what.to_owned()));
            }
            _ => Sent::nothing(ButtonKind::Other, None),
        })
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

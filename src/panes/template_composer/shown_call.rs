//! The values of the call that the Payload pane shows, so that the bubble reads as that person will
//! read it. They come out of the bytes of the call, never out of a second reckoning.

use super::form::FieldId;
use super::state::Draft;
use crate::domain::{Plan, RequestBody};
use serde_json::Value;
use std::sync::Arc;

/// A call of a plan and its body, read once.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownCall {
    plan: Arc<Plan>,
    call: usize,
    body: Value,
}

impl Draft {
    /// Takes over which call of its plan is looked at. Costs nothing while it stays the same.
    pub fn show_call(&mut self, plan: &Arc<Plan>, call: usize) {
        let same = |shown: &ShownCall| Arc::ptr_eq(&shown.plan, plan) && shown.call == call;
        if self.shown_call.as_ref().is_some_and(same) {
            return;
        }
        let request = plan.calls.get(call).map(|call| &call.request.body);
        let body = match request {
            Some(RequestBody::Json(text)) => serde_json::from_str(text).ok(),
            Some(RequestBody::Empty | RequestBody::Multipart { .. }) | None => None,
        };
        self.shown_call = body.map(|body| ShownCall {
            plan: Arc::clone(plan),
            call,
            body,
        });
    }

    /// What stands in the shown call in the place of this field; `None` where it has no such place,
    /// or where the call is of another template.
    pub(super) fn in_shown_call(&self, id: &FieldId) -> Option<&str> {
        let FieldId::Parameter(name) = id else {
            return None;
        };
        let body = &self.shown_call.as_ref()?.body;
        let template = self.template.as_ref()?;
        if body.pointer("/payload/name")?.as_str() != Some(template.name.as_str()) {
            return None;
        }
        let parameter = template.parameters.iter().find(|one| one.name == *name)?;
        let pointer = format!("/payload/components{}", parameter.pointer);
        body.pointer(&pointer)?.as_str()
    }
}

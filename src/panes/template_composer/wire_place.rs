//! Where the field under the cursor stands in the request, for the mark beside its row.

use super::form::FieldId;
use super::state::Draft;

impl Draft {
    /// The end of the JSON pointer of the field under the cursor; `None` where it has no place of
    /// its own in a body.
    pub fn wire_place(&self) -> Option<String> {
        match &self.field()?.id {
            FieldId::Parameter(name) => {
                let parameters = &self.template.as_ref()?.parameters;
                let parameter = parameters.iter().find(|one| one.name == *name)?;
                Some(format!("/components{}", parameter.pointer))
            }
            FieldId::Attribute(name) => {
                let name = name.replace('~', "~0").replace('/', "~1");
                Some(format!("/{name}"))
            }
            FieldId::Title => Some("/broadcastTitle".to_owned()),
            FieldId::When => Some("/publishedOn".to_owned()),
            FieldId::Text(index) => Some(format!("/content/{index}/data/message")),
            FieldId::Kind
            | FieldId::To
            | FieldId::Template
            | FieldId::Flow
            | FieldId::Version
            | FieldId::TitleId
            | FieldId::Carries
            | FieldId::Channel
            | FieldId::Extra(_)
            | FieldId::Raw => None,
        }
    }
}

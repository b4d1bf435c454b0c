//! Fills places whose name is that of something known about the people: `name`, `city`. What
//! somebody typed is never replaced, and what is filled in is seen in the form.

use super::form::{Field, FieldId, Takes};
use super::state::Draft;

impl Draft {
    /// Fills empty places of the template from what is known of the one person addressed.
    pub fn prefill(&mut self) {
        for (index, value) in self.own_values() {
            if let Some(field) = self.fields.get_mut(index)
                && field.text.is_empty()
            {
                field.text.set_text(&value);
            }
        }
    }

    /// Takes out what stands there because it is known of the one person addressed: before the draft
    /// goes to others, who must not read it.
    pub fn forget_own_values(&mut self) {
        for (index, value) in self.own_values() {
            if let Some(field) = self.fields.get_mut(index)
                && field.text.text() == value
            {
                field.text.set_text("");
            }
        }
    }

    /// What is known of the one person addressed, by the place that is called so.
    fn own_values(&self) -> Vec<(usize, String)> {
        let addressed = self.addressed();
        let [Some(person)] = addressed.as_slice() else {
            return Vec::new();
        };
        let of = |(index, field): (usize, &Field)| {
            let FieldId::Parameter(name) = &field.id else {
                return None;
            };
            if field.takes != Takes::Words {
                return None;
            }
            let value = self.called(name).iter().find_map(|called| {
                let names = person.attributes.keys().map(String::as_str);
                let mut names = names.chain(std::iter::once("name"));
                let attribute = names.find(|attribute| is_called(attribute, called))?;
                person.value(attribute)
            })?;
            Some((index, value.to_owned()))
        };
        self.fields.iter().enumerate().filter_map(of).collect()
    }

    /// What people call a place: its label, else its name. A number alone says nothing.
    fn called(&self, name: &str) -> Vec<String> {
        let template = self.template.as_ref();
        let parameter = template.and_then(|template| template.parameter_named(name));
        let label = parameter.and_then(|parameter| parameter.label.clone());
        let words = label.into_iter().chain(std::iter::once(name.to_owned()));
        words
            .filter(|word| {
                !word
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.')
            })
            .collect()
    }
}

/// `first_name` is also `user.first_name` and `First Name`.
fn is_called(attribute: &str, called: &str) -> bool {
    let plain = |text: &str| -> String {
        let last = text.rsplit('.').next().unwrap_or(text);
        let letters = last.chars().filter(|sign| sign.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    !called.is_empty() && plain(attribute) == plain(called)
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn names_are_the_same_however_they_are_written() {
        assert!(is_called("user.first_name", "First Name"));
        assert!(is_called("city", "city"));
        assert!(!is_called("city", "cities"));
        assert!(!is_called("city", ""));
    }
}

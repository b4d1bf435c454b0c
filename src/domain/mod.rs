//! What the product is about: people, messages, templates, plans. No HTTP, no SQL, no terminal.

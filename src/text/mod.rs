//! Text from outside as data: sanitize, measure, wrap, order for display.

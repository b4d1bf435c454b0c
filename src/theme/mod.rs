//! About fifteen semantic roles and the palettes that draw them.

//! The embedded server that behaves like the platform; the other side of the network.

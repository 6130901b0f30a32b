//! Definitions: vendors' statements of what makes a host vulnerable, from bytes to core types.

pub mod oval;

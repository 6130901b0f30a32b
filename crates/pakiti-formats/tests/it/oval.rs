//! OVAL documents: made-up ones, vendors' forms, damaged ones, the real ones of the shared data.

mod broken;
mod constructs;
mod document;
mod findings;
mod metadata;
mod property;
mod real;
mod variables;

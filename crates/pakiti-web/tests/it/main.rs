//! Integration tests of pakiti-web.
mod view;
#[macro_use]
mod harness;

mod access;
mod browser;
mod feeder;
mod hostile;
mod pages;

//! Integration tests of the pakiti binary.
mod cli;
mod command;
mod compare;
mod demo;
mod evaluate;
mod process;
mod serve;
mod shared;
mod torture;

//! yum repositories: made-up ones, damaged ones, the real ones of the shared data.

mod broken;
mod feed;
mod mirrors;
mod modules;
mod primary;
mod property;
mod real;
mod signed;
mod updateinfo;

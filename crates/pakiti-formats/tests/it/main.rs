//! Integration tests of pakiti-formats.
mod apt;
mod debian;
mod openpgp;
mod report;
mod repository_lists;
mod yum;

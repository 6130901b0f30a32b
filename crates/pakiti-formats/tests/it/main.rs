//! Integration tests of pakiti-formats.
mod apt;
mod debian;
mod openpgp;
mod oval;
mod report;
mod repository_lists;
mod yum;

//! Integration tests of pakiti-core.
mod dnf;
mod explain;
mod findings;
mod golden;
mod judging;
mod naive_apt;
mod os_group;
mod oval;
mod package_set;
mod present;
mod shared;
mod version;

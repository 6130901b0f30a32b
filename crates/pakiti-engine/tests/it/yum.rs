//! Sources of kind yum: fetched, judged, refused.

mod broken;
mod feed;
mod fetched;
mod judged;
mod modules;
mod places;

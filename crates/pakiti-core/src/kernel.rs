//! Kernel truth: only the running kernel exposes a host.
//!
//! vendor-rules.md "Kernel box": image packages and their modules are judged by what runs; headers, tools and
//! the like expose nothing; flavours (kernel, kernel-rt, kernel-uek, generic, aws) never replace each other. `name`
//! tells the parts of a kernel by their names, `release` which of them runs, `series` which fixes are for them;
//! [`KernelTruth`] is what a host has of it.

mod build;
mod case;
mod counts;
mod name;
mod release;
mod series;
mod truth;

pub use case::ImageCase;
pub use counts::ImageCounts;
pub(crate) use series::same_series;
pub use truth::{KernelTruth, Standing};

pub(crate) use build::deb_line;

use crate::package::{Package, PackageFormat};
use crate::version::VersionKey;

/// What a package has to do with the kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KernelPart {
    /// An image, or modules that go with it.
    Image {
        /// Its flavour line: what stands in its name (`rt`; empty = the plain kernel), with the series where one
        /// name has several (`5.4-generic`: another series is another source; `5.4-uek`; Amazon's `4.14-`).
        flavour: String,
        /// Newer images of the same flavour are newer.
        key: VersionKey,
    },
    /// Headers, tools, documentation, meta packages: no exposure.
    Auxiliary,
}

/// What this package has to do with the kernel; `None` = nothing.
pub fn part(package: &Package) -> Option<KernelPart> {
    match package.format {
        PackageFormat::Rpm => name::rpm_part(package),
        PackageFormat::Deb => name::deb_part(package),
        _ => None,
    }
}

//! apt preferences: pins.
//!
//! apt_preferences(5), apt 2.6 (`apt-pkg/policy.cc`, `ReadPinFile`). One [`Pin`] per word of `Package`; what the
//! patterns match is core's matter.

use super::deb822::{self, Field, Stanza};
use crate::repository::{SkipList, SkipReason};
use pakiti_core::context::Pin;
use pakiti_core::rules::pin;

/// Pins one file may hold.
const MAX_PINS: usize = 100_000;

/// Reads a preferences file; its pins in file order. Stanzas that apt would refuse are skipped with their line.
pub fn parse(text: &str, file: &str, skipped: &mut SkipList) -> Vec<Pin> {
    let mut pins = Vec::new();
    for stanza in deb822::stanzas(text, file, skipped) {
        if let Err(reason) = stanza_pins(&stanza, &mut pins) {
            skipped.push(file, stanza.line, reason);
        }
    }
    pins
}

fn stanza_pins(stanza: &Stanza<'_>, pins: &mut Vec<Pin>) -> Result<(), SkipReason> {
    let Some(packages) = stanza.field("package") else {
        // A stanza of explanations only is no error to apt.
        let only_text = stanza.fields.iter().all(|field| field.name.eq_ignore_ascii_case("explanation"));
        return if only_text { Ok(()) } else { Err(SkipReason::MissingField { field: "Package" }) };
    };
    let packages = packages.words();
    if packages.is_empty() {
        return Err(SkipReason::MissingField { field: "Package" });
    }
    let pin = stanza.field("pin").map(Field::first_line).ok_or(SkipReason::MissingField { field: "Pin" })?;
    let expression = expression(pin)?;
    let priority = stanza.field("pin-priority").map(Field::first_line);
    let priority = priority.ok_or(SkipReason::MissingField { field: "Pin-Priority" })?;
    // apt refuses 0: it means "no priority".
    let malformed = SkipReason::Malformed { expected: "Pin-Priority" };
    let number = if priority == "never" { Some(pin::NEVER) } else { priority.parse().ok() };
    let priority: i32 = number.filter(|priority| *priority != 0).ok_or(malformed)?;
    for package in packages {
        if pins.len() >= MAX_PINS {
            return Err(SkipReason::TooMany { limit: MAX_PINS as u64 });
        }
        pins.push(Pin { package, expression: expression.clone(), priority });
    }
    Ok(())
}

/// `release a=...,n=...`, `origin host` or `version glob`, blanks and quotes in one form.
fn expression(pin: &str) -> Result<String, SkipReason> {
    let malformed = SkipReason::Malformed { expected: "Pin" };
    let (kind, value) = pin.split_once([' ', '\t']).unwrap_or((pin, ""));
    let value = value.trim();
    match kind.to_ascii_lowercase().as_str() {
        "release" if !value.is_empty() => {
            let parts: Vec<&str> = value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
            Ok(format!("release {}", parts.join(",")))
        }
        // `origin ""` stands for local files.
        "origin" => Ok(format!("origin {}", value.trim_matches('"')).trim_end().to_owned()),
        "version" if !value.is_empty() => Ok(format!("version {value}")),
        _ => Err(malformed),
    }
}

#[cfg(test)]
mod tests;

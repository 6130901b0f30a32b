//! `ipv4_address` and `ipv6_address`: an address or a network `address/prefix` (OVAL 5.11, oval-common-schema).

use super::compare::ordered;
use super::model::Operation;
use super::outcome::Outcome;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An address with the length of its prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Network {
    address: u128,
    prefix: u32,
}

pub(super) fn compare_v4(operation: Operation, item: &str, state: &str) -> Outcome {
    compare(operation, v4(item), v4(state))
}

pub(super) fn compare_v6(operation: Operation, item: &str, state: &str) -> Outcome {
    compare(operation, v6(item), v6(state))
}

fn v4(text: &str) -> Option<Network> {
    let (address, prefix) = split(text, 32)?;
    // Both kinds are kept left-aligned, so that one mask serves them.
    Some(Network { address: u128::from(address.parse::<Ipv4Addr>().ok()?.to_bits()) << 96, prefix })
}

fn v6(text: &str) -> Option<Network> {
    let (address, prefix) = split(text, 128)?;
    Some(Network { address: address.parse::<Ipv6Addr>().ok()?.to_bits(), prefix })
}

fn split(text: &str, longest: u32) -> Option<(&str, u32)> {
    match text.split_once('/') {
        None => Some((text, longest)),
        Some((address, prefix)) => Some((address, prefix.parse().ok().filter(|&bits| bits <= longest)?)),
    }
}

fn compare(operation: Operation, item: Option<Network>, state: Option<Network>) -> Outcome {
    let (Some(item), Some(state)) = (item, state) else { return Outcome::Error };
    match operation {
        Operation::SubsetOf => item.is_within(state).into(),
        Operation::SupersetOf => state.is_within(item).into(),
        Operation::Equals | Operation::NotEqual => ordered(operation, item.cmp(&state)),
        // Networks of different size have no order.
        _ if item.prefix != state.prefix => Outcome::Error,
        _ => ordered(operation, item.cmp(&state)),
    }
}

impl Network {
    fn is_within(self, outer: Self) -> bool {
        let mask = u128::MAX.checked_shl(128 - outer.prefix).unwrap_or(0);
        self.prefix >= outer.prefix && self.address & mask == outer.address & mask
    }
}

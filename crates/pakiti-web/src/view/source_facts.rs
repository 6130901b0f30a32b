//! What a source is configured to be and what its feed says of itself, as name and value.

use crate::view::format::{day, span};
use pakiti_core::repository::{SourceKind, SourceMeta};

/// What the facts are made of; lists are joined already, empty ones are not shown.
#[derive(Debug, Clone)]
pub struct Configured<'a> {
    /// `apt`, `yum`, `oval`.
    pub kind: &'a str,
    /// What the feed of the snapshot in force says.
    pub meta: Option<&'a SourceMeta>,
    /// Suite.
    pub suite: &'a str,
    /// Components.
    pub components: String,
    /// Architectures.
    pub architectures: String,
    /// `auto`, `yes`, `no`.
    pub security: &'a str,
    /// Priority.
    pub priority: Option<i32>,
    /// Excludes.
    pub excludes: String,
    /// The host groups whose hosts alone it judges.
    pub host_groups: String,
    /// The host groups whose hosts it does not judge.
    pub not_host_groups: String,
    /// Does the address give a list of mirrors?
    pub mirrorlist: bool,
    /// Do modules hide nothing of it?
    pub module_hotfixes: bool,
    /// Definitions: of a whole release? `auto`, `yes`, `no`.
    pub complete: &'a str,
    /// Did an administrator map it to its OS groups?
    pub mapped: bool,
    /// Is its signature left alone?
    pub trusted: bool,
    /// Keys of its own.
    pub own_keys: usize,
    /// Its proxy, without credentials.
    pub proxy: Option<String>,
    /// Is a client certificate set?
    pub certificate: bool,
    /// Are authorities of its own set?
    pub authorities: bool,
    /// Seconds between two fetches.
    pub interval: i64,
}

/// The facts, in the order to read them.
pub fn facts(c: &Configured<'_>) -> Vec<(&'static str, String)> {
    if c.kind == SourceKind::Oval.word() {
        return definition_facts(c);
    }
    let yum = c.kind == "yum";
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let security = match c.security {
        "yes" => "every package of it is a security fix",
        _ if yum => "as its errata say",
        "no" => "none of it is a security fix",
        _ => "as the feed says",
    };
    let errata = match c.meta {
        Some(meta) => word(meta.errata),
        None => "not known before the first fetch".to_owned(),
    };
    let signature = match (c.trusted, c.own_keys) {
        (true, _) => "not checked",
        // Which distribution signs a yum repository, nobody tells.
        (false, 0) if yum => "no key is configured",
        (false, 0) => "by the keys of the distribution",
        (false, _) => "by keys of its own",
    };
    let all = [
        ("Kind", Some(if yum { "yum repository" } else { "apt suite" }.to_owned()).filter(|_| known(c.kind))),
        ("Vendor", c.meta.and_then(|meta| told(&meta.origin))),
        ("Errata", yum.then_some(errata)),
        ("Security", Some(security.to_owned())),
        ("Only hosts of", told(&c.host_groups)),
        ("Not hosts of", told(&c.not_host_groups)),
        ("Suite", told(c.suite)),
        ("Components", told(&c.components)),
        ("Architectures", told(&c.architectures)),
        ("Priority", c.priority.map(|priority| priority.to_string())),
        ("Excludes", told(&c.excludes)),
        ("Module hotfixes", c.module_hotfixes.then(|| word(true))),
        ("List of mirrors", yum.then(|| word(c.mirrorlist))),
        ("Proxy", Some(c.proxy.clone().unwrap_or_else(|| "none".to_owned()))),
        ("Client certificate", Some(if c.certificate { "set" } else { "not set" }.to_owned())),
        ("Authorities", c.authorities.then(|| "of its own".to_owned())),
        ("Signature", Some(signature.to_owned())),
        ("Fetched every", Some(span(c.interval))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The facts of OVAL definitions. contract.md "coverage": what an excerpt does not name is not judged by it.
fn definition_facts(c: &Configured<'_>) -> Vec<(&'static str, String)> {
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let how = match c.complete {
        "auto" => "by its size",
        _ => "as an administrator set it",
    };
    let holds = match c.meta {
        Some(meta) if meta.complete => {
            format!("a whole release, {how}: packages that it does not name are judged too")
        }
        Some(_) => format!("an excerpt, {how}: packages that it does not name are not judged"),
        None => "not known before the first fetch".to_owned(),
    };
    let mapping = "the definitions of one system may judge another: every explanation says so";
    let all = [
        ("Kind", Some("OVAL definitions".to_owned())),
        ("Generator", c.meta.and_then(|meta| told(&meta.origin))),
        ("Definitions made", c.meta.and_then(|meta| meta.date).map(day)),
        ("Holds", Some(holds)),
        ("Mapped by hand", c.mapped.then(|| mapping.to_owned())),
        ("Only hosts of", told(&c.host_groups)),
        ("Not hosts of", told(&c.not_host_groups)),
        ("Proxy", Some(c.proxy.clone().unwrap_or_else(|| "none".to_owned()))),
        ("Client certificate", Some(if c.certificate { "set" } else { "not set" }.to_owned())),
        ("Authorities", c.authorities.then(|| "of its own".to_owned())),
        ("Fetched every", Some(span(c.interval))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn known(kind: &str) -> bool {
    matches!(kind, "apt" | "yum")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yum_repository_tells_its_errata_excludes_mirrors_proxy_and_certificate() {
        let meta = SourceMeta { errata: true, origin: "Red Hat, Inc.".into(), ..SourceMeta::default() };
        let all = facts(&Configured {
            kind: "yum",
            meta: Some(&meta),
            suite: "",
            components: String::new(),
            architectures: "x86_64".into(),
            security: "auto",
            priority: Some(10),
            excludes: "kernel*, java-*".into(),
            host_groups: "Site A, N/A".into(),
            not_host_groups: String::new(),
            mirrorlist: true,
            module_hotfixes: true,
            complete: "auto",
            mapped: true,
            trusted: false,
            own_keys: 1,
            proxy: Some("http://proxy.example.org:3128/".into()),
            certificate: true,
            authorities: false,
            interval: 21_600,
        });
        let lines: Vec<String> = all.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @"
        Kind: yum repository
        Vendor: Red Hat, Inc.
        Errata: yes
        Security: as its errata say
        Only hosts of: Site A, N/A
        Architectures: x86_64
        Priority: 10
        Excludes: kernel*, java-*
        Module hotfixes: yes
        List of mirrors: yes
        Proxy: http://proxy.example.org:3128/
        Client certificate: set
        Signature: by keys of its own
        Fetched every: 6 h
        ");
    }
}

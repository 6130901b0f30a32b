//! The PHP Pakiti's `Repositories.xml` as sources.

use super::yum::no_value;
use super::{Entry, ImportArgs, Read, at};
use crate::cli::source::wanted::Wanted;
use pakiti_core::arch::deb_arch;
use pakiti_core::os_group::{self, OsGroupId};
use pakiti_engine::source::options::SourceOptions;
use pakiti_formats::repository::SkipList;
use pakiti_formats::repository::php_repositories::{self, PhpRepository};

/// The entries of a file.
pub(super) fn read(text: &str, file: &str, args: &ImportArgs, skipped: &mut SkipList) -> Vec<Entry> {
    let (found, fault) = php_repositories::parse(text, file, skipped);
    let mut entries: Vec<Entry> = found.iter().map(|repository| entry(repository, file, args)).collect();
    entries.extend(fault.map(|fault| Entry::refused(file.to_owned(), String::new(), fault.to_string())));
    entries
}

fn entry(repository: &PhpRepository, file: &str, args: &ImportArgs) -> Entry {
    let label = if repository.name.is_empty() { &repository.url } else { &repository.name };
    let name = args.named(label);
    let read = match repository.enabled == Some(false) && !args.with_disabled {
        true => Read::LeftOut("disabled in the file; --with-disabled imports it, disabled".to_owned()),
        false => source(repository, &name, args)
            .map_or_else(Read::Refused, |wanted| Read::Source(Box::new(wanted), Vec::new())),
    };
    Entry { at: at(file, repository.line), name, read }
}

fn source(repository: &PhpRepository, name: &str, args: &ImportArgs) -> Result<Wanted, String> {
    if repository.url.is_empty() {
        return Err("it has no url".to_owned());
    }
    let os_group = group(repository, args)?;
    let variables = args.variables(&os_group, &repository.arch);
    let url = variables.put_in(&repository.url).map_err(|unknown| no_value(&unknown))?;
    let mut options = SourceOptions {
        security: match repository.security {
            Some(true) => "yes",
            Some(false) => "no",
            None => "auto",
        }
        .to_owned(),
        further_groups: args.also_for.clone(),
        ..SourceOptions::default()
    };
    let (kind, url) = match repository.kind.as_str() {
        "apt" | "dpkg" | "deb" => {
            options.keyrings.clone_from(&args.keyring);
            options.suite.clone_from(&repository.distribution);
            options.components.clone_from(&repository.sections);
            let arch = Some(deb_arch(&repository.arch)).filter(|arch| !arch.is_empty());
            options.architectures = arch.map(str::to_owned).into_iter().collect();
            ("apt", apt_url(&url, &mut options))
        }
        "yum" | "rpm" => {
            let arch = Some(&repository.arch).filter(|arch| !arch.is_empty());
            options.architectures = arch.cloned().into_iter().collect();
            ("yum", yum_url(&url))
        }
        "" => return Err("it has no type".to_owned()),
        other => return Err(format!("type `{other}` is not read: apt, dpkg, yum and rpm are")),
    };
    Ok(Wanted {
        name: name.to_owned(),
        kind: kind.to_owned(),
        url,
        options,
        os_group,
        interval_seconds: args.interval,
        enabled: repository.enabled != Some(false),
    })
}

/// Its OS group by the name the PHP Pakiti has for it, else the one given.
fn group(repository: &PhpRepository, args: &ImportArgs) -> Result<String, String> {
    let given = args.os_group.clone();
    if repository.os_group.is_empty() {
        return Ok(given.unwrap_or_default());
    }
    let named = OsGroupId(repository.os_group.to_ascii_lowercase());
    let known =
        os_group::family_of(&named).map(|_| named).or_else(|| os_group::from_system(&repository.os_group));
    known
        .map(|group| group.0)
        .or(given)
        .ok_or_else(|| format!("its OS group `{}` is not known here: give --os-group", repository.os_group))
}

/// Pakiti 2 has the URL of the index: `.../dists/SUITE/COMPONENT/binary-ARCH/Packages.gz`, or a flat one's.
fn apt_url(url: &str, options: &mut SourceOptions) -> String {
    let Some((folder, file)) = url.rsplit_once('/') else { return url.to_owned() };
    if !file.to_ascii_lowercase().starts_with("packages") {
        return url.to_owned();
    }
    let parts = folder.split_once("/dists/").and_then(|(base, rest)| {
        let (rest, arch) = rest.rsplit_once("/binary-")?;
        let (suite, component) = rest.rsplit_once('/')?;
        Some((base, suite, component, arch))
    });
    let Some((base, suite, component, arch)) = parts else { return format!("{folder}/") };
    suite.clone_into(&mut options.suite);
    options.components = vec![component.to_owned()];
    options.architectures = vec![arch.to_owned()];
    base.to_owned()
}

/// The folder of a repository whose index is named; a primary.xml beside no repomd.xml stays.
fn yum_url(url: &str) -> String {
    match url.rsplit_once("/repodata/") {
        Some((folder, _)) => format!("{folder}/"),
        None => url.strip_suffix("repomd.xml").unwrap_or(url).to_owned(),
    }
}

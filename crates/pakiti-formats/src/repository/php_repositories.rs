//! The PHP Pakiti's list of repositories (`etc/Repositories.xml`), for those who move.
//!
//! Its form is that of the file the PHP server ships: `<repos>` of `<repo type="apt|yum">` with `name`, `url`,
//! `distribution`, `sections` and `security`; the facts that Pakiti 2 kept besides (pakiti3-interfaces.md, 11: OS
//! group, arch, enabled, types rpm and dpkg) are read as elements or attributes of those names. Element names may
//! be in any case.

use super::{SkipList, SkipReason};
use quick_xml::Reader;
use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};

/// Repositories one file may ask for.
const MAX_REPOSITORIES: usize = 10_000;
/// Longest value (bytes).
const MAX_VALUE: usize = 4096;
/// Deepest nesting; the real files have 3.
const MAX_DEPTH: usize = 16;
/// Longest message of the scanner that is passed on, characters: it may quote the file.
const MAX_MESSAGE: usize = 120;

/// One repository as it stands in the file; what is not given is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhpRepository {
    /// Line of its start tag, from 1.
    pub line: u64,
    /// `apt`, `yum`, `dpkg`, `rpm`, in lower case.
    pub kind: String,
    /// Its name, for people.
    pub name: String,
    /// Its URL; of Pakiti 2: of the index file itself.
    pub url: String,
    /// apt: the suite.
    pub distribution: String,
    /// apt: the components.
    pub sections: Vec<String>,
    /// The security flag, when set.
    pub security: Option<bool>,
    /// Enabled, when set.
    pub enabled: Option<bool>,
    /// Name of the OS group.
    pub os_group: String,
    /// Architecture.
    pub arch: String,
}

/// Why a file is refused as a whole.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhpRepositoriesError {
    /// It is no XML.
    #[error("line {line}: not well-formed ({what})")]
    Malformed {
        /// Line, from 1.
        line: u64,
        /// What the scanner said.
        what: String,
    },
    /// It defines entities.
    #[error("line {line}: entity definitions")]
    Entities {
        /// Line, from 1.
        line: u64,
    },
    /// Elements within elements within elements.
    #[error("line {line}: elements nested deeper than {MAX_DEPTH}")]
    TooDeep {
        /// Line, from 1.
        line: u64,
    },
    /// It ends inside an element.
    #[error("the file ends inside an element")]
    Truncated,
    /// Its first element is another one.
    #[error("not a file of <repos>")]
    Root,
}

/// Reads the file: the repositories before a fault, and the fault. Values that cannot be used are skipped and told.
pub fn parse(
    text: &str,
    file: &str,
    skipped: &mut SkipList,
) -> (Vec<PhpRepository>, Option<PhpRepositoriesError>) {
    let mut reading =
        Reading { lines: Lines::new(text), path: Vec::new(), value: String::new(), found: Vec::new() };
    let fault = reading.all(text, file, skipped).err();
    (reading.found, fault)
}

struct Reading<'a> {
    lines: Lines<'a>,
    /// Names of the open elements, in lower case.
    path: Vec<String>,
    /// Text of the open element.
    value: String,
    found: Vec<PhpRepository>,
}

/// Counts line ends up to growing positions.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    fn line(&mut self, position: u64) -> u64 {
        let to = usize::try_from(position).unwrap_or(usize::MAX).min(self.bytes.len());
        let passed = self.bytes.get(self.at..to).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
        self.at = to.max(self.at);
        self.line
    }
}

impl Reading<'_> {
    fn all(&mut self, text: &str, file: &str, skipped: &mut SkipList) -> Result<(), PhpRepositoriesError> {
        let mut reader = Reader::from_str(text);
        loop {
            let line = self.lines.line(reader.buffer_position());
            let event = reader.read_event().map_err(|error| PhpRepositoriesError::Malformed {
                line,
                what: error.to_string().chars().take(MAX_MESSAGE).collect(),
            })?;
            match event {
                Event::Start(tag) => self.open(&tag, line, file, skipped)?,
                Event::Empty(tag) => {
                    self.open(&tag, line, file, skipped)?;
                    self.close(file, skipped);
                }
                Event::End(_) => self.close(file, skipped),
                Event::Text(text) => self.value.push_str(&text),
                Event::CData(text) => self.value.push_str(&text),
                Event::GeneralRef(name) => {
                    let written = format!("&{};", &*name);
                    self.value.push_str(&escape::unescape(&written).unwrap_or("\0".into()));
                }
                Event::DocType(definition) if definition.contains("<!ENTITY") => {
                    return Err(PhpRepositoriesError::Entities { line });
                }
                Event::Eof if !self.path.is_empty() => return Err(PhpRepositoriesError::Truncated),
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn open(
        &mut self,
        tag: &BytesStart<'_>,
        line: u64,
        file: &str,
        skipped: &mut SkipList,
    ) -> Result<(), PhpRepositoriesError> {
        let name = tag.name().into_inner().to_ascii_lowercase();
        match self.path.len() {
            0 if name != "repos" && name != "repositories" => return Err(PhpRepositoriesError::Root),
            1 if !is_repository(&name) => {
                skipped.push(file, line, SkipReason::Malformed { expected: "<repo>" });
            }
            1 if self.found.len() >= MAX_REPOSITORIES => {
                skipped.push(file, line, SkipReason::TooMany { limit: MAX_REPOSITORIES as u64 });
            }
            1 => {
                self.found.push(PhpRepository { line, ..PhpRepository::default() });
                for attribute in tag.attributes().with_checks(false).flatten() {
                    let key = attribute.key.into_inner().to_ascii_lowercase();
                    let value = escape::unescape(&attribute.value).unwrap_or("\0".into());
                    self.set(&key, &value, file, skipped);
                }
            }
            MAX_DEPTH => return Err(PhpRepositoriesError::TooDeep { line }),
            _ => {}
        }
        self.path.push(name);
        self.value.clear();
        Ok(())
    }

    fn close(&mut self, file: &str, skipped: &mut SkipList) {
        let value = std::mem::take(&mut self.value);
        // repos/repo/KEY, or repos/repo/osGroup/name.
        let key = match self.path.as_slice() {
            [_, repository, key] if is_repository(repository) => key.clone(),
            [_, repository, outer, inner] if is_repository(repository) && inner == "name" => outer.clone(),
            _ => String::new(),
        };
        self.path.pop();
        if !key.is_empty() && !value.trim().is_empty() && self.found.len() <= MAX_REPOSITORIES {
            self.set(&key, value.trim(), file, skipped);
        }
    }

    fn set(&mut self, key: &str, value: &str, file: &str, skipped: &mut SkipList) {
        let Some(repository) = self.found.last_mut() else { return };
        if let Err(reason) = repository.set(key, value) {
            let line = repository.line;
            skipped.push(file, line, reason);
        }
    }
}

fn is_repository(name: &str) -> bool {
    name == "repo" || name == "repository"
}

impl PhpRepository {
    fn set(&mut self, key: &str, value: &str) -> Result<(), SkipReason> {
        if value.len() > MAX_VALUE {
            return Err(SkipReason::TooLong { limit: MAX_VALUE });
        }
        if value.contains('\0') {
            return Err(SkipReason::NotText { field: "a value" });
        }
        match key {
            "type" => self.kind = value.to_ascii_lowercase(),
            "name" => value.clone_into(&mut self.name),
            "url" => value.clone_into(&mut self.url),
            "distribution" => value.clone_into(&mut self.distribution),
            "sections" => self.sections = value.split_whitespace().map(str::to_owned).collect(),
            "security" | "is_security" | "issecurity" => self.security = Some(flag(value, "security")?),
            "enabled" => self.enabled = Some(flag(value, "enabled")?),
            "osgroup" | "os_group" | "os" => value.clone_into(&mut self.os_group),
            "arch" | "architecture" => value.clone_into(&mut self.arch),
            _ => {}
        }
        Ok(())
    }
}

fn flag(value: &str, field: &'static str) -> Result<bool, SkipReason> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => Err(SkipReason::Value { field }),
    }
}

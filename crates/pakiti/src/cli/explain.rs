//! `pakiti explain`: what every source says of one CVE, advisory or definition on one host.
//!
//! design.md law 2: "not affected" and "unknown: no source covers this" are answers too. The answers are asked of the
//! rules in force, not read from what is stored.

use super::database::DatabaseArgs;
use super::host::find;
use super::output::{Column, Format, Listing, OutputArgs, Value};
use super::{Outcome, log, now, told};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use pakiti_core::rules::explain::{Answer, Gate, GateState, MOST, NotAffected, Statement, Unknown};
use pakiti_core::severity::Severity;
use pakiti_engine::rules::Rules;
use pakiti_store::db::Db;
use pakiti_store::host;
use pakiti_store::host_packages;
use pakiti_store::scope::Scope;
use pakiti_web::view::format;
use serde::Serialize;
use std::io::{self, Write};
use std::process::ExitCode;

/// Names of packages that are told in one line.
const LISTED_NAMES: usize = 10;

const COLUMNS: &[Column] = &[
    ("answer", None),
    ("reason", None),
    ("package", None),
    ("arch", None),
    ("installed", None),
    ("fixed", None),
    ("severity", None),
    ("vendor_state", None),
    ("source", None),
    ("rule", None),
    ("advisory", None),
    ("criterion", None),
    ("comparison", None),
    ("gates", None),
    ("feed_date", None),
];

const HELP: &str = "\
One answer for each rule of each source that speaks for the OS group of the host: affected (fixable, unfixed, \
pending-reboot, leftover), not affected (the fix is installed, not installed, a gate is closed, part of a kernel that exposes \
nothing, superseded by a newer fix of the same), unknown (no source speaks of it, the package is made by somebody else, the host \
did not report what a gate asks for). Affected comes first.

Examples:
  pakiti explain www.example.org CVE-2024-6387
  pakiti explain www.example.org RHSA-2024:4312 --output json
  pakiti explain 17 oval:com.redhat.rhsa:def:20244312

JSON (one object): host, os_group, subject, answer (the strongest), statements (answer, reason, package, arch, installed, \
fixed, severity, vendor_state, source, rule, advisory, criterion (path from the top), comparison, gates (words, state: \
passed, closed, not-told), feed_date). TSV: the statements, criterion joined by ' > ', gates by comma.

Exit status: 0 told, whatever the answer is; 1 no such host.";

/// Options of `pakiti explain`.
#[derive(Debug, Args)]
#[command(after_long_help = HELP)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Name or id of the host
    host: String,
    /// A CVE, an advisory, or the id of a definition, in any case
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    subject: String,
    #[command(flatten)]
    output: OutputArgs,
}

/// Everything that is told.
#[derive(Serialize)]
struct Told<'a> {
    host: &'a str,
    os_group: Option<&'a str>,
    subject: &'a str,
    answer: &'static str,
    statements: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    answer: &'static str,
    reason: String,
    package: Option<&'a str>,
    arch: Option<&'a str>,
    installed: &'a Option<String>,
    fixed: &'a Option<String>,
    severity: &'static str,
    vendor_state: &'a Option<String>,
    source: Option<&'a str>,
    rule: Option<&'a str>,
    advisory: &'a Option<String>,
    criterion: &'a [String],
    comparison: Option<&'a str>,
    gates: &'a [Gate],
    feed_date: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// No such host, a database that cannot be read.
pub(crate) async fn run(args: ExplainArgs) -> Outcome {
    log::start(log::LogFormat::Text, log::COMMAND);
    let db = args.database.open().await?.db;
    let done = explain(&db, &args).await;
    db.close().await;
    done
}

async fn explain(db: &Db, args: &ExplainArgs) -> Outcome {
    let id = find(db, &args.host).await?;
    let detail = host::by_id(db, &Scope::operator(), id, now()).await.map_err(told)?;
    let (group, context, packages) = host_packages::subject(db, &detail).await.map_err(told)?;
    let index = Rules::load(db).await.map_err(told)?.current();
    let subject = args.subject.trim();
    let statements = index.for_group(&group).explain(&context, &packages, subject);
    let mut output = io::stdout().lock();
    match args.output.output {
        Format::Table => table(&mut output, &detail.row.name, subject, &statements)?,
        Format::Tsv => {
            let rows = statements.iter().map(values).collect();
            Listing { columns: COLUMNS, rows, empty: "" }.print(Format::Tsv, &mut output)?;
        }
        Format::Json => {
            let told = Told {
                host: &detail.row.name,
                os_group: stated(&detail.row.os_group),
                subject,
                answer: statements.first().map_or("unknown", |statement| statement.answer.word()),
                statements: statements.iter().map(row).collect(),
            };
            serde_json::to_writer_pretty(&mut output, &told).map_err(io::Error::from)?;
            writeln!(output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn stated(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn row(statement: &Statement) -> Row<'_> {
    Row {
        answer: statement.answer.word(),
        reason: statement.answer.reason(),
        package: stated(&statement.package),
        arch: stated(&statement.arch),
        installed: &statement.installed,
        fixed: &statement.fixed,
        severity: statement.severity.word(),
        vendor_state: &statement.vendor_state,
        source: stated(&statement.source_name),
        rule: stated(&statement.rule),
        advisory: &statement.advisory,
        criterion: &statement.criterion,
        comparison: stated(&statement.comparison),
        gates: &statement.gates,
        feed_date: statement.feed_date.map(format::machine),
    }
}

fn values(statement: &Statement) -> Vec<Value> {
    vec![
        statement.answer.word().into(),
        statement.answer.reason().into(),
        Value::stated(&statement.package),
        Value::stated(&statement.arch),
        statement.installed.clone().into(),
        statement.fixed.clone().into(),
        statement.severity.word().into(),
        statement.vendor_state.clone().into(),
        Value::stated(&statement.source_name),
        Value::stated(&statement.rule),
        statement.advisory.clone().into(),
        Value::stated(&statement.criterion.join(" > ")),
        Value::stated(&statement.comparison),
        statement.gates.iter().map(gate).collect::<Vec<_>>().into(),
        Value::time(statement.feed_date),
    ]
}

fn gate(gate: &Gate) -> String {
    match gate.state {
        GateState::Passed => gate.words.clone(),
        GateState::Closed => format!("{} (closed)", gate.words),
        GateState::NotTold => format!("{} (not reported)", gate.words),
    }
}

/// A sentence for the host, then a block for each statement; packages that are not installed in one line.
fn table(output: &mut impl Write, host: &str, subject: &str, statements: &[Statement]) -> io::Result<()> {
    let absent = |statement: &&Statement| statement.answer == Answer::NotAffected(NotAffected::NotInstalled);
    let subject = shown(subject);
    let first = match statements.first() {
        Some(first) if matches!(first.answer, Answer::Unknown(_)) => match &first.answer {
            Answer::Unknown(Unknown::NoSource(group)) => {
                format!("unknown: no source of {group} speaks of {subject}")
            }
            answer => format!("unknown: {}", shown(&answer.reason())),
        },
        Some(first) => first.answer.word().to_owned(),
        None => "unknown".to_owned(),
    };
    writeln!(output, "{} and {subject}: {first}", shown(host))?;
    for statement in statements.iter().filter(|statement| !absent(statement)) {
        if !statement.rule.is_empty() {
            block(output, statement)?;
        }
    }
    let mut names: Vec<&str> = statements.iter().filter(absent).map(|s| s.package.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        let more = if names.len() > LISTED_NAMES { ", ..." } else { "" };
        let list: Vec<String> = names.iter().take(LISTED_NAMES).map(|name| shown(name)).collect();
        writeln!(
            output,
            "\nnot affected: {} named but not installed: {}{more}",
            names.len(),
            list.join(", ")
        )?;
    }
    if statements.len() >= MOST {
        writeln!(output, "\nmore than {MOST} statements: the rest is not shown")?;
    }
    Ok(())
}

fn block(output: &mut impl Write, statement: &Statement) -> io::Result<()> {
    let answer = shown(&statement.answer.reason());
    let package = match (statement.package.as_str(), statement.arch.as_str()) {
        ("", _) => String::new(),
        (name, "") => format!(" - {}", shown(name)),
        (name, arch) => format!(" - {}.{}", shown(name), shown(arch)),
    };
    writeln!(output, "\n{}{package}: {answer}", statement.answer.word())?;
    let mut line = |title: &str, text: &str| match text {
        "" => Ok(()),
        text => writeln!(output, "  {title:<11}{}", shown(text)),
    };
    line("compared", &statement.comparison)?;
    let severity = if statement.severity == Severity::Unknown { "" } else { statement.severity.word() };
    line("severity", severity)?;
    line(
        "vendor says",
        &statement.vendor_state.as_deref().map(|word| format!(" {word}")).unwrap_or_default(),
    )?;
    let rule = match &statement.advisory {
        Some(advisory) => format!("{} ({advisory})", statement.rule),
        None => statement.rule.clone(),
    };
    line("rule", &rule)?;
    line("criterion", &statement.criterion.join(" > "))?;
    for one in &statement.gates {
        line("gate", &gate(one))?;
    }
    line("feed of", &statement.feed_date.map(format::minute).unwrap_or_default())
}

/// Text of feeds and reporters without control characters.
fn shown(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_key() {
        for (key, _) in COLUMNS {
            assert!(HELP.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *key), "{key}");
        }
    }
}

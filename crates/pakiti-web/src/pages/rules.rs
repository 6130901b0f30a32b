//! Local rules: listed for everybody signed in, changed by administrators, in force when the answer comes.

use super::{layout, render};
use crate::access::Person;
use crate::app::App;
use crate::error::PageError;
use crate::view::layout::{Notice, Section};
use crate::view::rules::{RuleRow, RulesPage};
use crate::view::source_edit::TextField;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use pakiti_core::local_rule::LocalRule;
use pakiti_core::severity::Severity;
use pakiti_engine::local_rules::{self, LocalRulesError};
use pakiti_store::error::StoreError;
use std::collections::HashMap;

/// Name, label, hint, required.
const FIELDS: [(&str, &str, &str, bool); 10] = [
    ("name", "Name", "One line; a rule of the same name is replaced", true),
    ("os_groups", "OS groups", "Such as debian-12, rhel-9; several separated by blanks or commas", true),
    ("package", "Package", "The exact name of the installed package", true),
    (
        "operator",
        "Operator",
        "How a vulnerable version stands to the version: <, <=, =, >= or >; empty is <",
        false,
    ),
    ("version", "Version", "With < the fixed version; empty: every version is vulnerable", false),
    ("cve", "CVE", "Such as CVE-2024-3094; empty where there is none", false),
    ("id", "Own id", "An id of yours, where there is no CVE", false),
    ("severity", "Severity", "critical, important, moderate, low, none or unknown", false),
    ("tag", "Tag", "A word to find it by", false),
    ("url", "Web address", "Where to read more", false),
];

pub(crate) async fn show(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let notice = match query.get("done").map(String::as_str) {
        Some("added") => Some("The rule is in force; all hosts of its OS groups were judged again."),
        Some("removed") => Some("The rule was removed; its hosts were judged again."),
        _ => None,
    };
    page(&app, &person, &HashMap::new(), None, notice).await
}

pub(crate) async fn add(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let rule = sent(&fields);
    let name = rule.name.clone();
    match local_rules::put(&app.engine, &person.scope, vec![rule]).await {
        Ok(_) => {
            tracing::info!(rule.name = %name, account.name = %person.name, "local rule added");
            Ok(Redirect::to("/rules?done=added").into_response())
        }
        Err(LocalRulesError::Rule { reason, .. } | LocalRulesError::Rules(reason)) => {
            let page = page(&app, &person, &fields, Some(reason.to_string()), None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(failed(error)),
    }
}

pub(crate) async fn remove(
    State(app): State<App>,
    Extension(person): Extension<Person>,
    Form(fields): Form<HashMap<String, String>>,
) -> Result<Response, PageError> {
    let name = fields.get("name").cloned().unwrap_or_default();
    match local_rules::remove(&app.engine, &person.scope, &name).await {
        Ok(_) => {
            tracing::info!(rule.name = %name, account.name = %person.name, "local rule removed");
            Ok(Redirect::to("/rules?done=removed").into_response())
        }
        Err(LocalRulesError::Unknown(_)) => Err(PageError::NotFound),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: LocalRulesError) -> PageError {
    match error {
        LocalRulesError::Store(error) => error.into(),
        LocalRulesError::NotAllowed => PageError::Forbidden,
        other => PageError::Store(StoreError::Corrupt { what: "local rules", reason: other.to_string() }),
    }
}

fn sent(fields: &HashMap<String, String>) -> LocalRule {
    let field = |name: &str| fields.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
    let groups = field("os_groups");
    let groups = groups.split([',', ' ', '\t']).filter(|group| !group.is_empty());
    LocalRule {
        name: field("name"),
        os_groups: groups.map(str::to_owned).collect(),
        package: field("package"),
        operator: field("operator"),
        version: field("version"),
        cve: field("cve"),
        id: field("id"),
        severity: field("severity"),
        tag: field("tag"),
        url: field("url"),
    }
}

async fn page(
    app: &App,
    person: &Person,
    sent: &HashMap<String, String>,
    trouble: Option<String>,
    notice: Option<&str>,
) -> Result<Response, PageError> {
    let rules = local_rules::list(&app.engine.db).await.map_err(failed)?;
    let mut layout = layout(app, person, Section::Sources).await?;
    layout.notice = notice.map(|text| Notice { good: true, text: text.to_owned() });
    let field = |(name, label, hint, required)| TextField {
        name,
        label,
        hint,
        value: sent.get(name).cloned().unwrap_or_default(),
        error: None,
        required,
    };
    render(&RulesPage {
        layout,
        administrator: person.scope.is_administrator(),
        rules: rules.into_iter().map(row).collect(),
        fields: FIELDS.into_iter().map(field).collect(),
        trouble,
    })
}

fn row(rule: LocalRule) -> RuleRow {
    let operator = if rule.operator.is_empty() { "<" } else { &rule.operator };
    let condition = match rule.version.is_empty() {
        true => rule.package.clone(),
        false => format!("{} {operator} {}", rule.package, rule.version),
    };
    RuleRow {
        condition,
        groups: rule.os_groups.into_iter().collect::<Vec<_>>().join(", "),
        subject: if rule.cve.is_empty() { rule.id } else { rule.cve },
        severity: Severity::of_word(&rule.severity).word(),
        name: rule.name,
        tag: rule.tag,
        url: rule.url,
    }
}

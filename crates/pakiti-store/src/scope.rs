//! The one gate: what a person or token may see.
//!
//! A [`Scope`] is made only here, from an account's role and grants (as a set of cells) or for the operator
//! who holds the database itself. Store functions for people do not compile without one (law 5).

use crate::args;
use crate::db::{Db, Value};
use crate::error::Result;

/// What one principal may see and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    reach: Reach,
    administrator: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    All,
    Cells(Vec<i64>),
}

impl Scope {
    /// The operator: whoever can open the database on this machine (the command line).
    pub fn operator() -> Self {
        Self { reach: Reach::All, administrator: true }
    }

    /// Nothing at all.
    pub fn nothing() -> Self {
        Self { reach: Reach::Cells(Vec::new()), administrator: false }
    }

    /// May this principal configure sources, accounts, ...?
    pub fn is_administrator(&self) -> bool {
        self.administrator
    }

    /// The scope of an account by its role and grants; a disabled or missing account reaches nothing.
    pub async fn of_account(db: &Db, account_id: i64) -> Result<Self> {
        let row = db.fetch_optional(ROLE, args![account_id]).await?;
        let Some(row) = row else { return Ok(Self::nothing()) };
        if row.text(0)? == "administrator" {
            return Ok(Self { reach: Reach::All, administrator: true });
        }
        let rows = db.fetch(CELLS, args![account_id]).await?;
        let cells = rows.iter().map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
        Ok(Self { reach: Reach::Cells(cells), administrator: false })
    }

    /// Does it reach the hosts of this cell? For lists that are kept in memory; what is asked of the database takes
    /// the predicate.
    pub fn covers(&self, cell: i64) -> bool {
        match &self.reach {
            Reach::All => true,
            // In the order of `CELLS`.
            Reach::Cells(cells) => cells.binary_search(&cell).is_ok(),
        }
    }

    /// The predicate `column IN (cells)` as SQL; its arguments are appended to `args`.
    pub(crate) fn predicate(&self, column: &str, args: &mut Vec<Value>) -> String {
        match &self.reach {
            Reach::All => "1 = 1".to_owned(),
            Reach::Cells(cells) if cells.is_empty() => "1 = 0".to_owned(),
            Reach::Cells(cells) => {
                let mut out = format!("{column} IN (");
                for (i, cell) in cells.iter().enumerate() {
                    args.push(Value::from(*cell));
                    let comma = if i == 0 { "" } else { "," };
                    out.push_str(&format!("{comma}${}", args.len()));
                }
                out.push(')');
                out
            }
        }
    }
}

const ROLE: &str = "SELECT role FROM account WHERE id = $1 AND enabled = 1";

/// Cells of granted groups, and the own cells of granted hosts.
const CELLS: &str = "SELECT cg.cell_id FROM cell_group cg JOIN group_grant g ON g.group_id = cg.group_id WHERE g.account_id = $1 \
     UNION SELECT h.cell_id FROM host h JOIN host_grant g ON g.host_id = h.id JOIN cell c ON c.id = h.cell_id \
     WHERE g.account_id = $1 AND c.own_host_id = h.id ORDER BY 1";

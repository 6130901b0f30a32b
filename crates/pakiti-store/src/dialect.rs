//! The few places where the two databases need two texts (law 6); each pair is tested on both.

use crate::db::{Column, Dialect, Value, pieces, placeholders};

/// Reads the active generation so that it cannot move before this transaction ends. SQLite: the write lock
/// already holds everybody off.
pub(crate) fn read_generation(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1",
        Dialect::Postgres => {
            "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1 FOR SHARE"
        }
    }
}

/// The same for the transaction that moves it.
pub(crate) fn lock_generation(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1",
        Dialect::Postgres => {
            "SELECT active, swept, sweep_set, evaluator FROM generation WHERE id = 1 FOR UPDATE"
        }
    }
}

/// Ends a statement that selects rows this transaction will change.
pub(crate) fn for_update(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    }
}

/// PostgreSQL keeps a plan that it made for a young, empty table, which then reads all of the grown one each
/// time: plans are made anew for the values at hand ...
pub(crate) const FRESH_PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");
/// ... but not where rows that refer to others are inserted: each reference would be planned anew, which costs
/// more than looking it up. Both hold to the end of the transaction at most.
pub(crate) const KEEP_PLANS: &str = "SET LOCAL plan_cache_mode = auto";
/// Ends [`KEEP_PLANS`].
pub(crate) const RENEW_PLANS: &str = "SET LOCAL plan_cache_mode = force_custom_plan";

/// Rows or values in one statement on PostgreSQL: any number costs the same text.
const AT_ONCE: usize = 10_000;

/// The type of a column in a [`tables`] or [`lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Text,
    Blob,
}

/// Rows as tables to select from, each a text with its arguments (from `$1` on). SQLite: `VALUES` of at most
/// `max` rows. PostgreSQL: one array per column, which is parsed and planned once for any number of rows.
pub(crate) fn tables(
    dialect: Dialect,
    types: &[Type],
    rows: Vec<Vec<Value>>,
    max: usize,
) -> Vec<(String, Vec<Value>)> {
    let mut out = Vec::new();
    let mut rows_left = rows.as_slice();
    match dialect {
        Dialect::Sqlite => {
            let sizes: Vec<usize> = pieces(rows_left, max).iter().map(|piece| piece.len()).collect();
            let mut rows = rows.into_iter();
            for size in sizes {
                let text = format!("VALUES {}", placeholders(size, types.len(), 1));
                out.push((text, rows.by_ref().take(size).flatten().collect()));
            }
        }
        Dialect::Postgres => {
            while !rows_left.is_empty() {
                let (piece, rest) = rows_left.split_at(rows_left.len().min(AT_ONCE));
                let column =
                    |(at, of): (usize, &Type)| array(*of, piece.iter().filter_map(|row| row.get(at)));
                let args = types.iter().enumerate().map(column).collect();
                let names: Vec<String> = types.iter().zip(1..).map(|(of, n)| parameter(*of, n)).collect();
                out.push((format!("SELECT * FROM UNNEST({})", names.join(", ")), args));
                rows_left = rest;
            }
        }
    }
    out
}

/// What follows a column that shall be one of the values, each a text with its arguments (from `$1` on).
pub(crate) fn lists(dialect: Dialect, of: Type, values: Vec<Value>, max: usize) -> Vec<(String, Vec<Value>)> {
    match dialect {
        Dialect::Sqlite => {
            let sizes: Vec<usize> = pieces(&values, max).iter().map(|piece| piece.len()).collect();
            let mut values = values.into_iter();
            let list =
                |size| (format!("IN {}", placeholders(1, size, 1)), values.by_ref().take(size).collect());
            sizes.into_iter().map(list).collect()
        }
        Dialect::Postgres => values
            .chunks(AT_ONCE)
            .map(|piece| (format!("= ANY({})", parameter(of, 1)), vec![array(of, piece.iter())]))
            .collect(),
    }
}

fn parameter(of: Type, n: usize) -> String {
    let of = match of {
        Type::Int => "bigint",
        Type::Text => "text",
        Type::Blob => "bytea",
    };
    format!("${n}::{of}[]")
}

/// Values of another type than the column's become NULL, which the schema refuses.
fn array<'a>(of: Type, values: impl Iterator<Item = &'a Value>) -> Value {
    Value::Column(match of {
        Type::Int => Column::Ints(values.map(|v| if let Value::Int(x) = v { *x } else { None }).collect()),
        Type::Text => {
            Column::Texts(values.map(|v| if let Value::Text(x) = v { x.clone() } else { None }).collect())
        }
        Type::Blob => {
            Column::Blobs(values.map(|v| if let Value::Blob(x) = v { x.clone() } else { None }).collect())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Type, lists, tables};
    use crate::args;
    use crate::db::Dialect;

    #[test]
    fn a_table_is_pieces_of_values_for_sqlite_and_arrays_for_postgresql() {
        let rows = || vec![args![1, "a"], args![2, "b"], args![3, "c"]];
        let texts = |dialect| {
            let tables = tables(dialect, &[Type::Int, Type::Text], rows(), 2);
            tables.into_iter().map(|(text, args)| (text, args.len())).collect::<Vec<_>>()
        };
        let values = [("VALUES ($1,$2),($3,$4)".to_owned(), 4), ("VALUES ($1,$2)".to_owned(), 2)];
        assert_eq!(texts(Dialect::Sqlite), values);
        let arrays = "SELECT * FROM UNNEST($1::bigint[], $2::text[])".to_owned();
        assert_eq!(texts(Dialect::Postgres), [(arrays, 2)]);
    }

    #[test]
    fn a_list_is_pieces_of_places_for_sqlite_and_one_array_for_postgresql() {
        let texts = |dialect| {
            let lists = lists(dialect, Type::Int, args![1, 2, 3], 2);
            lists.into_iter().map(|(text, args)| (text, args.len())).collect::<Vec<_>>()
        };
        assert_eq!(texts(Dialect::Sqlite), [("IN ($1,$2)".to_owned(), 2), ("IN ($1)".to_owned(), 1)]);
        assert_eq!(texts(Dialect::Postgres), [("= ANY($1::bigint[])".to_owned(), 1)]);
        assert!(lists(Dialect::Postgres, Type::Int, Vec::new(), 2).is_empty());
    }
}

//! Accounts and sessions.

use crate::spec::{DAY, T0};
use pakiti_store::account::{self, Account, Role};
use pakiti_store::error::StoreError;

const TOKEN: [u8; 32] = [7; 32];
const OTHER: [u8; 32] = [8; 32];

on_both! {
    async fn an_account_is_found_by_its_exact_name(w: &mut World) {
        let id = account::add(&w.db, "Éva", "$argon2id$x", Role::Viewer, T0).await.unwrap();
        let (found, hash) = account::by_name(&w.db, "Éva").await.unwrap().unwrap();
        let expected = Account { id, name: "Éva".into(), role: Role::Viewer, enabled: true, created_at: T0 };
        assert_eq!((found, hash.as_str()), (expected, "$argon2id$x"));
        for name in ["éva", "Eva", "Éva ", ""] {
            assert_eq!(account::by_name(&w.db, name).await.unwrap(), None);
        }
    }

    async fn a_name_is_given_once(w: &mut World) {
        account::add(&w.db, "x", "1", Role::Viewer, T0).await.unwrap();
        let refused = account::add(&w.db, "x", "2", Role::Administrator, T0).await.unwrap_err();
        assert!(matches!(&refused, StoreError::Exists { what: "account", name } if name == "x"));
        assert_eq!(account::by_name(&w.db, "x").await.unwrap().unwrap().1, "1");
        assert_eq!(w.count("account").await, 1);
    }

    async fn accounts_are_listed_by_name(w: &mut World) {
        for (name, role) in [("b", Role::Viewer), ("a", Role::Administrator), ("C", Role::Viewer)] {
            account::add(&w.db, name, "-", role, T0).await.unwrap();
        }
        let list = account::list(&w.db).await.unwrap();
        let names: Vec<&str> = list.iter().map(|a| a.name.as_str()).collect();
        assert_eq!(names, ["C", "a", "b"], "by bytes, in both databases");
        assert_eq!(list[1].role, Role::Administrator);
    }

    async fn a_session_is_valid_until_it_expires(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "csrf", T0, T0 + DAY).await.unwrap();
        let session = account::session(&w.db, TOKEN, T0 + DAY).await.unwrap().unwrap();
        assert_eq!((session.account.id, session.csrf.as_str()), (id, "csrf"));
        assert_eq!(account::session(&w.db, TOKEN, T0 + DAY + 1).await.unwrap(), None);
        assert_eq!(account::session(&w.db, OTHER, T0).await.unwrap(), None);
    }

    async fn expired_sessions_are_cleared_when_one_is_opened(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "1", T0, T0 + 10).await.unwrap();
        account::open_session(&w.db, OTHER, id, "2", T0 + 10, T0 + 99).await.unwrap();
        assert_eq!(w.count("session").await, 2);
        account::open_session(&w.db, [9; 32], id, "3", T0 + 11, T0 + 99).await.unwrap();
        assert_eq!(w.count("session").await, 2);
    }

    async fn a_closed_session_is_gone_and_others_stay(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "1", T0, T0 + DAY).await.unwrap();
        account::open_session(&w.db, OTHER, id, "2", T0, T0 + DAY).await.unwrap();
        account::close_session(&w.db, TOKEN).await.unwrap();
        assert_eq!(account::session(&w.db, TOKEN, T0).await.unwrap(), None);
        assert!(account::session(&w.db, OTHER, T0).await.unwrap().is_some());
    }

    async fn a_new_password_ends_the_sessions_of_its_account_only(w: &mut World) {
        let x = account::add(&w.db, "x", "old", Role::Viewer, T0).await.unwrap();
        let y = account::add(&w.db, "y", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, x, "1", T0, T0 + DAY).await.unwrap();
        account::open_session(&w.db, OTHER, y, "2", T0, T0 + DAY).await.unwrap();
        account::set_password(&w.db, x, "new", T0 + 5).await.unwrap();
        assert_eq!(account::by_name(&w.db, "x").await.unwrap().unwrap().1, "new");
        assert_eq!(account::session(&w.db, TOKEN, T0).await.unwrap(), None);
        assert!(account::session(&w.db, OTHER, T0).await.unwrap().is_some());
        assert_eq!(w.number("SELECT password_changed_at FROM account WHERE name = 'x'").await, T0 + 5);
    }

    async fn disabling_an_account_ends_its_sessions_for_good(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "1", T0, T0 + DAY).await.unwrap();
        account::set_enabled(&w.db, id, false).await.unwrap();
        assert!(!account::by_name(&w.db, "x").await.unwrap().unwrap().0.enabled);
        account::set_enabled(&w.db, id, true).await.unwrap();
        assert_eq!(account::session(&w.db, TOKEN, T0).await.unwrap(), None);
    }

    async fn a_session_of_a_disabled_account_is_none_even_if_its_row_is_there(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::set_enabled(&w.db, id, false).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "1", T0, T0 + DAY).await.unwrap();
        assert_eq!(account::session(&w.db, TOKEN, T0).await.unwrap(), None);
    }

    async fn a_session_goes_on_with_a_new_role(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "1", T0, T0 + DAY).await.unwrap();
        account::set_role(&w.db, id, Role::Administrator).await.unwrap();
        let session = account::session(&w.db, TOKEN, T0).await.unwrap().unwrap();
        assert_eq!(session.account.role, Role::Administrator);
    }

    async fn removing_an_account_ends_its_sessions(w: &mut World) {
        let id = account::add(&w.db, "x", "-", Role::Viewer, T0).await.unwrap();
        account::open_session(&w.db, TOKEN, id, "1", T0, T0 + DAY).await.unwrap();
        account::remove(&w.db, id).await.unwrap();
        assert_eq!((w.count("account").await, w.count("session").await), (0, 0));
        assert!(account::open_session(&w.db, TOKEN, id, "1", T0, T0 + DAY).await.is_err());
    }
}

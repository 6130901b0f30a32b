//! Protocol, mode and address of the feeder.

use super::{PLAIN, detail, hosts, refused};
use pakiti_store::host_packages;

on_both! {
    async fn protocols_5_6_and_none_store_the_host(s: &mut TestServer) {
        for (i, protocol) in ["5", "6", ""].into_iter().enumerate() {
            let body = PLAIN.replace("n1", &format!("p{i}"));
            let answer = s.feed(protocol, "", body).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"), "{protocol}");
        }
        let names: Vec<String> = hosts(s).await.into_iter().map(|host| host.name).collect();
        assert_eq!(names.len(), 3, "{names:?}");
    }

    async fn protocol_6_is_read_as_protocol_6(s: &mut TestServer) {
        let body = PLAIN.replace("\tamd64\n", "\tamd64\tbash-source\t5.2\t-\t-\theld\t-\t-\n");
        for (protocol, source) in [("6", "bash-source"), ("5", "")] {
            let answer = s.feed(protocol, "", body.clone()).await;
            let id = answer.header("x-pakiti-host").unwrap().parse().unwrap();
            let detail = detail(s, id).await;
            let packages = host_packages::installed(&s.db, &detail).await.unwrap();
            assert_eq!(packages[0].0.source_name, source, "{protocol}");
        }
    }

    async fn version_is_another_word_for_protocol(s: &mut TestServer) {
        let answer = s.nobody().post("/feed/?version=5", PLAIN).await;
        assert_eq!(answer.text(), "OK\n");
        let answer = s.nobody().post("/feed/?protocol=6&version=99", PLAIN).await;
        assert_eq!(answer.text(), "OK\n", "protocol wins");
        let answer = s.nobody().post("/feed/?version=99", PLAIN).await;
        assert_eq!(refused(s, answer).await.0, 400);
    }

    async fn an_unknown_protocol_is_named_in_one_line(s: &mut TestServer) {
        for (protocol, shown) in [("4", "4"), ("7", "7"), ("5%0a%0dOK", "5  OK"), ("%3Cb%3E", "<b>")] {
            let answer = s.feed(protocol, "", PLAIN).await;
            let (status, text) = refused(s, answer).await;
            let expected = format!("ERROR: unknown protocol `{shown}`: this server takes 5 and 6\n");
            assert_eq!((status, text), (400, expected));
        }
        let answer = s.feed(&"9".repeat(5000), "", PLAIN).await;
        assert!(refused(s, answer).await.1.len() < 100, "a long word is cut");
        assert!(hosts(s).await.is_empty());
    }

    async fn every_mode_by_its_word_and_by_its_old_number(s: &mut TestServer) {
        for (i, mode) in ["", "store-only", "0", "store-and-report", "1"].into_iter().enumerate() {
            let answer = s.feed("5", mode, PLAIN.replace("n1", &format!("m{i}"))).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"), "{mode}");
            assert_eq!(hosts(s).await.len(), i + 1, "{mode}");
        }
        let answer = s.nobody().post("/feed/?report=1&protocol=5", PLAIN).await;
        assert_eq!(answer.text(), "OK\n");
        let answer = s.feed("5", "3", PLAIN).await;
        let (status, text) = refused(s, answer).await;
        assert_eq!(status, 400);
        assert_eq!(text, "ERROR: unknown mode `3`: store-only, store-and-report or report-only\n");
    }

    async fn report_only_answers_and_stores_nothing(s: &mut TestServer) {
        for mode in ["report-only", "2"] {
            let answer = s.feed("5", mode, PLAIN).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"));
            assert_eq!(answer.header("x-pakiti-host"), None);
        }
        assert!(hosts(s).await.is_empty());
        let answer = s.feed("5", "report-only", "no report").await;
        assert_eq!(refused(s, answer).await.0, 400, "it is read all the same");
    }

    async fn the_old_addresses_lead_to_the_feeder(s: &mut TestServer) {
        for path in ["/feed", "/feed/", "/pakiti/feed/"] {
            let answer = s.nobody().post(&format!("{path}?protocol=5"), PLAIN).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "OK\n"), "{path}");
        }
        assert_eq!(hosts(s).await.len(), 1);
    }

    async fn only_post_reports(s: &mut TestServer) {
        for path in ["/feed", "/feed/", "/pakiti/feed/"] {
            let answer = s.nobody().get(path).await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{path}");
        }
    }
}

//! Module documents of a repository decide what of it and of others a host sees.

use super::feed::{HOST, Repo, configure, plain, publish, report, serve, serve_with, touched, updates};
use pakiti_engine::source::options::SourceOptions;

const TEN: &str = "nodejs:10:1:c0ffee";

fn nodejs() -> Repo {
    Repo::of(&[
        "nodejs 1:10.1-1 x86_64",
        "nodejs 1:10.2-1 x86_64",
        "nodejs 1:12.1-1 x86_64",
        "bash 6-1 x86_64",
    ])
}

fn artifacts<'a>(versions: &[&'a str]) -> Vec<&'a str> {
    versions.to_vec()
}

on_both! {
    async fn a_module_document_that_changes_changes_the_candidates(w: &mut World) {
        report(w, HOST, &[], &[&format!("nodejs 1:10.1-1 x86_64 {TEN}"), "bash 6-1 x86_64"]).await;
        let ten = artifacts(&["nodejs-1:10.1-1.x86_64", "nodejs-1:10.2-1.x86_64"]);
        let twelve = artifacts(&["nodejs-1:12.1-1.x86_64"]);
        serve(w, "app", &nodejs().stream("nodejs:10", &ten).stream("nodejs:12", &twelve)).await;
        assert_eq!(updates(w).await, ["nodejs 1:10.1-1 > 1:10.2-1 unknown app"]);
        // 10.2 now belongs to stream 12.
        let both = artifacts(&["nodejs-1:10.2-1.x86_64", "nodejs-1:12.1-1.x86_64"]);
        publish(w, "app", &nodejs().stream("nodejs:10", &ten[..1]).stream("nodejs:12", &both));
        w.sync("app").await.unwrap();
        assert_eq!(touched(w).await, ["nodejs"]);
        assert!(updates(w).await.is_empty());
        // And is back.
        publish(w, "app", &nodejs().stream("nodejs:10", &ten).stream("nodejs:12", &twelve));
        w.sync("app").await.unwrap();
        assert_eq!(updates(w).await, ["nodejs 1:10.1-1 > 1:10.2-1 unknown app"]);
    }

    async fn what_the_host_enabled_wins_over_the_default(w: &mut World) {
        let ten = ["nodejs-1:10.1-1.x86_64", "nodejs-1:10.2-1.x86_64"];
        let repo = nodejs()
            .stream("nodejs:10", &ten)
            .stream("nodejs:12", &["nodejs-1:12.1-1.x86_64"])
            .default_stream("nodejs", "10");
        report(w, HOST, &["module: nodejs:12:enabled"], &["nodejs 1:10.1-1 x86_64"]).await;
        serve(w, "app", &repo).await;
        assert_eq!(updates(w).await, ["nodejs 1:10.1-1 > 1:12.1-1 unknown app"]);
        report(w, HOST, &[], &["nodejs 1:10.1-1 x86_64"]).await;
        assert_eq!(updates(w).await, ["nodejs 1:10.1-1 > 1:10.2-1 unknown app"]);
    }

    async fn hotfix_repositories_are_not_filtered_by_modules(w: &mut World) {
        let label = format!("nodejs 1:10.1-1 x86_64 {TEN}");
        report(w, HOST, &[], &[&label]).await;
        serve(w, "app", &nodejs().stream("nodejs:10", &["nodejs-1:10.1-1.x86_64"])).await;
        let fix = Repo::of(&["nodejs 1:10.9-1 x86_64"]);
        serve(w, "fix", &fix).await;
        assert!(updates(w).await.is_empty(), "not modular, and its name is an active stream's");
        let options = SourceOptions { module_hotfixes: true, ..plain() };
        configure(w, "fix", "options", &options.record()).await;
        w.sync("fix").await.unwrap();
        assert_eq!(updates(w).await, ["nodejs 1:10.1-1 > 1:10.9-1 unknown fix"]);
        serve_with(w, "fix2", &Repo::of(&["nodejs 1:10.8-1 x86_64"]), &options).await;
    }

    async fn a_stream_hides_packages_of_other_repositories_that_provide_its_names(w: &mut World) {
        report(w, HOST, &[], &["node-compat 1-1 x86_64", "old-node 1-1 x86_64", "bash 5-1 x86_64"]).await;
        serve(w, "base", &Repo::of(&["node-compat 2-1 x86_64 +nodejs", "bash 6-1 x86_64"])).await;
        serve(w, "more", &Repo::of(&["node-new 1-1 x86_64 +nodejs -old-node"])).await;
        let all = ["bash 5-1 > 6-1 unknown base", "node-compat 1-1 > 2-1 unknown base"];
        assert_eq!(updates(w).await, all);
        let app = Repo::of(&["nodejs 1:10.1-1 x86_64"]);
        serve(w, "app", &app).await;
        assert_eq!(updates(w).await, all);
        let modular = app.clone().stream("nodejs:10", &["nodejs-1:10.1-1.x86_64"]).default_stream("nodejs", "10");
        publish(w, "app", &modular);
        w.sync("app").await.unwrap();
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 unknown base"]);
        assert_eq!(touched(w).await, ["node-compat", "node-new", "nodejs", "old-node"]);
        publish(w, "app", &app);
        w.sync("app").await.unwrap();
        assert_eq!(updates(w).await, all);
    }

    async fn a_stream_that_needs_another_repositorys_stream_makes_it_active(w: &mut World) {
        report(w, HOST, &[], &["perl 5.30-1 x86_64", "bash 5-1 x86_64"]).await;
        let perl = Repo::of(&["perl 5.32-1 x86_64", "bash 6-1 x86_64"]).stream("perl:5.32", &["perl-0:5.32-1.x86_64"]);
        serve(w, "base", &perl).await;
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 unknown base"], "perl:5.32 is not active");
        let web = Repo::of(&["web 1-1 x86_64"])
            .stream_needing("web:1", "perl: [\"5.32\"]", &["web-0:1-1.x86_64"])
            .default_stream("web", "1");
        serve(w, "app", &web).await;
        assert_eq!(updates(w).await, ["bash 5-1 > 6-1 unknown base", "perl 5.30-1 > 5.32-1 unknown base"]);
    }
}

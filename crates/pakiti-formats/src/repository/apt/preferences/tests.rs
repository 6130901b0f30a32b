use super::*;

fn read(text: &str) -> (Vec<(String, String, i32)>, String) {
    let mut skipped = SkipList::default();
    let pins = parse(text, "preferences", &mut skipped);
    let pins = pins.into_iter().map(|pin| (pin.package, pin.expression, pin.priority)).collect();
    (pins, skipped.kept().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_kind_of_pin_is_read() {
    let (pins, skipped) = read(
        "Explanation: why\nPackage: *\nPin: release a=stable, n=bookworm , l=Debian\nPin-Priority: 900\n\n\
         # a comment\nPackage: perl libperl* /^gcc/\nPin: version 5.20*\nPin-Priority: 1001\n\n\
         Package: x\nPin: origin \"ftp.de.debian.org\"\nPin-Priority: -10\n\n\
         Package: y\nPin: origin \"\"\nPin-Priority: 1\n\n\
         Explanation: nothing else\n",
    );
    assert_eq!(skipped, "");
    let shown: Vec<_> = pins.iter().map(|pin| format!("{} | {} | {}", pin.0, pin.1, pin.2)).collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    * | release a=stable,n=bookworm,l=Debian | 900
    perl | version 5.20* | 1001
    libperl* | version 5.20* | 1001
    /^gcc/ | version 5.20* | 1001
    x | origin ftp.de.debian.org | -10
    y | origin | 1
    ");
}

#[test]
fn what_apt_refuses_is_skipped_with_its_line() {
    let (pins, skipped) = read(
        "Package: a\nPin: release a=x\n\nPackage: a\nPin-Priority: 1\n\nPin: release a=x\nPin-Priority: 1\n\n\
         Package: a\nPin: release a=x\nPin-Priority: 0\n\nPackage: a\nPin: nonsense b\nPin-Priority: 1\n\n\
         Package: a\nPin: release\nPin-Priority: 1\n\nPackage: a\nPin: version 1\nPin-Priority: high\n",
    );
    assert!(pins.is_empty());
    insta::assert_snapshot!(skipped, @"
    preferences:1: no Pin-Priority
    preferences:4: no Pin
    preferences:7: no Package
    preferences:10: not a Pin-Priority line
    preferences:14: not a Pin line
    preferences:18: not a Pin line
    preferences:22: not a Pin-Priority line
    ");
}

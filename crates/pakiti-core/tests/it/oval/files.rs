//! Section 5: textfilecontent54; section 6: the files that are made from a report.

use super::{Builder, Host, by_variable, entity, outcome, pattern, typed};
use pakiti_core::oval::Outcome;
use pakiti_core::oval::field::Field;
use pakiti_core::oval::model::{
    Check, Component, Datatype, Entity, Kind, Object, Operation, Place, Test, VariableValue,
};

const KIND: Kind = Kind::TextFileContent54;

fn instance(operation: Operation, value: &str) -> Entity {
    typed(Field::Instance, operation, Datatype::Int, value)
}

/// An object over a file; `path` with a folder of `.` is written as path and filename.
fn object(builder: &mut Builder, path: &str, text: &str, instance: Entity) -> Place {
    let mut entities = match path.strip_prefix("./") {
        Some(name) => vec![entity(Field::Path, "."), entity(Field::Filename, name)],
        None => vec![entity(Field::Filepath, path)],
    };
    entities.extend([pattern(Field::Pattern, text), instance]);
    builder.object(KIND, entities)
}

/// Does the first match of a pattern in a file satisfy a state?
fn first(host: &Host, path: &str, text: &str, state: Entity) -> Outcome {
    asked(host, path, text, instance(Operation::Equals, "1"), state)
}

fn asked(host: &Host, path: &str, text: &str, instance: Entity, state: Entity) -> Outcome {
    let mut builder = Builder::default();
    let object = object(&mut builder, path, text, instance);
    let states = vec![builder.state(KIND, vec![state])];
    let test = builder.test(Test { kind: KIND, object, states, ..Test::default() });
    host.test(&builder, test)
}

fn given(path: &str, content: &str) -> Host {
    let mut host = Host::rpm("bash 1-1 x86_64");
    host.files.insert(path.into(), content.into());
    host
}

#[test]
fn matches_are_instances_over_lines() {
    let host = given("/f", "a=1\nb=22\na=3\n");
    let text = |value: &str| entity(Field::Text, value);
    let rows = [
        (Operation::Equals, "1", "a=1", "T"),
        (Operation::Equals, "2", "b=22", "T"),
        (Operation::Equals, "3", "a=3", "T"),
        (Operation::Equals, "4", "a=3", "F"),
        (Operation::Equals, "-1", "a=3", "T"),
        (Operation::Equals, "-3", "a=1", "T"),
        (Operation::Equals, "-4", "a=1", "F"),
        (Operation::Equals, "0", "a=1", "F"),
        (Operation::GreaterThan, "2", "a=3", "T"),
        (Operation::LessThan, "2", "a=1", "T"),
        (Operation::GreaterThanOrEqual, "1", "a=1", "F"),
    ];
    for (operation, number, own, expected) in rows {
        let result = asked(&host, "/f", "^[a-z]=.*$", instance(operation, number), text(own));
        assert_eq!(result, outcome(expected), "{operation:?} {number} {own}");
    }
    assert_eq!(first(&host, "/f", r"\A[\w\W]*", text("a=1\nb=22\na=3\n")), Outcome::True);
    assert_eq!(first(&host, "/f", "(?<=^b=).*", text("22")), Outcome::True);
    assert_eq!(first(&host, "/f", "none", text("")), Outcome::False);
    assert_eq!(first(&host, "/f", "(", text("")), Outcome::Error);
    assert_eq!(first(&host, "/f", "(a+)+$(?=x)", text("")), Outcome::False);
}

#[test]
fn groups_are_subexpressions_and_the_rest_are_fields() {
    let host = given("/etc/f", "x=1;2\n");
    let search = r"^(x)=(\d)(z)?;(\d)$";
    let all = |value: &str, check| Entity { entity_check: check, ..pattern(Field::Subexpression, value) };
    assert_eq!(first(&host, "/etc/f", search, all("^[x12]$", Check::All)), Outcome::True, "z took no part");
    assert_eq!(first(&host, "/etc/f", search, all("^2$", Check::OnlyOne)), Outcome::True);
    let rows = [
        (Field::Filepath, "/etc/f"),
        (Field::Path, "/etc"),
        (Field::Filename, "f"),
        (Field::Pattern, search),
        (Field::Instance, "1"),
        (Field::Text, "x=1;2"),
    ];
    for (field, value) in rows {
        assert_eq!(first(&host, "/etc/f", search, entity(field.clone(), value)), Outcome::True, "{field:?}");
    }
    assert_eq!(first(&host, "/etc/f", "x", entity(Field::Subexpression, "x")), Outcome::Unknown);
}

#[test]
fn paths_have_operations_and_patterns_behaviors() {
    let mut host = given("/etc/a.conf", "Key\nnext\n");
    host.files.insert("/etc/b.conf".into(), "other\n".into());
    host.complete = true;
    let mut builder = Builder::default();
    let mut ask = |entities: Vec<Entity>, behaviors: &[(&str, &str)], states: Vec<Entity>| {
        let behaviors = behaviors.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        let object = builder.any_object(Object { kind: KIND, entities, behaviors, ..Object::default() });
        let states = states.into_iter().map(|state| builder.state(KIND, vec![state])).collect();
        let test = builder.test(Test { kind: KIND, object, states, ..Test::default() });
        host.test(&builder, test)
    };
    let one = || instance(Operation::Equals, "1");
    let search = |text: &str| pattern(Field::Pattern, text);
    let names = vec![entity(Field::Path, "/etc/"), entity(Field::Filename, "a.conf"), search("Key"), one()];
    assert_eq!(ask(names, &[], Vec::new()), Outcome::True);
    let by_pattern =
        vec![entity(Field::Path, "/etc"), pattern(Field::Filename, r"^.*\.conf$"), search("^o"), one()];
    assert_eq!(ask(by_pattern, &[], vec![entity(Field::Filename, "b.conf")]), Outcome::True);
    let whole = vec![pattern(Field::Filepath, "^/etc/c"), search("Key"), one()];
    assert_eq!(ask(whole, &[], Vec::new()), Outcome::False);
    let key = |text: &str| vec![entity(Field::Filepath, "/etc/a.conf"), search(text), one()];
    assert_eq!(ask(key("^key$"), &[], Vec::new()), Outcome::False);
    assert_eq!(ask(key("^key$"), &[("ignore_case", "true")], Vec::new()), Outcome::True);
    assert_eq!(ask(key("^next$"), &[("multiline", "false")], Vec::new()), Outcome::False);
    assert_eq!(ask(key("Key.next"), &[("singleline", "true")], Vec::new()), Outcome::True);
    assert_eq!(ask(vec![search("x"), one()], &[], Vec::new()), Outcome::Error);
}

#[test]
fn files_nobody_told_are_unknown_or_absent() {
    let mut host = Host::rpm("bash 1-1 x86_64");
    assert_eq!(first(&host, "/etc/passwd", "root", entity(Field::Text, "root")), Outcome::Unknown);
    host.complete = true;
    assert_eq!(first(&host, "/etc/passwd", "root", entity(Field::Text, "root")), Outcome::False);
}

#[test]
fn release_files_are_made_from_the_system() {
    let ubuntu = Host { system: "Ubuntu 18.04.6 LTS".into(), ..Host::deb("bash 1-1 amd64") };
    let codename = r"^[\s\S]*DISTRIB_CODENAME=([a-z]+)$";
    let sub = |value: &str| entity(Field::Subexpression, value);
    assert_eq!(first(&ubuntu, "/etc/lsb-release", codename, sub("bionic")), Outcome::True);
    assert_eq!(first(&ubuntu, "/etc/lsb-release", codename, sub("xenial")), Outcome::False);
    let debian = |system: &str, base: &str| Host { system: system.into(), ..Host::deb(base) };
    let rows = [
        ("Debian GNU/Linux 12 (bookworm)", "base-files 12.4+deb12u5 amd64", "12.5"),
        ("Debian GNU/Linux 11 (bullseye)", "base-files 11.1+deb11u9 amd64", "11.9"),
        ("Debian GNU/Linux 8 (jessie)", "base-files 8+deb8u11 amd64", "8.11"),
        ("Debian GNU/Linux 12 (bookworm)", "bash 1-1 amd64", "12.0"),
    ];
    for (system, base, version) in rows {
        let host = debian(system, base);
        assert_eq!(first(&host, "/etc/debian_version", ".*", entity(Field::Text, version)), Outcome::True);
        let major = version.split('.').next().unwrap();
        assert_eq!(first(&host, "/etc/debian_version", r"(\d+)\.\d", sub(major)), Outcome::True);
        assert_eq!(first(&host, "/etc/debian_version", r"^(\d).*$", sub(&major[..1])), Outcome::True);
        assert_eq!(
            first(&host, "/etc/os-release", "^NAME=\"(.*)\"$", sub("Debian GNU/Linux")),
            Outcome::True
        );
        assert_eq!(first(&host, "/etc/lsb-release", codename, sub("bionic")), Outcome::False);
    }
    let text = |value: &str| entity(Field::Text, value);
    let line = "CentOS Linux release 7.9.2009 (Core)";
    let centos = Host { system: line.into(), ..Host::rpm("centos-release 7-9.2009.1.el7 x86_64") };
    assert_eq!(first(&centos, "/etc/redhat-release", ".*", text(line)), Outcome::True);
    assert_eq!(first(&centos, "/etc/oracle-release", ".*", text(line)), Outcome::False);
    let alma = Host { system: "AlmaLinux 9.3".into(), ..Host::rpm("almalinux-release 9.3-1.el9 x86_64") };
    assert_eq!(first(&alma, "/etc/os-release", "^VERSION_ID=\"(.*)\"", sub("9.3")), Outcome::True);
    // A given file wins.
    let mut own = centos;
    own.files.insert("/etc/redhat-release".into(), "mine\n".into());
    assert_eq!(first(&own, "/etc/redhat-release", ".*", text("mine")), Outcome::True);
}

#[test]
fn module_files_come_from_the_list_then_from_labels() {
    let enabled = |host: &Host, module: &str, stream: &str| {
        let path = format!("/etc/dnf/modules.d/{module}.module");
        let state = format!(
            r"\nstream\s*=\s*{stream}\b[\w\W]*\nstate\s*=\s*(enabled|1|true)|\nstate\s*=\s*(enabled|1|true)[\w\W]*\nstream\s*=\s*{stream}\b"
        );
        first(host, &path, &format!(r"\[{module}\][\w\W]*"), pattern(Field::Text, &state))
    };
    let mut listed = Host::rpm("bash 1-1.el8 x86_64");
    for (module, stream) in [("nodejs", "18:enabled"), ("virt", "rhel:disabled"), ("php", "8.0")] {
        listed.context.group.modules.insert(module.into(), stream.into());
    }
    let rows = [
        ("nodejs", "18", "T"),
        ("nodejs", "16", "F"),
        ("virt", "rhel", "F"),
        ("php", "8.0", "T"),
        ("ruby", "3", "F"),
    ];
    for (module, stream, expected) in rows {
        assert_eq!(enabled(&listed, module, stream), outcome(expected), "{module} {stream}");
    }
    let mut labelled = Host::rpm("nodejs 18-1.module+el8 x86_64");
    labelled.packages[0].module = "nodejs:18:8070020230101:abcd".into();
    assert_eq!(enabled(&labelled, "nodejs", "18"), Outcome::True);
    assert_eq!(enabled(&labelled, "virt", "rhel"), Outcome::False);
    let mut unlabelled = Host::rpm("nodejs 18-1.module+el8 x86_64");
    assert_eq!(enabled(&unlabelled, "nodejs", "18"), Outcome::Unknown);
    unlabelled.complete = true;
    assert_eq!(enabled(&unlabelled, "nodejs", "18"), Outcome::False);
    assert_eq!(enabled(&Host::rpm("bash 1-1.el8 x86_64"), "nodejs", "18"), Outcome::False);
}

#[test]
fn ubuntus_manifest_is_the_list_of_packages() {
    let host =
        Host::deb("openssh-server 1:8.9p1-3 amd64\n php7.4 7.4-1 amd64\n libc6 2.35-1 i386\n g++ 4-1 amd64");
    let mut host = host;
    host.context.group.arch = "x86_64".into();
    let evr =
        |value: &str| typed(Field::Subexpression, Operation::LessThan, Datatype::DebianEvrString, value);
    let rows = [
        ("openssh-server", "1:8.9p1-3ubuntu0.5", "T"),
        ("openssh-server", "1:8.9p1-3", "F"),
        ("openssh", "2:1", "F"),
        ("php7.4", "7.4-2", "T"),
        (r"php7\.4", "7.4-2", "T"),
        ("php7x4", "7.4-2", "F"),
        ("libc6", "2.35-2", "T"),
        (r"g\+\+", "4-2", "T"),
        ("openssh-(client|server)", "1:8.9p1-3ubuntu0.5", "T"),
    ];
    for (name, below, expected) in rows {
        // The one form that is answered by name, and the same thing spelled so that it is searched for.
        for end in [r"(?::\w+|)\s+(.*)$", r"(?::\w+)?\s+(.*)$"] {
            let text = format!("^{name}{end}");
            let result =
                asked(&host, "./manifest", &text, instance(Operation::GreaterThanOrEqual, "1"), evr(below));
            assert_eq!(result, outcome(expected), "{text} {below}");
        }
    }
    let text = r"^libc6(?::\w+|)\s+(.*)$";
    assert_eq!(first(&host, "./manifest", text, entity(Field::Text, "libc6:i386\t2.35-1")), Outcome::True);
    host.files.insert("./manifest".into(), "openssh-server\t9-1\n".into());
    let server = r"^openssh-server(?::\w+|)\s+(.*)$";
    assert_eq!(first(&host, "./manifest", server, entity(Field::Subexpression, "9-1")), Outcome::True);
    let mut builder = Builder::default();
    let names = builder.constant(&[server, text]);
    let object = object(&mut builder, "./manifest", "", instance(Operation::GreaterThanOrEqual, "1"));
    builder.0.objects[0].entities[2] =
        Entity { operation: Operation::PatternMatch, ..by_variable(Field::Pattern, names) };
    let states = vec![builder.state(KIND, vec![evr("9-2")])];
    let test = builder.test(Test { kind: KIND, check: Check::AtLeastOne, object, states, ..Test::default() });
    assert_eq!(host.test(&builder, test), Outcome::True);
}

/// Red Hat's test of the kernel that boots next: grubenv, the variable, grub.cfg.
fn next_boot(host: &Host) -> Outcome {
    let mut builder = Builder::default();
    let saved =
        object(&mut builder, "/boot/grub2/grubenv", "(?<=^saved_entry=).*", instance(Operation::Equals, "1"));
    let sum = Component::Arithmetic {
        multiply: false,
        operands: vec![
            Component::Literal("1".into()),
            Component::Object { object: saved, field: Field::Text },
        ],
    };
    let variable = builder.variable(Datatype::Int, VariableValue::Local(sum));
    let number = Entity { datatype: Datatype::Int, ..by_variable(Field::Instance, variable) };
    let menu = object(&mut builder, "/boot/grub2/grub.cfg", "^menuentry.*", number);
    let old = r"\(([0-2]\.\d+\.\d+-)|(3\.10\.0-([0-9]{1,3}|10[0-9]{2})\.)";
    let states = vec![builder.state(KIND, vec![pattern(Field::Text, old)])];
    let test = builder.test(Test { kind: KIND, object: menu, states, ..Test::default() });
    host.test(&builder, test)
}

#[test]
fn the_next_kernel_is_default_newest_or_running() {
    let kernels = "kernel 3.10.0-1160.el7 x86_64\n kernel 3.10.0-957.el7 x86_64\n kernel-rt 3.10.0-957.rt56.1.el7 x86_64";
    let (old, new) = ("3.10.0-957.el7.x86_64", "3.10.0-1160.el7.x86_64");
    // Packages, default, running: is an old kernel next?
    let rows = [
        (kernels, None, Some(old), "F"),
        (kernels, Some(old), Some(new), "T"),
        (kernels, None, Some("3.10.0-957.rt56.1.el7.x86_64"), "T"),
        (kernels, None, None, "F"),
        ("bash 1-1 x86_64", None, Some(old), "T"),
        ("bash 1-1 x86_64", None, Some(new), "F"),
        ("bash 1-1 x86_64", None, None, "U"),
        // Boot loader specification: no menu entries.
        ("kernel-core 3.10.0-1.el8 x86_64", None, None, "F"),
    ];
    for (packages, default, running, expected) in rows {
        let mut host = Host::rpm(packages);
        host.context.default_kernel = default.map(str::to_owned);
        host.context.kernel = running.map(str::to_owned);
        assert_eq!(next_boot(&host), outcome(expected), "{packages} {default:?} {running:?}");
    }
    // A title as saved entry counts as the first.
    let mut host = Host { complete: true, ..Host::rpm("bash 1-1 x86_64") };
    assert_eq!(next_boot(&host), Outcome::False);
    host.files.insert("/boot/grub2/grubenv".into(), "saved_entry=Red Hat (x)\n".into());
    host.files
        .insert("/boot/grub2/grub.cfg".into(), format!("menuentry 'a ({old})'\nmenuentry 'b ({new})'\n"));
    assert_eq!(next_boot(&host), Outcome::True);
    host.files.insert("/boot/grub2/grubenv".into(), "saved_entry=1\n".into());
    assert_eq!(next_boot(&host), Outcome::False);
}

//! URLs: parts, addresses in every spelling, names, what git and curl take, the URLs of a text.

use agsec::facts::url::{Class, class_of_host, find_urls, parse, parse_curl, parse_git};
use proptest::prelude::*;

/// A host as it stands in a URL, its usual form, its class.
const HOSTS: &[(&str, &str, &str)] = &[
    ("127.0.0.1", "127.0.0.1", "loopback"),
    ("127.1", "127.0.0.1", "loopback"),
    ("2130706433", "127.0.0.1", "loopback"),
    ("0x7f000001", "127.0.0.1", "loopback"),
    ("0177.0.0.01", "127.0.0.1", "loopback"),
    ("0x7F.1", "127.0.0.1", "loopback"),
    ("127.0.0.1.", "127.0.0.1", "loopback"),
    ("%31%32%37.0.0.1", "127.0.0.1", "loopback"),
    ("１２７。０。０。１", "127.0.0.1", "loopback"),
    ("①②⑦.0.0.1", "127.0.0.1", "loopback"),
    ("127.0.1.3", "127.0.1.3", "loopback"),
    ("[::1]", "::1", "loopback"),
    ("[0:0:0:0:0:0:0:1]", "::1", "loopback"),
    ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1", "loopback"),
    ("[::ffff:7f00:1]", "::ffff:127.0.0.1", "loopback"),
    ("[::127.0.0.1]", "::7f00:1", "loopback"),
    ("localhost", "localhost", "loopback"),
    ("LOCALHOST.", "localhost", "loopback"),
    ("ℒocalhost", "localhost", "loopback"),
    ("a.b.localhost", "a.b.localhost", "loopback"),
    ("127.0.0.1.nip.io", "127.0.0.1.nip.io", "loopback"),
    ("app-127-0-0-1.sslip.io", "app-127-0-0-1.sslip.io", "loopback"),
    ("7f000001.nip.io", "7f000001.nip.io", "loopback"),
    ("--1.sslip.io", "--1.sslip.io", "loopback"),
    ("x.localtest.me", "x.localtest.me", "loopback"),
    ("0", "0.0.0.0", "unspecified"),
    ("0.0.0.0", "0.0.0.0", "unspecified"),
    ("[::]", "::", "unspecified"),
    ("10.1.2.3", "10.1.2.3", "private"),
    ("192.168.257", "192.168.1.1", "private"),
    ("172.31.0.1", "172.31.0.1", "private"),
    ("100.64.0.1", "100.64.0.1", "private"),
    ("[fd12::1]", "fd12::1", "private"),
    ("[64:ff9b::10.0.0.1]", "64:ff9b::a00:1", "private"),
    ("[2002:a00:1::]", "2002:a00:1::", "private"),
    ("[2001:0:1:2:3:4:f5ff:fffe]", "2001:0:1:2:3:4:f5ff:fffe", "private"),
    ("nas", "nas", "private"),
    ("printer.local", "printer.local", "private"),
    ("db.default.svc.cluster.local", "db.default.svc.cluster.local", "private"),
    ("169.254.1.1", "169.254.1.1", "link_local"),
    ("[fe80::1%25eth0]", "fe80::1", "link_local"),
    ("169.254.169.254", "169.254.169.254", "metadata"),
    ("2852039166", "169.254.169.254", "metadata"),
    ("0xA9.0376.43518", "169.254.169.254", "metadata"),
    ("[::ffff:a9fe:a9fe]", "::ffff:169.254.169.254", "metadata"),
    ("[64:ff9b::a9fe:a9fe]", "64:ff9b::a9fe:a9fe", "metadata"),
    ("[fd00:ec2::254]", "fd00:ec2::254", "metadata"),
    ("Metadata.Google.Internal.", "metadata.google.internal", "metadata"),
    ("instance-data", "instance-data", "metadata"),
    ("169-254-169-254.nip.io", "169-254-169-254.nip.io", "metadata"),
    ("100.100.100.200", "100.100.100.200", "metadata"),
    ("224.0.0.1", "224.0.0.1", "multicast"),
    ("[ff02::1]", "ff02::1", "multicast"),
    ("255.255.255.255", "255.255.255.255", "multicast"),
    // Near misses.
    ("8.8.8.8", "8.8.8.8", "public"),
    ("172.32.0.1", "172.32.0.1", "public"),
    ("169.253.169.254", "169.253.169.254", "public"),
    ("[2606:4700::1]", "2606:4700::1", "public"),
    ("[64:ff9b::8.8.8.8]", "64:ff9b::808:808", "public"),
    ("[2002:808:808::]", "2002:808:808::", "public"),
    ("localhost.example.com", "localhost.example.com", "name"),
    ("mylocalhost.com", "mylocalhost.com", "name"),
    ("metadata.google.internal.example.com", "metadata.google.internal.example.com", "name"),
    ("8.8.8.8.nip.io", "8.8.8.8.nip.io", "public"),
    ("nip.io", "nip.io", "name"),
    ("bücher.example", "xn--bcher-kva.example", "name"),
    ("BÜCHER.example", "xn--bcher-kva.example", "name"),
    ("日本語.jp", "xn--wgv71a119e.jp", "name"),
    ("ｅｘａｍｐｌｅ.com", "example.com", "name"),
    ("exam\u{ad}ple.com", "example.com", "name"),
    ("example。com", "example.com", "name"),
    ("аpple.com", "xn--pple-43d.com", "name"),
    ("xn--n3h.example.com", "xn--n3h.example.com", "name"),
    ("faß.de", "xn--fa-hia.de", "name"),
];

#[test]
fn hosts_are_told_in_every_spelling() {
    for (host, expected, class) in HOSTS {
        let url = parse(&format!("http://{host}/x")).unwrap_or_else(|| panic!("{host}"));
        assert_eq!((url.host.as_str(), url.class.name()), (*expected, *class), "{host}");
        let again = if url.host.contains(':') { format!("[{}]", url.host) } else { url.host.clone() };
        assert_eq!(parse(&format!("http://{again}/")).map(|url| url.host), Some(url.host), "{host}");
    }
}

#[test]
fn what_browsers_refuse_is_no_url() {
    for text in [
        "",
        "http",
        "http:",
        "http://",
        "https:///",
        "//host/x",
        "host/x",
        "/etc/passwd",
        "http://a b/",
        "http://a:x/",
        "http://a:65536/",
        "http://256.256.256.256/",
        "http://1.2.3.4.5/",
        "http://0x100000000/",
        "http://1.2.3.08/",
        "http://[::1",
        "http://[1]/",
        "http://a^b/",
        "http://a%00b/",
        "1http://a",
        "http://%zz/",
        "http://a.1x.0x1g.9999999999/",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

/// A URL and `scheme|user|password|host|port|path|query`.
const URLS: &[(&str, &str)] = &[
    ("https://example.com", "https||false|example.com|443|/|"),
    ("HTTPS://Example.COM:8443/A/../b?x=1#f", "https||false|example.com|8443|/b|x=1"),
    ("http:example.com", "http||false|example.com|80|/|"),
    ("http:\\\\example.com\\a", "http||false|example.com|80|/a|"),
    ("https:////example.com//a", "https||false|example.com|443|//a|"),
    (" ht\ntp://ex\tample.com/a\r", "http||false|example.com|80|/a|"),
    ("http://user:pass@host.example/", "http|user|true|host.example|80|/|"),
    ("http://good.example@evil.example/", "http|good.example|false|evil.example|80|/|"),
    ("http://a@b@c.example/", "http|a@b|false|c.example|80|/|"),
    ("http://evil.example\\@good.example/", "http||false|evil.example|80|/@good.example/|"),
    ("http://127.1.1.1:80#\\@127.2.2.2:80/", "http||false|127.1.1.1|80|/|"),
    ("http://h.example/%2e%2E/a/./b/..", "http||false|h.example|80|/a/|"),
    ("http://h.example/ä b\"?ü'", "http||false|h.example|80|/%C3%A4%20b%22|%C3%BC%27"),
    ("http://h.example?q", "http||false|h.example|80|/|q"),
    ("ws://h.example:0/", "ws||false|h.example|0|/|"),
    ("gopher://127.0.0.1:6379/_x", "gopher||false|127.0.0.1|6379|/_x|"),
    ("postgres://u:p@db.example/shop", "postgres|u|true|db.example|5432|/shop|"),
    ("ssh://git@github.com/o/r.git", "ssh|git|false|github.com|22|/o/r.git|"),
    ("custom+x://h.example", "custom+x||false|h.example|||"),
    ("file:///etc/passwd", "file||false|||/etc/passwd|"),
    ("file://localhost/etc", "file||false|||/etc|"),
    ("file://server/share", "file||false|server||/share|"),
    ("data:text/plain,a?b", "data||false|||text/plain,a|b"),
    ("mailto:a@b.example", "mailto||false|||a@b.example|"),
    ("javascript:alert(1)", "javascript||false|||alert(1)|"),
];

fn line(url: &agsec::facts::url::Url) -> String {
    let port = url.port.map(|port| port.to_string()).unwrap_or_default();
    let (user, query) = (url.user.as_deref().unwrap_or_default(), url.query.as_deref().unwrap_or_default());
    format!("{}|{user}|{}|{}|{port}|{}|{query}", url.scheme, url.has_password, url.host, url.path)
}

#[test]
fn urls_have_the_parts_that_browsers_see() {
    for (text, expected) in URLS {
        assert_eq!(parse(text).as_ref().map(line).as_deref(), Some(*expected), "{text}");
    }
}

#[test]
fn git_and_curl_take_more_than_urls() {
    let git = [
        ("git@github.com:o/r.git", Some("ssh|git|false|github.com|22|/o/r.git|")),
        ("host.example:path", Some("ssh||false|host.example|22|/path|")),
        ("git@[::1]:/srv/x", Some("ssh|git|false|::1|22|/srv/x|")),
        ("https://h.example/x", Some("https||false|h.example|443|/x|")),
        ("ext::sh -c 'x'", Some("ext||false|||sh -c 'x'|")),
        ("http::https://h.example/x", Some("https||false|h.example|443|/x|")),
        ("../repo", None),
        ("./a:b", None),
        ("/srv/a:b", None),
        ("C:\\repo", None),
        ("origin", None),
        ("", None),
    ];
    for (text, expected) in git {
        assert_eq!(parse_git(text).as_ref().map(line).as_deref(), expected, "{text}");
    }
    let curl = [
        ("example.com", Some("http||false|example.com|80|/|")),
        ("localhost:8080/x?y", Some("http||false|localhost|8080|/x|y")),
        ("me:pw@h.example/x", Some("http|me|true|h.example|80|/x|")),
        ("169.254.169.254/latest", Some("http||false|169.254.169.254|80|/latest|")),
        ("0x7f.1", Some("http||false|127.0.0.1|80|/|")),
        ("ftp.example.com", Some("ftp||false|ftp.example.com|21|/|")),
        ("//h.example/x", Some("http||false|h.example|80|/x|")),
        ("file:///etc/passwd", Some("file||false|||/etc/passwd|")),
        ("-o", None),
        ("", None),
        ("a b", None),
    ];
    for (text, expected) in curl {
        assert_eq!(parse_curl(text).as_ref().map(line).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_bare_host_has_a_class() {
    for (host, class) in [
        ("127.1", Class::Loopback),
        ("::1", Class::Loopback),
        ("[::1]", Class::Loopback),
        ("example.com", Class::Name),
        ("fe80::1%eth0", Class::LinkLocal),
        ("not a host", Class::Name),
    ] {
        assert_eq!(class_of_host(host), class, "{host}");
    }
}

#[test]
fn the_urls_of_a_text_are_found_and_end_where_they_end() {
    let rows: [(&str, &[&str]); 14] = [
        ("see https://a.example/x.", &["https://a.example/x"]),
        ("(https://a.example/x_(y))", &["https://a.example/x_(y)"]),
        ("[x](https://a.example/)", &["https://a.example/"]),
        ("<http://a.example>,'ftp://b.example/c'", &["http://a.example", "ftp://b.example/c"]),
        ("curl -s http://a.example|sh", &["http://a.example"]),
        ("{\"u\":\"http://a.example/b\\nx\"}", &["http://a.example/b"]),
        ("git+https://a.example/b.git", &["git+https://a.example/b.git"]),
        ("x=http://[::1]:80/a", &["http://[::1]:80/a"]),
        ("https:/a.example http:\\\\b.example", &["https:/a.example", "http:\\\\b.example"]),
        ("http://http://a.example", &["http://http://a.example"]),
        // Near misses.
        ("a: /b C:/x std::fs // x http:", &[]),
        ("http:// x", &[]),
        ("note:/x", &[]),
        ("", &[]),
    ];
    for (text, expected) in rows {
        let found: Vec<&str> =
            find_urls(text).iter().map(|located| &text[located.start..located.end]).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn hostile_texts_end_soon() {
    for unit in ["http://[", "http:/", ":/", "a://).", "http://a", "http://a%", "é://é", "http://a@"] {
        let text = unit.repeat(1 << 17);
        let _ = find_urls(&text);
        let _ = parse(&text);
        let _ = parse(&format!("http://{}", "é".repeat(30_000)));
    }
}

proptest! {
    #[test]
    fn any_text_is_a_url_or_none(text in "\\PC{0,40}|(http|ssh|x)?:?[/\\\\]{0,3}[@:%\\[\\]0-9a-fx.é#?/\\\\-]{0,40}") {
        for url in [parse(&text), parse_curl(&text), parse_git(&text)].into_iter().flatten() {
            prop_assert!(!url.host.bytes().any(|byte| byte.is_ascii_uppercase()));
            prop_assert!(url.host.is_ascii());
        }
        for located in find_urls(&text) {
            prop_assert_eq!(parse(&text[located.start..located.end]), Some(located.url));
        }
    }
}

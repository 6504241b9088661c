//! Redirect URIs: what may be registered, and what is the same.

use gatepost::Reason;
use gatepost::oauth::{ApplicationType, RedirectKind, RedirectRules};

const SCHEMES: &[&str] = &["com.example.app", "cursor"];

fn rules() -> RedirectRules<'static> {
    RedirectRules::new().with_private_use_schemes(SCHEMES).unwrap()
}

#[test]
fn a6_redirect_uris_are_https_or_on_the_loopback() {
    for (text, kind, host) in [
        ("https://app.example.com/callback", RedirectKind::Web, Some("app.example.com")),
        ("https://app.example.com", RedirectKind::Web, Some("app.example.com")),
        ("HTTPS://app.example.com:8443/a?b=%2F&c", RedirectKind::Web, Some("app.example.com")),
        ("https://1.2.3.4/", RedirectKind::Web, Some("1.2.3.4")),
        ("https://[2606:4700::1]/", RedirectKind::Web, Some("2606:4700::1")),
        ("https://localhost/callback", RedirectKind::Web, Some("localhost")),
        ("http://localhost:3000/callback", RedirectKind::Loopback, Some("localhost")),
        ("http://127.0.0.1/callback", RedirectKind::Loopback, Some("127.0.0.1")),
        ("http://[::1]:1/callback", RedirectKind::Loopback, Some("::1")),
        ("com.example.app:/callback", RedirectKind::PrivateUse, None),
        ("cursor://anysphere.mcp/callback", RedirectKind::PrivateUse, Some("anysphere.mcp")),
    ] {
        let uri = rules().parse(text).unwrap();
        assert_eq!((uri.as_str(), uri.kind(), uri.host()), (text, kind, host), "{text}");
        let verdict = RedirectRules::new().parse(text).map(|uri| uri.kind());
        let of_mcp = if kind == RedirectKind::PrivateUse {
            Err(Reason::InvalidRedirectUri)
        } else {
            Ok(kind)
        };
        assert_eq!(verdict, of_mcp, "{text}");
    }
    for refused in [
        "http://app.example.com/callback",
        "http://localhost.example.com/callback",
        // Not every resolver keeps these on the machine.
        "http://app.localhost/callback",
        "http://app.LOCALHOST:3000/callback",
        "http://localhost.localhost/callback",
        "http://10.0.0.1/callback",
        "http://0.0.0.0/callback",
        "https://0.0.0.0/callback",
        "https://[::]/callback",
        "com.example.other:/callback",
        "COM.EXAMPLE.APP:/callback",
        "https:/callback",
        "https:callback",
        "https:///callback",
        "/callback",
        "",
        "urn:ietf:wg:oauth:2.0:oob",
    ] {
        assert_eq!(rules().parse(refused), Err(Reason::InvalidRedirectUri), "{refused}");
    }
}

#[test]
fn d2_what_hides_where_it_leads_is_refused() {
    for refused in [
        // User information, fragments.
        "https://app.example.com@evil.example/",
        "https://user:secret@app.example.com/",
        "https://@app.example.com/",
        "com.example.app://user@host/",
        "https://app.example.com/#",
        "https://app.example.com/#fragment",
        // Dot segments, however they are written.
        "https://app.example.com/a/../b",
        "https://app.example.com/.",
        "https://app.example.com/a/%2e%2E/b",
        "https://app.example.com/a/.%2e",
        "com.example.app:../callback",
        "https://app.example.com/a/..%2fb",
        "https://app.example.com/..%5cb",
        // Backslashes and control bytes.
        "https://app.example.com\\@evil.example/",
        "https:\\\\evil.example",
        "https://app.example.com/a\r\nLocation: https://evil.example",
        "https://app.example.com/\0",
        "https://app.example.com/\t",
        "https://app.example.com/ a",
        " https://app.example.com/",
        "java\nscript:alert(1)",
        "https://app.example.com/%0d%0aSet-Cookie:%20a=b",
        "https://app.example.com/?a=%00",
        "https://app.example.com/%7F",
        // Schemes that run or open something.
        "javascript:alert(1)",
        "JavaScript://app.example.com/%0aalert(1)",
        "data:text/html,<script>",
        "data:text/html;base64,PHNjcmlwdD4",
        "vbscript:msgbox",
        "file:///etc/passwd",
        "blob:https://app.example.com/1",
        "ftp://app.example.com/",
        "ws://localhost/",
        "about:blank",
        // Hosts that a browser reads as another.
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://127.0.0.01/",
        "https://app.example.0x/",
        "https://%6cocalhost/",
        "https://localhost./",
        "https://app..example.com/",
        "https://app.example.com,evil.example/",
        "https://app.example.com;evil.example/",
        "https://*.example.com/",
        "https://ex\u{e4}mple.com/",
        "http://localhost:99999/",
    ] {
        assert_eq!(rules().parse(refused), Err(Reason::InvalidRedirectUri), "{refused:?}");
    }
}

#[test]
fn d2_a_browsers_own_schemes_cannot_be_named_for_private_use() {
    for scheme in ["javascript", "data", "http", "https", "file", "vbscript", "blob", "ws"] {
        let rules = RedirectRules::new().with_private_use_schemes(&[scheme]).map(drop);
        assert_eq!(rules, Err(Reason::Misuse), "{scheme}");
    }
    for scheme in ["", "Com.example", "1a", "a:b", "a b", "\u{e4}"] {
        let schemes = ["com.example.app", scheme];
        let rules = RedirectRules::new().with_private_use_schemes(&schemes).map(drop);
        assert_eq!(rules, Err(Reason::Misuse), "{scheme:?}");
    }
}

#[test]
fn a6_only_the_port_of_a_loopback_may_vary() {
    for (registered, requested) in [
        ("https://app.example.com/callback", "https://app.example.com/callback"),
        ("com.example.app:/callback", "com.example.app:/callback"),
        ("http://localhost/callback", "http://localhost:51004/callback"),
        ("http://localhost:3000/callback", "http://localhost/callback"),
        ("http://127.0.0.1:3000/callback?a=b", "http://127.0.0.1:51004/callback?a=b"),
        ("http://[::1]/callback", "http://[::1]:51004/callback"),
    ] {
        assert!(rules().parse(registered).unwrap().allows(requested), "{registered} {requested}");
    }
    for (registered, requested) in [
        ("https://app.example.com/callback", "https://app.example.com/callback/"),
        ("https://app.example.com/callback", "https://app.example.com/Callback"),
        ("https://app.example.com/callback", "https://app.example.com/callback?a"),
        ("https://app.example.com/callback", "https://app.example.com/callback/../callback"),
        ("https://app.example.com/callback", "https://app.example.com:443/callback"),
        ("https://app.example.com/callback", "HTTPS://app.example.com/callback"),
        ("https://app.example.com/callback", "https://app.example.com/c%61llback"),
        ("https://app.example.com/callback", "https://app.example.com.evil.example/callback"),
        ("https://app.example.com/callback", "https://app.example.com/callback.evil.example"),
        ("https://app.example.com/callback", ""),
        // The port is the system's choice only without TLS.
        ("https://app.localhost/callback", "https://app.localhost:51004/callback"),
        ("https://localhost/callback", "https://localhost:51004/callback"),
        ("cursor://localhost/callback", "cursor://localhost:51004/callback"),
        ("http://localhost/callback", "http://127.0.0.1/callback"),
        ("http://localhost/callback", "http://LOCALHOST/callback"),
        ("http://localhost/callback", "https://localhost/callback"),
        ("http://localhost/callback", "http://localhost:1@evil.example/callback"),
        ("http://localhost/callback", "http://user@localhost:51004/callback"),
        ("http://localhost/callback", "http://localhost:51004/callback#"),
        ("http://localhost/callback", "http://localhost:51004/callback?"),
        ("http://localhost/callback", "http://localhost:51004/callback/../x"),
        ("http://localhost/callback", "http://localhost:51004"),
        ("http://localhost/callback", "http://localhost:65536/callback"),
        ("http://localhost/callback", "http://localhost:51004\\@evil.example/callback"),
        ("http://127.0.0.1/callback", "http://127.0.0.2/callback"),
        ("http://[::1]/callback", "http://[::2]/callback"),
    ] {
        assert!(!rules().parse(registered).unwrap().allows(requested), "{registered} {requested}");
    }
}

#[test]
fn c10_the_application_type_limits_the_redirect_uris() {
    for (text, web) in [
        ("https://app.example.com/callback", true),
        ("https://10.0.0.1/callback", true),
        ("https://localhost/callback", false),
        ("https://app.localhost/callback", false),
        ("https://LOCALHOST/callback", false),
        ("https://127.0.0.2/callback", false),
        ("https://[::1]/callback", false),
        ("https://[::ffff:127.0.0.1]/callback", false),
        ("http://localhost/callback", false),
        ("http://127.0.0.1/callback", false),
        ("com.example.app:/callback", false),
    ] {
        let uri = rules().parse(text).unwrap();
        assert_eq!(ApplicationType::Web.allows(&uri), web, "{text}");
        assert!(ApplicationType::Native.allows(&uri), "{text}");
    }
}

#[test]
fn a5_a_consent_page_learns_host_and_loopback() {
    for (text, host, is_loopback) in [
        ("https://app.example.com:8443/callback", Some("app.example.com"), false),
        ("http://localhost:3000/callback", Some("localhost"), true),
        ("http://[::1]/callback", Some("::1"), true),
        ("https://127.0.0.1/callback", Some("127.0.0.1"), true),
        ("https://app.localhost/callback", Some("app.localhost"), true),
        ("com.example.app:/callback", None, false),
    ] {
        let uri = rules().parse(text).unwrap();
        assert_eq!((uri.host(), uri.is_loopback()), (host, is_loopback), "{text}");
    }
}

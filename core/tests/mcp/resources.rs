//! Which rule decides about a resource, however its URI is spelled.

use gatepost::mcp::{Operation, RESPONSE_MEMORY, Rule, Rules};
use gatepost::oauth::RequestHead;
use gatepost::{Reason, Strings, limits};

use crate::common::ISSUER;
use crate::common::random::Random;
use crate::operation;
use crate::rules::{decided_by, with_principal};

/// Handlers of completions ask for the URIs that they look into, as the documentation of
/// `Rule::resource` demands.
#[test]
fn a_completion_is_judged_by_its_template_and_not_by_what_is_filled_in() {
    let rules = [
        Rule::resource("db://tables/secret").needs("admin"),
        Rule::resources_beginning_with("db://tables/").needs("base"),
    ];
    let rules = Rules::<8, 8>::new(&rules, &[], "base").unwrap();
    with_principal(rules.view(), &[("scope", r#""base""#)], |guard, principal| {
        for (filled_in, context) in
            [("x", r#"{"arguments":{"table":"secret"}}"#), ("secret/", r#"{}"#)]
        {
            let body = format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{{"ref":
                {{"type":"ref/resource","uri":"db://tables/{{table}}/{{column}}"}},"argument":
                {{"name":"column","value":"{filled_in}"}},"context":{context}}}}}"#
            );
            let mut memory = [0; limits::OPERATION_MEMORY];
            let limit = limits::MAX_MESSAGE_LEN;
            let operation = Operation::from_body(body.as_bytes(), limit, &mut memory).unwrap();
            assert_eq!(operation.name(), Some("db://tables/{table}/{column}"));
            assert!(guard.permits(principal, &operation));
        }
        assert!(!guard.permits(principal, &Operation::resource("db://tables/secret")));
        assert!(guard.permits(principal, &Operation::resource("db://tables/open")));
    });
}

#[test]
fn a_uri_that_may_lead_elsewhere_is_refused_where_resources_have_rules() {
    let rules = [
        Rule::resources_beginning_with("file:///secret/").needs("secret"),
        Rule::resource("file:///a/../b").needs("exact"),
    ];
    for uri in [
        "file:///secret/../secret/x",
        "file:///public/../secret/x",
        "file:///public/..%2fsecret/x",
        "file:///%73ecret/x",
        "FILE:///secret/x",
        "file:///public\\..\\secret",
    ] {
        assert_eq!(decided_by(&rules, &[], &Operation::resource(uri)), "refused", "{uri}");
        let elsewhere = [Rule::tool("x").needs("x"), Rule::method("resources/read").needs("read")];
        assert_eq!(decided_by(&elsewhere, &[], &Operation::resource(uri)), "read", "{uri}");
    }
    assert_eq!(decided_by(&rules, &[], &Operation::resource("file:///a/../b")), "exact");
    assert_eq!(decided_by(&rules, &[], &Operation::resource("file:///secret/x")), "secret");
    assert_eq!(decided_by(&rules, &[], &Operation::resource("file:///public/x")), "base");
    // Names of tools are no URIs.
    let tools = [Rule::tools_beginning_with("../").needs("dots")];
    assert_eq!(decided_by(&tools, &[], &Operation::tool("../x")), "dots");
}

#[test]
fn what_is_refused_has_no_other_spelling() {
    let rules = [
        Rule::resource("file:///reports/secret").refused(),
        Rule::resource("https://example.com/admin/x").refused(),
        Rule::resources_beginning_with("file:///locked/").refused(),
        Rule::resources_beginning_with("https://example.com/Keys/").needs("keys"),
        Rule::resource("note:Mine").needs("mine").for_user(ISSUER, "nobody"),
    ];
    let decided = |uri: &str| decided_by(&rules, &[], &Operation::resource(uri));
    for uri in [
        "file:/reports/secret",
        "file:reports/secret",
        "file://localhost/reports/secret",
        "file:////reports/secret",
        "file:///reports//secret",
        "file:///reports/secret?",
        "file:///reports/secret#x",
        "https://example.com:443/admin/x",
        "https://example.com:0443/admin/x",
        "https://example.com:/admin/x",
        "https:/example.com/admin/x",
        "https:///example.com/admin/x",
        "https:example.com/admin/x",
        "https://example.com//admin/x",
        "https://example.com./admin/x",
        "file:///x/?/../../locked/x",
        // To whom case and encoding make no difference.
        "file:///Reports/secret",
        "file:///LOCKED/x",
        "file:///reports/secre%74",
        "https://example.com/keys/x",
        "https://example.com/KEYS/x",
        "note:mine",
        // What servers drop: queries that they have no use for, fragments, ends of segments.
        "https://example.com/admin/x?y=1",
        "https://example.com/admin/x#y",
        "https://example.com/admin/x?y=1#z",
        "https://example.com/ADMIN/x?y",
        "note:Mine?y",
        "file:///reports/secret.",
        "file:///reports./secret%20.",
        "file:///locked./x",
        "file:///reports/secret::$DATA",
        "file:///reports/secret%3a%3A$DATA",
        "file:///locked:$I30:$INDEX_ALLOCATION/x",
        "file:///REPORT~1/secret",
        "file:///reports/secret/",
        "file:///reports/secret;x",
        "file:///reports/secret%3Fx",
        "https://example.com/admin/x/",
        "https://example.com/admin/x/?y",
    ] {
        assert_eq!(decided(uri), "refused", "{uri}");
    }
    assert_eq!(decided("https://example.com/Keys/x"), "keys");
    // It is spelled as the rule has it, which is for somebody else.
    assert_eq!(decided("note:Mine"), "base");
    assert_eq!(decided("https://example.com/key"), "base");
    assert_eq!(decided("file:///reports/other"), "base");
}

/// A rule for a query beside one without: the two are told apart on purpose.
#[test]
fn a_query_has_a_rule_of_its_own_or_none() {
    let rules = [
        Rule::resource("db://a").needs("a"),
        Rule::resources_beginning_with("db://a?").needs("query"),
        Rule::resource("db://b?id=1").needs("one"),
        Rule::resources_beginning_with("db://").needs("db"),
    ];
    let decided = |uri: &str| decided_by(&rules, &[], &Operation::resource(uri));
    assert_eq!(decided("db://a"), "a");
    assert_eq!(decided("db://a?x=1"), "query");
    assert_eq!(decided("db://A?x=1"), "refused");
    assert_eq!(decided("db://a#x"), "refused");
    assert_eq!(decided("db://b"), "db");
    assert_eq!(decided("db://b?id=1"), "one");
    assert_eq!(decided("db://b?id=2"), "db");
    // A rule that goes on otherwise than with a query tells nothing apart.
    let rules = [
        Rule::resource("file:///a/b").needs("b"),
        Rule::resources_beginning_with("file:///a/b.").needs("others"),
    ];
    assert_eq!(decided_by(&rules, &[], &Operation::resource("file:///a/b.txt")), "others");
    assert_eq!(decided_by(&rules, &[], &Operation::resource("file:///a/b..")), "refused");
    for uri in
        ["db://b?id=1&x", "db://b?x=2&id=1", "db://b?id=2&id=1", "db://b?ID=1", "db://b?x;id=1"]
    {
        assert_eq!(decided(uri), "refused", "{uri}");
    }
}

/// What is open for everything may still hold something that is closed, in another case.
#[test]
fn a_uri_in_another_case_is_judged_by_no_broader_rule() {
    let rules = [
        Rule::resources_beginning_with("").needs("any"),
        Rule::resources_beginning_with("file:///a!/").refused(),
        Rule::resource("file:///A!/b").needs("b"),
    ];
    let decided = |uri: &str| decided_by(&rules, &[], &Operation::resource(uri));
    assert_eq!(decided("file:///b"), "any");
    assert_eq!(decided("file:///A!/b"), "b");
    for uri in ["file:///a!/b", "file:///A!/c", "file:///a%21/c"] {
        assert_eq!(decided(uri), "refused", "{uri}");
    }
}

#[test]
fn to_listen_is_to_subscribe_to_each() {
    let rules = [
        Rule::method("subscriptions/listen").needs("listen"),
        Rule::resource("file:///open"),
        Rule::resource("file:///locked").refused(),
        Rule::resource("file:///a&b").needs("ab"),
        Rule::resources_beginning_with("file:///s/").needs("s"),
        Rule::method("resources/subscribe").needs("subscribe"),
    ];
    let no_method = &rules[1..];
    let open = [no_method, &[Rule::method("subscriptions/listen")]].concat();
    let decided = |rules: &[Rule<'_>], uris: &str| {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen",
                "params":{{"notifications":{{"resourceSubscriptions":[{uris}]}}}}}}"#,
        );
        operation(body, |operation| decided_by(rules, &[], operation)).unwrap()
    };
    for (uris, expected) in [
        ("", "nothing"),
        (r#""file:///open""#, "nothing"),
        (r#""file:///locked""#, "refused"),
        (r#""file:///open","file:///locked""#, "refused"),
        (r#""file:\/\/\/locked""#, "refused"),
        (r#""file:///open" , "file:///loc\u006bed""#, "refused"),
        (r#""file:/locked""#, "refused"),
        (r#""file:///s/x""#, "s"),
        (r#""file:///open","file:///s/x","file:///locked""#, "s"),
        (r#""file:///locked","file:///s/x""#, "refused"),
        (r#""file:///a\u0026b","file:///s/x""#, "ab"),
        (r#""file:///open","file:///a\u0026b","file:\/\/\/locked""#, "ab"),
        (r#""file:///\u006fpen","file:///s/x","file:///\u0073/x""#, "s"),
        (r#""file:///other""#, "subscribe"),
    ] {
        assert_eq!(decided(&open, uris), expected, "{uris}");
        assert_eq!(decided(&rules, uris), "listen", "{uris}");
        assert_eq!(decided(no_method, uris), "base", "{uris}");
    }
}

#[test]
fn s29_a_template_is_listed_by_the_rule_for_its_beginning() {
    let rules = [
        Rule::method("resources/read").needs("read"),
        Rule::resources_beginning_with("file:///reports/").needs("reports"),
        Rule::resources_beginning_with("file:///reports/secret/").refused(),
        Rule::resource("file:///reports/index").refused(),
        Rule::resource("file:///reports/{draft}").needs("drafts"),
        Rule::resource("https://{host}/status").needs("status"),
    ];
    let rules = Rules::<8, 8>::new(&rules, &[], "base").unwrap();
    for (template, scope) in [
        ("file:///{+path}", Some("read")),
        ("file:///report{/x}", Some("read")),
        ("file:///reports/{year}", Some("reports")),
        ("file:///reports/{year}/{month}.txt", Some("reports")),
        ("file:///reports/index{x}", Some("reports")),
        ("file:///reports/{draft}", Some("drafts")),
        ("file:///reports/all", Some("reports")),
        ("https://{host}/status", Some("status")),
        ("https://a.example/{x}{?y,z*}", Some("read")),
        // Nobody may read any of these.
        ("file:///reports/secret/{x}", None),
        ("file:///reports/index", None),
        // They may stand for what no beginning tells.
        ("{+uri}", None),
        ("{scheme}:///x", None),
        ("https://{host}/x", None),
        ("https://a.example:{port}/x", None),
        ("file:///{a}/../reports/secret/{b}", None),
        ("file:///REPORTS/{x}", None),
        ("file:///reports/{x", None),
    ] {
        let operation = Operation::resource_template(template);
        for granted in ["base", "read", "reports", "drafts", "status"] {
            let claims = [("scope", &*format!("{granted:?}"))];
            let is_listed =
                with_principal(rules.view(), &claims, |guard, it| guard.permits(it, &operation));
            assert_eq!(is_listed, scope == Some(granted), "{template} with {granted}");
        }
    }
}

/// Among the URIs that a template stands for, those of which no rule speaks in particular.
#[test]
fn what_a_template_is_judged_as_is_what_an_unremarkable_expansion_is() {
    let random = &mut Random(29);
    let pieces = ["a", "b", "/a", "/b", "ab", "a/b"];
    let path = |random: &mut Random| -> String {
        let pieces = (0..random.below(4)).map(|_| *random.choose(&pieces));
        format!("db://x/{}", pieces.collect::<String>()).replace("x//", "x/")
    };
    let mut listed = [0; 2];
    for _ in 0..300 {
        let patterns: Vec<String> = (0..4).map(|_| path(random)).collect();
        let rules: Vec<_> = patterns
            .iter()
            .enumerate()
            .filter(|(n, pattern)| !patterns[..*n].contains(pattern))
            .map(|(_, pattern)| {
                let rule = Rule::resources_beginning_with(pattern);
                if random.below(2) == 0 { rule.refused() } else { rule }
            })
            .collect();
        let rules = Rules::<4, 4>::new(&rules, &[], Strings::NONE).unwrap();
        let beginning = path(random);
        let (template, uri) = (format!("{beginning}{{v}}/c"), format!("{beginning}_/c"));
        let [template, uri] = with_principal(rules.view(), &[], |guard, principal| {
            [Operation::resource_template(&template), Operation::resource(&uri)]
                .map(|operation| guard.permits(principal, &operation))
        });
        assert_eq!(template, uri, "{beginning} among {patterns:?}");
        listed[usize::from(template)] += 1;
    }
    assert!(listed.iter().all(|count| *count > 50), "{listed:?}");
}

#[test]
fn nobody_asks_for_a_template() {
    let rules = Rules::<1, 1>::new(&[], &[], Strings::NONE).unwrap();
    with_principal(rules.view(), &[], |guard, principal| {
        let head = RequestHead { method: "POST", target: "/mcp", headers: &[], certificate: None };
        let mut memory = [0; RESPONSE_MEMORY];
        let template = Operation::resource_template("file:///{a}");
        assert!(guard.permits(principal, &template));
        let refused = guard.authorize(&head, principal, &template, &mut memory).unwrap_err();
        assert_eq!((refused.status(), refused.reason()), (503, Some(Reason::Misuse)));
    });
}

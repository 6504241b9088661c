//! Which rule decides, and what it says.

use core::mem::MaybeUninit;

use gatepost::Reason;
use gatepost::mcp::{Guard, Operation, Principal, RESPONSE_MEMORY, Rule, Rules, RulesView, Step};
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{Algorithm, Strings, limits};

use crate::common::random::Random;
use crate::common::{self, AUDIENCE, ISSUER, NOW, claims_with, key_set, policy};
use crate::operation;

/// Runs `look` with a guard of these rules and the bearer of a token with these claims.
fn with_principal<T>(
    rules: RulesView<'_>,
    claims: &[(&str, &str)],
    look: impl FnOnce(&Guard<'_>, &Principal<'_>) -> T,
) -> T {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules);
    let token = common::token(Algorithm::EdDsa, &claims_with(claims));
    let authorization = format!("Bearer {token}");
    let headers = [Header::new("Authorization", &authorization)];
    let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
    let keys = key_set(Algorithm::EdDsa);
    let mut memory = vec![0; limits::MEMORY + RESPONSE_MEMORY];
    match guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory) {
        Step::Proceed(principal) => look(&guard, &principal),
        Step::Respond(response) => panic!("{response:?}"),
    }
}

/// The number after `mcp:` of the scope that the deciding rule asks for, of a token without any.
fn decided_by(rules: &[Rule<'_>], claims: &[(&str, &str)], operation: &Operation<'_>) -> String {
    let rules = Rules::<32, 64>::new(rules, &[], "base").unwrap();
    let claims = [&[("scope", r#""""#)], claims].concat();
    with_principal(rules.view(), &claims, |guard, principal| {
        let head = RequestHead { method: "POST", target: "/mcp", headers: &[], certificate: None };
        let mut memory = [0; RESPONSE_MEMORY];
        match guard.authorize(&head, principal, operation, &mut memory) {
            Ok(()) => "nothing".to_owned(),
            Err(response) if response.reason() == Some(Reason::OperationRefused) => {
                "refused".to_owned()
            }
            Err(response) => {
                let challenge = response.header("WWW-Authenticate").unwrap();
                let (_, rest) = challenge.split_once(r#"scope=""#).unwrap();
                rest.split_once('"').unwrap().0.to_owned()
            }
        }
    })
}

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
fn the_most_specific_rule_decides() {
    let rules = [
        Rule::methods_beginning_with("").needs("any"),
        Rule::methods_beginning_with("tools/").needs("tools"),
        Rule::method("tools/call").needs("calls"),
        Rule::tools_beginning_with("a").needs("a"),
        Rule::tools_beginning_with("abc").needs("abc"),
        Rule::tool("abcd").needs("abcd"),
        Rule::prompt("p").needs("p"),
    ];
    for (operation, expected) in [
        (Operation::tool("abcd"), "abcd"),
        (Operation::tool("abcde"), "abc"),
        (Operation::tool("abc"), "abc"),
        (Operation::tool("ab"), "a"),
        (Operation::tool("A"), "calls"),
        (Operation::tool("p"), "calls"),
        (Operation::prompt("p"), "p"),
        (Operation::prompt("q"), "any"),
        (Operation::WITHOUT_BODY, "any"),
    ] {
        for step in 0..rules.len() {
            let mut rules = rules;
            rules.rotate_left(step);
            assert_eq!(decided_by(&rules, &[], &operation), expected, "{operation:?}");
        }
    }
    assert_eq!(decided_by(&rules[2..], &[], &Operation::prompt("q")), "base");
}

#[test]
fn a_user_comes_before_a_client_before_anybody() {
    let rules = [
        Rule::tool("x").needs("anybody"),
        Rule::tool("x").needs("client").for_client(ISSUER, "app"),
        Rule::tool("x").needs("user").for_user(ISSUER, "alice"),
        Rule::tool("x").needs("other").for_user("https://other.example", "bob"),
        Rule::tools_beginning_with("y").needs("prefix"),
        Rule::tool("y").refused().for_user(ISSUER, "mallory"),
    ];
    let x = Operation::tool("x");
    let app = ("client_id", r#""app""#);
    assert_eq!(decided_by(&rules, &[app], &x), "user");
    assert_eq!(decided_by(&rules, &[app, ("sub", r#""bob""#)], &x), "client");
    assert_eq!(decided_by(&rules, &[("sub", r#""bob""#)], &x), "anybody");
    // An authorized party is the client where the token names none.
    assert_eq!(decided_by(&rules, &[("azp", r#""app""#), ("sub", "-")], &x), "client");
    let y = Operation::tool("y");
    assert_eq!(decided_by(&rules, &[("sub", r#""mallory""#)], &y), "refused");
    assert_eq!(decided_by(&rules, &[], &y), "prefix");
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
        "file:///REPORT~1/secret",
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
    for uri in ["db://b?id=1&x", "db://b?x=2&id=1", "db://b?id=2&id=1", "db://b?ID=1"] {
        assert_eq!(decided(uri), "refused", "{uri}");
    }
}

/// FastMCP calls a tool of an app by its name and by a second one.
#[test]
fn a_tool_has_no_second_name() {
    let rules = [
        Rule::tool("delete").needs("admin"),
        Rule::tool("__0123456789ab_named").needs("named"),
        Rule::tool("named").needs("admin"),
        Rule::tools_beginning_with("__").needs("own"),
        Rule::tools_beginning_with("wipe_").refused(),
    ];
    let scope = r#""own named""#;
    let decided = |name: &str| {
        let rules = Rules::<8, 8>::new(&rules, &[], "base").unwrap();
        with_principal(rules.view(), &[("scope", scope)], |guard, principal| {
            guard.permits(principal, &Operation::tool(name))
        })
    };
    assert!(decided("__0123456789ab_named"));
    for name in ["__0123456789ab_delete", "__ffffffffffff_delete", "__0123456789ab_wipe_all"] {
        assert!(!decided(name), "{name}");
    }
    // They are no second names.
    for name in ["__0123456789aB_delete", "__0123456789a_delete", "__0123456789abc_delete"] {
        assert!(decided(name), "{name}");
    }
    // The challenge names what is missing.
    assert_eq!(decided_by(&rules[..1], &[], &Operation::tool("__0123456789ab_delete")), "base");
    let any = [Rule::tool("delete").needs("admin"), Rule::tools_beginning_with("__")];
    assert_eq!(decided_by(&any, &[], &Operation::tool("__0123456789ab_delete")), "admin");
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
fn rules_that_make_no_sense_are_refused() {
    let refused =
        |rules: &[Rule<'_>], hierarchy: &[(&'static str, &'static str)], base: &'static str| {
            Rules::<2, 3>::new(rules, hierarchy, base).err()
        };
    let claims = [gatepost::ClaimRule::one_of("a", "b").unwrap()];
    for (rules, hierarchy, base) in [
        (&[Rule::tool("")][..], &[][..], "a"),
        (&[Rule::tool("x"), Rule::tool("x").needs("b")], &[], "a"),
        (&[Rule::tool("x"), Rule::tool("y"), Rule::tool("z")], &[], "a"),
        (&[Rule::tool("x").needs("a b c d")], &[], "a"),
        (&[Rule::tool("x").needs("")], &[], "a"),
        (&[Rule::tool("x").needs("a  b")], &[], "a"),
        (&[Rule::tool("x").needs("a\"b")], &[], "a"),
        (&[Rule::tool("x").needs("offline_access")], &[], "a"),
        (&[Rule::tool("x").public().with_claims(&claims)], &[], "a"),
        (&[], &[], ""),
        (&[], &[("a b", "c")], "a"),
        (&[], &[("a", "")], "a"),
    ] {
        assert_eq!(refused(rules, hierarchy, base), Some(Reason::Misuse), "{rules:?}");
    }
    assert_eq!(refused(&[Rule::tools_beginning_with("")], &[("b", "c")], "a"), None);
}

#[test]
fn rules_are_compiled_in_place_or_not_at_all() {
    let rules = [Rule::tool("b").needs("s"), Rule::tool("a"), Rule::tool("a").for_user("i", "u")];
    let hierarchy = [("all", "s")];
    let mut place = MaybeUninit::<Rules<'_, 3, 4>>::uninit();
    let in_place = Rules::new_in(&mut place, rules.map(Ok), &hierarchy, "base").unwrap();
    let moved = Rules::<3, 4>::new(&rules, &hierarchy, "base").unwrap();
    assert_eq!(format!("{in_place:?}"), format!("{moved:?}"));

    let with_error = [Ok(rules[0]), Err(Reason::InvalidClaim), Ok(rules[1])];
    let refused = Rules::new_in(&mut place, with_error, &hierarchy, "base").map(|_| ());
    assert_eq!(refused, Err(Reason::InvalidClaim));
    let twice = [Ok(rules[0]), Ok(rules[0])];
    let refused = Rules::new_in(&mut place, twice, &hierarchy, "base").map(|_| ());
    assert_eq!(refused, Err(Reason::Misuse));
}

#[test]
fn scopes_imply_one_another_in_circles_and_chains() {
    // Each implies the next; the last two each other.
    let hierarchy = [("d", "e"), ("a", "b"), ("c", "d"), ("b", "c"), ("e", "d")];
    let list = ["a", "b", "c", "d", "e"].map(|scope| Rule::tool(scope).needs(scope));
    let rules = Rules::<8, 8>::new(&list, &hierarchy, Strings::NONE).unwrap();
    for (granted, expected) in [
        ("a", "abcde"),
        ("b", "bcde"),
        ("c", "cde"),
        ("d", "de"),
        ("e", "de"),
        ("x", ""),
        ("e b", "bcde"),
    ] {
        let scope = format!("{granted:?}");
        let allowed = with_principal(rules.view(), &[("scope", &scope)], |guard, principal| {
            ["a", "b", "c", "d", "e"]
                .into_iter()
                .filter(|tool| guard.permits(principal, &Operation::tool(tool)))
                .collect::<String>()
        });
        assert_eq!(allowed, expected, "{granted}");
    }
}

/// As many as there may be, so that each has its bit.
#[test]
fn a_hundred_and_twenty_eight_scopes_are_told_apart() {
    // Every other one begins and ends like the others.
    let name = |n| if n % 2 == 0 { format!("s{n}") } else { format!("https://{n}/example") };
    let names: Vec<String> = (0..limits::MAX_SCOPES + 1).map(name).collect();
    let list: Vec<_> = names.iter().map(|name| Rule::tool(name).needs(name.as_str())).collect();
    let most = limits::MAX_SCOPES;
    assert!(Rules::<200, 200>::new(&list, &[], Strings::NONE).is_err());
    let rules = Rules::<200, 200>::new(&list[..most], &[], Strings::NONE).unwrap();
    for granted in [0, 1, 63, 64, 126, 127] {
        let scope = format!("{:?}", names[granted]);
        let allowed: Vec<_> =
            with_principal(rules.view(), &[("scope", &scope)], |guard, principal| {
                (0..most)
                    .filter(|n| guard.permits(principal, &Operation::tool(&names[*n])))
                    .collect()
            });
        assert_eq!(allowed, [granted]);
    }
}

/// Whatever the rules and their order, the one that decides is that of a search without any index.
#[test]
fn the_rule_that_decides_is_the_one_that_a_plain_search_finds() {
    let random = &mut Random(5);
    let names = ["", "a", "ab", "abc", "abd", "b", "ba"];
    let numbers: Vec<String> = (0..32).map(|n| format!("n{n}")).collect();
    let mut decided = [0; 2];
    for _ in 0..300 {
        let mut patterns: Vec<(bool, &str, bool)> = Vec::new();
        for _ in 0..random.below(12) {
            let pattern = (random.below(2) == 0, *random.choose(&names), random.below(2) == 0);
            if !patterns.contains(&pattern) && (pattern.2 || !pattern.1.is_empty()) {
                patterns.push(pattern);
            }
        }
        let rules: Vec<_> = patterns
            .iter()
            .zip(&numbers)
            .map(|((is_tool, name, is_prefix), number)| {
                match (is_tool, is_prefix) {
                    (true, true) => Rule::tools_beginning_with(name),
                    (true, false) => Rule::tool(name),
                    (false, true) => Rule::prompts_beginning_with(name),
                    (false, false) => Rule::prompt(name),
                }
                .needs(number.as_str())
            })
            .collect();
        let (is_tool, name) = (random.below(2) == 0, *random.choose(&names[1..]));
        let best = patterns
            .iter()
            .enumerate()
            .filter(|(_, pattern)| pattern.0 == is_tool)
            .filter(
                |(_, pattern)| {
                    if pattern.2 { name.starts_with(pattern.1) } else { name == pattern.1 }
                },
            )
            .max_by_key(|(_, pattern)| (!pattern.2, pattern.1.len()));
        let expected = best.map_or("base", |(index, _)| &numbers[index]);
        let operation = if is_tool { Operation::tool(name) } else { Operation::prompt(name) };
        assert_eq!(decided_by(&rules, &[], &operation), expected, "{patterns:?} {name}");
        decided[usize::from(best.is_some())] += 1;
    }
    assert!(decided.iter().all(|count| *count > 50), "{decided:?}");
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

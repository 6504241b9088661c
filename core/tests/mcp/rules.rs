//! Which rule decides, and what it says.

use core::mem::MaybeUninit;

use gatepost::Reason;
use gatepost::mcp::{Guard, Operation, Principal, RESPONSE_MEMORY, Rule, Rules, RulesView, Step};
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{Algorithm, Strings, limits};

use crate::common::random::Random;
use crate::common::{self, AUDIENCE, ISSUER, NOW, claims_with, key_set, policy};

/// Runs `look` with a guard of these rules and the bearer of a token with these claims.
pub(crate) fn with_principal<T>(
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
pub(crate) fn decided_by(
    rules: &[Rule<'_>],
    claims: &[(&str, &str)],
    operation: &Operation<'_>,
) -> String {
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

/// FastMCP calls a tool by its name and by a second one, whatever it is listed as.
#[test]
fn a_tool_has_no_second_name() {
    let rules = [
        Rule::tool("delete").needs("admin"),
        Rule::tool("__0123456789ab_named").needs("named"),
        Rule::tools_beginning_with("__").needs("own"),
    ];
    let decided = |name: &str| decided_by(&rules, &[], &Operation::tool(name));
    assert_eq!(decided("__0123456789ab_named"), "named");
    for name in ["__0123456789ab_delete", "__ffffffffffff_x", "0123456789ab_delete"] {
        assert_eq!(decided(name), "refused", "{name}");
        let elsewhere = [Rule::prompt("x").needs("x")];
        assert_eq!(decided_by(&elsewhere, &[], &Operation::tool(name)), "base", "{name}");
        assert_eq!(decided_by(&rules, &[], &Operation::prompt(name)), "base", "{name}");
    }
    for name in ["__0123456789aB_delete", "__0123456789a_delete", "__0123456789abc_delete"] {
        assert_eq!(decided(name), "own", "{name}");
    }
    assert_eq!(decided("0123456789ab_"), "base");
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

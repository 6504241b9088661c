use gatepost::Reason;
use gatepost::limits::{MAX_CHALLENGE_PARAMETERS, MAX_CHALLENGES_LEN};
use gatepost::oauth::{Challenges, ParsedChallenge, Scheme};

fn only(value: &str) -> ParsedChallenge<'_> {
    let mut challenges = Challenges::parse(value).unwrap();
    let first = challenges.next().unwrap();
    assert!(challenges.next().is_none());
    first
}

fn refused(value: &str) -> Option<Reason> {
    Challenges::parse(value).err()
}

#[test]
fn c1_the_metadata_are_where_the_challenge_says() {
    let mut memory = [0; 64];
    for value in [
        r#"Bearer resource_metadata="https://a/b?c=d""#,
        r#"bearer RESOURCE_METADATA = "https://a/b?c=d""#,
        r#"Bearer error="invalid_token", , resource_metadata="https://a/b?c=d", scope="x=y""#,
        r#"Bearer resource_metadata="https:\/\/a/b?c\=d""#,
    ] {
        let challenge = only(value);
        assert!(challenge.is(Scheme::Bearer));
        assert_eq!(challenge.resource_metadata(&mut memory), Ok(Some("https://a/b?c=d")));
    }
    let metadata = |value| only(value).resource_metadata(&mut [0; 3]).map(|url| url.is_some());
    assert_eq!(metadata("Bearer"), Ok(false));
    assert_eq!(metadata("Bearer x=\"resource_metadata=https://a\""), Ok(false));
    assert_eq!(metadata(r#"Bearer resource_metadata="\http://a""#), Err(Reason::MemoryTooSmall));
    for value in [
        "Bearer resource_metadata=a",
        "Bearer resource_metadata=\"\"",
        "Bearer resource_metadata=\"http://a/b\"",
        "Bearer resource_metadata=\"file:///etc/passwd\"",
        "Bearer resource_metadata=\"https://a/ b\"",
        "Bearer resource_metadata=\"https://\u{e9}\"",
    ] {
        assert_eq!(metadata(value), Err(Reason::InvalidChallenge), "{value}");
    }
}

#[test]
fn c1_the_challenge_is_found_among_others() {
    let values = [
        &b"\xff"[..],
        b"Negotiate a2erbmVs==, Basic realm=\"Bearer scope=x, Bearer\"",
        b"Digest a=b, DPoP algs=\"ES256\", error=use_dpop_nonce, bearer scope=\"a b\"",
    ];
    let all: Vec<_> = values.into_iter().flat_map(Challenges::parse).flatten().collect();
    let schemes: Vec<_> = all.iter().map(ParsedChallenge::scheme).collect();
    assert_eq!(schemes, ["Negotiate", "Basic", "Digest", "DPoP", "bearer"]);
    assert_eq!(all[0].token68(), Some("a2erbmVs=="));
    assert_eq!(all[0].parameters().count(), 0);
    assert!(all[1].scope().is_none() && all[1].token68().is_none());
    assert_eq!(all[3].error().unwrap(), "use_dpop_nonce");
    assert_eq!(all[3].parameter("ALGS").unwrap().as_str(), Some("ES256"));
    assert_eq!(all[4].scope().unwrap(), "a b");
    assert!(all[4].is(Scheme::Bearer) && !all[4].is(Scheme::Dpop) && all[3].is(Scheme::Dpop));
    assert_eq!(format!("{:?}", all[3]), r#"DPoP [algs="ES256", error="use_dpop_nonce"]"#);
}

#[test]
fn the_examples_of_the_rfcs_are_read() {
    // RFC 9110, section 11.6.1.
    let value = r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#;
    let all: Vec<_> = Challenges::parse(value).unwrap().collect();
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].parameter("realm").unwrap(), "simple");
    let title = all[1].parameter("title").unwrap();
    assert_eq!((title.as_str(), title.name()), (None, "title"));
    assert_eq!(title.decode(&mut [0; 15]), Ok(r#"Login to "apps""#));
    assert_eq!(title.decode(&mut [0; 14]), Err(Reason::MemoryTooSmall));
    assert!(title == r#"Login to "apps""# && title != r#"Login to \"apps\""#);

    // RFC 6750, section 3; RFC 9728, section 5.1; RFC 9449, section 7.1.
    let value = "Bearer realm=\"example\", error=\"invalid_token\", \
                 error_description=\"The access token expired\"";
    assert_eq!(only(value).error().unwrap(), "invalid_token");
    let value = "Bearer resource_metadata=\
                 \"https://resource.example.com/.well-known/oauth-protected-resource\"";
    assert!(only(value).resource_metadata(&mut []).unwrap().is_some());
    let value = "Bearer, DPoP algs=\"ES256 PS256\"";
    assert_eq!(Challenges::parse(value).unwrap().count(), 2);
}

#[test]
fn an_empty_list_and_an_empty_scope_are_none() {
    for value in ["", " ", ",", ", \t,"] {
        assert_eq!(Challenges::parse(value).unwrap().count(), 0);
    }
    assert!(only("Bearer scope=\"\"").scope().is_none());
}

#[test]
fn bytes_that_are_no_utf_8_are_kept_as_bytes() {
    let value = b"Bearer a=\"\xe9\", b=\"\\\xe9\", c=\"\xc3\xa9\"";
    let [a, b, c] = ["a", "b", "c"]
        .map(|name| Challenges::parse(value).unwrap().next().unwrap().parameter(name).unwrap());
    for parameter in [a, b] {
        assert_eq!(parameter.as_str(), None);
        assert_eq!(parameter.decode(&mut [0; 8]), Err(Reason::InvalidChallenge));
        assert!(parameter.bytes().eq([0xe9]));
    }
    assert_eq!(c.as_str(), Some("\u{e9}"));
}

#[test]
fn a_parameter_that_comes_twice_is_refused() {
    for value in [
        "Bearer scope=a, scope=a",
        "Bearer scope=a, SCOPE=\"b\"",
        "Basic, Bearer error=a, scope=b, error=c",
    ] {
        assert_eq!(refused(value), Some(Reason::InvalidChallenge), "{value}");
    }
    // In another challenge it is another.
    assert_eq!(refused("Bearer error=a, DPoP error=a, Bearer error=a"), None);
}

#[test]
fn what_is_no_list_of_challenges_is_refused() {
    for value in [
        "Bearer scope=a b",
        "Bearer resource_metadata=https://a/b",
        "Bearer error=\"a",
        "Bearer error=\"a\\\"",
        "Bearer error=\"a\nb\"",
        "Bearer error=\"a\", =b",
        "error=\"a\"",
        "Bearer a, b=c",
        "Bearer\r\nX: y",
    ] {
        assert_eq!(refused(value), Some(Reason::InvalidChallenge), "{value}");
    }
}

#[test]
fn max_challenges_len() {
    let of = |len: usize| format!("Bearer a=\"{}\"", "x".repeat(len - "Bearer a=\"\"".len()));
    assert_eq!(refused(&of(MAX_CHALLENGES_LEN)), None);
    assert_eq!(refused(&of(MAX_CHALLENGES_LEN + 1)), Some(Reason::TooLarge));
}

#[test]
fn max_challenge_parameters() {
    let of = |count: usize| {
        let parameters: Vec<_> = (0..count).map(|index| format!("a{index}=b")).collect();
        format!("Bearer {}", parameters.join(", "))
    };
    let most = of(MAX_CHALLENGE_PARAMETERS);
    assert_eq!(only(&most).parameters().count(), MAX_CHALLENGE_PARAMETERS);
    // Each challenge is counted by itself.
    assert_eq!(refused(&format!("{most}, {most}")), None);
    assert_eq!(refused(&of(MAX_CHALLENGE_PARAMETERS + 1)), Some(Reason::TooLarge));
}

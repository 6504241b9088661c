use gatepost::Reason;
use gatepost::oauth::Credentials;

fn of(value: &str) -> Result<Credentials<'_>, Reason> {
    Credentials::from_values([value])
}

#[test]
fn s7_missing_credentials_are_401() {
    assert_eq!(Credentials::from_values(<[&str; 0]>::default()), Ok(Credentials::Missing));
    for value in [
        "",
        " \t",
        "Basic",
        "Basic dTpw",
        "Basic \u{e9}",
        "Negotiate",
        "Digest username=\"a, Bearer b\", realm=\"x\"",
        // Amazon's has slashes where no token has them.
        "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;range, Signature=c",
        "Bear a",
        "Bearers a",
        // A token without its scheme looks like a scheme.
        "eyJ.e30.c2ln",
    ] {
        assert_eq!(of(value), Ok(Credentials::Missing), "{value:?}");
    }
    assert_eq!(Reason::CredentialsMissing.http_status(), 401);
}

#[test]
fn s8_malformed_credentials_are_400() {
    for value in [
        "Bearer",
        "Bearer ",
        "DPoP",
        "Bearer =",
        "Bearer a b",
        "Bearer a=b",
        "Bearer a=b=",
        "Bearer realm=\"x\"",
        "Bearer a\"",
        "Bearer \"a\"",
        "Bearer a:b",
        "Bearer a,",
        "Bearer a\0",
        "Bearer a\r\nx",
        "Bearer a\n",
        "\nBearer a",
        "Bearer \u{e9}",
        "Bearer\u{a0}a",
        "Bearer\ta",
        "Bearer \ta",
        "Bearer:a",
        "Bearer=a",
        "Bearer,a=b",
        ",Bearer a",
        "\"Bearer\" a",
        "=",
        "a=b",
        "eyJ.e30.c2ln/",
    ] {
        assert_eq!(of(value), Err(Reason::InvalidCredentials), "{value:?}");
    }
    assert_eq!(Reason::InvalidCredentials.http_status(), 400);
    assert_eq!(Reason::InvalidCredentials.oauth_error(), Some("invalid_request"));
}

#[test]
fn s19_the_scheme_is_read_in_any_case() {
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        assert_eq!(of(&format!("{scheme} a.b.c")), Ok(Credentials::Bearer("a.b.c")));
    }
    for scheme in ["DPoP", "dpop", "DPOP"] {
        assert_eq!(of(&format!("{scheme} a.b.c")), Ok(Credentials::Dpop("a.b.c")));
    }
}

#[test]
fn s19_the_token_is_one_token68() {
    let every = "ABCabc019-._~+/";
    for token in ["a", "a=", "a==", "-", "/", every, &"a".repeat(1 << 20)] {
        for value in [
            format!("Bearer {token}"),
            format!("Bearer    {token}"),
            format!("\t Bearer {token} \t"),
        ] {
            assert_eq!(of(&value), Ok(Credentials::Bearer(token)));
        }
    }
    for byte in 0..=u8::MAX {
        let value = [b"Bearer a", &[byte][..], b"b"].concat();
        let is_token68 = byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        let expected = match byte {
            _ if is_token68 => Ok(()),
            b',' => Err(Reason::SeveralCredentials),
            _ => Err(Reason::InvalidCredentials),
        };
        assert_eq!(Credentials::from_values([&value]).map(|_| ()), expected, "{byte:#x}");
    }
}

#[test]
fn s19_more_than_one_method_is_400() {
    for values in [
        ["Bearer a", "Bearer a"],
        ["Bearer a", "DPoP b"],
        ["Basic a", "Bearer b"],
        ["", "Bearer a"],
        ["Basic a", "Basic b"],
    ] {
        assert_eq!(Credentials::from_values(values), Err(Reason::SeveralCredentials));
    }
    for value in [
        "Bearer a, Bearer a",
        "Bearer a,DPoP b",
        "Bearer a , , Basic b",
        "Basic a, Bearer b",
        "Digest username=\"x\", realm=\"a, b\", Bearer c",
        "Basic, Bearer a",
        "Bearer, Bearer a",
        "Bearer a, b c d",
    ] {
        assert_eq!(of(value), Err(Reason::SeveralCredentials), "{value}");
    }
    assert_eq!(Reason::SeveralCredentials.http_status(), 400);
    assert_eq!(Reason::SeveralCredentials.oauth_error(), Some("invalid_request"));
}

//! Challenges: whatever the configuration, it is either refused or written as a header that says
//! what was meant, to our reader and to clients that search for names; and whatever the header,
//! what the reader finds in it can be written and found again.
//!
//! Input: a byte of flags, of which the lowest chooses. Then either a byte for the reason, two for
//! the algorithms, and URL, scope and realm, separated by bytes that no text holds (0xff); or the
//! value of a header.

#![no_main]

use gatepost::limits::{MAX_CHALLENGE_PARAMETERS, MAX_CHALLENGES_LEN};
use gatepost::oauth::{Challenge, Challenges, Scheme};
use gatepost::{Algorithm, Algorithms, Reason};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    match input {
        [flags, reason, low, high, texts @ ..] if flags & 1 == 0 => {
            let mut texts = texts.split(|byte| *byte == 0xff).map(str::from_utf8);
            let mut next = || texts.next().unwrap_or(Ok(""));
            let (Ok(url), Ok(scope), Ok(realm)) = (next(), next(), next()) else {
                return;
            };
            let bits = u16::from_le_bytes([*low, *high]);
            write(&Configuration {
                scheme: if flags & 2 == 0 { Scheme::Bearer } else { Scheme::Dpop },
                reason: Reason::ALL[usize::from(*reason) % Reason::ALL.len()],
                algorithms: (flags & 4 != 0).then(|| algorithms(bits)),
                scope: (flags & 8 != 0).then_some(scope),
                realm: (flags & 16 != 0).then_some(realm),
                url,
            });
        }
        [_, value @ ..] => read(value),
        [] => {}
    }
});

fn algorithms(bits: u16) -> Algorithms {
    let chosen = Algorithm::ALL.into_iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    chosen.map(|(_, algorithm)| algorithm).collect()
}

struct Configuration<'i> {
    scheme: Scheme,
    reason: Reason,
    algorithms: Option<Algorithms>,
    scope: Option<&'i str>,
    realm: Option<&'i str>,
    url: &'i str,
}

impl<'i> Configuration<'i> {
    fn challenge(&self) -> Result<Challenge<'i>, Reason> {
        let mut challenge = Challenge::new(self.scheme, self.url)?.with_reason(self.reason);
        if let Some(scope) = self.scope {
            challenge = challenge.with_scope(scope)?;
        }
        if let Some(realm) = self.realm {
            challenge = challenge.with_realm(realm)?;
        }
        if let Some(algorithms) = self.algorithms {
            challenge = challenge.with_algorithms(algorithms)?;
        }
        Ok(challenge)
    }

    fn error(&self) -> Option<&'static str> {
        let proof = matches!(self.reason, Reason::InvalidProof | Reason::ProofReplayed);
        match self.reason.http_status() {
            401 if self.reason == Reason::CredentialsMissing => None,
            401 if self.scheme == Scheme::Dpop && proof => Some("invalid_dpop_proof"),
            401 if self.scheme == Scheme::Dpop && self.reason == Reason::NonceRequired => {
                Some("use_dpop_nonce")
            }
            401 => Some("invalid_token"),
            403 if self.reason == Reason::InsufficientScope => Some("insufficient_scope"),
            400 => self.reason.oauth_error().filter(|error| *error == "invalid_request"),
            _ => None,
        }
    }
}

fn write(meant: &Configuration<'_>) {
    let challenge = match meant.challenge() {
        Ok(challenge) => challenge,
        Err(reason) => {
            assert_eq!(reason, Reason::Misuse);
            return;
        }
    };
    let mut memory = [0; MAX_CHALLENGES_LEN];
    let header = challenge.write(&mut memory).expect("the longest challenge has room");
    assert!(header.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    let mut short = vec![0; header.len() - 1];
    assert_eq!(challenge.write(&mut short), Err(Reason::MemoryTooSmall));

    let error = meant.error();
    let description = error.map(|_| meant.reason.description());
    let algorithms = meant
        .algorithms
        .map(|algorithms| algorithms.iter().map(Algorithm::name).collect::<Vec<_>>().join(" "));
    let expected: Vec<_> = [
        ("realm", meant.realm),
        ("error", error),
        ("error_description", description),
        ("scope", meant.scope),
        ("resource_metadata", Some(meant.url)),
        ("algs", algorithms.as_deref()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    assert!(expected.iter().all(|(_, value)| !value.is_empty()));

    let mut challenges = Challenges::parse(header).expect("it can be read");
    let parsed = challenges.next().expect("there is a challenge");
    assert!(challenges.next().is_none());
    assert_eq!(parsed.scheme(), meant.scheme.name());
    let found: Vec<_> = parsed
        .parameters()
        .map(|parameter| (parameter.name(), parameter.as_str().expect("without escapes")))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(parsed.resource_metadata(&mut []), Ok(Some(meant.url)));

    for name in ["realm", "error", "error_description", "scope", "resource_metadata", "algs"] {
        let searched = search(header, name);
        let meant = expected.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(searched, meant, "{name} in {header}");
    }
}

/// What the official SDKs do: the first place that looks like the parameter, quoted or not.
fn search<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let (_, behind) = header.split_once(&format!("{name}="))?;
    let (value, _) = match behind.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => behind.split_once([' ', ',']).unwrap_or((behind, "")),
    };
    Some(value)
}

type Read = Vec<(String, Option<String>, Vec<(String, Vec<u8>)>)>;

fn read(value: &[u8]) {
    let challenges = match all(value) {
        Ok(challenges) => challenges,
        Err(reason) => {
            assert!(matches!(reason, Reason::InvalidChallenge | Reason::TooLarge));
            return;
        }
    };
    let mut written = Vec::new();
    for (scheme, token68, parameters) in &challenges {
        if !written.is_empty() {
            written.extend(b", ");
        }
        written.extend(scheme.bytes());
        assert!(token68.is_none() || parameters.is_empty());
        if let Some(token68) = token68 {
            written.push(b' ');
            written.extend(token68.bytes());
        }
        for (index, (name, value)) in parameters.iter().enumerate() {
            written.extend(if index == 0 { &b" "[..] } else { b", " });
            written.extend(name.bytes());
            written.extend(b"=\"");
            for byte in value {
                if matches!(byte, b'"' | b'\\') {
                    written.push(b'\\');
                }
                written.push(*byte);
            }
            written.push(b'"');
        }
        let names: std::collections::HashSet<_> =
            parameters.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        assert_eq!(names.len(), parameters.len());
        assert!(parameters.len() <= MAX_CHALLENGE_PARAMETERS);
    }
    if written.len() <= MAX_CHALLENGES_LEN {
        assert_eq!(all(&written).expect("it can be read"), challenges);
    }
}

fn all(value: &[u8]) -> Result<Read, Reason> {
    let challenges = Challenges::parse(value)?;
    let read = challenges.map(|challenge| {
        let parameters = challenge.parameters().map(|parameter| {
            let bytes: Vec<_> = parameter.bytes().collect();
            match parameter.decode(&mut vec![0; bytes.len()]) {
                Ok(text) => assert!(parameter == text && text.as_bytes() == bytes),
                Err(reason) => {
                    assert_eq!(reason, Reason::InvalidChallenge);
                    assert!(str::from_utf8(&bytes).is_err());
                }
            }
            let found = challenge.parameter(parameter.name()).expect("it is there");
            assert!(found.bytes().eq(bytes.iter().copied()));
            (parameter.name().to_owned(), bytes)
        });
        let parameters = parameters.collect();
        (challenge.scheme().to_owned(), challenge.token68().map(str::to_owned), parameters)
    });
    Ok(read.collect())
}

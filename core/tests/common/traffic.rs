//! Requests as a server sees them: the same tokens again and again, while the clock moves, keys
//! are replaced under their names, and policies differ. Each is judged with and without a cache.

use core::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::OnceLock;

use ed25519_dalek::ed25519::signature::Signer;
use gatepost::{
    Algorithm, ImportOptions, KeySet, KnownToken, NoTokenCache, ParsedKey, Policy, Reason,
    ScopeClaims, TokenCache, UnixTime, VerifyingKey,
};
use hmac::Hmac;
use rsa::BoxedUint;
use sha2::Sha256;

use super::random::Random;
use super::{AUDIENCE, ISSUER, NOW, base64url, claims_with, jwks, memory, policy, signer};

/// Two whose digest the cache makes, one that hashes on its own, and one that is never remembered.
const ALGORITHMS: [Algorithm; 4] =
    [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Hs256];

/// Reasons that depend on the moment, the keys or the policy, and so can turn up for a token that
/// was accepted before.
const LATER_REASONS: [Reason; 12] = [
    Reason::AlgorithmNotAllowed,
    Reason::AudienceMismatch,
    Reason::Expired,
    Reason::InsufficientScope,
    Reason::InvalidSignature,
    Reason::IssuedInFuture,
    Reason::IssuerMismatch,
    Reason::KeyAmbiguous,
    Reason::KeyNotFound,
    Reason::MissingClaim,
    Reason::NotYetValid,
    Reason::TypeMismatch,
];

/// Those of them that are found behind the signature, where a cache has had its say.
const CLAIM_REASONS: [Reason; 5] = [
    Reason::AudienceMismatch,
    Reason::InsufficientScope,
    Reason::IssuedInFuture,
    Reason::MissingClaim,
    Reason::NotYetValid,
];

const OTHER_ISSUER: &str = "https://other.example";
const OTHER_AUDIENCE: &str = "https://other.example/mcp";

/// When tokens expire, in the time that the clock walks through.
const EXPIRIES: [u64; 3] = [1_700_000_100, 1_700_000_150, 1_700_000_200];

/// Which of the keys 1 to 3 the names `first` and `second` mean, over time.
const ROTATION: [&[u8]; 4] = [&[1, 2], &[3, 2], &[2, 1], &[1]];

/// Tokens, and key sets with keys of the type `K` that some of them are signed with.
pub(crate) struct Traffic<K> {
    tokens: Vec<Token>,
    /// Public keys and, since they may not share a set, secrets.
    rotation: Vec<[KeySet<6, Counted<K>>; 2]>,
}

struct Token {
    /// Its place among [`ALGORITHMS`].
    algorithm: usize,
    compact: String,
}

/// What was seen, by algorithm.
#[derive(Debug)]
pub(crate) struct Seen {
    accepted: [u32; 4],
    refused: [u32; 4],
    /// Reasons for the refusal of a token that had been accepted before.
    later_reasons: Vec<Reason>,
    /// Those of tokens that a cache remembered at that moment.
    reasons_after_hits: Vec<Reason>,
}

impl<K: VerifyingKey> Traffic<K> {
    pub(crate) fn new(make: impl Fn(&ParsedKey<'_>) -> Result<K, Reason>) -> Self {
        let make = |key: &ParsedKey<'_>| make(key).map(Counted);
        let rotation = ROTATION.iter().map(|keys| sets(keys, make)).collect();
        Self { tokens: tokens(), rotation }
    }

    /// Makes so many random requests, and demands that each is judged with every one of `caches`
    /// as it is without.
    pub(crate) fn judge(&self, seed: u64, requests: u32, caches: &[Watched<'_>]) -> Seen {
        let mut seen = Seen {
            accepted: [0; 4],
            refused: [0; 4],
            later_reasons: Vec::new(),
            reasons_after_hits: Vec::new(),
        };
        let random = &mut Random(seed);
        let policies = policies();
        let (mut sets, mut policy, mut now) = (&self.rotation[0], &policies[0], NOW);
        let (mut token, mut accepted_before) = (0, Vec::new());
        let mut memory = memory();
        for _ in 0..requests {
            match random.below(40) {
                0 => sets = random.choose(&self.rotation),
                // Half of the time the one that accepts most.
                1..3 => policy = &policies[0],
                3..5 => policy = random.choose(&policies),
                5..8 => now = UnixTime::from_secs(NOW.as_secs() + random.word() % 200 - 50),
                // The first second at which some tokens are not remembered any more.
                8 => now = UnixTime::from_secs(*random.choose(&EXPIRIES)),
                9..12 => now = UnixTime::from_secs(now.as_secs() + random.word() % 4),
                _ => {}
            }
            // Mostly the same one again, as in life, or one that was good.
            match random.below(8) {
                0 => token = random.below(self.tokens.len()),
                1 if !accepted_before.is_empty() => token = *random.choose(&accepted_before),
                _ => {}
            }
            let Token { algorithm, compact } = &self.tokens[token];
            let is_of_secret = ALGORITHMS[*algorithm].is_symmetric();
            let keys = sets[usize::from(is_of_secret != (random.below(16) == 0))].keys();

            let without = judge(policy, compact, keys.remembering(&NoTokenCache), now, &mut memory);
            for cache in caches {
                cache.algorithm.set(*algorithm);
                let verified = VERIFIED.get();
                let with = judge(policy, compact, keys.remembering(cache), now, &mut memory);
                assert_eq!(with, without, "{compact} at {now:?}, {policy:?}");
                let is_behind_signature = match &without {
                    Ok(_) | Err(Reason::Expired) => true,
                    Err(reason) => CLAIM_REASONS.contains(reason),
                };
                if !is_behind_signature || VERIFIED.get() != verified {
                    continue;
                }
                cache.count_hit();
                match &without {
                    Ok(accepted) => {
                        assert!(now < accepted.expires_at.unwrap(), "{compact} at {now:?}")
                    }
                    Err(reason) => {
                        assert_ne!(*reason, Reason::Expired, "{compact} at {now:?}");
                        add(&mut seen.reasons_after_hits, *reason);
                    }
                }
            }
            match without {
                Ok(_) => {
                    seen.accepted[*algorithm] += 1;
                    if !accepted_before.contains(&token) {
                        accepted_before.push(token);
                    }
                }
                Err(reason) => {
                    seen.refused[*algorithm] += 1;
                    if accepted_before.contains(&token) {
                        add(&mut seen.later_reasons, reason);
                    }
                }
            }
        }
        seen
    }
}

thread_local! {
    /// How many signatures this thread has checked.
    static VERIFIED: Cell<u32> = const { Cell::new(0) };
}

/// A key that counts what it verifies.
struct Counted<K>(K);

impl<K: VerifyingKey> VerifyingKey for Counted<K> {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        VERIFIED.set(VERIFIED.get() + 1);
        self.0.verify(algorithm, message, prehash, signature)
    }
}

impl Seen {
    /// What two saw together.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        for place in 0..ALGORITHMS.len() {
            self.accepted[place] += other.accepted[place];
            self.refused[place] += other.refused[place];
        }
        self.later_reasons.extend(other.later_reasons);
        self.reasons_after_hits.extend(other.reasons_after_hits);
        self
    }

    /// Demands that there were so many verdicts of both kinds for each algorithm, and that tokens
    /// were refused after they had been accepted, for every reason there is for it.
    pub(crate) fn require_variety(&self, at_least: u32) {
        let counts = [self.accepted, self.refused];
        assert!(counts.iter().flatten().all(|count| *count >= at_least), "{self:?}");
        let all = |seen: &[Reason], expected: &[Reason]| {
            expected.iter().all(|reason| seen.contains(reason))
        };
        assert!(all(&self.later_reasons, &LATER_REASONS), "{self:?}");
        assert!(all(&self.reasons_after_hits, &CLAIM_REASONS), "{self:?}");
    }
}

/// A cache as one of its users sees it.
pub(crate) struct Watched<'a> {
    cache: &'a dyn TokenCache,
    /// Of the token at hand.
    algorithm: Cell<usize>,
    /// The number of the token that was asked for last.
    asked: Cell<u64>,
    hits: [Cell<u32>; 4],
    learned: [Cell<u32>; 4],
    /// The numbers of the tokens that this user inserted.
    own: RefCell<HashSet<u64>>,
    hits_of_others: Cell<u32>,
}

impl<'a> Watched<'a> {
    pub(crate) fn new(cache: &'a dyn TokenCache) -> Self {
        Self {
            cache,
            algorithm: Cell::new(0),
            asked: Cell::new(0),
            hits: Default::default(),
            learned: Default::default(),
            own: RefCell::default(),
            hits_of_others: Cell::new(0),
        }
    }

    fn count_hit(&self) {
        count(&self.hits[self.algorithm.get()]);
        if !self.own.borrow().contains(&self.asked.get()) {
            count(&self.hits_of_others);
        }
    }

    /// How often the cache spared a signature with a token that another user had inserted.
    pub(crate) fn hits_of_others(&self) -> u32 {
        self.hits_of_others.get()
    }

    /// Demands that so many signatures were spared for each algorithm with a public key, and so
    /// many tokens remembered: accepted, that is, after their signature was checked with the help
    /// of the cache, whose digest ES256 and RS256 take.
    pub(crate) fn require_use(&self, hits: u32, learned: u32) {
        for (algorithm, place) in ALGORITHMS.iter().zip(0..) {
            let counts = (self.hits[place].get(), self.learned[place].get());
            if algorithm.is_symmetric() {
                assert_eq!(counts, (0, 0), "{algorithm}");
            } else {
                assert!(counts.0 >= hits && counts.1 >= learned, "{algorithm}: {counts:?}");
            }
        }
    }
}

impl TokenCache for Watched<'_> {
    fn get(&self, number: u64, now: UnixTime) -> Option<KnownToken> {
        self.asked.set(number);
        self.cache.get(number, now)
    }

    fn insert(&self, token: KnownToken, now: UnixTime) {
        count(&self.learned[self.algorithm.get()]);
        self.own.borrow_mut().insert(token.number());
        self.cache.insert(token, now);
    }
}

fn count(cell: &Cell<u32>) {
    cell.set(cell.get() + 1);
}

/// What an accepted token says.
#[derive(Debug, PartialEq, Eq)]
struct Accepted {
    key_id: Option<String>,
    subject: Option<String>,
    audience: String,
    scopes: Vec<String>,
    expires_at: Option<UnixTime>,
}

fn judge<K: VerifyingKey, C: TokenCache>(
    policy: &Policy<'_>,
    compact: &str,
    keys: gatepost::Keys<'_, K, C>,
    now: UnixTime,
    memory: &mut [u8],
) -> Result<Accepted, Reason> {
    let token = policy.validate(compact, keys, now, memory)?;
    Ok(Accepted {
        key_id: token.key_id().map(str::to_owned),
        subject: token.subject().map(str::to_owned),
        audience: token.accepted_audience().to_owned(),
        scopes: token.scopes().map(str::to_owned).collect(),
        expires_at: token.expires_at(),
    })
}

fn policies() -> Vec<Policy<'static>> {
    let plain = policy();
    vec![
        Policy::new(ISSUER, &[AUDIENCE, OTHER_AUDIENCE]).unwrap().with_leeway(60).unwrap(),
        plain,
        plain.with_leeway(0).unwrap(),
        plain.with_algorithms(Algorithm::Es256).unwrap(),
        plain.with_algorithms([Algorithm::Rs256, Algorithm::EdDsa]).unwrap(),
        plain.with_algorithms(Algorithm::Hs256).unwrap(),
        plain.with_typ("JWT").unwrap(),
        plain.with_typ("at+jwt").unwrap(),
        Policy::new(OTHER_ISSUER, AUDIENCE).unwrap(),
        Policy::new(ISSUER, OTHER_AUDIENCE).unwrap(),
        plain.with_required_scopes("mcp:write").unwrap(),
        plain.with_required_claims("sub").unwrap().with_scope_claims(ScopeClaims::NONE),
        plain.with_required_claims(&["exp", "client_id"]).unwrap(),
    ]
}

/// Tokens of the keys 1 to 3 of each algorithm, good and bad in many ways.
fn tokens() -> Vec<Token> {
    let random = &mut Random(5);
    let mut tokens = Vec::new();
    for (algorithm, name) in ALGORITHMS.into_iter().enumerate() {
        for key in 1..=3 {
            let mut last_signature = String::new();
            for number in 0..16 {
                let mut compact =
                    sign(name, key, &random_header(random, name, key), &random_claims(random));
                let signature = compact.rsplit_once('.').unwrap().1.to_owned();
                // Now and then another token's signature.
                if number % 8 == 7 {
                    compact.truncate(compact.len() - signature.len());
                    compact.push_str(&last_signature);
                }
                tokens.push(Token { algorithm, compact });
                last_signature = signature;
            }
        }
    }
    tokens
}

fn random_header(random: &mut Random, algorithm: Algorithm, key: u8) -> String {
    // Mostly the name that the key has at some time.
    let usual = if key == 2 { r#","kid":"second""# } else { r#","kid":"first""# };
    let key_id = *random.choose(&[usual, usual, usual, r#","kid":"first""#, ""]);
    let typ = *random.choose(&[
        "",
        r#","typ":"JWT""#,
        r#","typ":"application/at+jwt""#,
        r#","typ":"\u004aWT""#,
    ]);
    format!(r#"{{"alg":"{algorithm}"{key_id}{typ}}}"#)
}

fn random_claims(random: &mut Random) -> String {
    let exp = match random.below(8) {
        0 => "-".to_owned(),
        _ => random.choose(&EXPIRIES).to_string(),
    };
    let mut members = vec![("exp", &*exp)];
    for _ in 0..random.below(3) {
        members.push(*random.choose(&[
            ("sub", r#""bob""#),
            ("sub", r#""b\u006fb""#),
            ("sub", "-"),
            ("iss", r#""https://other.example""#),
            ("aud", r#"["https://other.example/mcp","https://mcp.example/mcp"]"#),
            ("aud", r#""https://other.example/mcp""#),
            ("nbf", "1700000040"),
            ("iat", "1700000040"),
            ("scope", r#""mcp:read""#),
            ("scope", r#""mcp:read mcp\u003awrite""#),
            ("permissions", r#"["mcp:write","mcp\u003aread"]"#),
            ("scope", "-"),
            ("client_id", r#""tool""#),
        ]));
    }
    claims_with(&members)
}

/// The set of these public keys, and that of the secrets, under the names `first` and `second`.
fn sets<K>(keys: &[u8], make: impl Fn(&ParsedKey<'_>) -> Result<K, Reason>) -> [KeySet<6, K>; 2] {
    [false, true].map(|symmetric| {
        let algorithms = ALGORITHMS.into_iter().filter(|name| name.is_symmetric() == symmetric);
        let keys: Vec<_> = algorithms
            .flat_map(|algorithm| {
                let named = keys.iter().zip(["first", "second"]);
                named.map(move |(key, name)| jwk(algorithm, *key, name))
            })
            .collect();
        let keys: Vec<_> = keys.iter().map(String::as_str).collect();
        let mut options = ImportOptions::default();
        options.symmetric = symmetric;
        let set = KeySet::load(jwks(&keys), options, &make).unwrap();
        assert_eq!(set.keys().iter().count(), keys.len());
        set
    })
}

/// The public half, or the secret, of one of the keys 1 to 3 of `algorithm`.
pub(crate) fn jwk(algorithm: Algorithm, key: u8, name: &str) -> String {
    let numbers = match algorithm {
        Algorithm::Es256 => signer::p256_numbers(&p256_key(key)),
        Algorithm::Rs256 => signer::rsa_numbers(&signer::modulus(rsa_key(key)), &[1, 0, 1]),
        Algorithm::EdDsa => signer::ed25519_numbers(&ed25519_key(key)),
        _ => signer::secret_numbers(&secret(key)),
    };
    format!(r#"{{{numbers},"kid":"{name}","alg":"{algorithm}"}}"#)
}

/// A compact token of one of the keys 1 to 3 of `algorithm`.
pub(crate) fn sign(algorithm: Algorithm, key: u8, header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64url(header), base64url(claims));
    let message = input.as_bytes();
    let signature = match algorithm {
        Algorithm::Es256 => {
            let signature: p256::ecdsa::Signature = p256_key(key).sign(message);
            signature.to_bytes().to_vec()
        }
        Algorithm::Rs256 => rsa_key(key).pkcs1v15_sign::<Sha256>(message).unwrap(),
        Algorithm::EdDsa => ed25519_key(key).sign(message).to_bytes().to_vec(),
        _ => signer::mac::<Hmac<Sha256>>(&secret(key), message),
    };
    format!("{input}.{}", base64url(signature))
}

fn p256_key(key: u8) -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[key; 32]).unwrap()
}

fn ed25519_key(key: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[key; 32])
}

fn secret(key: u8) -> [u8; 32] {
    [key; 32]
}

/// A key of each two of three primes: those of the test key, and 2^1024 - 105.
fn rsa_key(key: u8) -> &'static rsa::PrivateKey {
    static KEYS: OnceLock<[rsa::PrivateKey; 3]> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        let [p, q] = signer::rsa_primes();
        let mut r = [0xff; 128];
        r[127] = 0x97;
        let r = BoxedUint::from_be_slice_vartime(&r);
        [(&p, &q), (&p, &r), (&q, &r)].map(|(p, q)| signer::rsa_key_of(p.clone(), q.clone()))
    });
    &keys[usize::from(key) - 1]
}

fn add(reasons: &mut Vec<Reason>, reason: Reason) {
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
}

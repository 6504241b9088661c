/*
 * The keys of one issuer, for all threads of a server: fetched when the first token needs them, and
 * again when they are old or a token names one that is not among them. Keys that are old serve on
 * until a thread of its own has fetched others: who has a key for its token waits for nobody.
 */
#ifndef ISSUER_KEYS_H
#define ISSUER_KEYS_H

#include <pthread.h>

#include "gatepost.h"

enum { ISSUER_KEYS_MAX_TIMEOUT = 58 };

/* Keys that were fetched. They are freed when nobody uses them any more. */
struct keys {
    gatepost_key_set *set;
    uint32_t generation;
    size_t users;
};

struct issuer_keys {
    const char *jwks_url;
    const char *schemes;
    uint32_t timeout; /* Of a fetch, in seconds. */
    pthread_mutex_t lock; /* Of all that follows. Nothing is fetched while somebody holds it. */
    pthread_cond_t reported;
    gatepost_key_refresh refresh;
    struct keys *current; /* One of its users is this pointer. */
    uint32_t due;         /* The fetch that no request waits for, until somebody begins it; or 0. */
    bool is_ending;
    pthread_cond_t woken; /* By one of these two. */
    pthread_t refresher;
};

/*
 * `jwks_url` is https, or http on this machine; it lives as long as the keys. `cooldown` is how
 * many seconds there are between two fetches at the least, 0 for the default; `timeout`, 1 to
 * ISSUER_KEYS_MAX_TIMEOUT, how many one fetch may take. curl_global_init() has been called.
 */
uint32_t issuer_keys_init(struct issuer_keys *issuer, const char *jwks_url, uint32_t cooldown,
                          uint32_t timeout);

/*
 * Takes the keys to validate with into `*keys`; where there are none that may be used, having fetched
 * them or waited for whoever does. Otherwise it is NULL, and the answer says why. `lacking`: NULL at
 * first; for a token that was refused with GATEPOST_KEY_NOT_FOUND, the generation of the keys that it
 * was validated with.
 */
uint32_t issuer_keys_acquire(struct issuer_keys *issuer, const uint32_t *lacking,
                             struct keys **keys);

/* When they may be fetched again, in seconds since 1970; 0 where nobody has asked for them yet. */
uint64_t issuer_keys_next_fetch_at(struct issuer_keys *issuer);

/* Gives back what was taken; NULL is left alone. */
void issuer_keys_release(struct issuer_keys *issuer, struct keys *keys);

/*
 * Before the server ends: fetches that are under way, those of requests and that of the background,
 * are given up within a second or so, and no others begin. Whoever waits for keys is told
 * GATEPOST_KEYS_UNAVAILABLE.
 */
void issuer_keys_give_up(struct issuer_keys *issuer);

/* When nobody uses them any more. */
void issuer_keys_end(struct issuer_keys *issuer);

#endif

#define _POSIX_C_SOURCE 200809L
#include "issuer_keys.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    MAX_KEYS = 32,
    MAX_CACHE_HEADERS = 4,
    MAX_HEADER_LENGTH = 1024,
    MARGIN_SECONDS = 2 /* A fetch reports so much before the machine gives it up. */
};

struct download {
    unsigned char *bytes; /* GATEPOST_MAX_JWKS_LENGTH of them. */
    size_t length;
};

static uint64_t now(void) { return (uint64_t)time(NULL); }

static gatepost_slice slice(const char *text) {
    gatepost_slice bytes = {(const uint8_t *)text, strlen(text)};
    return bytes;
}

/* Who can change the keys on their way lets in whom they like: https, but for this machine. */
static const char *schemes_for(const char *jwks_url) {
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL;
    const char *schemes = NULL;

    if (url != NULL && curl_url_set(url, CURLUPART_URL, jwks_url, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
        if (strcmp(scheme, "https") == 0) {
            schemes = "https";
        } else if (strcmp(scheme, "http") == 0 &&
                   (strcmp(host, "127.0.0.1") == 0 || strcmp(host, "[::1]") == 0)) {
            schemes = "http";
        }
    }
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return schemes;
}

/* Less than `count` ends the download. libcurl calls with a size of 1. */
static size_t receive(char *data, size_t size, size_t count, void *context) {
    struct download *download = context;

    (void)size;
    if (count > GATEPOST_MAX_JWKS_LENGTH - download->length) {
        return 0;
    }
    memcpy(download->bytes + download->length, data, count);
    download->length += count;
    return count;
}

/* libcurl calls about once a second. What is not 0 ends the download. */
static int is_given_up(void *context, curl_off_t total, curl_off_t received, curl_off_t to_send,
                       curl_off_t sent) {
    struct issuer_keys *issuer = context;
    int is_ending;

    (void)total, (void)received, (void)to_send, (void)sent;
    pthread_mutex_lock(&issuer->lock);
    is_ending = issuer->is_ending;
    pthread_mutex_unlock(&issuer->lock);
    return is_ending;
}

/* Returns the status of the answer, or 0 where there is none. */
static long get(CURL *curl, struct issuer_keys *issuer, struct curl_slist *headers,
                struct download *download) {
    long status = 0;

    /* Redirects are not followed: that is libcurl's default, and said all the same. What comes by
       http stays on this machine: no proxy. */
    if (curl_easy_setopt(curl, CURLOPT_URL, issuer->jwks_url) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, issuer->schemes) != CURLE_OK ||
        (strcmp(issuer->schemes, "http") == 0 &&
         curl_easy_setopt(curl, CURLOPT_PROXY, "") != CURLE_OK) ||
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)issuer->timeout) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_given_up) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, issuer) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) != CURLE_OK ||
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, download) != CURLE_OK ||
        curl_easy_perform(curl) != CURLE_OK ||
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK) {
        return 0;
    }
    return status;
}

static struct keys *load(gatepost_slice jwks) {
    struct keys *keys = calloc(1, sizeof *keys);

    if (keys == NULL) {
        return NULL;
    }
    keys->users = 1;
    if (gatepost_key_set_new(MAX_KEYS, &keys->set) == GATEPOST_OK &&
        gatepost_key_set_load_jwks(keys->set, jwks, 0, 0) == GATEPOST_OK) {
        return keys;
    }
    gatepost_key_set_free(keys->set);
    free(keys);
    return NULL;
}

/* Reports what came of a fetch. Returns the keys that are not needed any more, or not at all. */
static struct keys *report(struct issuer_keys *issuer, uint32_t fetch, long status,
                           gatepost_slice jwks, struct keys *keys,
                           const gatepost_cache_headers *cache) {
    uint32_t change = GATEPOST_KEY_CHANGE_IGNORED;
    struct keys *old = keys;

    pthread_mutex_lock(&issuer->lock);
    if (keys != NULL) {
        gatepost_key_refresh_fetched(&issuer->refresh, fetch, now(), jwks, cache, &change);
    } else if (status == 304) {
        gatepost_key_refresh_not_modified(&issuer->refresh, fetch, now(), cache, &change);
    } else {
        gatepost_key_refresh_failed(&issuer->refresh, fetch, now());
    }
    if (change == GATEPOST_KEY_CHANGE_CHANGED) {
        old = issuer->current;
        keys->generation = gatepost_key_refresh_generation(&issuer->refresh);
        issuer->current = keys;
    }
    pthread_cond_broadcast(&issuer->reported);
    pthread_mutex_unlock(&issuer->lock);
    return old;
}

/* The next question to curl changes what the last one found. What is too long says nothing. */
static bool copy_header(CURL *curl, const char *name, size_t index, char *copy,
                        gatepost_slice *value) {
    struct curl_header *header;

    if (curl_easy_header(curl, name, index, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return false;
    }
    *value = slice(snprintf(copy, MAX_HEADER_LENGTH, "%s", header->value) < MAX_HEADER_LENGTH
                       ? copy
                       : "");
    return true;
}

static void fetch_keys(struct issuer_keys *issuer, uint32_t fetch) {
    char if_none_match[GATEPOST_MAX_ENTITY_TAG_LENGTH + 20];
    struct download download = {malloc(GATEPOST_MAX_JWKS_LENGTH), 0};
    gatepost_slice jwks, tag, cache_control[MAX_CACHE_HEADERS];
    gatepost_cache_headers cache = {cache_control, 0, {NULL, 0}, {NULL, 0}};
    struct curl_slist *headers = curl_slist_append(NULL, "Cache-Control: no-cache");
    char copies[MAX_CACHE_HEADERS + 2][MAX_HEADER_LENGTH];
    CURL *curl = curl_easy_init();
    long status = 0;

    pthread_mutex_lock(&issuer->lock);
    tag = gatepost_key_refresh_entity_tag(&issuer->refresh);
    snprintf(if_none_match, sizeof if_none_match, "If-None-Match: %.*s", (int)tag.len,
             tag.ptr == NULL ? "" : (const char *)tag.ptr);
    pthread_mutex_unlock(&issuer->lock);

    if (curl != NULL && headers != NULL && download.bytes != NULL &&
        (tag.ptr == NULL || curl_slist_append(headers, if_none_match) != NULL)) {
        status = get(curl, issuer, headers, &download);
    }
    while (status != 0 && cache.cache_control_count < MAX_CACHE_HEADERS &&
           copy_header(curl, "Cache-Control", cache.cache_control_count,
                       copies[cache.cache_control_count],
                       &cache_control[cache.cache_control_count])) {
        cache.cache_control_count++;
    }
    if (status != 0) {
        copy_header(curl, "ETag", 0, copies[MAX_CACHE_HEADERS], &cache.entity_tag);
        copy_header(curl, "Age", 0, copies[MAX_CACHE_HEADERS + 1], &cache.age);
    }
    jwks.ptr = download.bytes;
    jwks.len = download.length;
    issuer_keys_release(issuer, report(issuer, fetch, status, jwks,
                                       status == 200 ? load(jwks) : NULL, &cache));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    free(download.bytes);
}

/* The thread that fetches what no request waits for. */
static void *refresh(void *context) {
    struct issuer_keys *issuer = context;

    pthread_mutex_lock(&issuer->lock);
    while (!issuer->is_ending) {
        uint32_t fetch = issuer->due;

        if (fetch == 0) {
            pthread_cond_wait(&issuer->woken, &issuer->lock);
            continue;
        }
        issuer->due = 0;
        pthread_mutex_unlock(&issuer->lock);
        fetch_keys(issuer, fetch);
        pthread_mutex_lock(&issuer->lock);
    }
    pthread_mutex_unlock(&issuer->lock);
    return NULL;
}

/* Starts that thread, which leaves all signals to the others. */
static bool start_refresher(struct issuer_keys *issuer) {
    sigset_t all, before;
    bool has_started;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    has_started = pthread_create(&issuer->refresher, NULL, refresh, issuer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return has_started;
}

uint32_t issuer_keys_acquire(struct issuer_keys *issuer, const uint32_t *lacking,
                             struct keys **keys) {
    gatepost_refresh_action next = {0, 0, 0, 0};
    uint32_t reason;

    *keys = NULL;
    pthread_mutex_lock(&issuer->lock);
    for (;;) {
        reason = lacking == NULL
                     ? gatepost_key_refresh_before_validation(&issuer->refresh, now(), &next)
                     : gatepost_key_refresh_unknown_key(&issuer->refresh, *lacking, now(), &next);
        if (reason == GATEPOST_OK && next.action == GATEPOST_REFRESH_FETCH && lacking == NULL &&
            gatepost_key_refresh_has_keys(&issuer->refresh, now())) {
            /* The machine says so to one request alone; the others are told to use the old keys. */
            issuer->due = next.fetch;
            pthread_cond_signal(&issuer->woken);
            next.action = GATEPOST_REFRESH_USE_STALE;
            break;
        }
        if (issuer->is_ending && (next.action == GATEPOST_REFRESH_FETCH ||
                                  next.action == GATEPOST_REFRESH_WAIT)) {
            reason = GATEPOST_KEYS_UNAVAILABLE;
            break;
        }
        if (reason == GATEPOST_OK && next.action == GATEPOST_REFRESH_FETCH) {
            pthread_mutex_unlock(&issuer->lock);
            fetch_keys(issuer, next.fetch);
            pthread_mutex_lock(&issuer->lock);
        } else if (reason == GATEPOST_OK && next.action == GATEPOST_REFRESH_WAIT) {
            struct timespec until = {(time_t)next.until, 0};
            pthread_cond_timedwait(&issuer->reported, &issuer->lock, &until);
        } else {
            break;
        }
    }
    if (next.action == GATEPOST_REFRESH_USE_KEYS || next.action == GATEPOST_REFRESH_USE_STALE) {
        issuer->current->users++;
        *keys = issuer->current;
    }
    pthread_mutex_unlock(&issuer->lock);
    return reason == GATEPOST_OK ? next.reason : reason;
}

uint64_t issuer_keys_next_fetch_at(struct issuer_keys *issuer) {
    uint64_t at;

    pthread_mutex_lock(&issuer->lock);
    at = gatepost_key_refresh_next_fetch_at(&issuer->refresh);
    pthread_mutex_unlock(&issuer->lock);
    return at;
}

void issuer_keys_release(struct issuer_keys *issuer, struct keys *keys) {
    size_t users;

    if (keys == NULL) {
        return;
    }
    pthread_mutex_lock(&issuer->lock);
    users = --keys->users;
    pthread_mutex_unlock(&issuer->lock);
    if (users == 0) {
        gatepost_key_set_free(keys->set);
        free(keys);
    }
}

uint32_t issuer_keys_init(struct issuer_keys *issuer, const char *jwks_url, uint32_t cooldown,
                          uint32_t timeout) {
    gatepost_key_refresh_config config;
    uint32_t reason = gatepost_key_refresh_config_init(&config, sizeof config);

    issuer->jwks_url = jwks_url;
    issuer->schemes = schemes_for(jwks_url);
    issuer->timeout = timeout;
    issuer->current = NULL;
    issuer->due = 0;
    issuer->is_ending = false;
    if (reason != GATEPOST_OK || issuer->schemes == NULL) {
        return GATEPOST_MISUSE;
    }
    if (cooldown != 0) {
        config.cooldown = cooldown;
    }
    config.timeout = timeout + MARGIN_SECONDS;
    reason = gatepost_key_refresh_init(&issuer->refresh, sizeof issuer->refresh, &config);
    if (reason == GATEPOST_OK && (pthread_mutex_init(&issuer->lock, NULL) != 0 ||
                                  pthread_cond_init(&issuer->reported, NULL) != 0 ||
                                  pthread_cond_init(&issuer->woken, NULL) != 0 ||
                                  !start_refresher(issuer))) {
        reason = GATEPOST_MISUSE;
    }
    return reason;
}

void issuer_keys_give_up(struct issuer_keys *issuer) {
    pthread_mutex_lock(&issuer->lock);
    issuer->is_ending = true;
    pthread_cond_signal(&issuer->woken);
    pthread_cond_broadcast(&issuer->reported);
    pthread_mutex_unlock(&issuer->lock);
}

void issuer_keys_end(struct issuer_keys *issuer) {
    issuer_keys_give_up(issuer);
    pthread_join(issuer->refresher, NULL);
    issuer_keys_release(issuer, issuer->current);
    pthread_cond_destroy(&issuer->woken);
    pthread_cond_destroy(&issuer->reported);
    pthread_mutex_destroy(&issuer->lock);
}

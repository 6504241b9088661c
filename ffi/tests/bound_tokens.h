/*
 * Tokens that are bound to keys, by HS256 with the first secret, and DPoP proofs for them, by the key
 * of RFC 8037, appendix A, for a POST at NOW.
 */
#include "require.h"

static const uint64_t NOW = 1700000000;
static const char *const FIRST = "0123456789abcdef0123456789abcdef";

/* {"iss":"https://issuer.example","aud":"https://mcp.example.com/mcp","exp":2000000000,
   "sub":"alice",
   "cnf":{"jkt":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}} */
static const char *const BOUND =
    "DPoP eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly"
    "9tY3AuZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJzdWIiOiJhbGljZSIsImNuZiI6eyJqa3QiOi"
    "JrUHJLX3FteFZXYVlWQTl3d0JGNkl1bzN2Vnp6N1R4SENUd1hCeWdyUzRrIn19.AotR6vjTCOnfNkUhmIylb9g5s"
    "MGf8b4A9E4niSGA_KI";
/* By the key of RFC 8037, appendix A, for a POST at 1700000000; without a nonce, and with NONCE */
static const char *const PROOF =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTki"
    "LCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJqdGkiOiIxIiwia"
    "HRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vbWNwLmV4YW1wbGUuY29tL21jcCIsImlhdCI6MTcwMDAwMDAwMCwiY"
    "XRoIjoieGJKaWMxRjVZc1M0cHIwYk5lT0VjTFhoQTRBRWVjdWgtbEszdHZZZVJ1ZyJ9.KamVtDcWgl8ksEY-PaoM"
    "ZdZYBz3SRcII-IWHEvSqNbxNxt23aebNfyFc63d3SC5DiTNKTP3IaemHHO2NtT2fAg";
static const char *const PROOF_WITH_NONCE =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTki"
    "LCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJqdGkiOiIyIiwia"
    "HRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vbWNwLmV4YW1wbGUuY29tL21jcCIsImlhdCI6MTcwMDAwMDAwMCwiY"
    "XRoIjoieGJKaWMxRjVZc1M0cHIwYk5lT0VjTFhoQTRBRWVjdWgtbEszdHZZZVJ1ZyIsIm5vbmNlIjoiQndBQUFHV"
    "lQ4UUJkN1NXd0wzZjZDekZfYW5vWlVOSVQifQ.GHbG6YRQ3UX8w0337fOBSkZZUgSltFmLu3zaNzYTzXXY1vr9ht"
    "GkPRrNk1dk1rnl9LsIS1MPFfrBFESwMW7WCA";
/* That of the same second by the first secret, with the number 7. */
static const char *const NONCE =
    "BwAAAGVT8QBd7SWwL3f6CzF_anoZUNIT";

/* The thumbprint of the key, and the hash of a certificate, 32 times 7. */
static const uint8_t JKT[32] = {
    0x90, 0xfa, 0xca, 0xfe, 0xa9, 0xb1, 0x55, 0x66, 0x98, 0x54, 0x0f, 0x70, 0xc0, 0x11, 0x7a, 0x22,
    0xea, 0x37, 0xbd, 0x5c, 0xf3, 0xed, 0x3c, 0x47, 0x09, 0x3c, 0x17, 0x07, 0x28, 0x2b, 0x4b, 0x89};
static const uint8_t X5T_S256[32] = {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
                                     7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

/* The same claims; "cnf":{"jkt":…,"x5t#S256":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"} */
static const char *const BOTH =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly9tY3A"
    "uZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJzdWIiOiJhbGljZSIsImNuZiI6eyJqa3QiOiJrUHJ"
    "LX3FteFZXYVlWQTl3d0JGNkl1bzN2Vnp6N1R4SENUd1hCeWdyUzRrIiwieDV0I1MyNTYiOiJCd2NIQndjSEJ3Y0h"
    "Cd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjIn19.RoxZG9y4hXUdflCJ-r8ByjeafDEDca-74wXgomj_6e"
    "o";
static const char *const PROOF_FOR_BOTH =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTki"
    "LCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJqdGkiOiIyIiwia"
    "HRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vbWNwLmV4YW1wbGUuY29tL21jcCIsImlhdCI6MTcwMDAwMDAwMCwiY"
    "XRoIjoiNXZlT3QyQnpmYVVGZ0MtVHJkUk8zd3dvU1FTRjQ5amJyUnhHdklJd3J1YyJ9.u2jcSSGA43S9jPrgbKYZ"
    "6RE-jCWNXEFlA1JZdtg-a6oWqkc3H11mLBzDKsuMtDj6yWpl1S_fpz5gvJjv4xDKBA";
/* "cnf":{"x5t#S256":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"} */
static const char *const CERTIFICATE =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly9tY3A"
    "uZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJzdWIiOiJhbGljZSIsImNuZiI6eyJ4NXQjUzI1NiI"
    "6IkJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2MifX0.Xqd2cd-0znE1joO0YJnQ4l6"
    "XHASn0GgyTRh6K48Bs3c";
/* "cnf":{"kid":"x"} */
static const char *const BOUND_OTHERWISE =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly9tY3A"
    "uZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJzdWIiOiJhbGljZSIsImNuZiI6eyJraWQiOiJ4In1"
    "9.73RHrvdNs0eKiP0NaW6Xrl_NDt6IbS4dqiCTd6a7zUs";
/* No cnf. */
static const char *const UNBOUND =
    "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci5leGFtcGxlIiwiYXVkIjoiaHR0cHM6Ly9tY3A"
    "uZXhhbXBsZS5jb20vbWNwIiwiZXhwIjoyMDAwMDAwMDAwLCJzdWIiOiJhbGljZSJ9.upunKJDdsi7U78R_v5wFSW"
    "z7jjmP_ku8epdPbDbYfxU";
static const char *const PROOF_FOR_UNBOUND =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVkRFNBIiwiandrIjp7Imt0eSI6Ik9LUCIsImNydiI6IkVkMjU1MTki"
    "LCJ4IjoiMTFxWUFZS3hDcmZWU183VHlXUUhPZzdoY3ZQYXBpTWxyd0lhYVBjSFVSbyJ9fQ.eyJqdGkiOiIzIiwia"
    "HRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vbWNwLmV4YW1wbGUuY29tL21jcCIsImlhdCI6MTcwMDAwMDAwMCwiY"
    "XRoIjoidnUtZkdjTGRGY0YzQ0RueVZTNEp5ZUxCMVFlUERaY3h3NGozdXUxWEhYZyJ9.VLiu6UfZTtw8sejnCdnO"
    "I7khEQaU9bGc7tsbzeDcmczldDjGsmm50R1Z02YIxG0CewCxTB_B0fDW9JzIJlLdBg";

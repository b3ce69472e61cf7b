/* One batch of packets for many viewers: what Python and C tell each other.
 *
 * `media/transport/native.py` mirrors the structs; `media/transport/batch.py` and
 * `addressee.py` say what their fields mean. OpenSSL is known by four function pointers:
 * those of the library that Python's ssl module has loaded, so that neither its headers
 * nor another copy of it are needed.
 */
#ifndef HALLCAST_FAN_OUT_H
#define HALLCAST_FAN_OUT_H

#include <stddef.h>
#include <stdint.h>

enum { TAG_BYTES = 16, NONCE_BYTES = 12 };

struct openssl {
  int (*init)(void *context, const void *cipher, void *engine, const uint8_t *key,
              const uint8_t *nonce);
  int (*update)(void *context, uint8_t *out, int *out_bytes, const uint8_t *in,
                int in_bytes);
  int (*finish)(void *context, uint8_t *out, int *out_bytes);
  int (*control)(void *context, int command, int size_bytes, void *value);
};

struct packet {
  int64_t ext_seqno;
  uint32_t start;
  uint16_t header_bytes, payload_bytes;
};

struct run {
  uint32_t start, size_bytes, segment_bytes;
};

struct batch {
  const uint8_t *plain;
  const struct packet *packets;
  const struct run *runs;
  uint32_t size_bytes, packet_count, run_count;
};

struct addressee {
  void *context;
  const void *name;
  int64_t index_offset;
  uint32_t timestamp_offset, name_bytes;
  uint8_t salt[NONCE_BYTES];
};

/* Writes the batch as this addressee gets it; 0, or an errno: ERANGE for a packet from
 * before its start, EIO when OpenSSL refuses. */
int seal(const struct openssl *openssl, const struct batch *batch,
         const struct addressee *addressee, uint8_t *copy);

#endif

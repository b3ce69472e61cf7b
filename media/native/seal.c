/* AEAD_AES_128_GCM of SRTP (RFC 7714). `media/srtp/sealing.py` is the same in Python. */
#include "fan_out.h"

#include <errno.h>
#include <string.h>

enum { SEQNO_AT = 2, TIMESTAMP_AT = 4, SSRC_AT = 8 };
enum { GET_TAG = 0x10 }; /* EVP_CTRL_AEAD_GET_TAG */

static uint32_t read_32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write(uint8_t *at, uint64_t value, int size_bytes) {
  for (; size_bytes > 0; value >>= 8) at[--size_bytes] = (uint8_t)value;
}

/* 0x0000 | SSRC | ROC | SEQ, XORed with the salt (section 8.1). */
static void make_nonce(uint8_t *nonce, const uint8_t *salt, const uint8_t *ssrc,
                       uint64_t index) {
  memset(nonce, 0, 2);
  memcpy(nonce + 2, ssrc, 4);
  write(nonce + 6, index, 6);
  for (int i = 0; i < NONCE_BYTES; i++) nonce[i] ^= salt[i];
}

static int seal_packet(const struct openssl *openssl, const struct addressee *addressee,
                       const struct packet *packet, const uint8_t *plain, uint8_t *out) {
  int64_t index = packet->ext_seqno + addressee->index_offset;
  int written = 0, header = packet->header_bytes, payload = packet->payload_bytes;
  uint8_t nonce[NONCE_BYTES], *body = out + header;
  void *context = addressee->context;

  if (index < 0) return ERANGE;
  memcpy(out, plain, (size_t)header);
  write(out + SEQNO_AT, (uint64_t)index, 2);
  write(out + TIMESTAMP_AT, read_32(plain + TIMESTAMP_AT) + addressee->timestamp_offset, 4);
  make_nonce(nonce, addressee->salt, plain + SSRC_AT, (uint64_t)index);
  if (openssl->init(context, NULL, NULL, NULL, nonce) == 1 &&
      openssl->update(context, NULL, &written, out, header) == 1 &&
      openssl->update(context, body, &written, plain + header, payload) == 1 &&
      openssl->finish(context, body + payload, &written) == 1 &&
      openssl->control(context, GET_TAG, TAG_BYTES, body + payload) == 1)
    return 0;
  return EIO;
}

int seal(const struct openssl *openssl, const struct batch *batch,
         const struct addressee *addressee, uint8_t *copy) {
  for (uint32_t p = 0; p < batch->packet_count; p++) {
    const struct packet *packet = &batch->packets[p];
    size_t start = packet->start;
    int error =
        seal_packet(openssl, addressee, packet, batch->plain + start, copy + start);
    if (error) return error;
  }
  return 0;
}

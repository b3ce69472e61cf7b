/* The floor: what encrypting and sending the same programme costs without a server.
 *
 * Nothing is received, parsed or decided; no control, no RTCP. The parent encrypts each
 * packet for each viewer with AES-128-GCM and sends, the child drains the viewers'
 * sockets every 10 ms. Prints CPU microseconds per packet of the parent.
 *
 * Usage: floor VIEWERS SECONDS GSO(0|1)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define UDP_SEGMENT_OPTION 103
#define VIDEO_BYTES 1020
#define AUDIO_BYTES 160
#define HEADER 12
#define TAG 16
#define BURST 6

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void drain(int *viewers, int count) {
  char buffer[2048];
  for (;;) {
    for (int i = 0; i < count; i++)
      while (recv(viewers[i], buffer, sizeof buffer, MSG_DONTWAIT) > 0) {
      }
    usleep(10000);
  }
}

static void encrypt(EVP_CIPHER_CTX *context, uint8_t *out, const uint8_t *payload,
                    int size, uint64_t number) {
  uint8_t nonce[12] = {0};
  int length;
  memcpy(nonce + 4, &number, sizeof number);
  memset(out, 0x80, HEADER);
  EVP_EncryptInit_ex(context, NULL, NULL, NULL, nonce);
  EVP_EncryptUpdate(context, NULL, &length, out, HEADER);
  EVP_EncryptUpdate(context, out + HEADER, &length, payload, size);
  EVP_EncryptFinal_ex(context, out + HEADER + length, &length);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, TAG, out + HEADER + size);
}

static void send_run(int fd, struct sockaddr_in *to, uint8_t *data, int segment,
                     int count, int gso) {
  if (!gso || count == 1) {
    for (int i = 0; i < count; i++)
      sendto(fd, data + i * segment, segment, 0, (void *)to, sizeof *to);
    return;
  }
  char control[CMSG_SPACE(sizeof(uint16_t))] = {0};
  struct iovec vector = {data, (size_t)segment * count};
  struct msghdr message = {to, sizeof *to, &vector, 1, control, sizeof control, 0};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = IPPROTO_UDP;
  header->cmsg_type = UDP_SEGMENT_OPTION;
  header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
  *(uint16_t *)CMSG_DATA(header) = segment;
  sendmsg(fd, &message, 0);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int count = atoi(argv[1]), gso = atoi(argv[3]);
  double seconds = atof(argv[2]);
  int *viewers = calloc(count, sizeof *viewers);
  struct sockaddr_in *to = calloc(count, sizeof *to);
  EVP_CIPHER_CTX **contexts = calloc(count, sizeof *contexts);
  uint8_t key[16], payload[VIDEO_BYTES] = {1};
  int buffer_bytes = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof buffer_bytes);
  for (int i = 0; i < count; i++) {
    socklen_t size = sizeof *to;
    to[i].sin_family = AF_INET;
    to[i].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    viewers[i] = socket(AF_INET, SOCK_DGRAM, 0);
    bind(viewers[i], (void *)&to[i], size);
    getsockname(viewers[i], (void *)&to[i], &size);
    setsockopt(viewers[i], SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
    memset(key, i, sizeof key);
    contexts[i] = EVP_CIPHER_CTX_new();
    EVP_EncryptInit_ex(contexts[i], EVP_aes_128_gcm(), NULL, key, NULL);
  }
  pid_t child = fork();
  if (child == 0) drain(viewers, count);
  uint8_t out[BURST * (HEADER + VIDEO_BYTES + TAG)];
  const int video = HEADER + VIDEO_BYTES + TAG, audio = HEADER + AUDIO_BYTES + TAG;
  uint64_t packets = 0, number = 0;
  double started = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  for (long step = 0; now(CLOCK_MONOTONIC) - started < seconds; step++) {
    double wait = started + step * 0.02 - now(CLOCK_MONOTONIC);
    if (wait > 0) usleep(wait * 1e6);
    for (int i = 0; i < count; i++, packets++) {
      encrypt(contexts[i], out, payload, AUDIO_BYTES, ++number);
      send_run(fd, &to[i], out, audio, 1, gso);
    }
    if (step % 2) continue;
    for (int i = 0; i < count; i++, packets += BURST) {
      for (int j = 0; j < BURST; j++)
        encrypt(contexts[i], out + j * video, payload, VIDEO_BYTES, ++number);
      send_run(fd, &to[i], out, video, BURST, gso);
    }
  }
  cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  printf("%.3f\n", cpu * 1e6 / packets);
  kill(child, SIGKILL);
  return 0;
}

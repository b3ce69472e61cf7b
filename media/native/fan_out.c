/* The fan-out: seals a batch for some viewers, sends all of it by one `sendmmsg`, and
 * goes on with the next ones while their memory is still in the cache.
 */
#define _GNU_SOURCE
#include "fan_out.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { UDP_SEGMENT_OPTION = 103 };  /* UDP_SEGMENT of linux/udp.h, since Linux 4.18 */
enum { MAX_MESSAGES = 256 };        /* of one call; more save nothing */

struct control {
  struct cmsghdr header;
  uint64_t segment_bytes;
};

/* The messages of a group: `run_count` for each of its places. */
struct group {
  int places;
  uint8_t *memory;
  struct mmsghdr *messages;
  struct iovec *parts;
  struct control *controls;
};

struct stop {
  uint32_t run;
  int32_t error;
};

static void describe(struct group *group, int message, uint8_t *start,
                     const struct run *run) {
  struct msghdr *header = &group->messages[message].msg_hdr;
  struct control *control = &group->controls[message];

  group->parts[message] = (struct iovec){start, run->size_bytes};
  header->msg_iov = &group->parts[message];
  header->msg_iovlen = 1;
  if (!run->segment_bytes) return;
  control->header.cmsg_len = CMSG_LEN(sizeof(uint16_t));
  control->header.cmsg_level = IPPROTO_UDP;
  control->header.cmsg_type = UDP_SEGMENT_OPTION;
  memcpy(CMSG_DATA(&control->header), &(uint16_t){(uint16_t)run->segment_bytes}, 2);
  header->msg_control = control;
  header->msg_controllen = CMSG_SPACE(sizeof(uint16_t));
}

/* Says once where each message stands: only names differ from group to group. */
static int open_group(struct group *group, const struct batch *batch, int count,
                      uint8_t *memory, size_t memory_bytes) {
  int runs = (int)batch->run_count;
  int fitting = (int)(memory_bytes / batch->size_bytes);

  if (fitting > MAX_MESSAGES / runs) fitting = MAX_MESSAGES / runs;
  if (fitting > count) fitting = count;
  group->places = fitting > 0 ? fitting : 1;
  group->memory = memory;
  size_t messages = (size_t)group->places * (size_t)runs;
  group->messages = calloc(messages, sizeof *group->messages + sizeof *group->parts +
                                         sizeof *group->controls);
  if (!group->messages) return ENOMEM;
  group->controls = (struct control *)(group->messages + messages);
  group->parts = (struct iovec *)(group->controls + messages);
  for (int m = 0; m < (int)messages; m++) {
    const struct run *run = &batch->runs[m % runs];
    size_t copy = (size_t)(m / runs) * batch->size_bytes;
    describe(group, m, memory + copy + run->start, run);
  }
  return 0;
}

static void address(struct group *group, int place, int runs,
                    const struct addressee *addressee) {
  for (int m = place * runs; m < (place + 1) * runs; m++) {
    group->messages[m].msg_hdr.msg_name = (void *)addressee->name;
    group->messages[m].msg_hdr.msg_namelen = addressee->name_bytes;
  }
}

/* Gives how many of the messages left; `error` is why the next one did not. */
static int send_messages(int socket, struct mmsghdr *messages, int count, int *error) {
  int done = 0;
  while (done < count) {
    int sent = sendmmsg(socket, messages + done, (unsigned)(count - done), 0);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) {
      *error = errno;
      break;
    }
    done += sent;
  }
  return done;
}

/* Gives how many copies are ready; `error` is why the next one is not. */
static int seal_group(const struct openssl *openssl, const struct batch *batch,
                      const struct addressee *const *addressees, int count,
                      struct group *group, int *error) {
  int sealed = 0;
  for (; sealed < count; sealed++) {
    uint8_t *copy = group->memory + (size_t)sealed * batch->size_bytes;
    *error = seal(openssl, batch, addressees[sealed], copy);
    if (*error) break;
    address(group, sealed, (int)batch->run_count, addressees[sealed]);
  }
  return sealed;
}

/* Serves `count` addressees in order. Gives how many got the whole batch; where it ends
 * before the last, `stop` tells at which run of the next one and why. `memory` must hold
 * one copy of the batch, and should hold several. */
int hallcast_fan_out(const struct openssl *openssl, int socket, const struct batch *batch,
                     const struct addressee *const *addressees, int count,
                     uint8_t *memory, size_t memory_bytes, struct stop *stop) {
  int runs = (int)batch->run_count, served = 0;
  struct group group;

  *stop = (struct stop){0, 0};
  if (!runs) return count;
  stop->error = open_group(&group, batch, count, memory, memory_bytes);
  if (stop->error) return 0;
  while (served < count && !stop->error) {
    int places = count - served < group.places ? count - served : group.places;
    int refused = 0;
    int sealed = seal_group(openssl, batch, addressees + served, places, &group,
                            &stop->error);
    int sent = send_messages(socket, group.messages, sealed * runs, &refused);
    served += sent / runs;
    if (refused) *stop = (struct stop){(uint32_t)(sent % runs), refused};
  }
  free(group.messages);
  return served;
}

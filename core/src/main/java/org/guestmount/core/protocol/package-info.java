/**
 * The protocol between host and daemon: bytes to messages and back. No sockets and no threads, for both ends use it.
 *
 * <p>All numbers are big-endian. A conversation begins with a {@link org.guestmount.core.protocol.Hello} from the host, which the
 * daemon answers with its own, each as a frame with id 0; another hello begins a new one. After that the host sends requests
 * and the daemon replies, in any order:
 *
 * <pre>
 * request  u32 length  u32 id  u32 opcode  body           length counts what follows it
 * reply    u32 length  u32 id  u32 status  body           status 0: the result; 1: u32 errno, string message
 * </pre>
 *
 * <p>Within bodies a string is a u32 byte count and the bytes, an optional value a u8 0 or 1 and then the value, a list a
 * u32 count and the elements. A reference is u8 0 and a path, or u8 1 and a u64 handle.
 *
 * <p>Every count is checked against the bytes that are there before anything is allocated for it. A request whose body
 * cannot be decoded fails by itself with {@code EPROTO}, one of an unknown opcode with {@code ENOSYS}; only a frame whose
 * length is out of range ends the connection.
 */
@NullMarked
package org.guestmount.core.protocol;

import org.jspecify.annotations.NullMarked;

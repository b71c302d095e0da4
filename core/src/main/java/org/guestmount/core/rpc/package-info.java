/**
 * The host's end of the protocol: one connection to the daemon, over which any number of threads call at once.
 *
 * <p>The pipeline of a connection, socket first:
 *
 * <pre>
 * FrameDecoder       bytes → Frame, lengths checked before anything is allocated
 * HandshakeHandler   exchanges hellos, then removes itself
 * InFlightHandler    request id → pending call
 * </pre>
 *
 * <p>Threads:
 *
 * <table>
 * <caption>Threads of this package and what they may do</caption>
 * <tr><th>name</th><th>started by</th><th>may block</th><th>owns</th></tr>
 * <tr><td>{@code daemon-io}</td><td>{@link org.guestmount.core.rpc.DaemonListener}, ended by whoever holds the
 *     connection</td><td>never</td><td>the sockets and the table of calls in flight</td></tr>
 * <tr><td>callers (FUSE workers, read-ahead, session)</td><td>others</td><td>yes</td><td>their request until it is
 *     submitted, their reply's bytes afterwards</td></tr>
 * </table>
 *
 * <p>Requests are encoded and replies decoded by the calling thread: the one event loop is shared by all callers, so it
 * does only what has to be in one place. Blocking methods refuse to run on it.
 */
@NullMarked
package org.guestmount.core.rpc;

import org.jspecify.annotations.NullMarked;

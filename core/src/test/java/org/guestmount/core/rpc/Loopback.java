package org.guestmount.core.rpc;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.guestmount.core.protocol.GuestServices;

/** A connection with a {@link FakeDaemon} on its other end. */
public record Loopback(DaemonChannel channel, FakeDaemon daemon) implements AutoCloseable {
    /**
     * Connects the two.
     *
     * @param folder where the socket is made, which the connection deletes
     */
    public static Loopback open(Path folder, GuestServices services) throws IOException, InterruptedException {
        Path socket = folder.resolve("daemon.sock");
        try (DaemonListener listener = DaemonListener.bind(socket)) {
            FakeDaemon daemon = FakeDaemon.connect(socket, services);
            return new Loopback(listener.accept(Duration.ofSeconds(10)), daemon);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        daemon.close();
    }
}

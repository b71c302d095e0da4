package org.guestmount.core.qemu;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.guestmount.core.json.JsonException;
import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * QEMU's monitor. Source: QEMU's docs/interop/qmp-spec.txt.
 *
 * <p>Owns: the connection, and the thread {@code qmp} that reads it. Methods may be called from any thread.
 */
public final class QmpClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QmpClient.class);

    private final SocketChannel connection;
    private final Consumer<JsonObject> events;
    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonObject>> pending = new ConcurrentHashMap<>();
    private final CompletableFuture<String> version = new CompletableFuture<>();
    private final Object writing = new Object();

    @GuardedBy("writing")
    private boolean ended;

    private QmpClient(SocketChannel connection, Consumer<JsonObject> events) {
        this.connection = connection;
        this.events = events;
    }

    /**
     * Takes over a connection that QEMU made, and negotiates.
     *
     * @param events told of each event, on the reading thread; must not block
     * @param timeout for QEMU to answer
     */
    public static QmpClient open(SocketChannel connection, Consumer<JsonObject> events, Duration timeout)
            throws QmpException, InterruptedException {
        QmpClient client = new QmpClient(connection, events);
        Thread reader = new Thread(client::read, "qmp");
        reader.setDaemon(true);
        reader.start();
        try {
            client.execute("qmp_capabilities", new JsonObject(), timeout);
            return client;
        } catch (QmpException | InterruptedException e) {
            client.close();
            throw e;
        }
    }

    /**
     * Has QEMU do a command.
     *
     * @return the member {@code return} of its answer; null if that is null
     * @throws QmpException with QEMU's description if it refuses, or if it is gone or too slow
     */
    public @Nullable Object execute(String command, JsonObject arguments, Duration timeout)
            throws QmpException, InterruptedException {
        long id = lastId.incrementAndGet();
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        pending.put(id, answer);
        try {
            send(command, arguments, id);
            JsonObject reply = answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (reply.has("error")) {
                throw new QmpException(command + ": " + reply.object("error").text("desc"));
            }
            return reply.get("return");
        } catch (TimeoutException e) {
            throw new QmpException(command + ": no answer within " + timeout.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw QmpException.gone(command, e);
        } catch (JsonException e) {
            throw new QmpException(command + ": " + e.getMessage(), e);
        } finally {
            pending.remove(id);
        }
    }

    private void send(String command, JsonObject arguments, long id) throws QmpException {
        JsonObject message = new JsonObject()
                .put("execute", command)
                .put("arguments", arguments)
                .put("id", id);
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(message + "\n");
        synchronized (writing) {
            if (ended) {
                throw QmpException.gone(command, null);
            }
            try {
                while (bytes.hasRemaining()) {
                    connection.write(bytes);
                }
            } catch (IOException e) {
                throw QmpException.gone(command, e);
            }
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(Channels.newReader(connection, StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                received(JsonObject.parse(line));
            }
        } catch (IOException e) {
            LOG.debug("the monitor's connection ended: {}", e.toString());
        } finally {
            synchronized (writing) {
                ended = true;
            }
            pending.values().forEach(p -> p.completeExceptionally(new EOFException()));
        }
    }

    private void received(JsonObject message) throws JsonException {
        if (message.has("event")) {
            events.accept(message);
        } else if (message.has("id")) {
            CompletableFuture<JsonObject> answer = pending.get(message.integer("id"));
            if (answer != null) {
                answer.complete(message);
            }
        } else if (message.has("QMP")) {
            version.complete(String.valueOf(message.get("QMP")));
        } else {
            LOG.debug("unexpected from the monitor: {}", message);
        }
    }

    /** What QEMU says of its version: the same for the same program only. */
    public String version() {
        // The greeting comes before the answer to the first command.
        return version.getNow("");
    }

    /** Ends the connection; commands in flight fail. QEMU goes on. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.debug("closing the monitor's connection", e);
        }
    }
}

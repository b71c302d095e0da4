package org.guestmount.core.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.guestmount.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class QmpClientTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final BlockingQueue<JsonObject> events = new ArrayBlockingQueue<>(10);
    private ServerSocketChannel server;
    private SocketChannel qemu;
    private BufferedReader commands;
    private CompletableFuture<QmpClient> opening;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("monitor"));
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        qemu = SocketChannel.open(address);
        commands = new BufferedReader(Channels.newReader(qemu, StandardCharsets.UTF_8));
        SocketChannel accepted = server.accept();
        opening = CompletableFuture.supplyAsync(() -> {
            try {
                return QmpClient.open(accepted, events::add, LONG);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @AfterEach
    void disconnect() throws IOException {
        qemu.close();
        server.close();
    }

    @Test
    void negotiatesAndExecutes() throws Exception {
        QmpClient client = negotiated();

        CompletableFuture<Object> answer = execute(client, "query-status", new JsonObject().put("a", 1L));
        JsonObject command = JsonObject.parse(commands.readLine());
        assertThat(command.text("execute")).isEqualTo("query-status");
        assertThat(command.object("arguments")).hasToString("{\"a\":1}");
        say("{\"return\":{\"running\":true},\"id\":" + command.integer("id") + "}");

        assertThat(answer.get(20, TimeUnit.SECONDS)).hasToString("{\"running\":true}");
    }

    @Test
    void matchesAnswersToCommandsWhateverTheirOrder() throws Exception {
        QmpClient client = negotiated();

        CompletableFuture<Object> first = execute(client, "first", new JsonObject());
        long firstId = JsonObject.parse(commands.readLine()).integer("id");
        CompletableFuture<Object> second = execute(client, "second", new JsonObject());
        long secondId = JsonObject.parse(commands.readLine()).integer("id");
        say("{\"return\":\"two\",\"id\":" + secondId + "}\n{\"return\":\"one\",\"id\":" + firstId + "}");

        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo("one");
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("two");
    }

    @Test
    void passesEventsOn() throws Exception {
        negotiated();

        say("{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true}}");

        assertThat(events.poll(20, TimeUnit.SECONDS)).hasToString("{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true}}");
    }

    @Test
    void saysWhyQemuRefuses() throws Exception {
        QmpClient client = negotiated();

        CompletableFuture<Object> answer = execute(client, "device_add", new JsonObject());
        long id = JsonObject.parse(commands.readLine()).integer("id");
        say("{\"error\":{\"class\":\"GenericError\",\"desc\":\"no such device\"},\"id\":" + id + "}");

        assertThatThrownBy(answer::join)
                .cause()
                .hasMessage("device_add: no such device")
                .asInstanceOf(type(QmpException.class))
                .returns(false, QmpException::isGone);
    }

    @Test
    void failsWhatIsInFlightAndWhatComesLaterWhenQemuIsGone() throws Exception {
        QmpClient client = negotiated();

        CompletableFuture<Object> answer = execute(client, "quit", new JsonObject());
        commands.readLine();
        qemu.close();

        assertThatThrownBy(answer::join)
                .cause()
                .asInstanceOf(type(QmpException.class))
                .returns(true, QmpException::isGone);
        assertThatThrownBy(() -> client.execute("stop", new JsonObject(), LONG))
                .asInstanceOf(type(QmpException.class))
                .returns(true, QmpException::isGone);
    }

    @Test
    void doesNotWaitForEver() throws Exception {
        QmpClient client = negotiated();

        assertThatThrownBy(() -> client.execute("stop", new JsonObject(), Duration.ofMillis(50)))
                .isInstanceOf(QmpException.class)
                .hasMessageContaining("no answer");
    }

    private QmpClient negotiated() throws Exception {
        say("{\"QMP\":{\"version\":{},\"capabilities\":[\"oob\"]}}");
        JsonObject command = JsonObject.parse(commands.readLine());
        assertThat(command.text("execute")).isEqualTo("qmp_capabilities");
        say("{\"return\":{},\"id\":" + command.integer("id") + "}");
        return opening.get(20, TimeUnit.SECONDS);
    }

    private static CompletableFuture<Object> execute(QmpClient client, String command, JsonObject arguments) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(client.execute(command, arguments, LONG));
            } catch (QmpException | InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    private void say(String line) throws IOException {
        qemu.write(StandardCharsets.UTF_8.encode(line + "\n"));
    }
}

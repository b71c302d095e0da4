package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.protocol.message.Sync;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fake keeps to the protocol even with a host that does not. */
@Timeout(30)
final class FakeDaemonTest {
    private FakeDaemon daemon;
    private SocketChannel host;

    @BeforeEach
    void connect(@TempDir Path folder) throws Exception {
        Path path = folder.resolve("daemon.sock");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            daemon = FakeDaemon.connect(path, new GuestServices(new InMemoryGuestFilesystem(), new FakeGuestMachine()));
            host = server.accept();
        }
        host.write(Frame.hello(Hello.of("host")));
        assertThat(FakeDaemon.receive(host).id()).isZero();
    }

    @AfterEach
    void disconnect() throws Exception {
        host.close();
        daemon.close();
    }

    @Test
    void anUnknownRequestIsNotImplemented() throws Exception {
        host.write(frame(7, 200));

        assertAnswer(7, Errno.ENOSYS);
        assertItGoesOn();
    }

    @Test
    void aRequestThatMakesNoSenseIsAProtocolError() throws Exception {
        host.write(frame(8, Opcode.LOOKUP.code()));

        assertAnswer(8, Errno.EPROTO);
        assertItGoesOn();
    }

    private void assertAnswer(int id, Errno errno) throws Exception {
        Frame reply = FakeDaemon.receive(host);
        assertThat(reply.id()).isEqualTo(id);
        assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> reply.resultOf(new Sync()))
                .satisfies(failure -> assertThat(failure.errno()).isEqualTo(errno));
    }

    private void assertItGoesOn() throws Exception {
        host.write(Frame.request(9, new Sync()));

        Frame reply = FakeDaemon.receive(host);
        assertThat(reply.id()).isEqualTo(9);
        assertThat(reply.code()).isZero();
    }

    private static ByteBuffer frame(int id, int code) {
        return ByteBuffer.allocate(12).putInt(8).putInt(id).putInt(code).flip();
    }
}

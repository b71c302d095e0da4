package org.guestmount.core.rpc;

import java.nio.file.Path;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract through the whole of both ends, over one connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RpcGuestFilesystemTest extends GuestFilesystemContract {
    private Loopback loopback;

    @BeforeAll
    void connect(@TempDir Path folder) throws Exception {
        loopback = Loopback.open(folder, new GuestServices(new InMemoryGuestFilesystem(), new FakeGuestMachine()));
    }

    @AfterAll
    void disconnect() throws Exception {
        loopback.close();
    }

    @Override
    protected GuestFilesystem openFilesystem() {
        return new RpcGuestFilesystem(loopback.channel());
    }
}

package org.guestmount.core.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemContract;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.protocol.GuestServices;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract with a window between the two ends, and whose its slots are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WindowedGuestFilesystemTest extends GuestFilesystemContract {
    private static final int SLOTS = 2;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(SLOTS * GuestFilesystem.MAX_TRANSFER_BYTES);
    private final DataWindow window = new DataWindow(memory);
    private final CountDownLatch isReading = new CountDownLatch(1);
    private final CountDownLatch mayRead = new CountDownLatch(1);
    private Loopback loopback;

    @BeforeAll
    void connect(@TempDir Path folder) throws Exception {
        GuestFilesystem guest = new ForwardingGuestFilesystem(new InMemoryGuestFilesystem()) {
            @Override
            public int read(FileHandle file, long offset, ByteBuffer destination) throws GuestFilesystemException {
                if (offset == Long.MAX_VALUE) {
                    isReading.countDown();
                    awaitUninterruptibly(mayRead);
                    return 0;
                }
                return super.read(file, offset, destination);
            }
        };
        loopback = Loopback.open(folder, new GuestServices(guest, new FakeGuestMachine(), memory));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterAll
    void disconnect() throws Exception {
        loopback.close();
    }

    @Override
    protected GuestFilesystem openFilesystem() {
        return new RpcGuestFilesystem(loopback.channel(), window);
    }

    @Test
    void dataGoesThroughTheWindow() throws Exception {
        GuestFilesystem guest = openFilesystem();
        ByteBuffer data = ByteBuffer.allocate(100_000);
        for (int i = 0; i < data.capacity(); i++) {
            data.put(i, (byte) (i * 31));
        }
        FileHandle file = guest.create(GuestPath.of("/windowed"), OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();

        assertThat(guest.write(file, 0, data.duplicate())).isEqualTo(data.capacity());
        ByteBuffer read = ByteBuffer.allocate(data.capacity() + 10);
        assertThat(guest.read(file, 0, read)).isEqualTo(data.capacity());

        assertThat(read.flip()).isEqualTo(data);
        List<DataWindow.Slot> all = takeAll();
        assertThat(all)
                .as("all were given back, and one has the data")
                .hasSize(SLOTS)
                .anySatisfy(slot -> assertThat(slot.data(data.capacity())).isEqualTo(data));
        all.forEach(DataWindow.Slot::free);
    }

    @Test
    void withoutAFreeSlotTheMessageCarriesTheData() throws Exception {
        GuestFilesystem guest = openFilesystem();
        FileHandle file = guest.create(GuestPath.of("/carried"), OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        List<DataWindow.Slot> all = takeAll();

        guest.write(file, 0, ByteBuffer.wrap(new byte[50_000]));

        assertThat(guest.read(file, 0, ByteBuffer.allocate(60_000))).isEqualTo(50_000);
        all.forEach(DataWindow.Slot::free);
    }

    @Test
    void aSlotIsNotUsedAgainBeforeTheGuestHasDoneWithIt() throws Exception {
        GuestFilesystem guest = openFilesystem();
        FileHandle file = guest.create(GuestPath.of("/slow"), OpenFlags.READ_WRITE, 0600, Credentials.ROOT)
                .handle();
        Thread reader = new Thread(() -> assertThatExceptionOfType(GuestFilesystemException.class)
                .isThrownBy(() -> guest.read(file, Long.MAX_VALUE, ByteBuffer.allocate(100_000)))
                .matches(e -> e.errno() == Errno.EINTR));
        reader.start();
        // Counting takes all for a moment, in which the reader would find none.
        isReading.await();

        reader.interrupt();
        reader.join();
        assertThat(takenSlots()).as("the guest may still write to it").isEqualTo(1);
        mayRead.countDown();
        while (takenSlots() != 0) {
            Thread.sleep(1);
        }
    }

    private int takenSlots() {
        List<DataWindow.Slot> all = takeAll();
        all.forEach(DataWindow.Slot::free);
        return SLOTS - all.size();
    }

    private List<DataWindow.Slot> takeAll() {
        List<DataWindow.Slot> all = new ArrayList<>();
        for (DataWindow.Slot slot = window.take(); slot != null; slot = window.take()) {
            all.add(slot);
        }
        return all;
    }
}

package org.guestmount.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.FileHandle;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.fs.OpenFlags;
import org.guestmount.core.fs.OpenedFile;
import org.guestmount.core.fs.RecordingGuestFilesystem;
import org.guestmount.fuse.GuestOperations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnopenedTest {
    private static final int FILES = 1000;

    private final InMemoryGuestFilesystem guest = new InMemoryGuestFilesystem();
    private final RecordingGuestFilesystem asked = new RecordingGuestFilesystem(guest);
    private final GuestOperations operations = new GuestOperations(asked, true);
    private final List<Node> files = new ArrayList<>();
    private Context context;
    private Unopened unopened;

    @BeforeEach
    void fill() throws GuestFilesystemException {
        NodeTable nodes = new NodeTable(guest.getattr(GuestPath.ROOT).key());
        AttributeView view = new AttributeView(Duration.ZERO, Duration.ZERO, Duration.ZERO, null, null, null);
        context = new Context(operations, nodes, new NodeLocks(), view, new Notices((address, length) -> {}));
        unopened = new Unopened(context);
        for (int i = 0; i < FILES; i++) {
            GuestPath path = GuestPath.ROOT.resolve("file" + i);
            OpenedFile file = guest.create(path, OpenFlags.READ_WRITE, 0644, Credentials.ROOT);
            // As large as those are of which the contents are kept.
            guest.write(file.handle(), GuestFilesystem.SMALL_FILE_BYTES - 1, ByteBuffer.allocate(1));
            guest.write(file.handle(), 0, ByteBuffer.wrap(content(i)));
            guest.release(file.handle());
            files.add(nodes.enter(nodes.get(NodeTable.ROOT_ID), path.name(), guest.getattr(path)));
        }
        asked.take();
    }

    @AfterEach
    void nothingStaysOpen() {
        operations.close();
        assertThat(guest.openHandles()).isZero();
    }

    private static byte[] content(int file) {
        return ("content of " + file).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] read(FileHandle file, int number) throws GuestFilesystemException {
        ByteBuffer data = ByteBuffer.allocate(content(number).length);
        operations.read(file, 0, data);
        return data.array();
    }

    private byte[] read(int number) throws GuestFilesystemException {
        return unopened.using(files.get(number).id, file -> read(file, number));
    }

    @Test
    void aFileThatIsReadAgainIsStillOpen() throws GuestFilesystemException {
        assertThat(read(3)).isEqualTo(content(3));
        assertThat(read(3)).isEqualTo(content(3));

        assertThat(asked.take()).filteredOn(done -> done.startsWith("open")).hasSize(1);
    }

    @Test
    void notMoreIsKeptThanThereIsRoomFor() throws GuestFilesystemException {
        for (int i = 0; i < FILES; i++) {
            assertThat(read(i)).isEqualTo(content(i));
        }

        assertThat(guest.openHandles()).isBetween(1, (8 << 20) / GuestFilesystem.SMALL_FILE_BYTES);
    }

    @Test
    void aFileInUseStaysOpenWhateverElseIsRead() throws GuestFilesystemException {
        byte[] last = unopened.using(files.get(0).id, file -> {
            for (int i = 1; i < FILES; i++) {
                read(i);
            }
            return read(file, 0);
        });

        assertThat(last).isEqualTo(content(0));
    }

    @Test
    void manyReadAtOnce() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int reader = 0; reader < 8; reader++) {
                int first = reader;
                tasks.add(() -> {
                    for (int i = 0; i < 4 * FILES; i++) {
                        int number = (first * 100 + i) % FILES;
                        assertThat(read(number)).isEqualTo(content(number));
                    }
                    return true;
                });
            }
            for (Future<Boolean> done : readers.invokeAll(tasks)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            readers.shutdownNow();
        }
    }

    /** Reads as the kernel does, some entries at a time, each time with the position of the last reply. */
    private final class Lister {
        private final List<String> names = new ArrayList<>();
        private long position;

        void goOn(int entries) throws GuestFilesystemException {
            unopened.usingListing(NodeTable.ROOT_ID, position, listing -> {
                for (int i = 0; i < entries; i++) {
                    DirectoryEntry entry = listing.entry(position);
                    if (entry != null) {
                        names.add(entry.name());
                        position++;
                    }
                }
                return position;
            });
        }
    }

    @Test
    void eachWhoListsADirectoryGoesOnWhereHeWas() throws GuestFilesystemException {
        Lister one = new Lister();
        Lister other = new Lister();
        one.goOn(10);
        while (one.position < FILES || other.position < FILES) {
            one.goOn(100);
            other.goOn(70);
        }

        assertThat(one.names).hasSize(FILES).doesNotHaveDuplicates().isEqualTo(other.names);
        // Once each, in as many parts as it takes, and not once more for each reply.
        long begun = asked.take().stream()
                .filter(done -> done.equals("readDirectory /"))
                .count();
        assertThat(begun).isLessThan(10);
    }

    @Test
    void whoComesBackLaterThanOthersHaveListedListsAnew() throws GuestFilesystemException {
        Lister late = new Lister();
        late.goOn(10);
        for (int i = 1; i <= 100; i++) {
            new Lister().goOn(10 + i);
        }
        while (late.position < FILES) {
            late.goOn(100);
        }

        assertThat(late.names).hasSize(FILES).doesNotHaveDuplicates();
    }
}

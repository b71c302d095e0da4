package org.guestmount.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileAttributes;
import org.guestmount.core.fs.FileDetails;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One of the inodes in a directory is damaged. */
class UnreadableInodeTest {
    private static final int ENTRIES = 10;
    private static final GuestPath DAMAGED = GuestPath.ROOT.resolve("d5");

    private final InMemoryGuestFilesystem guest = new InMemoryGuestFilesystem();
    private final GuestFilesystem cached = new CachingFilesystem(new WithDamage(guest), CacheConfig.DEFAULT);

    @BeforeEach
    void fill() throws GuestFilesystemException {
        for (int i = 0; i < ENTRIES; i++) {
            guest.mkdir(GuestPath.ROOT.resolve("d" + i), 0755, Credentials.ROOT);
        }
    }

    /** Answers as the daemon does. */
    private static final class WithDamage extends ForwardingGuestFilesystem {
        WithDamage(GuestFilesystem delegate) {
            super(delegate);
        }

        @Override
        public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
            DirectoryChunk chunk = super.readDirectory(directory, maxBytes);
            List<DirectoryEntry> entries = new ArrayList<>();
            for (DirectoryEntry entry : chunk.entries()) {
                FileAttributes attributes = entry.details().attributes();
                entries.add(
                        entry.name().equals(DAMAGED.name())
                                ? new DirectoryEntry(
                                        entry.name(), FileDetails.unreadable(attributes.key(), attributes.type()))
                                : entry);
            }
            return new DirectoryChunk(entries, chunk.next());
        }

        private static void check(FileReference file) throws GuestFilesystemException {
            if (file.equals(DAMAGED)) {
                throw GuestFilesystemException.of(Errno.EIO, "stat", file);
            }
        }

        @Override
        public FileDetails lookup(GuestPath path) throws GuestFilesystemException {
            check(path);
            return super.lookup(path);
        }

        @Override
        public FileAttributes getattr(FileReference file) throws GuestFilesystemException {
            check(file);
            return super.getattr(file);
        }
    }

    private List<String> names() throws GuestFilesystemException {
        return cached.readDirectory(GuestPath.ROOT, 1 << 20).entries().stream()
                .map(DirectoryEntry::name)
                .toList();
    }

    @Test
    void itIsListedAsOftenAsTheDirectoryIs() throws GuestFilesystemException {
        List<String> first = names();

        assertThat(first).hasSize(ENTRIES).contains(DAMAGED.name());
        assertThat(names()).containsExactlyInAnyOrderElementsOf(first);
    }

    @Test
    void whatIsMadeUpOfItIsToldNobody() throws GuestFilesystemException {
        names();

        for (int i = 0; i < 2; i++) {
            assertThatExceptionOfType(GuestFilesystemException.class)
                    .isThrownBy(() -> cached.lookup(DAMAGED))
                    .matches(e -> e.errno() == Errno.EIO);
            assertThatExceptionOfType(GuestFilesystemException.class)
                    .isThrownBy(() -> cached.getattr(DAMAGED))
                    .matches(e -> e.errno() == Errno.EIO);
        }
        assertThat(cached.getattr(GuestPath.ROOT.resolve("d6")).isDirectory()).isTrue();
    }
}

package org.guestmount.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.guestmount.core.fs.AttributeChange;
import org.guestmount.core.fs.Credentials;
import org.guestmount.core.fs.DirectoryChunk;
import org.guestmount.core.fs.DirectoryEntry;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.FileReference;
import org.guestmount.core.fs.ForwardingGuestFilesystem;
import org.guestmount.core.fs.GuestFilesystem;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirectoryListingTest {
    private static final int ENTRIES = 10;

    private final InMemoryGuestFilesystem guest = new InMemoryGuestFilesystem();

    @BeforeEach
    void fill() throws GuestFilesystemException {
        for (int i = 0; i < ENTRIES; i++) {
            guest.mkdir(GuestPath.of("/" + i), 0755, Credentials.ROOT);
        }
    }

    /** Lists in parts of one entry, and fails once, at a given part, if asked to. */
    private static final class InSmallParts extends ForwardingGuestFilesystem {
        private int failingPart;

        InSmallParts(GuestFilesystem delegate, int failingPart) {
            super(delegate);
            this.failingPart = failingPart;
        }

        @Override
        public DirectoryChunk readDirectory(FileReference directory, int maxBytes) throws GuestFilesystemException {
            if (--failingPart == 0) {
                throw GuestFilesystemException.of(Errno.EIO, "readDirectory", directory);
            }
            return super.readDirectory(directory, 1);
        }
    }

    private GuestOperations operations(int failingPart) {
        return new GuestOperations(new InSmallParts(guest, failingPart), false);
    }

    private static List<String> namesFrom(DirectoryListing listing, long position) throws GuestFilesystemException {
        List<String> names = new ArrayList<>();
        DirectoryEntry entry = listing.entry(position);
        while (entry != null) {
            names.add(entry.name());
            entry = listing.entry(++position);
        }
        return names;
    }

    @Test
    void entriesComeFromAllParts() throws GuestFilesystemException {
        assertThat(namesFrom(operations(0).opendir(GuestPath.ROOT), 0))
                .hasSize(ENTRIES)
                .doesNotHaveDuplicates();
    }

    @Test
    void goingBackListsTheSameAgain() throws GuestFilesystemException {
        DirectoryListing listing = operations(0).opendir(GuestPath.ROOT);
        List<String> all = namesFrom(listing, 0);

        assertThat(namesFrom(listing, 3)).isEqualTo(all.subList(3, ENTRIES));
        assertThat(namesFrom(listing, 1)).isEqualTo(all.subList(1, ENTRIES));
        assertThat(listing.entry(1000)).isNull();
    }

    @Test
    void beginningAgainShowsWhatIsNew() throws GuestFilesystemException {
        DirectoryListing listing = operations(0).opendir(GuestPath.ROOT);
        namesFrom(listing, 0);
        guest.mkdir(GuestPath.of("/new"), 0755, Credentials.ROOT);

        assertThat(namesFrom(listing, 0)).contains("new");
    }

    @Test
    void errorDoesNotEndTheListingEarly() throws GuestFilesystemException {
        DirectoryListing listing = operations(4).opendir(GuestPath.ROOT);

        assertThatExceptionOfType(GuestFilesystemException.class).isThrownBy(() -> namesFrom(listing, 0));

        assertThat(namesFrom(listing, 3)).hasSize(ENTRIES - 3);
    }

    @Test
    void changesMakeAListingOutdated() throws GuestFilesystemException {
        GuestOperations operations = operations(0);
        DirectoryListing listing = operations.opendir(GuestPath.ROOT);
        listing.entry(0);
        assertThat(listing.isCurrent()).isTrue();

        operations.setattr(GuestPath.of("/1"), AttributeChange.ofMode(0700));

        assertThat(listing.isCurrent()).isFalse();
    }

    @Test
    void closingReleasesWhatIsLeftUnread() throws GuestFilesystemException {
        GuestOperations operations = operations(0);
        DirectoryListing left = operations.opendir(GuestPath.ROOT);
        DirectoryListing released = operations.opendir(GuestPath.ROOT);
        left.entry(0);
        released.entry(0);
        assertThat(guest.openHandles()).isEqualTo(2);

        operations.releasedir(released);
        assertThat(guest.openHandles()).isEqualTo(1);
        operations.close();
        assertThat(guest.openHandles()).isZero();
    }
}

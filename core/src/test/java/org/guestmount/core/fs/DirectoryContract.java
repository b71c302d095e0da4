package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** mkdir, rmdir, readDirectory, and what they do to the parent. */
public interface DirectoryContract extends ContractSupport {
    @Test
    default void mkdirMakesAnEmptyDirectory() throws Exception {
        FileAttributes made = fs().mkdir(at("new"), 01750, Credentials.ROOT);

        assertThat(made.mode()).isEqualTo(041750);
        assertThat(made).isEqualTo(fs().getattr(at("new")));
        assertThat(names(at("new"))).isEmpty();
    }

    @Test
    default void mkdirGivesTheDirectoryItsOwner() throws Exception {
        assumeTrue(hasRootCapabilities());

        FileAttributes made = fs().mkdir(at("new"), 0700, new Credentials(1000, 2000));

        assertThat(made.uid()).isEqualTo(1000);
        assertThat(made.gid()).isEqualTo(2000);
    }

    @Test
    default void whatIsMadeInASetgidDirectoryHasItsGroup() throws Exception {
        assumeTrue(hasRootCapabilities());
        GuestPath shared = makeDirectory("shared");
        fs().setattr(shared, AttributeChange.ofOwner(null, 77));
        fs().setattr(shared, AttributeChange.ofMode(02775));

        FileAttributes directory = fs().mkdir(at("shared/directory"), 0755, new Credentials(1000, 1000));
        fs().create(at("shared/file"), OpenFlags.READ_WRITE, 0644, new Credentials(1000, 1000));
        FileAttributes file = fs().getattr(at("shared/file"));

        assertThat(directory.gid()).isEqualTo(77);
        assertThat(directory.mode()).isEqualTo(042755);
        assertThat(file.gid()).isEqualTo(77);
        assertThat(file.uid()).isEqualTo(1000);
        assertThat(file.mode()).isEqualTo(0100644);
    }

    @Test
    default void mkdirRefusesANameInUse() throws Exception {
        makeDirectory("directory");
        makeFile("file", "");
        makeSymlink("dangling", "nowhere");

        for (String name : List.of("directory", "file", "dangling")) {
            assertFails(Errno.EEXIST, () -> fs().mkdir(at(name), 0755, Credentials.ROOT));
        }
        assertFails(Errno.EEXIST, () -> fs().mkdir(GuestPath.ROOT, 0755, Credentials.ROOT));
    }

    @Test
    default void mkdirNeedsItsParent() throws Exception {
        makeFile("file", "");

        assertFails(Errno.ENOENT, () -> fs().mkdir(at("missing/new"), 0755, Credentials.ROOT));
        assertFails(Errno.ENOTDIR, () -> fs().mkdir(at("file/new"), 0755, Credentials.ROOT));
    }

    @Test
    default void aDirectoryCountsTheDirectoriesInIt() throws Exception {
        assumeTrue(countsSubdirectories());
        GuestPath parent = makeDirectory("parent");

        makeDirectory("parent/one");
        makeDirectory("parent/two");
        makeFile("parent/file", "");
        assertThat(fs().getattr(parent).links()).isEqualTo(4);

        fs().rmdir(at("parent/one"));
        assertThat(fs().getattr(parent).links()).isEqualTo(3);
    }

    @Test
    default void everyChangeOfEntriesTouchesTheDirectory() throws Exception {
        GuestPath parent = makeDirectory("parent");
        assertTouches(parent, () -> makeDirectory("parent/directory"));
        assertTouches(parent, () -> makeFile("parent/file", ""));
        assertTouches(parent, () -> makeSymlink("parent/symlink", "target"));
        assertTouches(parent, () -> fs().mknod(at("parent/fifo"), 0010644, 0, Credentials.ROOT));
        assertTouches(parent, () -> fs().link(at("parent/file"), at("parent/second")));
        assertTouches(parent, () -> fs().unlink(at("parent/second")));
        assertTouches(parent, () -> fs().rmdir(at("parent/directory")));
        assertTouches(parent, () -> fs().rename(at("parent/file"), at("parent/renamed"), RenameMode.REPLACE));
    }

    @Test
    default void writingAFileDoesNotTouchItsDirectory() throws Exception {
        GuestPath parent = makeDirectory("parent");
        FileHandle file = openForBoth(makeFile("parent/file", ""));
        age(parent);

        writeAt(file, 0, "more");
        fs().release(file);

        assertThat(isAged(parent)).isTrue();
    }

    @Test
    default void rmdirRemovesAnEmptyDirectory() throws Exception {
        GuestPath directory = makeDirectory("directory");

        fs().rmdir(directory);

        assertMissing(directory);
        assertThat(names(at(""))).isEmpty();
    }

    @Test
    default void rmdirRefusesWhatIsNotAnEmptyDirectory() throws Exception {
        makeDirectory("full");
        makeFile("full/file", "");
        makeDirectory("empty");
        makeSymlink("symlink", "empty");

        assertFails(Errno.ENOTEMPTY, () -> fs().rmdir(at("full")));
        assertFails(Errno.ENOTDIR, () -> fs().rmdir(at("full/file")));
        assertFails(Errno.ENOTDIR, () -> fs().rmdir(at("symlink")));
        assertFails(Errno.ENOENT, () -> fs().rmdir(at("missing")));
        assertFails(Errno.EBUSY, () -> fs().rmdir(GuestPath.ROOT));
    }

    @Test
    default void listingGivesTheDetailsOfEachEntry() throws Exception {
        makeDirectory("directory");
        makeFile("file", "12345");
        makeSymlink("symlink", "file");
        // The target is read for each; an access time later than the last change stays, see mount(8) on relatime.
        Timestamp future = new Timestamp(4_000_000_000L, 0);
        fs().setattr(at("symlink"), AttributeChange.ofTimes(new AttributeChange.TimeChange(future), null));

        List<DirectoryEntry> entries = list(at(""), WHOLE_LISTING);

        assertThat(entries).extracting(DirectoryEntry::name).containsExactlyInAnyOrder("directory", "file", "symlink");
        for (DirectoryEntry entry : entries) {
            FileDetails details = fs().lookup(at(entry.name()));
            assertThat(entry.details().attributes()).isEqualTo(details.attributes());
            assertThat(entry.details().linkTarget()).isEqualTo(details.linkTarget());
        }
    }

    @Test
    default void aLargeDirectoryIsListedInParts() throws Exception {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            makeFile("file-" + i, "");
            names.add("file-" + i);
        }

        DirectoryChunk first = fs().readDirectory(at(""), 4096);
        assertThat(first.entries()).hasSizeBetween(1, 100);
        fs().release(Objects.requireNonNull(first.next(), "the listing should go on"));

        assertThat(list(at(""), 4096)).extracting(DirectoryEntry::name).containsExactlyInAnyOrderElementsOf(names);
        assertThat(list(at(""), 1)).extracting(DirectoryEntry::name).containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    default void aListingThatEndedLeavesNothingToRelease() throws Exception {
        for (int i : IntStream.range(0, 40).toArray()) {
            makeFile("file-" + i, "");
        }
        DirectoryChunk chunk = fs().readDirectory(at(""), 1);
        List<FileHandle> given = new ArrayList<>();
        while (chunk.next() != null) {
            given.add(chunk.next());
            chunk = fs().readDirectory(chunk.next(), 1);
        }
        FileHandle ended = given.get(given.size() - 1);

        assertFails(Errno.EBADF, () -> fs().readDirectory(ended, 1));
        assertFails(Errno.EBADF, () -> fs().release(ended));
    }

    @Test
    default void anEntryRemovedMeanwhileDoesNotFailTheListing() throws Exception {
        for (int i = 0; i < 50; i++) {
            makeFile("file-" + i, "");
        }
        DirectoryChunk chunk = fs().readDirectory(at(""), 1);
        for (int i = 0; i < 50; i++) {
            fs().unlink(at("file-" + i));
        }

        while (chunk.next() != null) {
            chunk = fs().readDirectory(chunk.next(), WHOLE_LISTING);
        }

        assertThat(names(at(""))).isEmpty();
    }

    @Test
    default void treesAreListedDepthFirst() throws Exception {
        makeDirectory("empty");
        makeDirectory("full");
        makeDirectory("full/z");
        makeDirectory("full/a");
        makeDirectory("full/a/deep");
        makeFile("full/z/file", "12345");
        makeSymlink("full/symlink", "a");
        makeFile("file", "");
        makeDirectory("large");
        makeDirectory("large/directory");
        for (int i = 0; i < 1500; i++) {
            makeFile("large/file-" + i, "");
        }
        List<GuestPath> roots = Stream.of("full", "missing", "file", "large", "empty", "full/symlink")
                .map(this::at)
                .toList();

        // The first listing of a directory changes its time of access, see mount(8) on relatime.
        fs().listTrees(roots, true, 100);
        List<Optional<List<DirectoryEntry>>> listed = fs().listTrees(roots, true, 100);

        assertThat(listed).hasSize(9);
        List<GuestPath> present = Stream.of("full", "full/a", "full/a/deep", "full/z")
                .map(this::at)
                .toList();
        for (int i = 0; i < present.size(); i++) {
            assertThat(listed.get(i)).contains(list(present.get(i), WHOLE_LISTING));
        }
        assertThat(listed.subList(4, 9))
                .containsExactly(
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(List.of()), Optional.empty());
        assertThat(fs().listTrees(roots, true, 3)).isEqualTo(listed.subList(0, 3));
    }

    @Test
    default void treesAreListedInTheOrderOfTheirListings() throws Exception {
        for (String name : List.of("c", "a", "e", "b", "d")) {
            makeDirectory(name);
            makeDirectory(name + "/in-" + name);
        }
        DepthFirst order = new DepthFirst(List.of(at("")), false);

        fs().listTrees(List.of(at("")), false, 100);
        for (Optional<List<DirectoryEntry>> listed : fs().listTrees(List.of(at("")), false, 100)) {
            GuestPath directory = Objects.requireNonNull(order.next());
            assertThat(listed).contains(list(directory, WHOLE_LISTING));
            order.enter(
                    directory,
                    listed.orElseThrow().stream().map(DirectoryEntry::name).toList());
        }

        assertThat(order.left()).isEmpty();
    }

    @Test
    default void noMoreIsListedOfTreesThanATransferHolds() throws Exception {
        makeDirectory("directory");
        for (int i = 0; i < 900; i++) {
            makeFile("directory/file-" + i, "");
        }

        List<Optional<List<DirectoryEntry>>> listed =
                fs().listTrees(Collections.nCopies(20, at("directory")), false, 100);

        assertThat(listed).hasSizeBetween(7, 12).allMatch(Optional::isPresent);
    }

    @Test
    default void onlyADirectoryIsListed() throws Exception {
        makeFile("file", "");
        makeDirectory("directory");
        makeSymlink("symlink", "directory");

        assertFails(Errno.ENOTDIR, () -> fs().readDirectory(at("file"), WHOLE_LISTING));
        assertFails(Errno.ENOTDIR, () -> fs().readDirectory(at("symlink"), WHOLE_LISTING));
        assertFails(Errno.ENOENT, () -> fs().readDirectory(at("missing"), WHOLE_LISTING));
    }

    /** An operation that fails or not. */
    @FunctionalInterface
    interface Operation {
        void run() throws GuestFilesystemException;
    }

    private void assertTouches(GuestPath directory, Operation operation) throws GuestFilesystemException {
        age(directory);
        operation.run();
        FileAttributes attributes = fs().getattr(directory);
        assertThat(attributes.modified()).isNotEqualTo(LONG_AGO.time());
        assertThat(attributes.changed()).isEqualTo(attributes.modified());
    }
}

package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** lookup, getattr, readlink, statfs, and how paths are resolved. */
public interface LookupContract extends ContractSupport {
    @Test
    default void lookupTellsAFilesAttributes() throws Exception {
        GuestPath file = makeFile("file", "hello");

        FileDetails details = fs().lookup(file);

        assertThat(details.attributes().type()).isEqualTo(FileType.REGULAR);
        assertThat(details.attributes().mode()).isEqualTo(0100644);
        assertThat(details.attributes().size()).isEqualTo(5);
        assertThat(details.attributes().links()).isEqualTo(1);
        assertThat(details.linkTarget()).isNull();
    }

    @Test
    default void lookupTellsASymbolicLinksTarget() throws Exception {
        GuestPath link = makeSymlink("link", "some/where");

        FileDetails details = fs().lookup(link);

        assertThat(details.attributes().type()).isEqualTo(FileType.SYMBOLIC_LINK);
        assertThat(details.attributes().size()).isEqualTo(10);
        assertThat(details.linkTarget()).isEqualTo("some/where");
    }

    @Test
    default void lookupAndGetattrAgree() throws Exception {
        GuestPath directory = makeDirectory("directory");

        assertThat(fs().getattr(directory)).isEqualTo(fs().lookup(directory).attributes());
    }

    @Test
    default void theRootIsADirectory() throws Exception {
        assertThat(fs().lookup(GuestPath.ROOT).attributes().isDirectory()).isTrue();
    }

    @Test
    default void aMissingNameIsNotFound() {
        assertMissing(at("missing"));
        assertMissing(at("missing/child"));
        assertFails(Errno.ENOENT, () -> fs().readlink(at("missing")));
        assertFails(Errno.ENOENT, () -> fs().statfs(at("missing")));
    }

    @Test
    default void aFileHasNoChildren() throws Exception {
        makeFile("file", "");

        assertFails(Errno.ENOTDIR, () -> fs().lookup(at("file/child")));
        assertFails(Errno.ENOTDIR, () -> fs().getattr(at("file/child")));
    }

    @Test
    default void namesAreBytes() throws Exception {
        List<String> names =
                List.of("caf\u00C3\u00A9", "\u00E9 latin", "\u00FF\u0080\u0001", "new\nline", "a".repeat(255));
        for (String name : names) {
            makeFile(name, name);
        }

        assertThat(names(at(""))).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            assertThat(contentOf(at(name))).isEqualTo(name);
        }
    }

    @Test
    default void aNameLongerThanTheFilesystemAllowsIsToldApartFromAMissingOne() {
        GuestPath tooLong = at("n".repeat(256));

        assertFails(Errno.ENAMETOOLONG, () -> fs().lookup(tooLong));
        assertFails(Errno.ENAMETOOLONG, () -> fs().mkdir(tooLong, 0755, Credentials.ROOT));
    }

    @Test
    default void pathsLeadThroughSymbolicLinksToDirectories() throws Exception {
        makeDirectory("real");
        makeFile("real/file", "found");
        makeSymlink("relative", "real");
        makeSymlink("absolute", at("relative").toString());
        beforeLinkedPath();

        assertThat(contentOf(at("relative/file"))).isEqualTo("found");
        assertThat(contentOf(at("absolute/file"))).isEqualTo("found");
    }

    @Test
    default void symbolicLinksCannotLeaveTheTree() throws Exception {
        makeDirectory("real");
        makeSymlink("out", "../../../../../../../.." + at("real"));
        makeFile("real/file", "inside");
        beforeLinkedPath();

        assertThat(contentOf(at("out/file"))).isEqualTo("inside");
    }

    @Test
    default void symbolicLinksInACircleAreRefused() throws Exception {
        makeSymlink("one", "two");
        makeSymlink("two", "one");

        assertFails(Errno.ELOOP, () -> fs().getattr(at("one/file")));
    }

    @Test
    default void readlinkGivesTheTargetsBytes() throws Exception {
        String target = "\u00FF/../" + "long/".repeat(200);

        assertThat(fs().readlink(makeSymlink("link", target))).isEqualTo(target);
    }

    @Test
    default void readlinkOfAFileIsInvalid() throws Exception {
        GuestPath file = makeFile("file", "");

        assertFails(Errno.EINVAL, () -> fs().readlink(file));
    }

    @Test
    default void aHandleAndItsPathHaveTheSameAttributes() throws Exception {
        GuestPath file = makeFile("file", "text");
        FileHandle handle = openForReading(file);

        assertThat(fs().getattr(handle)).isEqualTo(fs().getattr(file));
    }

    @Test
    default void aDeviceNodeKeepsItsNumber() throws Exception {
        assumeTrue(hasRootCapabilities());

        fs().mknod(at("device"), FileType.BLOCK_DEVICE.modeBits() | 0600, 0x811, Credentials.ROOT);

        FileAttributes attributes = fs().lookup(at("device")).attributes();
        assertThat(attributes.type()).isEqualTo(FileType.BLOCK_DEVICE);
        assertThat(attributes.rdev()).isEqualTo(0x811);
    }

    @Test
    default void statfsTellsTheSpace() throws Exception {
        FilesystemStatistics statistics = fs().statfs(at(""));

        assertThat(statistics.blockSize()).isPositive();
        assertThat(statistics.fragmentSize()).isPositive();
        assertThat(statistics.blocks()).isPositive();
        assertThat(statistics.freeBlocks()).isBetween(0L, statistics.blocks());
        assertThat(statistics.availableBlocks()).isBetween(0L, statistics.freeBlocks());
        assertThat(statistics.maxNameBytes()).isEqualTo(255);
    }

    @Test
    default void syncSucceeds() throws Exception {
        makeFile("file", "kept");

        fs().sync();

        assertThat(contentOf(at("file"))).isEqualTo("kept");
    }
}

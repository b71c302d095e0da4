package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** link, unlink, symlink, mknod. */
public interface LinkContract extends ContractSupport {
    @Test
    default void twoNamesOfAnInodeAgree() throws Exception {
        GuestPath first = makeFile("first", "text");

        FileAttributes linked = fs().link(first, at("second"));

        assertThat(linked.links()).isEqualTo(2);
        assertThat(fs().getattr(first)).isEqualTo(linked);
        assertThat(fs().getattr(at("second"))).isEqualTo(linked);
        fs().setattr(first, AttributeChange.ofMode(0600));
        assertThat(fs().getattr(at("second")).mode()).isEqualTo(0100600);
        writeAt(openForBoth(at("second")), 0, "TE");
        assertThat(contentOf(first)).isEqualTo("TExt");
    }

    @Test
    default void linkWorksByHandle() throws Exception {
        GuestPath first = makeFile("first", "text");

        assertThat(fs().link(openForReading(first), at("second")).links()).isEqualTo(2);
        assertThat(contentOf(at("second"))).isEqualTo("text");
    }

    @Test
    default void linkOfASymbolicLinkIsToItself() throws Exception {
        makeFile("file", "");
        GuestPath symlink = makeSymlink("symlink", "file");

        fs().link(symlink, at("second"));

        assertThat(fs().readlink(at("second"))).isEqualTo("file");
        assertThat(fs().getattr(at("file")).links()).isEqualTo(1);
    }

    @Test
    default void linkRefusesWhatItMust() throws Exception {
        GuestPath file = makeFile("file", "");
        GuestPath other = makeFile("other", "");
        GuestPath directory = makeDirectory("directory");

        assertFails(Errno.EEXIST, () -> fs().link(file, other));
        assertFails(Errno.EPERM, () -> fs().link(directory, at("new")));
        assertFails(Errno.ENOENT, () -> fs().link(at("missing"), at("new")));
        assertFails(Errno.ENOENT, () -> fs().link(file, at("missing/new")));
        assertFails(Errno.ENOTDIR, () -> fs().link(file, at("other/new")));
    }

    @Test
    default void unlinkRemovesOneNameOnly() throws Exception {
        GuestPath first = makeFile("first", "text");
        fs().link(first, at("second"));

        fs().unlink(first);

        assertMissing(first);
        assertThat(fs().getattr(at("second")).links()).isEqualTo(1);
        assertThat(contentOf(at("second"))).isEqualTo("text");
    }

    @Test
    default void unlinkOfASymbolicLinkSparesItsTarget() throws Exception {
        makeFile("file", "text");
        makeSymlink("symlink", "file");

        fs().unlink(at("symlink"));

        assertMissing(at("symlink"));
        assertExists(at("file"));
    }

    @Test
    default void unlinkRefusesDirectoriesAndWhatIsNotThere() throws Exception {
        makeDirectory("directory");

        assertFails(Errno.EISDIR, () -> fs().unlink(at("directory")));
        assertFails(Errno.ENOENT, () -> fs().unlink(at("missing")));
        assertExists(at("directory"));
    }

    @Test
    default void aNameIsFreeAfterUnlink() throws Exception {
        GuestPath path = makeFile("file", "old");

        fs().unlink(path);
        makeFile("file", "new");

        assertThat(contentOf(path)).isEqualTo("new");
    }

    @Test
    default void symlinkMakesALinkToAnything() throws Exception {
        FileAttributes made = fs().symlink("/no/where", at("link"), Credentials.ROOT);

        assertThat(made.mode()).isEqualTo(0120777);
        assertThat(made.size()).isEqualTo(9);
        assertThat(made).isEqualTo(fs().getattr(at("link")));
    }

    @Test
    default void symlinkGivesTheLinkItsOwner() throws Exception {
        assumeTrue(hasRootCapabilities());

        FileAttributes made = fs().symlink("target", at("link"), new Credentials(11, 22));

        assertThat(made.uid()).isEqualTo(11);
        assertThat(made.gid()).isEqualTo(22);
    }

    @Test
    default void symlinkRefusesWhatItMust() throws Exception {
        makeFile("file", "");

        assertFails(Errno.EEXIST, () -> fs().symlink("target", at("file"), Credentials.ROOT));
        assertFails(Errno.ENOENT, () -> fs().symlink("target", at("missing/link"), Credentials.ROOT));
        assertFails(Errno.ENOENT, () -> fs().symlink("", at("link"), Credentials.ROOT));
        assertFails(Errno.ENAMETOOLONG, () -> fs().symlink("x".repeat(4096), at("link"), Credentials.ROOT));
    }

    @Test
    default void mknodMakesFifosSocketsAndFiles() throws Exception {
        for (FileType type : new FileType[] {FileType.FIFO, FileType.SOCKET, FileType.REGULAR}) {
            FileAttributes made = fs().mknod(at(type.name()), type.modeBits() | 0622, 0, Credentials.ROOT);

            assertThat(made.mode()).isEqualTo(type.modeBits() | 0622);
            assertThat(made).isEqualTo(fs().lookup(at(type.name())).attributes());
        }
    }

    @Test
    default void mknodMakesDevicesWithTheirNumbers() throws Exception {
        assumeTrue(hasRootCapabilities());
        long largeMinor = 0x0000_0000_1230_0845L;

        FileAttributes made = fs().mknod(
                        at("device"), FileType.CHARACTER_DEVICE.modeBits() | 0600, largeMinor, new Credentials(3, 4));

        assertThat(made.rdev()).isEqualTo(largeMinor);
        assertThat(made.uid()).isEqualTo(3);
        assertThat(made.gid()).isEqualTo(4);
    }

    @Test
    default void mknodRefusesDirectoriesAndNamesInUse() throws Exception {
        makeFile("file", "");

        assertFails(Errno.EPERM, () -> fs().mknod(at("new"), 0040755, 0, Credentials.ROOT));
        assertFails(Errno.EEXIST, () -> fs().mknod(at("file"), 0010644, 0, Credentials.ROOT));
        assertFails(Errno.ENOENT, () -> fs().mknod(at("missing/new"), 0010644, 0, Credentials.ROOT));
    }
}

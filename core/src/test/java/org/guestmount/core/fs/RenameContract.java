package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/** rename in its three modes. */
public interface RenameContract extends ContractSupport {
    @Test
    default void renameMovesAFile() throws Exception {
        makeDirectory("directory");
        GuestPath file = makeFile("file", "text");
        InodeKey inode = fs().getattr(file).key();

        fs().rename(file, at("directory/moved"), RenameMode.REPLACE);

        assertMissing(file);
        assertThat(fs().getattr(at("directory/moved")).key()).isEqualTo(inode);
        assertThat(contentOf(at("directory/moved"))).isEqualTo("text");
    }

    @Test
    default void renameMovesADirectoryWithAllInIt() throws Exception {
        makeDirectory("from");
        makeDirectory("from/deep");
        makeFile("from/deep/file", "text");

        fs().rename(at("from"), at("to"), RenameMode.REPLACE);

        assertMissing(at("from/deep/file"));
        assertThat(contentOf(at("to/deep/file"))).isEqualTo("text");
    }

    @Test
    default void renameReplacesAFile() throws Exception {
        GuestPath file = makeFile("file", "new");
        GuestPath target = makeFile("target", "old");
        FileHandle replaced = openForReading(target);

        fs().rename(file, target, RenameMode.REPLACE);

        assertMissing(file);
        assertThat(contentOf(target)).isEqualTo("new");
        assertThat(readAt(replaced, 0, 10)).isEqualTo("old");
        assertThat(fs().getattr(replaced).links()).isZero();
    }

    @Test
    default void renameReplacesAnEmptyDirectory() throws Exception {
        makeDirectory("directory");
        makeFile("directory/file", "");
        makeDirectory("empty");

        fs().rename(at("directory"), at("empty"), RenameMode.REPLACE);

        assertExists(at("empty/file"));
        assertMissing(at("directory"));
    }

    @Test
    default void renameRefusesToReplaceUnlikes() throws Exception {
        makeDirectory("directory");
        makeDirectory("full");
        makeFile("full/file", "");
        makeFile("file", "");

        assertFails(Errno.ENOTEMPTY, () -> fs().rename(at("directory"), at("full"), RenameMode.REPLACE));
        assertFails(Errno.ENOTDIR, () -> fs().rename(at("directory"), at("file"), RenameMode.REPLACE));
        assertFails(Errno.EISDIR, () -> fs().rename(at("file"), at("directory"), RenameMode.REPLACE));
    }

    @Test
    default void renameRefusesCircles() throws Exception {
        makeDirectory("outer");
        makeDirectory("outer/inner");

        assertFails(Errno.EINVAL, () -> fs().rename(at("outer"), at("outer/inner/new"), RenameMode.REPLACE));
        assertFails(Errno.EINVAL, () -> fs().rename(at("outer"), at("outer/inner"), RenameMode.EXCHANGE));
        assertFails(Errno.EINVAL, () -> fs().rename(at("outer/inner"), at("outer"), RenameMode.EXCHANGE));
        assertFails(Errno.ENOTEMPTY, () -> fs().rename(at("outer/inner"), at("outer"), RenameMode.REPLACE));
    }

    @Test
    default void renameNeedsItsSourceAndBothParents() throws Exception {
        makeFile("file", "");

        assertFails(Errno.ENOENT, () -> fs().rename(at("missing"), at("new"), RenameMode.REPLACE));
        assertFails(Errno.ENOENT, () -> fs().rename(at("file"), at("missing/new"), RenameMode.REPLACE));
        assertFails(Errno.ENOTDIR, () -> fs().rename(at("file"), at("file/new"), RenameMode.REPLACE));
    }

    @Test
    default void renameToItselfDoesNothing() throws Exception {
        GuestPath file = makeFile("file", "text");
        fs().link(file, at("second"));

        fs().rename(file, file, RenameMode.REPLACE);
        fs().rename(file, at("second"), RenameMode.REPLACE);

        assertThat(contentOf(file)).isEqualTo("text");
        assertThat(fs().getattr(at("second")).links()).isEqualTo(2);
    }

    @Test
    default void renameDoesNotFollowSymbolicLinks() throws Exception {
        makeFile("file", "");
        makeSymlink("symlink", "file");
        makeSymlink("other", "elsewhere");

        fs().rename(at("symlink"), at("other"), RenameMode.REPLACE);

        assertThat(fs().readlink(at("other"))).isEqualTo("file");
        assertExists(at("file"));
    }

    @Test
    default void renameTouchesBothDirectories() throws Exception {
        GuestPath from = makeDirectory("from");
        GuestPath to = makeDirectory("to");
        makeFile("from/file", "");
        age(from);
        age(to);

        fs().rename(at("from/file"), at("to/file"), RenameMode.REPLACE);

        assertThat(isAged(from)).isFalse();
        assertThat(isAged(to)).isFalse();
    }

    @Test
    default void aMovedDirectoryIsCountedByItsNewParent() throws Exception {
        assumeTrue(countsSubdirectories());
        GuestPath from = makeDirectory("from");
        GuestPath to = makeDirectory("to");
        makeDirectory("from/moved");
        makeDirectory("to/replaced");

        fs().rename(at("from/moved"), at("to/replaced"), RenameMode.REPLACE);

        assertThat(fs().getattr(from).links()).isEqualTo(2);
        assertThat(fs().getattr(to).links()).isEqualTo(3);
    }

    @Test
    default void renameLowersTheLinkCountOfWhatItReplaces() throws Exception {
        GuestPath target = makeFile("target", "");
        fs().link(target, at("second"));
        makeFile("file", "");

        fs().rename(at("file"), target, RenameMode.REPLACE);

        assertThat(fs().getattr(at("second")).links()).isEqualTo(1);
    }

    @Test
    default void noReplaceRefusesATarget() throws Exception {
        makeFile("file", "text");
        makeFile("target", "old");
        makeSymlink("dangling", "nowhere");

        assertFails(Errno.EEXIST, () -> fs().rename(at("file"), at("target"), RenameMode.NO_REPLACE));
        assertFails(Errno.EEXIST, () -> fs().rename(at("file"), at("dangling"), RenameMode.NO_REPLACE));
        assertThat(contentOf(at("target"))).isEqualTo("old");

        fs().rename(at("file"), at("new"), RenameMode.NO_REPLACE);
        assertThat(contentOf(at("new"))).isEqualTo("text");
    }

    @Test
    default void exchangeSwapsUnlikes() throws Exception {
        makeFile("file", "text");
        makeDirectory("parent");
        makeDirectory("parent/directory");
        makeFile("parent/directory/child", "child");

        fs().rename(at("file"), at("parent/directory"), RenameMode.EXCHANGE);

        assertThat(contentOf(at("parent/directory"))).isEqualTo("text");
        assertThat(contentOf(at("file/child"))).isEqualTo("child");
    }

    @Test
    default void exchangeOfAFileAndADirectoryMovesTheCount() throws Exception {
        assumeTrue(countsSubdirectories());
        GuestPath one = makeDirectory("one");
        GuestPath two = makeDirectory("two");
        makeFile("one/file", "");
        makeDirectory("two/directory");

        fs().rename(at("one/file"), at("two/directory"), RenameMode.EXCHANGE);

        assertThat(fs().getattr(one).links()).isEqualTo(3);
        assertThat(fs().getattr(two).links()).isEqualTo(2);
    }

    @Test
    default void exchangeNeedsItsTarget() throws Exception {
        makeFile("file", "");

        assertFails(Errno.ENOENT, () -> fs().rename(at("file"), at("missing"), RenameMode.EXCHANGE));
        assertExists(at("file"));
    }
}

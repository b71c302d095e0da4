package org.guestmount.core.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.time.Instant;
import org.guestmount.core.fs.AttributeChange.TimeChange;
import org.junit.jupiter.api.Test;

/** setattr: truncate, chown, chmod, utimensat. */
public interface SetattrContract extends ContractSupport {
    @Test
    default void aChangeOfNothingTouchesNothing() throws Exception {
        GuestPath path = makeFile("file", "text");
        FileAttributes before = fs().getattr(path);

        assertThat(fs().setattr(path, AttributeChange.NONE).changed()).isEqualTo(before.changed());
        assertThat(fs().getattr(path)).isEqualTo(before);
    }

    @Test
    default void truncateCutsOff() throws Exception {
        GuestPath path = makeFile("file", "0123456789");
        age(path);

        FileAttributes after = fs().setattr(path, AttributeChange.ofSize(4));

        assertThat(after.size()).isEqualTo(4);
        assertThat(after).isEqualTo(fs().getattr(path));
        assertThat(isAged(path)).isFalse();
        assertThat(contentOf(path)).isEqualTo("0123");
    }

    @Test
    default void truncateLengthensWithZeros() throws Exception {
        GuestPath path = makeFile("file", "0123456789");
        fs().setattr(path, AttributeChange.ofSize(2));

        fs().setattr(path, AttributeChange.ofSize(6));

        assertThat(contentOf(path)).isEqualTo("01\0\0\0\0");
    }

    @Test
    default void truncateWorksByHandle() throws Exception {
        GuestPath path = makeFile("file", "0123456789");
        FileHandle file = openForBoth(path);

        assertThat(fs().setattr(file, AttributeChange.ofSize(5)).size()).isEqualTo(5);
        assertThat(fs().getattr(path).size()).isEqualTo(5);
    }

    @Test
    default void aFileCanBeLargerThanFourGibibytes() throws Exception {
        GuestPath path = makeFile("file", "");

        assertThat(fs().setattr(path, AttributeChange.ofSize(5L << 30)).size()).isEqualTo(5L << 30);
        assertThat(fs().getattr(path).blocks()).isLessThan(1024);
    }

    @Test
    default void onlyAFileIsTruncated() throws Exception {
        GuestPath directory = makeDirectory("directory");

        assertFails(Errno.EISDIR, () -> fs().setattr(directory, AttributeChange.ofSize(0)));
        assertFails(Errno.ENOENT, () -> fs().setattr(at("missing"), AttributeChange.ofSize(0)));
    }

    @Test
    default void chmodSetsEveryPermissionBitAndNoOther() throws Exception {
        GuestPath file = makeFile("file", "");
        GuestPath directory = makeDirectory("directory");

        assertThat(fs().setattr(file, AttributeChange.ofMode(06754)).mode()).isEqualTo(0106754);
        assertThat(fs().setattr(file, AttributeChange.ofMode(0)).mode()).isEqualTo(0100000);
        assertThat(fs().setattr(directory, AttributeChange.ofMode(01777)).mode())
                .isEqualTo(041777);
    }

    @Test
    default void chmodWorksByHandle() throws Exception {
        GuestPath path = makeFile("file", "");

        fs().setattr(openForReading(path), AttributeChange.ofMode(0600));

        assertThat(fs().getattr(path).mode()).isEqualTo(0100600);
    }

    @Test
    default void aSymbolicLinkHasNoPermissionsToChange() throws Exception {
        makeFile("file", "");
        GuestPath link = makeSymlink("link", "file");

        assertFails(Errno.EOPNOTSUPP, () -> fs().setattr(link, AttributeChange.ofMode(0600)));
        assertThat(fs().getattr(at("file")).mode()).isEqualTo(0100644);
    }

    @Test
    default void chownSetsOwnerAndGroupSeparately() throws Exception {
        assumeTrue(hasRootCapabilities());
        GuestPath path = makeFile("file", "");

        FileAttributes owned = fs().setattr(path, AttributeChange.ofOwner(12, null));
        assertThat(owned.uid()).isEqualTo(12);
        assertThat(owned.gid()).isZero();

        FileAttributes grouped = fs().setattr(path, AttributeChange.ofOwner(null, 0xFFFF_FFFE));
        assertThat(grouped.uid()).isEqualTo(12);
        assertThat(grouped.gid()).isEqualTo(0xFFFF_FFFE);
    }

    @Test
    default void chownOfASymbolicLinkChangesTheLink() throws Exception {
        assumeTrue(hasRootCapabilities());
        makeFile("file", "");
        GuestPath link = makeSymlink("link", "file");

        fs().setattr(link, AttributeChange.ofOwner(12, 34));

        assertThat(fs().getattr(link).uid()).isEqualTo(12);
        assertThat(fs().getattr(at("file")).uid()).isZero();
    }

    @Test
    default void chownDropsSetIdBitsOfAFile() throws Exception {
        assumeTrue(hasRootCapabilities());
        GuestPath path = makeFile("file", "");
        fs().setattr(path, AttributeChange.ofMode(06755));

        assertThat(fs().setattr(path, AttributeChange.ofOwner(1, 1)).mode()).isEqualTo(0100755);
    }

    @Test
    default void chmodInTheSameChangeComesAfterChown() throws Exception {
        assumeTrue(hasRootCapabilities());
        GuestPath path = makeFile("file", "");

        FileAttributes after = fs().setattr(path, new AttributeChange(null, 1, 1, 06755, null, null));

        assertThat(after.mode()).isEqualTo(0106755);
    }

    @Test
    default void timesAreSetToTheNanosecond() throws Exception {
        GuestPath path = makeFile("file", "");
        Timestamp accessed = new Timestamp(1_600_000_000, 123_456_789);
        Timestamp modified = new Timestamp(946_684_799, 999_999_999);

        FileAttributes after =
                fs().setattr(path, AttributeChange.ofTimes(new TimeChange(accessed), new TimeChange(modified)));

        assertThat(after.accessed()).isEqualTo(accessed);
        assertThat(after.modified()).isEqualTo(modified);
        assertThat(fs().getattr(path).modified()).isEqualTo(modified);
    }

    @Test
    default void timesBeforeTheEpochAreKept() throws Exception {
        GuestPath path = makeFile("file", "");
        Timestamp early = new Timestamp(-1_000_000, 5);

        assertThat(fs().setattr(path, AttributeChange.ofTimes(null, new TimeChange(early)))
                        .modified())
                .isEqualTo(early);
    }

    @Test
    default void eachTimeIsSetAlone() throws Exception {
        GuestPath path = makeFile("file", "");
        Timestamp early = new Timestamp(1000, 1);
        Timestamp late = new Timestamp(2000, 2);
        fs().setattr(path, AttributeChange.ofTimes(new TimeChange(early), new TimeChange(early)));

        FileAttributes accessed = fs().setattr(path, AttributeChange.ofTimes(new TimeChange(late), null));
        assertThat(accessed.accessed()).isEqualTo(late);
        assertThat(accessed.modified()).isEqualTo(early);

        FileAttributes modified = fs().setattr(path, AttributeChange.ofTimes(null, new TimeChange(late)));
        assertThat(modified.modified()).isEqualTo(late);
    }

    @Test
    default void timesCanBeSetToNow() throws Exception {
        GuestPath path = makeFile("file", "");
        age(path);

        FileAttributes after = fs().setattr(path, AttributeChange.ofTimes(LONG_AGO, TimeChange.NOW));

        assertThat(Instant.ofEpochSecond(after.modified().seconds()))
                .isBetween(
                        Instant.now().minus(Duration.ofMinutes(5)),
                        Instant.now().plus(Duration.ofMinutes(5)));
        assertThat(after.accessed()).isEqualTo(LONG_AGO.time());
    }

    @Test
    default void timesOfASymbolicLinkAreItsOwn() throws Exception {
        makeFile("file", "");
        GuestPath link = makeSymlink("link", "file");

        age(link);

        assertThat(isAged(link)).isTrue();
        assertThat(isAged(at("file"))).isFalse();
    }

    @Test
    default void aChangeOfAttributesMovesTheChangeTime() throws Exception {
        GuestPath path = makeFile("file", "");

        FileAttributes after = fs().setattr(path, AttributeChange.ofTimes(LONG_AGO, LONG_AGO));

        assertThat(after.changed()).isNotEqualTo(LONG_AGO.time());
    }

    @Test
    default void everyAttributeIsSetInOneChange() throws Exception {
        assumeTrue(hasRootCapabilities());
        GuestPath path = makeFile("file", "0123456789");

        FileAttributes after = fs().setattr(path, new AttributeChange(3L, 7, 8, 0640, LONG_AGO, LONG_AGO));

        assertThat(after.size()).isEqualTo(3);
        assertThat(after.uid()).isEqualTo(7);
        assertThat(after.gid()).isEqualTo(8);
        assertThat(after.mode()).isEqualTo(0100640);
        assertThat(after.accessed()).isEqualTo(LONG_AGO.time());
        assertThat(after.modified()).isEqualTo(LONG_AGO.time());
    }
}
